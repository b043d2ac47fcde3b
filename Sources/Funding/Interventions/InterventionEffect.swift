import OrderedCollections
import Specifications

/// What an intervention does for one outcome, in each version of the menu.
public struct InterventionEffect: Sendable {
    /// The effect by version of the menu; versions without an entry do not offer it.
    public let byVersion: OrderedDictionary<String, PredictiveEffect>
    /// The published months by version, when the menu gives months.
    public let months: OrderedDictionary<String, Int>
    /// Where it comes from.
    public let source: String

    /// The same effect in all versions.
    init(_ predictive: PredictiveEffect, versions: [String], source: String) {
        byVersion = OrderedDictionary(uniqueKeysWithValues: versions.map { ($0, predictive) })
        months = [:]
        self.source = source
    }

    private static let keys = ["months", "effect", "std_error", "between_study_sd", "source"]

    /// Reads either `months`, one number or one per version, or `effect` in SD with its uncertainties.
    init?(_ value: SpecificationValue, menu: MenuDeclarations, widening: Double) {
        guard let mapping = value.mapping("effect", keys: Self.keys), let source = mapping.text("source") else {
            return nil
        }
        self.source = source
        switch (mapping.optional("months"), mapping.optional("effect")) {
        case (let months?, nil):
            for key in ["std_error", "between_study_sd"] {
                mapping.optional(key)?.fail("'\(key)' of months stands in 'months_to_sd'; remove it here.")
            }
            guard let read = Self.months(months, menu: menu) else { return nil }
            self.months = read
            byVersion = read.compactMapValues { menu.months.effect(months: $0, widening: widening) }
        case (nil, let effect?):
            guard let mean = effect.number(), let error = mapping.number("std_error", in: .nonNegative),
                let between = mapping.number("between_study_sd", in: .nonNegative)
            else { return nil }
            months = [:]
            let predictive = PredictiveEffect(
                mean: mean, standardError: error, betweenStudySD: between, widening: widening)
            byVersion = OrderedDictionary(uniqueKeysWithValues: menu.versions.map { ($0, predictive) })
        default:
            mapping.fail("an effect is given either as 'months' or as 'effect' (SD).")
            return nil
        }
    }

    private static func months(
        _ value: SpecificationValue, menu: MenuDeclarations
    ) -> OrderedDictionary<String, Int>? {
        guard value.isMapping else {
            guard let months = known(value, menu) else { return nil }
            return OrderedDictionary(uniqueKeysWithValues: menu.versions.map { ($0, months) })
        }
        guard let mapping = value.openMapping("months") else { return nil }
        var result: OrderedDictionary<String, Int> = [:]
        for entry in mapping.entries {
            guard entry.keyValue.word(among: menu.versions) != nil, let months = known(entry.value, menu) else {
                return nil
            }
            result[entry.key] = months
        }
        return result
    }

    /// A number of months that the table knows.
    private static func known(_ value: SpecificationValue, _ menu: MenuDeclarations) -> Int? {
        guard let months = value.integer(in: -24...24) else { return nil }
        guard menu.months.bands[months] != nil else {
            value.fail("found \(months) months; 'months_to_sd' has \(menu.months.words). Extend the table.")
            return nil
        }
        return months
    }
}
