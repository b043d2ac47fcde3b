import Funding
import Recovery
import Runs
import Scenarios

/// What a simulation says, in tables for a reader.
struct RunReport {
    let run: CompletedRun

    var text: String {
        [
            plan.file.note.isEmpty ? "" : Explanation.note(plan.file.note), money, spending,
            RecoveryReport(run: run).text, CareersReport(run: run).text, GoalsReport(run: run).text,
            DifferencesReport(run: run).text, SensitivityReport(run: run).text, EffectsReport(run: run).text,
        ].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private var plan: SimulationPlan { run.prepared.plan }

    private var money: String {
        var table = TextTable(
            ["scenario", "EUR m received", "share to quintile 5", "years of receipt", "spent by"],
            numeric: [false, true, true, false, false])
        for scenario in plan.scenarios {
            let years = scenario.allocation.years.map(\.description)
            table.append([
                scenario.declaration.name, millions(scenario.allocation.total.euros), shareToTopQuintile(scenario),
                years.isEmpty ? "-" : "\(years[0]) to \(years[years.count - 1])",
                years.isEmpty ? "-" : scenario.deadline?.description ?? "-",
            ])
        }
        let count = plan.population.schools.count
        return "Money, over \(count) schools (\(plan.population.source))\n" + table.text
    }

    /// Schools with nothing left, beside what was declared; empty when no scenario declares it.
    private var spending: String {
        var table = TextTable(
            ["scenario", "sector", "start of", "declared", "simulated"], numeric: [false, false, false, true, true])
        var isEmpty = true
        for scenario in plan.scenarios where scenario.declaration.spending != nil {
            for row in scenario.spending.calibration(plan.population) where row.moneyLeft.upTo == 0 {
                isEmpty = false
                table.append([
                    scenario.declaration.name, row.sector, row.year.description,
                    fixed(100 * row.declaredShare, 1) + "%",
                    fixed(100 * row.simulatedShare, 1) + "%",
                ])
            }
        }
        return isEmpty
            ? "" : "Schools with nothing left (calibrated: declared shares are put in, not predicted)\n" + table.text
    }

    /// The share of the money of schools with a known score that goes to those with the highest scores.
    private func shareToTopQuintile(_ scenario: FundedScenario) -> String {
        var (top, all) = (Cents.zero, Cents.zero)
        for payment in scenario.allocation.payments {
            for (quintile, amount) in zip(plan.population.quintiles, payment.amounts) where quintile > 0 {
                all = all + amount
                if quintile == 5 { top = top + amount }
            }
        }
        return all == .zero ? "-" : fixed(100 * top.euros / all.euros, 1) + "%"
    }
}
