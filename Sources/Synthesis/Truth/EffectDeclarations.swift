import Specifications

/// A fixed effect: a column and its coefficient.
public struct FixedEffect: Sendable, Equatable {
    /// The column.
    public let term: EffectTerm
    /// The coefficient.
    public let value: Double

    static func read(_ value: SpecificationValue, names: EffectNames) -> [FixedEffect]? {
        guard let mapping = value.openMapping("fixed effects") else { return nil }
        var effects: [FixedEffect] = []
        for entry in mapping.entries {
            guard let term = entry.term(names, taken: effects.map(\.term)), let value = entry.value.number() else {
                continue
            }
            effects.append(FixedEffect(term: term, value: value))
        }
        return effects.count == mapping.entries.count ? effects : nil
    }
}

/// What the random effects of one grouping factor are.
public struct RandomDeclaration: Sendable, Equatable {
    /// A grouping factor.
    public enum Grouping: String, Sendable, CaseIterable {
        /// The pupil.
        case pupil
        /// The school that the pupil is in at the moment.
        case school
        /// The class within the school.
        case `class`
    }

    /// The grouping factor.
    public let grouping: Grouping
    /// The columns whose coefficients vary.
    public let terms: [EffectTerm]
    /// The standard deviation of each.
    public let standardDeviations: [Double]
    /// The correlation, when there are two; 0 otherwise.
    public let correlation: Double

    static func read(_ value: SpecificationValue, names: EffectNames, hasClasses: Bool) -> [RandomDeclaration]? {
        guard let mapping = value.mapping("random effects", keys: Grouping.allCases.map(\.rawValue)) else { return nil }
        var declarations: [RandomDeclaration] = []
        for entry in mapping.entries {
            guard let grouping = Grouping(rawValue: entry.key) else { return nil }
            if grouping == .class, !hasClasses {
                entry.keyValue.fail("there are no classes. Declare 'classes_per_school' in 'structure', or drop this.")
            }
            guard let declaration = RandomDeclaration(grouping, entry.value, names) else { return nil }
            declarations.append(declaration)
        }
        return declarations
    }

    private init?(_ grouping: Grouping, _ value: SpecificationValue, _ names: EffectNames) {
        guard let mapping = value.openMapping("random effects of '\(grouping.rawValue)'") else { return nil }
        var terms: [EffectTerm] = []
        var deviations: [Double] = []
        let effects = mapping.entries.filter { $0.key != Self.correlationKey }
        for entry in effects {
            guard let term = entry.term(names, taken: terms), let deviation = entry.value.number(in: .nonNegative)
            else { continue }
            terms.append(term)
            deviations.append(deviation)
        }
        guard terms.count == effects.count else { return nil }
        var correlation: Double? = 0
        if let value = mapping.optional(Self.correlationKey) {
            correlation = value.number(in: .correlation)
            if terms.count != 2 {
                value.fail("found a correlation and \(terms.count) random effects; expected two effects.")
            }
        }
        guard let correlation else { return nil }
        self.grouping = grouping
        self.terms = terms
        standardDeviations = deviations
        self.correlation = correlation
    }

    private static let correlationKey = "correlation"
}

extension SpecificationMapping.Entry {
    /// The column that the key names; notes what is wrong with it.
    fileprivate func term(_ names: EffectNames, taken: [EffectTerm]) -> EffectTerm? {
        switch names.term(key) {
        case .success(let term):
            if taken.contains(term) {
                keyValue.fail("term '\(key)' is named twice, in another order of its variables. Keep one of them.")
            }
            return term
        case .failure(let unknown):
            keyValue.fail(unknown.message)
            return nil
        }
    }
}
