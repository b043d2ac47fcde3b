import OrderedCollections
import Specifications

/// An entry of the menu: what it does for a treated pupil, what it costs, and whom it takes to do it.
public struct Intervention: Sendable {
    /// The name by which mixes refer to it.
    public let name: String
    /// Its name for readers.
    public let title: String
    /// The number that keys its random numbers; unique in the menu.
    public let stream: UInt64
    /// The sectors that can choose it.
    public let sectors: [String]
    /// Its effects by outcome.
    public private(set) var effects: OrderedDictionary<String, InterventionEffect>
    /// The class of its evidence, by which predictive distributions widen.
    public let evidenceStrength: String
    /// Euros per treated pupil and year.
    public let cost: SourcedNumber
    /// Full-time staff per 100 treated pupils.
    public let staff: SourcedNumber
    /// The effect on a pupil of the low SES group relative to the high group.
    public let lowMultiplier: SourcedNumber
    /// How fully it is delivered compared with the studies, above 0 to 1.
    public let fidelity: SourcedNumber

    private static let keys = [
        "title", "stream", "sectors", "effects", "evidence_strength", "cost", "staff", "low_multiplier", "fidelity",
        "note",
    ]

    init?(name: String, _ value: SpecificationValue, menu: MenuDeclarations) {
        guard let mapping = value.mapping("intervention '\(name)'", keys: Self.keys) else { return nil }
        let stream = mapping.integer("stream", in: 1...65_535)
        let sectors = mapping.required("sectors")?.list(atLeast: 1)?.map { $0.word(among: menu.sectors) }
        let strength = mapping.required("evidence_strength")?.word(among: menu.widening.keys.elements)
        let cost = mapping.required("cost").flatMap { SourcedNumber($0, "eur_per_pupil", in: .positive) }
        let staff = mapping.required("staff").flatMap { SourcedNumber($0, "fte_per_100_pupils", in: .nonNegative) }
        let low = Self.optional(mapping, "low_multiplier", in: .nonNegative)
        let fidelity = Self.optional(mapping, "fidelity", in: .positiveShare)
        guard let stream, let sectors, !sectors.contains(where: { $0 == nil }), let strength,
            let widening = menu.widening[strength], let cost, let staff, let low, let fidelity,
            let effects = mapping.required("effects").flatMap({ Self.effects($0, menu: menu, widening: widening) })
        else { return nil }
        self.name = name
        title = mapping.optionalText("title") ?? name
        self.stream = UInt64(stream)
        self.sectors = sectors.compactMap { $0 }
        self.effects = effects
        evidenceStrength = strength
        self.cost = cost
        self.staff = staff
        lowMultiplier = low
        self.fidelity = fidelity
    }

    private static func optional(
        _ mapping: SpecificationMapping, _ key: String, in range: NumberRange
    ) -> SourcedNumber? {
        guard let value = mapping.optional(key) else { return .one }
        return SourcedNumber(value, "value", in: range)
    }

    private static func effects(
        _ value: SpecificationValue, menu: MenuDeclarations, widening: Double
    ) -> OrderedDictionary<String, InterventionEffect>? {
        guard let mapping = value.openMapping("effects") else { return nil }
        guard !mapping.entries.isEmpty else {
            value.fail("found no effect; expected at least one outcome.")
            return nil
        }
        var effects: OrderedDictionary<String, InterventionEffect> = [:]
        for entry in mapping.entries {
            guard entry.keyValue.word(among: menu.outcomes.keys.elements) != nil,
                let effect = InterventionEffect(entry.value, menu: menu, widening: widening)
            else { return nil }
            effects[entry.key] = effect
        }
        return effects
    }

    /// Whether it is on the menu in a version: an intervention without an effect there is not.
    func isOffered(in version: String) -> Bool { effects.values.contains { $0.byVersion[version] != nil } }

    /// Puts an effect in place of its own, in all versions.
    mutating func replaceEffect(on outcome: String, by predictive: PredictiveEffect, versions: [String], source: String)
    {
        effects[outcome] = InterventionEffect(predictive, versions: versions, source: source)
    }
}
