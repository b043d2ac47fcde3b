import Runs
import Scenarios

/// The effect of the money computed twice, for a reader: totals per scenario, and the chain of factors of the reference.
struct EffectsReport {
    let run: CompletedRun

    /// Empty when the scenario file declares no interventions.
    var text: String { run.effects.isEmpty ? "" : [totals, chain].joined(separator: "\n\n") }

    private var file: ScenarioFile { run.prepared.plan.file }

    private var ofAllPupils: [EffectRow] {
        run.effects.filter {
            $0.subject.group == "all" && $0.subject.quintile == "all" && $0.subject.intervention == "all"
        }
    }

    private func row(
        _ rows: [EffectRow], _ approach: EffectRow.Approach, _ step: String, year: String = "all"
    ) -> EffectRow? {
        rows.first { $0.approach == approach && $0.step == step && $0.year == year }
    }

    private func rows(scenario: String, outcome: SimulatedOutcome) -> [EffectRow] {
        ofAllPupils.filter {
            $0.subject.scenario == scenario && $0.subject.sector == outcome.sector
                && $0.subject.outcome == outcome.outcome
        }
    }

    /// The reference; all scenarios when its money has no effect to show.
    private var shown: [ScenarioDeclaration] {
        let hasMoney = ofAllPupils.contains {
            $0.subject.scenario == file.reference && $0.approach == .topDown && $0.step == "money"
                && ($0.summary?.mean ?? 0) > 0
        }
        return file.scenarios.filter { !hasMoney || $0.name == file.reference }
    }

    private var totals: String {
        var table = TextTable(
            [
                "sector", "outcome", "scenario", "EUR per pupil", "top-down", "bottom-up", "90% of draws",
                "top-down / bottom-up",
            ], numeric: [false, false, false, true, true, true, true, true])
        for outcome in file.outcomes {
            for scenario in shown {
                let own = rows(scenario: scenario.name, outcome: outcome)
                guard let money = row(own, .topDown, "money")?.summary, money.mean > 0,
                    let topDown = row(own, .topDown, "total")?.summary,
                    let bottomUp = row(own, .bottomUp, "total")?.summary
                else { continue }
                let factor = row(own, .reconciliation, "top_down_over_bottom_up")?.factor
                table.append([
                    outcome.sector, outcome.outcome, scenario.name, fixed(money.mean, 0), fixed(topDown.mean, 4),
                    fixed(bottomUp.mean, 4), "\(fixed(bottomUp.q05, 4)) to \(fixed(bottomUp.q95, 4))",
                    factor.map { fixed($0, 2) } ?? "-",
                ])
            }
        }
        return
            "Effect of the money on all pupils computed twice, SD, every year's gain counted in full; the simulation "
            + "takes \(file.moneyEffect.words)"
            + (shown.count < file.scenarios.count ? "; other scenarios: effects.csv" : "") + "\n"
            + table.text
    }

    private var chain: String {
        let steps = ["menu_effect"] + Self.factors
        var table = TextTable(
            ["sector", "outcome"] + steps + ["= left"],
            numeric: [false, false] + [Bool](repeating: true, count: steps.count + 1))
        for outcome in file.outcomes {
            let own = rows(scenario: file.reference, outcome: outcome).filter { $0.approach == .bottomUp }
            guard let menu = row(own, .bottomUp, "menu_effect")?.summary, let last = file.years.last?.description,
                let left = row(own, .bottomUp, "total", year: last)?.summary
            else { continue }
            let factors = Self.factors.map { step in
                own.first { $0.step == step }?.factor.map { fixed($0, 3) } ?? "-"
            }
            table.append(
                [outcome.sector, outcome.outcome, fixed(menu.mean, 4)] + factors + [fixed(left.mean, 4)])
        }
        let menu = file.interventions.map { "\($0.menu.name), version \($0.version)" } ?? ""
        return
            "Bottom-up of '\(file.reference)' (\(menu)): effect per treatment, SD, times these factors is what is left at "
            + "the end of \(file.years.last?.description ?? "")\n" + table.text
    }

    private static let factors = [
        "treatments", "dose_response", "low_multiplier", "fidelity", "scale_down", "capacity", "overlap",
        "persistence",
    ]
}
