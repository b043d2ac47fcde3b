import Funding
import Probability

extension SimulationPlan {
    /// The most draws that effects are computed over: their quantiles need no more.
    public static let largestNumberOfEffectDraws = 10_000

    /// The effect of every scenario's money, computed top-down and bottom-up, with the factors between.
    ///
    /// Empty when the file declares no `interventions`.
    ///
    /// - Parameter draws: The number of draws of the run; the first 10,000 are used.
    public func effects(draws: Int) -> [EffectRow] {
        guard let declaration = interventions else { return [] }
        let count = min(draws, Self.largestNumberOfEffectDraws)
        let drawn = EffectDraws(self, declaration, draws: count)
        let cells = Dictionary(
            uniqueKeysWithValues: population.sectors.map { ($0, SpendingCells(self, sector: $0)) })
        var rows: [EffectRow] = []
        for (scenario, funded) in scenarios.enumerated() {
            for (position, outcome) in file.outcomes.enumerated() {
                guard let mix = declaration.mixes[outcome.sector],
                    let capacity = declaration.capacities[outcome.sector],
                    let sectorCells = cells[outcome.sector]
                else { continue }
                let comparison = EffectComparison(
                    plan: self, scenario: scenario, outcome: position, mix: mix, capacity: capacity,
                    declaration: declaration, cells: sectorCells.cells, drawn: drawn)
                rows += comparison.rows
            }
            for sector in population.sectors {
                rows += crossChecks(declaration, funded.declaration.name, scenario, sector, cells[sector])
            }
        }
        return rows
    }

    /// The published arithmetic of one scenario and sector.
    private func crossChecks(
        _ declaration: InterventionDeclaration, _ name: String, _ scenario: Int, _ sector: String,
        _ cells: SpendingCells?
    ) -> [EffectRow] {
        let cells = cells?.cells ?? []
        let pupils = cells.reduce(0) { $0 + $1.pupils }
        guard pupils > 0 else { return [] }
        let euros = cells.reduce(0) { $0 + $1.pupils * $1.euros[scenario].reduce(0, +) } / pupils
        return declaration.crossChecks.flatMap { check in
            let subject = EffectRow.Subject(
                scenario: name, sector: sector, outcome: check.outcome, group: "all", quintile: "all")
            func row(_ step: String, _ unit: String, _ value: Double) -> EffectRow {
                EffectRow(
                    subject: subject, approach: .arithmetic, step: step, year: "all", unit: unit,
                    summary: DrawSummary([value]), hasMean: true, factor: nil)
            }
            return [
                row("money", "EUR per pupil", euros), row("total", "SD", check.gain(eurosPerPupil: euros)),
                row("share_of_loss", "ratio", check.shareOfLoss(eurosPerPupil: euros)),
                row("money_to_close_loss", "EUR per pupil", check.eurosToCloseLoss),
            ]
        }
    }
}
