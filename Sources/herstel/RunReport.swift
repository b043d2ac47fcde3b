import Funding
import Runs
import Scenarios

/// What a simulation says, in tables for a reader.
struct RunReport {
    let run: CompletedRun

    var text: String {
        [money, spending, recovery, differences, EffectsReport(run: run).text].filter { !$0.isEmpty }
            .joined(separator: "\n\n")
    }

    private var plan: SimulationPlan { run.prepared.plan }
    private var lastYear: String { plan.file.years.last?.description ?? "" }

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

    private var recovery: String {
        var table = TextTable(
            ["sector", "outcome", "ses", "scenario", "mean", "90% of draws", "P(recovered)"],
            numeric: [false, false, false, false, true, true, true])
        let last = run.trajectories.filter {
            $0.quintile == "all" && $0.group != "all" && $0.year.description == lastYear
        }
        // The scenarios of one outcome and group under each other: they are what a reader compares.
        let groups = plan.file.outcomes.flatMap { outcome in
            [plan.file.lowGroup, plan.file.highGroup].map { (outcome, $0) }
        }
        let rows = groups.flatMap { outcome, group in
            last.filter { $0.sector == outcome.sector && $0.outcome == outcome.outcome && $0.group == group }
        }
        for row in rows {
            let quantiles = row.summary.quantiles
            table.append([
                row.sector, row.outcome, row.group, row.scenario, fixed(row.summary.mean, 3),
                "\(fixed(quantiles[0], 3)) to \(fixed(quantiles[quantiles.count - 1], 3))",
                fixed(row.probabilityRecovered, 2),
            ])
        }
        let missed = run.precision.map { run.largestMCSE > $0.mcse } ?? false
        return "Deviation from the pre-crisis baseline at the end of \(lastYear), SD; recovered means at least "
            + "-\(fixed(plan.file.margin, 2)); Monte Carlo standard errors of means at most "
            + fixed(run.largestMCSE, 5) + (missed ? ", above the precision asked for" : "") + "\n" + table.text
    }

    private var differences: String {
        var table = TextTable(
            ["sector", "outcome", "scenario", "SD-years of pupils", "90% of draws", "P(better)"],
            numeric: [false, false, false, true, true, true])
        for row in run.comparisons where row.measure == .sdYears {
            table.append([
                row.sector, row.outcome, row.scenario, fixed(row.value, 0),
                row.interval.map { "\(fixed($0.low, 0)) to \(fixed($0.high, 0))" } ?? "",
                row.probabilityBetter.map { fixed($0, 2) } ?? "",
            ])
        }
        return "Difference from '\(plan.file.reference)', all pupils and years, same random numbers\n" + table.text
    }
}
