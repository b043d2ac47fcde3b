import Funding
import Probability

/// One scenario's effect on one outcome, both ways, over draws.
struct EffectComparison {
    let plan: SimulationPlan
    let scenario: Int
    let outcome: Int
    let mix: InterventionMix
    let capacity: SectorCapacity
    let declaration: InterventionDeclaration
    let cells: [SpendingCells.Cell]
    let drawn: EffectDraws

    private var simulated: SimulatedOutcome { plan.file.outcomes[outcome] }
    private var horizon: String { plan.file.years.last?.description ?? "" }

    /// The rows of all pupils, of each SES group and of each quintile.
    var rows: [EffectRow] {
        var views = self.views
        let bottomUp = BottomUpEffect(mix, dosing: declaration.dosing, unused: declaration.unusedMoney)
        for draw in drawn.programme.indices {
            let topDown = drawn.topDown[draw][outcome]
            for cell in cells {
                let euros = cell.euros[scenario]
                let staff = drawn.staff[mix.sector]?[draw] ?? 0
                let result = bottomUp.steps(
                    drawn.menu[outcome][draw], euros: euros, isLow: cell.isLow,
                    available: staff * capacity.share(quintile: cell.quintile, region: cell.region),
                    draw: drawn.programme[draw])
                let gain = topDown.gain(euros, isLow: cell.isLow)
                let left = topDown.gainLeft(euros, isLow: cell.isLow)
                for index in views.indices { views[index].add(cell, euros, result, gain: gain, left: left, draw) }
            }
        }
        return views.flatMap { rows(of: $0) } + (views.first.map { interventionRows(of: $0) } ?? [])
    }

    private var views: [EffectView] {
        let parts = mix.parts.count
        func view(_ group: String, _ quintile: String, _ isIn: @escaping (SpendingCells.Cell) -> Bool) -> EffectView {
            let subject = EffectRow.Subject(
                scenario: plan.scenarios[scenario].declaration.name, sector: mix.sector, outcome: simulated.outcome,
                group: group, quintile: quintile)
            return EffectView(
                subject, members: cells, draws: drawn.programme.count, interventions: parts, isIn: isIn)
        }
        let groups = [
            view("all", "all") { _ in true }, view(plan.file.lowGroup, "all") { $0.isLow },
            view(plan.file.highGroup, "all") { !$0.isLow },
        ]
        let quintiles = (1...5).map { quintile in view("all", String(quintile)) { $0.quintile == quintile } }
        let all = groups + quintiles + [view("all", "unknown") { $0.quintile == 0 }]
        return all.filter { $0.pupils > 0 }
    }

    private func rows(of view: EffectView) -> [EffectRow] {
        func row(
            _ approach: EffectRow.Approach, _ step: String, _ year: String, _ unit: String, _ values: [Double],
            factor: Double? = nil
        ) -> EffectRow {
            EffectRow(
                subject: view.subject, approach: approach, step: step, year: year, unit: unit,
                summary: DrawSummary(values, dependence: values.count > 1 ? plan.sampling.dependence : .independent),
                hasMean: true, factor: factor)
        }
        let per1000 = drawn.topDown.map { $0[outcome].per1000 }
        var rows = [
            row(.topDown, "money", "all", "EUR per pupil", [view.euros]),
            row(.topDown, "effect_per_1000_eur", "all", "SD per EUR 1,000 per pupil", per1000),
            row(.topDown, "total", "all", "SD", view.gain),
            row(.topDown, "total", horizon, "SD", view.left, factor: ratio(view.left, view.gain)),
        ]
        for step in BottomUpStep.allCases {
            let year = step == .persistence ? horizon : "all"
            let before = step == .menuEffect ? nil : view.steps[step.position - 1]
            let values = view.steps[step.position]
            rows.append(
                row(.bottomUp, step.rawValue, year, "SD", values, factor: before.flatMap { ratio(values, $0) }))
        }
        let (total, left) = (view[.overlap], view[.persistence])
        rows.append(row(.bottomUp, "total", "all", "SD", total))
        rows.append(row(.bottomUp, "total", horizon, "SD", left, factor: ratio(left, total)))
        rows.append(reconciliation(view.subject, "all", view.gain, total))
        rows.append(reconciliation(view.subject, horizon, view.left, left))
        return rows
    }

    /// Top-down over bottom-up. A mean of ratios need not exist, so the factor is the ratio of the means.
    private func reconciliation(
        _ subject: EffectRow.Subject, _ year: String, _ topDown: [Double], _ bottomUp: [Double]
    ) -> EffectRow {
        let ratios = zip(topDown, bottomUp).map { $0 / $1 }
        return EffectRow(
            subject: subject, approach: .reconciliation, step: "top_down_over_bottom_up", year: year, unit: "ratio",
            summary: ratios.allSatisfy(\.isFinite) ? DrawSummary(ratios, dependence: plan.sampling.dependence) : nil,
            hasMean: false,
            factor: ratio(topDown, bottomUp))
    }

    /// What each intervention adds, all pupils together.
    private func interventionRows(of view: EffectView) -> [EffectRow] {
        mix.parts.indices.flatMap { part -> [EffectRow] in
            let subject = view.subject.with(intervention: mix.parts[part].intervention.name)
            func row(_ step: BottomUpStep, _ unit: String, _ values: [Double]) -> EffectRow {
                EffectRow(
                    subject: subject, approach: .bottomUp, step: step.rawValue, year: "all", unit: unit,
                    summary: DrawSummary(
                        values, dependence: values.count > 1 ? plan.sampling.dependence : .independent), hasMean: true,
                    factor: nil)
            }
            return [
                row(.menuEffect, "SD", drawn.menu[outcome].map { $0[part] }),
                row(.treatments, "pupil-years per pupil", [view.treated[part]]),
                row(.capacity, "SD", view.contributions[part]),
            ]
        }
    }

    private func ratio(_ numerator: [Double], _ denominator: [Double]) -> Double? {
        let mean = DrawSummary(denominator).mean
        return mean == 0 ? nil : DrawSummary(numerator).mean / mean
    }
}
