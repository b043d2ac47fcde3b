import Probability
import Transitions

/// The numbers of one draw of a sector's careers.
struct CareerDraw: Sendable {
    /// How likely each route is against the others of its grade before the crisis: `[group][route]`.
    let weights: [[Double]]
    /// Shifts of log-odds per SD of skill, per SD of well-being and by policy: `[cell]`, `[cell]`, `[year][cell]`.
    let skill: [Double]
    let wellbeing: [Double]
    let policy: [[Double]]
    /// Pupils of each set of tracks and SES group before the crisis: cumulated shares of cells: `[set][group]`.
    let stocks: [[[Double]]]
    /// Mean years at school: `[set][group]`.
    let years: [[Double]]
    /// Cumulated shares of those who enter, by track: `[set][group]`.
    let intakes: [[[Double]]]

    init(_ plan: CareerPlan, _ inputs: DrawnInputs, years: Int) {
        let values = plan.parameters.map { inputs.value($0.parameter, $0.key) }
        let weights = plan.weights(values, logOdds: plan.fitted?.drawn(inputs) ?? [])
        self.weights = weights
        let cells = plan.shifts.cells
        func value(_ index: Int, _ sign: Double) -> Double { index < 0 ? 0 : sign * values[index] }
        skill = cells.map { value($0.skill, $0.sign) }
        wellbeing = cells.map { value($0.wellbeing, $0.sign) }
        policy = (0..<years).map { year in cells.map { value($0.policy[year], $0.sign) } }
        let stationary = plan.offers.shares.map { groups in
            groups.enumerated().map { StationaryPupils(plan.flow, intake: $1, weights: weights[$0]) }
        }
        // Those who enter are there: neither adds up to nothing.
        stocks = stationary.map { $0.map { cumulatedShares($0.cells) ?? [1] } }
        self.years = stationary.map { $0.map(\.years) }
        intakes = plan.offers.shares.map { $0.map { cumulatedShares($0) ?? [1] } }
    }
}
