import Probability
import Runs
import Scenarios

/// School careers of the reference in each school year, and what the others change in the last.
struct CareersReport {
    let run: CompletedRun

    private var file: ScenarioFile { run.prepared.file }

    private static let shown: [CareerIndicator] = [
        .retention, .movedUp, .movedDown, .left, .passRate, .promptGrade3, .promptDiploma, .yearsToDiploma,
    ]

    /// Empty when the file declares no careers.
    var text: String {
        guard !file.careers.isEmpty else { return "" }
        return file.careers.map(\.sector).flatMap { sector in
            [years(sector), scenarios(sector)].filter { !$0.isEmpty }
        }.joined(separator: "\n\n")
    }

    private func rows(_ sector: String, _ scenario: String) -> [CareerTrajectory] {
        run.summary.careers.filter {
            $0.sector == sector && $0.scenario == scenario && $0.track == "all" && $0.group == "all"
        }
    }

    private func years(_ sector: String) -> String {
        var table = TextTable(
            ["indicator"] + file.years.map(\.description), numeric: [false] + file.years.map { _ in true })
        let all = rows(sector, file.reference)
        for indicator in Self.shown {
            let own = all.filter { $0.indicator == indicator }
            guard !own.isEmpty else { continue }
            table.append(
                [indicator.rawValue]
                    + file.years.map { year in
                        own.first { $0.year == year }.map { Self.value($0.summary.mean, $0) } ?? "-"
                    })
            table.append(
                ["  from baseline"]
                    + file.years.map { year in
                        own.first { $0.year == year }.map { Self.signed($0.deviation.mean, $0) } ?? "-"
                    })
        }
        return """
            School careers in '\(sector)', all pupils of '\(file.reference)': shares in %, years to a diploma
              from baseline: less what they would have been without crisis and policy, percentage points or years.
              Identifying assumption: flows before the crisis hold, and skill, well-being and policy shift their log-odds as declared.
              Tracks, groups, intervals: careers.csv
            \(table.text)
            """
    }

    private func scenarios(_ sector: String) -> String {
        let others = file.scenarios.map(\.name).filter { $0 != file.reference }
        guard let last = file.years.last, !others.isEmpty else { return "" }
        var table = TextTable(["indicator"] + others, numeric: [false] + others.map { _ in true })
        for indicator in Self.shown {
            let cells = others.map { scenario in
                let row = rows(sector, scenario).first { $0.indicator == indicator && $0.year == last }
                return row.flatMap { row in row.difference.map { Self.signed($0.summary.mean, row) + Self.mark($0) } }
                    ?? "-"
            }
            table.append([indicator.rawValue] + cells)
        }
        return """
            Difference from '\(file.reference)' in \(last), percentage points or years, same random numbers
              * better, or worse, in at least 95% of draws
            \(table.text)
            """
    }

    private static func value(_ mean: Double, _ row: CareerTrajectory) -> String {
        row.indicator == .yearsToDiploma ? fixed(mean, 2) : fixed(100 * mean, 2)
    }

    private static func signed(_ mean: Double, _ row: CareerTrajectory) -> String {
        let text = row.indicator == .yearsToDiploma ? fixed(mean, 3) : fixed(100 * mean, 2)
        return text.hasPrefix("-") ? text : "+" + text
    }

    private static func mark(_ difference: CareerTrajectory.Difference) -> String {
        let better = difference.probabilityBetter ?? 0.5
        return better >= 0.95 || better <= 0.05 ? "*" : " "
    }
}
