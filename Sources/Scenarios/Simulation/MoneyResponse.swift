import Funding
import Probability

/// What a euro per pupil does in one draw: the gain in the year in which it is spent, by outcome, scenario, cell, SES group and
/// paid year; and how gains last.
///
/// Within a cell every euro does the same. The effect per euro of studies of money (top-down) is the same in all cells; the
/// menu's (bottom-up) has the diminishing returns and the staff limits of the cell's mean spending.
struct MoneyResponse {
    /// Gain per euro per pupil, SD: `[outcome][((scenario * cells + cell) * groups + group) * paid years + paid year]`; by
    /// group only when it is the same everywhere.
    private let gains: [[Double]]
    private let cells: Int
    private let paidYears: Int
    /// Whether it is the same in all scenarios and cells.
    let isSame: Bool
    /// How much of a gain is left after so many years: `[outcome of the sector][years]`.
    let lasting: [[Double]]

    @inline(__always)
    func gain(_ outcome: Int, scenario: Int, cell: Int, group: Int, paidYear: Int) -> Double {
        isSame
            ? gains[outcome][group]
            : gains[outcome][((scenario * cells + cell) * RecordLayout.groups + group) * paidYears + paidYear]
    }

    /// Euros times gains, summed over the cells of each quintile.
    func summed(
        _ outcome: Int, _ scenario: Int, _ group: Int, _ paidYear: Int, _ schools: SectorSchools
    ) -> SIMD8<Double> {
        let first = (scenario * RecordLayout.groups + group) * paidYears + paidYear
        guard !isSame else { return gains[outcome][group] * schools.eurosByQuintile[first] }
        var sums = SIMD8<Double>(repeating: 0)
        schools.eurosByCell.withUnsafeBufferPointer { euros in
            gains[outcome].withUnsafeBufferPointer { gains in
                for cell in 0..<cells {
                    let gain = gains[((scenario * cells + cell) * RecordLayout.groups + group) * paidYears + paidYear]
                    sums[schools.quintiles[cell]] += euros[first * cells + cell] * gain
                }
            }
        }
        return sums
    }

    /// The effect per euro of studies of money.
    init(topDown parameters: [OutcomeParameters], schools: SectorSchools, years: Int) {
        cells = schools.cells.count
        paidYears = schools.paidYears.count
        isSame = true
        gains = parameters.map { [$0.effectPerEuro * $0.lowMultiplier, $0.effectPerEuro] }
        lasting = parameters.map { p in
            var (result, rest) = ([Double](), 1 - p.plateau)
            for _ in 0..<years {
                result.append(p.plateau + rest)
                rest *= p.yearlyDecay
            }
            return result
        }
    }

    /// The menu's effects of what the money buys, as far as staff can be found.
    init(bottomUp menu: SectorMenu, inputs: DrawnInputs, schools: SectorSchools, scenarios: Int, years: Int) {
        cells = schools.cells.count
        paidYears = schools.paidYears.count
        isSame = false
        let draw = menu.draw(inputs)
        let (cells, paid, groups) = (cells, paidYears, RecordLayout.groups)
        var gains = [[Double]](
            repeating: Array(repeating: 0, count: scenarios * cells * groups * paid), count: menu.outcomes.count)
        for scenario in 0..<scenarios {
            for (index, cell) in schools.cells.enumerated() {
                for paidYear in 0..<paid {
                    let euros = cell.eurosPerPupil(scenario: scenario, paidYear: paidYear)
                    guard euros > 0 else { continue }
                    let responses = menu.responses(euros: euros, cell: cell, draw)
                    for outcome in menu.outcomes.indices {
                        for group in 0..<groups {
                            gains[outcome][((scenario * cells + index) * groups + group) * paid + paidYear] =
                                menu.gain(outcome, isLow: group == 0, responses: responses, draw) / euros
                        }
                    }
                }
            }
        }
        self.gains = gains
        let persistence = draw.programme.persistence
        let lasting = (0..<years).map { persistence.share(after: Double($0)) }
        self.lasting = menu.outcomes.map { _ in lasting }
    }
}

/// What a sector's money is spent on, and what limits it.
struct SectorMenu: Sendable {
    /// The sector's outcomes.
    let outcomes: [SimulatedOutcome]
    private let declaration: InterventionDeclaration
    private let capacity: SectorCapacity
    private let persistence: FittedPersistence?
    private let mix: BottomUpEffect

    /// Nil when the file declares no interventions for the sector.
    init?(_ plan: SimulationPlan, sector: String, outcomes: [SimulatedOutcome]) {
        guard let declaration = plan.interventions, let mix = declaration.mixes[sector],
            let capacity = declaration.capacities[sector]
        else { return nil }
        self.outcomes = outcomes
        self.declaration = declaration
        self.capacity = capacity
        persistence = plan.fittedPersistence
        self.mix = BottomUpEffect(mix, dosing: declaration.dosing, unused: declaration.unusedMoney)
    }

    /// The uncertain numbers of a draw.
    struct Draw {
        let programme: ProgrammeDraw
        /// Staff that a school without shortage finds, FTE per 100 pupils.
        let staff: Double
        /// The menu's effects by outcome and intervention.
        let effects: [[Double]]
    }

    func draw(_ inputs: DrawnInputs) -> Draw {
        Draw(
            programme: inputs.programme(declaration, persistence),
            staff: inputs.value(capacity.available, stream: capacity.stream),
            effects: outcomes.map { inputs.menuEffects(declaration, outcome: $0) })
    }

    /// The response to the doses that staff can deliver, by intervention.
    func responses(euros: Double, cell: SectorSchools.Cell, _ draw: Draw) -> [Double] {
        mix.responses(
            euros: euros, available: draw.staff * capacity.share(quintile: cell.quintile, region: cell.region))
    }

    /// The gain of a group's pupils, SD.
    func gain(_ outcome: Int, isLow: Bool, responses: [Double], _ draw: Draw) -> Double {
        mix.gain(draw.effects[outcome], isLow: isLow, responses: responses, draw: draw.programme)
    }
}
