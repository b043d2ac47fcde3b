import Funding
import Probability

/// What the effects of a plan's interventions need of each draw: the same for all scenarios, so that these differ by their
/// money alone.
struct EffectDraws: Sendable {
    /// The top-down effect: `[draw][outcome]`.
    let topDown: [[TopDownEffect]]
    /// What all interventions share, by draw.
    let programme: [ProgrammeDraw]
    /// The staff that a school without shortage finds, FTE per 100 pupils: by sector and draw.
    let staff: [String: [Double]]
    /// The menu's effects: `[outcome][draw][intervention of the sector's mix]`.
    let menu: [[[Double]]]

    init(_ plan: SimulationPlan, _ declaration: InterventionDeclaration, draws: Int) {
        let file = plan.file
        let drawn = (0..<draws).map { plan.inputs(draw: UInt32($0)) }
        topDown = drawn.map { inputs in
            plan.parameters(inputs).map { parameters in
                TopDownEffect(
                    per1000: parameters.effectPerEuro * 1000, lowMultiplier: parameters.lowMultiplier,
                    plateau: parameters.plateau, yearlyDecay: parameters.yearlyDecay)
            }
        }
        programme = drawn.map { $0.programme(declaration, plan.fittedPersistence) }
        staff = Dictionary(
            uniqueKeysWithValues: declaration.capacities.map { sector, capacity in
                (sector, drawn.map { $0.value(capacity.available, stream: capacity.stream) })
            })
        menu = file.outcomes.map { outcome in
            drawn.map { $0.menuEffects(declaration, outcome: outcome) }
        }
    }
}
