import Funding
import LinearAlgebra
import Probability
import Specifications
import Tables

extension InputSpace {
    /// The uncertain inputs of a plan, in the order of its file.
    ///
    /// - Throws: ``ScenarioError/correlations(_:place:)`` when declared correlations contradict each other.
    init(
        _ file: ScenarioFile, starts: [JointStart], interventions: InterventionDeclaration?,
        persistence: FittedPersistence?, careers: [CareerPlan] = []
    ) throws(ScenarioError) {
        for outcome in file.outcomes {
            for parameter in outcome.parameters.values {
                add(parameter, named: "\(outcome.name).\(parameter.kind.key)", stream: outcome.stream)
            }
        }
        for (model, start) in zip(starts.map(\.model), starts) {
            for element in start.mean.indices {
                add("\(model).start.\(element + 1)", .sampling, .estimate(model: start.stream, element: element))
            }
        }
        if let interventions { add(interventions, file) }
        if let persistence {
            for (element, label) in persistence.fit.coefficients.labels.enumerated() {
                add(
                    "\(persistence.model).\(label)", .sampling,
                    .estimate(model: persistence.stream, element: element))
            }
        }
        if file.moneyEffect.isUncertain { add("money_effect", .structure, MoneyEffect.key) }
        for careers in careers { add(careers) }
        try correlate(file)
    }

    private mutating func add(_ careers: CareerPlan) {
        for own in careers.parameters {
            if case .fixed = own.parameter.distribution { continue }
            add(own.name, .parameter, own.key)
        }
        guard let fitted = careers.fitted else { return }
        for (element, key) in fitted.keys.enumerated() {
            add("\(fitted.model).log_odds.\(element + 1)", .sampling, key)
        }
    }

    private mutating func add(_ parameter: UncertainParameter, named name: String, stream: UInt64) {
        if case .fixed = parameter.distribution { return }
        add(name, .parameter, .parameter(parameter.kind, stream: stream))
    }

    private mutating func add(_ interventions: InterventionDeclaration, _ file: ScenarioFile) {
        for parameter in interventions.parameters.values {
            add(parameter, named: "interventions.\(parameter.kind.key)", stream: 0)
        }
        for (sector, capacity) in interventions.capacities {
            add(
                capacity.available, named: "interventions.capacity.\(sector).\(capacity.available.kind.key)",
                stream: capacity.stream)
        }
        for outcome in file.outcomes {
            let name = interventions.outcomes[outcome.outcome] ?? outcome.outcome
            for part in interventions.mixes[outcome.sector]?.parts ?? [] {
                _ = interventions.menu.effect(of: part.intervention, on: name, version: interventions.version) {
                    effect, stream in
                    let (within, between) = (
                        effect.standardError * effect.standardError, effect.betweenStudySD * effect.betweenStudySD
                    )
                    // Effects known exactly are in the space too: a continued run may draw from stored numbers that are not.
                    add(
                        "interventions.\(part.intervention.name).effect_\(stream)",
                        between > 0 ? .betweenStudy : .sampling,
                        samplingShare: effect.scale > 0 ? within / (within + between) : 0,
                        .effect(intervention: part.intervention.stream, outcome: stream))
                    return 0
                }
            }
        }
    }

    private mutating func correlate(_ file: ScenarioFile) throws(ScenarioError) {
        var pairs: [(first: Int, second: Int, correlation: Double)] = []
        for declared in file.correlations {
            var found: [Int] = []
            for parameter in declared.parameters {
                guard let position = position(named: parameter.name) else {
                    let names = inputs.filter { $0.source == .parameter }.map(\.name)
                    throw .correlations(
                        "'\(parameter.name)' is no uncertain parameter of this file. Names are <outcome>.<sector>.<parameter> "
                            + "as in assumptions.csv, of parameters that are not fixed."
                            + (nearest(to: parameter.name, among: names).map { " Did you mean '\($0)'?" } ?? ""),
                        place: parameter.place)
                }
                guard inputs[position].source == .parameter else {
                    throw .correlations(
                        "'\(parameter.name)' is no declared parameter: estimates of models have their own correlations, and "
                            + "the choice of 'money_effect' and effects of the menu are independent.",
                        place: parameter.place)
                }
                found.append(position)
            }
            for (index, first) in found.enumerated() {
                for second in found[..<index] {
                    if pairs.contains(where: { Set([$0.first, $0.second]) == Set([first, second]) }) {
                        throw .correlations(
                            "the correlation of '\(inputs[second].name)' and '\(inputs[first].name)' is declared twice.",
                            place: declared.place)
                    }
                    pairs.append((first, second, declared.correlation))
                }
            }
        }
        guard let place = file.correlations.first?.place else { return }
        do {
            correlate(try InputCorrelations(pairs))
        } catch {
            throw .correlations(
                "no parameters can have these correlations all at once (their matrix has a negative eigenvalue). Make "
                    + "some of them smaller, or declare those between the others too.", place: place)
        }
    }
}

extension DrawnInputs {
    /// What interventions share in the draw.
    func programme(_ declaration: InterventionDeclaration, _ persistence: FittedPersistence?) -> ProgrammeDraw {
        // The parameters of the programme have stream 0, which no outcome has.
        func value(_ kind: UncertainParameter.Kind) -> Double {
            declaration.parameters[kind].map { self.value($0, stream: 0) } ?? 1
        }
        return ProgrammeDraw(
            scaleDown: value(.scaleDown), fidelity: value(.fidelity), overlap: value(.overlap),
            persistence: persistence?.persistence(self)
                ?? Persistence(plateau: value(.interventionPlateau), halfLife: value(.interventionHalfLife)))
    }

    /// The menu's effect of each intervention of a sector's mix on an outcome, SD per treated pupil and year.
    func menuEffects(_ declaration: InterventionDeclaration, outcome: SimulatedOutcome) -> [Double] {
        let name = declaration.outcomes[outcome.outcome] ?? outcome.outcome
        return (declaration.mixes[outcome.sector]?.parts ?? []).map { part in
            declaration.menu.effect(of: part.intervention, on: name, version: declaration.version) { effect, stream in
                guard effect.scale > 0 else { return effect.mean }
                return effect.quantile(
                    uniform(.effect(intervention: part.intervention.stream, outcome: stream)))
            }
        }
    }
}
