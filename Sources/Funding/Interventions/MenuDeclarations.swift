import OrderedCollections
import Specifications

/// What all entries of a menu share: its versions, sectors and outcomes, the table of months, and the rule for weak
/// evidence.
struct MenuDeclarations: Sendable {
    let versions: [String]
    let sectors: [String]
    let outcomes: OrderedDictionary<String, MenuOutcome>
    let months: MonthsOfLearning
    /// How much wider the predictive distribution becomes, by strength of evidence.
    let widening: OrderedDictionary<String, Double>
    let wideningSource: String
}

/// An outcome that interventions affect.
public struct MenuOutcome: Sendable, Equatable {
    /// The number that keys its random numbers; unique in the menu.
    public let stream: UInt64
    /// The outcomes of which it is the mean; empty for an outcome of its own.
    public let parts: [String]
}

extension MenuDeclarations {
    init?(_ mapping: SpecificationMapping) {
        let versions = mapping.required("versions").flatMap { Self.different($0, "version") }
        let sectors = mapping.required("sectors").flatMap { Self.different($0, "sector") }
        let outcomes = mapping.required("outcomes").flatMap { Self.outcomes($0) }
        let months = mapping.required("months_to_sd").flatMap { MonthsOfLearning($0) }
        let strength = mapping.required("evidence_strength").flatMap { Self.widening($0) }
        guard let versions, let sectors, let outcomes, let months, let strength else { return nil }
        self.init(
            versions: versions, sectors: sectors, outcomes: outcomes, months: months, widening: strength.widening,
            wideningSource: strength.source)
    }

    private static func different(_ value: SpecificationValue, _ what: String) -> [String]? {
        guard let texts = value.texts(atLeast: 1) else { return nil }
        guard Set(texts).count == texts.count else {
            value.fail("a \(what) is named twice.")
            return nil
        }
        return texts
    }

    private static func outcomes(_ value: SpecificationValue) -> OrderedDictionary<String, MenuOutcome>? {
        guard let mapping = value.openMapping("outcomes") else { return nil }
        var outcomes: OrderedDictionary<String, MenuOutcome> = [:]
        for entry in mapping.entries {
            guard let outcome = entry.value.mapping("outcome '\(entry.key)'", keys: ["stream", "mean_of"]),
                let stream = outcome.integer("stream", in: 1...65_535)
            else { return nil }
            if outcomes.values.contains(where: { $0.stream == UInt64(stream) }) {
                entry.value.fail("stream \(stream) is used twice. Give each outcome a number of its own.")
            }
            let names = mapping.entries.map(\.key).filter { $0 != entry.key }
            let parts = outcome.optional("mean_of").map { $0.list(atLeast: 1)?.map { $0.word(among: names) } } ?? []
            guard let parts, !parts.contains(where: { $0 == nil }) else { return nil }
            outcomes[entry.key] = MenuOutcome(stream: UInt64(stream), parts: parts.compactMap { $0 })
        }
        return outcomes
    }

    private static func widening(
        _ value: SpecificationValue
    ) -> (widening: OrderedDictionary<String, Double>, source: String)? {
        guard let mapping = value.openMapping("evidence_strength"), let source = mapping.text("source") else {
            return nil
        }
        var widening: OrderedDictionary<String, Double> = [:]
        for entry in mapping.entries where entry.key != "source" {
            guard let factor = entry.value.number(in: .positive) else { return nil }
            guard factor >= 1 else {
                entry.value.fail("found \(factor); weak evidence widens: expected a factor of 1 or more.")
                return nil
            }
            widening[entry.key] = factor
        }
        return (widening, source)
    }
}
