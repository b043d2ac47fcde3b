import Runs
import Scenarios

/// What the scenarios restore beyond the reference: an outcome a line, a scenario a column.
struct DifferencesReport {
    let run: CompletedRun

    private static let widestLine = 130

    private var file: ScenarioFile { run.prepared.file }

    /// Empty when there is nothing to compare.
    var text: String {
        let others = file.scenarios.map(\.name).filter { $0 != file.reference }
        guard !others.isEmpty else { return "" }
        let tables = parts(others).map { table($0) }
        return """
            Difference from '\(file.reference)' in SD-years of pupils, all pupils and years, same random numbers
              * better, or worse, in at least 95% of draws. Intervals, costs and more: comparison.csv; regret: ranking.csv
            \(tables.joined(separator: "\n\n"))
            """
    }

    /// The scenarios in parts whose names fit on a line.
    private func parts(_ names: [String]) -> [[String]] {
        let before =
            4 + (file.outcomes.map(\.sector.count).max() ?? 0) + (file.outcomes.map(\.outcome.count).max() ?? 0)
        var (parts, width) = ([[String]](), 0)
        for name in names {
            // Numbers need about a dozen places, whatever the name.
            let own = 2 + max(name.count, 12)
            if parts.isEmpty || width + own > Self.widestLine {
                parts.append([])
                width = before
            }
            parts[parts.count - 1].append(name)
            width += own
        }
        return parts
    }

    private func table(_ scenarios: [String]) -> String {
        var table = TextTable(
            ["sector", "outcome"] + scenarios, numeric: [false, false] + scenarios.map { _ in true })
        let rows = run.comparisons.filter { $0.measure == .sdYears }
        for outcome in file.outcomes {
            let cells = scenarios.map { scenario in
                rows.first {
                    $0.scenario == scenario && $0.sector == outcome.sector && $0.outcome == outcome.outcome
                }.map(Self.cell) ?? "-"
            }
            table.append([outcome.sector, outcome.outcome] + cells)
        }
        return table.text
    }

    private static func cell(_ row: ScenarioComparison) -> String {
        let better = row.probabilityBetter ?? 0.5
        // A blank in place of the mark keeps numbers under each other.
        return fixed(row.value, 0) + (better >= 0.95 || better <= 0.05 ? "*" : " ")
    }
}
