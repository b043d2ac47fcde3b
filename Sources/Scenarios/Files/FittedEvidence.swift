import Funding
import Models
import OrderedCollections
import Specifications

/// An effect of the menu that a fitted meta-analysis gives in place of the menu's own.
public struct EvidenceReference: Sendable {
    /// The intervention.
    public let intervention: String
    /// The menu's outcome.
    public let outcome: String
    /// The model, one of the scenario file's.
    public let model: String
    /// The effect's name in the model: `pooled`, or one of its predictions.
    public let effect: String
    /// Where it is declared, for messages.
    public let place: SpecificationPlace

    /// Reads `{intervention: {outcome: {model, effect}}}`.
    static func all(
        _ value: SpecificationValue, menu: InterventionMenu, models: [String]
    ) -> [EvidenceReference]? {
        guard let byIntervention = value.openMapping("effects from models") else { return nil }
        var references: [EvidenceReference] = []
        for entry in byIntervention.entries {
            guard let name = entry.keyValue.word(among: menu.interventions.map(\.name)),
                let intervention = menu.interventions.first(where: { $0.name == name }),
                let byOutcome = entry.value.openMapping("effects of '\(name)' from models")
            else { return nil }
            for own in byOutcome.entries {
                guard let outcome = own.keyValue.word(among: intervention.effects.keys.elements),
                    let mapping = own.value.mapping("effect from a model", keys: ["model", "effect", "note"]),
                    let model = mapping.required("model")?.word(among: models)
                else { return nil }
                let effect = mapping.optional("effect").map { $0.text() } ?? "pooled"
                guard let effect else { return nil }
                references.append(
                    EvidenceReference(
                        intervention: name, outcome: outcome, model: model, effect: effect, place: own.value.place))
            }
        }
        return references
    }
}

/// How effects of interventions last: declared, or drawn from a fitted decay.
public enum InterventionPersistence: Sendable {
    /// The parameters ``UncertainParameter/Kind/interventionPlateau`` and `interventionHalfLife`.
    case declared
    /// A model of kind `persistence`, one of the scenario file's.
    case model(String, place: SpecificationPlace)
}

extension InterventionDeclaration {
    /// The declaration with the effects of fitted models in place of the menu's own.
    ///
    /// - Throws: ``ScenarioError/evidence(_:place:)`` when a model is of another kind or has no such effect.
    func resolved(_ models: [String: FittedModel]) throws(ScenarioError) -> InterventionDeclaration {
        var result = self
        for reference in evidence {
            guard let fit = models[reference.model]?.evidence else {
                throw .evidence(
                    "model '\(reference.model)' is no meta-analysis (kind evidence).", place: reference.place)
            }
            guard let effect = fit.effects.first(where: { $0.name == reference.effect }) else {
                let known = fit.effects.map { "'\($0.name)'" }.joined(separator: ", ")
                throw .evidence(
                    "model '\(reference.model)' has no effect '\(reference.effect)'; it has \(known).",
                    place: reference.place)
            }
            let drawn = effect.predictive
            let predictive = PredictiveEffect(
                mean: drawn.mean, standardError: drawn.standardError,
                betweenStudySD: drawn.betweenStudyStandardDeviation, widening: drawn.widening,
                degreesOfFreedom: drawn.degreesOfFreedom)
            result.replaceEffect(
                of: reference.intervention, on: reference.outcome, by: predictive,
                source: "model \(reference.model), effect '\(reference.effect)'"
                    + (fit.version.isEmpty ? "" : ", version \(fit.version)"))
        }
        if case .model(let name, let place) = persistence, models[name]?.persistence == nil {
            throw .evidence("model '\(name)' is no decay of effects (kind persistence).", place: place)
        }
        return result
    }
}
