import Funding
import Parallelism
import Probability
import Recovery

/// A row of `capacity.csv`: the staff that the money of some schools would employ in a year, and the staff that they find.
public struct StaffLimit: Sendable {
    /// The scenario.
    public let scenario: String
    /// The sector.
    public let sector: String
    /// The schools' region; nil when not declared.
    public let region: String?
    /// The schools' disadvantage quintile: `1` to `5`, or `unknown`.
    public let quintile: String
    /// The school year.
    public let year: SchoolYear
    /// The schools' pupils.
    public let pupils: Int
    /// Spending per pupil, EUR.
    public let euros: Double
    /// The staff that it would employ, FTE per 100 pupils.
    public let needed: Double
    /// The staff that can be found, FTE per 100 pupils.
    public let found: DrawSummary
    /// The share of staffed interventions that can be delivered.
    public let delivered: DrawSummary
    /// The share of draws in which less can be found than is needed.
    public let probabilityBinding: Double
    /// Its Monte Carlo standard error.
    public let mcseOfProbability: Double?
}

extension SimulationPlan {
    /// Where and when staff limits what money does: every scenario, sector, region, quintile and year with money.
    ///
    /// Empty when the file declares no `interventions`.
    ///
    /// - Parameter draws: The number of draws of the run; the first 10,000 are used.
    public func staffLimits(draws: Int) -> [StaffLimit] {
        guard let declaration = interventions else { return [] }
        let drawn = (0..<min(draws, Self.largestNumberOfEffectDraws)).map { inputs(draw: UInt32($0)) }
        return population.sectors.flatMap { sector -> [StaffLimit] in
            guard let mix = declaration.mixes[sector], let capacity = declaration.capacities[sector] else { return [] }
            let staff = drawn.map { $0.value(capacity.available, stream: capacity.stream) }
            let effect = BottomUpEffect(mix, dosing: declaration.dosing, unused: declaration.unusedMoney)
            let schools = SectorSchools(self, sector: sector)
            let cells = schools.cells
            var rows = [[StaffLimit]](repeating: [], count: scenarios.count * cells.count)
            rows.withUnsafeMutableBufferPointer { rows in
                nonisolated(unsafe) let rows = rows
                Threads.forEach(rows.count) { index in
                    let (scenario, cell) = (index / cells.count, cells[index % cells.count])
                    let share = capacity.share(quintile: cell.quintile, region: cell.region)
                    rows[index] = schools.paidYears.enumerated().compactMap { paidYear, year in
                        limit(
                            scenario, sector, cell, file.years[year],
                            euros: cell.eurosPerPupil(scenario: scenario, paidYear: paidYear), effect,
                            found: staff.map { $0 * share })
                    }
                }
            }
            return rows.flatMap { $0 }
        }
    }

    /// nil without money.
    private func limit(
        _ scenario: Int, _ sector: String, _ cell: SectorSchools.Cell, _ year: SchoolYear, euros: Double,
        _ effect: BottomUpEffect, found: [Double]
    ) -> StaffLimit? {
        guard euros > 0 else { return nil }
        let needed = effect.staffNeeded(euros: euros)
        let dependence = sampling.dependence
        let binding = DrawShare(found.map { needed - $0 }, atLeast: .leastNonzeroMagnitude, dependence: dependence)
        return StaffLimit(
            scenario: scenarios[scenario].declaration.name, sector: sector, region: cell.region,
            quintile: cell.quintile == SchoolPopulation.unknownQuintile ? "unknown" : String(cell.quintile),
            year: year, pupils: Int(cell.pupils[0] + cell.pupils[1]), euros: euros, needed: needed,
            found: DrawSummary(found, dependence: dependence),
            delivered: DrawSummary(
                found.map { StaffCapacity.deliveredShare(available: $0, needed: needed) }, dependence: dependence),
            probabilityBinding: binding.value, mcseOfProbability: binding.mcse)
    }
}
