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
        let range = (0..<draws).map { UInt32($0) }
        topDown = range.map { draw in
            plan.parameters(draw: draw).map { parameters in
                TopDownEffect(
                    per1000: parameters.effectPerEuro * 1000, lowMultiplier: parameters.lowMultiplier,
                    plateau: parameters.plateau, yearlyDecay: parameters.yearlyDecay)
            }
        }
        programme = range.map { draw in
            declaration.programme(
                seed: file.seed, draw: draw,
                persistence: plan.fittedPersistence?.persistence(seed: file.seed, draw: draw))
        }
        staff = Dictionary(
            uniqueKeysWithValues: declaration.capacities.map { sector, capacity in
                (
                    sector,
                    range.map { capacity.available.value(seed: file.seed, draw: $0, stream: capacity.stream) }
                )
            })
        menu = file.outcomes.map { outcome in
            let parts = declaration.mixes[outcome.sector]?.parts ?? []
            let name = declaration.outcomes[outcome.outcome] ?? outcome.outcome
            return range.map { draw in
                parts.map { part in
                    declaration.menu.effect(
                        of: part.intervention, on: name, version: declaration.version, seed: file.seed, draw: draw)
                }
            }
        }
    }
}

extension InterventionDeclaration {
    /// The parameters of the programme have stream 0, which no outcome has.
    ///
    /// - Parameter persistence: What a fitted model gives in the draw; nil takes the declared parameters.
    fileprivate func programme(seed: UInt64, draw: UInt32, persistence: Persistence?) -> ProgrammeDraw {
        func value(_ kind: UncertainParameter.Kind) -> Double {
            parameters[kind]?.value(seed: seed, draw: draw, stream: 0) ?? 1
        }
        return ProgrammeDraw(
            scaleDown: value(.scaleDown), fidelity: value(.fidelity), overlap: value(.overlap),
            persistence: persistence
                ?? Persistence(plateau: value(.interventionPlateau), halfLife: value(.interventionHalfLife)))
    }
}
