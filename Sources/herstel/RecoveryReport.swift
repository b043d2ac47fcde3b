import Recovery
import Runs
import Scenarios

/// Where pupils stand in the last school year, with the reference's money and with none.
struct RecoveryReport {
    let run: CompletedRun

    private var plan: SimulationPlan { run.prepared.plan }

    /// The reference and the first scenario without money; the others are in the tables.
    private var shown: [String] {
        let without = plan.scenarios.first { $0.allocation.payments.isEmpty }?.declaration.name
        return [plan.file.reference] + [without].compactMap { $0 }.filter { $0 != plan.file.reference }
    }

    var text: String {
        guard let last = plan.file.years.last else { return "" }
        let rows = run.trajectories.filter { $0.year == last && $0.quintile == "all" && $0.grade == "all" }
        var table = TextTable(
            [
                "sector", "outcome", "scenario", "mean", "90% of draws", "gap", "P(level)", "P(growth)", "P(trend)",
                "back since", "P(not back)",
            ],
            numeric: [false, false, false, true, true, true, true, true, true, false, true])
        for outcome in plan.file.outcomes {
            for scenario in shown {
                let own = rows.filter {
                    $0.scenario == scenario && $0.sector == outcome.sector && $0.outcome == outcome.outcome
                }
                let years = run.summary.recoveries.first {
                    $0.scenario == scenario && $0.sector == outcome.sector && $0.outcome == outcome.outcome
                        && $0.group == "all" && $0.benchmark == .level
                }
                table.append([outcome.sector, outcome.outcome, scenario] + figures(own) + recovery(years))
            }
        }
        let missed = run.precision.map { run.largestMCSE > $0.mcse } ?? false
        return """
            Deviation from the pre-crisis level at the end of \(last), SD, \(shown.count > 1 ? "with and without money" : "all pupils")
              gap: low SES group minus high; P: share of draws in which the deviation from each benchmark is at least \
            -\(fixed(plan.file.margin, 2));
              back since: median year from which it stays so until \(last), among the draws in which it does.
              Monte Carlo standard errors of means at most \(fixed(run.largestMCSE, 5))\
            \(missed ? ", above the precision asked for" : ""). Other scenarios, groups, quintiles, grades: trajectories.csv
            \(table.text)
            """
    }

    private func figures(_ rows: [Trajectory]) -> [String] {
        func mean(_ group: String) -> Double? {
            rows.first { $0.group == group && $0.benchmark == .level }?.summary.mean
        }
        let all = rows.filter { $0.group == "all" }
        let summary = all.first { $0.benchmark == .level }?.summary
        let gap = mean(plan.file.lowGroup).flatMap { low in mean(plan.file.highGroup).map { low - $0 } }
        let probabilities = RecoveryBenchmark.allCases.map { benchmark in
            all.first { $0.benchmark == benchmark }.map { fixed($0.probabilityRecovered, 2) } ?? "-"
        }
        return [
            summary.map { fixed($0.mean, 3) } ?? "-",
            summary.map { "\(fixed($0.q05, 3)) to \(fixed($0.q95, 3))" } ?? "-", gap.map { fixed($0, 3) } ?? "-",
        ] + probabilities
    }

    private func recovery(_ row: YearOfRecovery?) -> [String] {
        let median = YearOfRecovery.Years.probabilities.firstIndex(of: 0.5)
        let year = row?.years.flatMap { years in median.map { years.quantiles[$0].description } }
        return [year ?? "-", row.map { fixed(1 - $0.probabilityRecovered, 2) } ?? "-"]
    }
}
