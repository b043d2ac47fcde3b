import Funding

/// The steps from what the menu promises a treated pupil to what a programme does for all pupils: each step's value is
/// that of the step before times one factor more.
enum BottomUpStep: String, CaseIterable, Sendable {
    /// The menu's effect, mean over the treatments that the money buys.
    case menuEffect = "menu_effect"
    /// Times the treatments: pupil-years of treatment per pupil.
    case treatments
    /// Diminishing returns of doses.
    case doseResponse = "dose_response"
    /// The SES group's multiplier.
    case lowMultiplier = "low_multiplier"
    /// Delivery, by intervention and of the programme.
    case fidelity
    /// Effects at scale against those of studies.
    case scaleDown = "scale_down"
    /// Staff that can be found.
    case capacity
    /// Interventions that do the same thing twice: the effect as the money is spent.
    case overlap
    /// What is left at the end of the last simulated year.
    case persistence
}

/// The values of one draw that all interventions of a programme share.
struct ProgrammeDraw: Sendable {
    let scaleDown: Double
    let fidelity: Double
    let overlap: Double
    let persistence: Persistence
}

/// The bottom-up effect of one mix: menu effects times what the money buys and what stands between.
struct BottomUpEffect: Sendable {
    private let shares: [Double]
    private let costs: [Double]
    private let staff: [Double]
    private let fidelity: [Double]
    private let lowMultipliers: [Double]
    private let dosing: DoseResponse
    private let unused: UnusedMoney

    init(_ mix: InterventionMix, dosing: DoseResponse, unused: UnusedMoney) {
        shares = mix.parts.map(\.share.value)
        costs = mix.parts.map(\.intervention.cost.value)
        staff = mix.parts.map(\.intervention.staff.value)
        fidelity = mix.parts.map(\.intervention.fidelity.value)
        lowMultipliers = mix.parts.map(\.intervention.lowMultiplier.value)
        self.dosing = dosing
        self.unused = unused
    }

    /// The doses that an amount per pupil buys in a year, by intervention: `euros x share / cost`.
    func doses(_ euros: Double) -> [Double] { costs.indices.map { euros * shares[$0] / costs[$0] } }

    /// What one draw gives one cell.
    struct Result {
        /// The value of each step, SD.
        var steps = [Double](repeating: 0, count: BottomUpStep.allCases.count)
        /// Each intervention's treatments bought, pupil-years per pupil.
        var treated: [Double]
        /// Each intervention's effect by itself with the staff there is, SD.
        var contributions: [Double]
    }

    /// The steps of one cell in one draw.
    ///
    /// - Parameters:
    ///   - effects: The menu's effect of each intervention, SD.
    ///   - euros: Euros per pupil by year; the last year is the horizon.
    ///   - isLow: Whether the cell is of the low SES group.
    ///   - available: Staff that can be found, FTE per 100 pupils.
    ///   - draw: What interventions share.
    func steps(
        _ effects: [Double], euros: [Double], isLow: Bool, available: Double, draw: ProgrammeDraw
    ) -> Result {
        let none = [Double](repeating: 0, count: effects.count)
        var result = Result(treated: none, contributions: none)
        result[.menuEffect] = menuEffect(effects)
        for (year, amount) in euros.enumerated() where amount > 0 {
            let bought = doses(amount)
            let delivered = StaffCapacity.delivered(
                doses: bought, costs: costs, staff: staff, available: available, unused: unused)
            var yearly = none
            for i in effects.indices {
                let response = dosing.response(bought[i])
                let forGroup = effects[i] * (isLow ? lowMultipliers[i] : 1)
                let faithful = forGroup * fidelity[i] * draw.fidelity
                yearly[i] = faithful * draw.scaleDown * dosing.response(delivered[i])
                result.treated[i] += bought[i]
                result.contributions[i] += yearly[i]
                result[.treatments] += effects[i] * bought[i]
                result[.doseResponse] += effects[i] * response
                result[.lowMultiplier] += forGroup * response
                result[.fidelity] += faithful * response
                result[.scaleDown] += faithful * draw.scaleDown * response
                result[.capacity] += yearly[i]
            }
            let together = Overlap.total(yearly, overlap: draw.overlap)
            result[.overlap] += together
            result[.persistence] += together * draw.persistence.share(after: Double(euros.count - 1 - year))
        }
        return result
    }

    /// The response to the doses that an amount buys and staff can deliver, by intervention.
    func responses(euros: Double, available: Double) -> [Double] {
        StaffCapacity.delivered(doses: doses(euros), costs: costs, staff: staff, available: available, unused: unused)
            .map { dosing.response($0) }
    }

    /// The effect of all interventions together in the year of the money, SD: the step ``BottomUpStep/overlap``.
    func gain(_ effects: [Double], isLow: Bool, responses: [Double], draw: ProgrammeDraw) -> Double {
        let yearly = effects.indices.map { i in
            effects[i] * (isLow ? lowMultipliers[i] : 1) * fidelity[i] * draw.fidelity * draw.scaleDown * responses[i]
        }
        return Overlap.total(yearly, overlap: draw.overlap)
    }

    /// The staff that an amount per pupil would employ, FTE per 100 pupils.
    func staffNeeded(euros: Double) -> Double {
        let bought = doses(euros)
        return bought.indices.reduce(0) { $0 + bought[$1] * staff[$1] }
    }

    /// The mean effect of a treatment, weighted by the treatments that a euro buys.
    private func menuEffect(_ effects: [Double]) -> Double {
        var (sum, weights) = (0.0, 0.0)
        for i in effects.indices {
            let weight = shares[i] / costs[i]
            sum += weight * effects[i]
            weights += weight
        }
        return sum / weights
    }
}

extension BottomUpEffect.Result {
    /// The value of a step.
    subscript(_ step: BottomUpStep) -> Double {
        get { steps[step.position] }
        set { steps[step.position] = newValue }
    }
}

extension BottomUpStep {
    /// Its place in the chain.
    var position: Int {
        switch self {
        case .menuEffect: 0
        case .treatments: 1
        case .doseResponse: 2
        case .lowMultiplier: 3
        case .fidelity: 4
        case .scaleDown: 5
        case .capacity: 6
        case .overlap: 7
        case .persistence: 8
        }
    }
}
