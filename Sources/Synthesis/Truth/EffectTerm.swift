import Tables

/// A column of the model matrix by its name as lme4 prints it: `time:cohort2019/20:sespractical`.
public struct EffectTerm: Sendable, Hashable {
    /// An indicator of one factor level, both by position.
    struct Indicator: Sendable, Hashable {
        let factor: Int
        let level: Int
    }

    /// Whether the column is multiplied by time.
    let hasTime: Bool
    /// The indicators that it is the product of, by factor.
    let indicators: [Indicator]

    static let intercept = EffectTerm(hasTime: false, indicators: [])

    private init(hasTime: Bool, indicators: [Indicator]) {
        self.hasTime = hasTime
        self.indicators = indicators.sorted { $0.factor < $1.factor }
    }

    /// The product with another column; nil when both have a variable in common.
    func times(_ other: EffectTerm) -> EffectTerm? {
        let factors = Set(indicators.map(\.factor))
        guard !(hasTime && other.hasTime), factors.isDisjoint(with: other.indicators.map(\.factor)) else { return nil }
        return EffectTerm(hasTime: hasTime || other.hasTime, indicators: indicators + other.indicators)
    }
}

/// The names that columns can have, given the factors: treatment contrasts against each factor's first level.
struct EffectNames {
    static let interceptName = "(Intercept)"
    /// Columns of one variable, with their names.
    private let single: [(name: String, term: EffectTerm)]
    private let factors: [FactorDeclaration]

    init(_ factors: [FactorDeclaration]) {
        self.factors = factors
        let indicators = factors.indices.flatMap { factor in
            factors[factor].levels.indices.dropFirst().map { level in
                (
                    factors[factor].name + factors[factor].levels[level],
                    EffectTerm(indicator: .init(factor: factor, level: level))
                )
            }
        }
        single = [("time", .time)] + indicators
    }

    /// The column of a name, or why there is none.
    func term(_ name: String) -> Result<EffectTerm, UnknownTerm> {
        if name == Self.interceptName { return .success(.intercept) }
        let readings = Set(readings(of: name[...], times: .intercept))
        if let term = readings.first, readings.count == 1 { return .success(term) }
        return .failure(UnknownTerm(message: readings.isEmpty ? unknown(name) : ambiguous(name)))
    }

    /// Names may hold colons, so every way to cut one is tried.
    private func readings(of text: Substring, times known: EffectTerm) -> [EffectTerm] {
        single.flatMap { name, column -> [EffectTerm] in
            guard text.hasPrefix(name), let product = known.times(column) else { return [] }
            let rest = text.dropFirst(name.count)
            if rest.isEmpty { return [product] }
            return rest.first == ":" ? readings(of: rest.dropFirst(), times: product) : []
        }
    }

    // MARK: Words

    private func unknown(_ name: String) -> String {
        for factor in factors where name == factor.name + factor.levels[0] {
            return "'\(name)' is the first level of '\(factor.name)', with which the others are compared: it has no "
                + "effect of its own. Drop it, or put another level first."
        }
        if let hint = nearest(to: name, among: candidates) { return "unknown term '\(name)'. Did you mean '\(hint)'?" }
        let examples = [Self.interceptName, "time"] + single.dropFirst().suffix(1).map { "time:" + $0.name }
        return "unknown term '\(name)'; expected terms as lme4 prints them, such as "
            + examples.map { "'\($0)'" }.joined(separator: ", ") + "."
    }

    private func ambiguous(_ name: String) -> String {
        "term '\(name)' can be read in more than one way. Rename a factor or a level."
    }

    /// The names of products of up to three variables, as many as can be compared quickly.
    private var candidates: [String] {
        var names = [Self.interceptName] + single.map(\.name)
        var products = single
        for _ in 2...3 where products.count * single.count <= 10_000 {
            products = products.flatMap { name, term in
                single.compactMap { other, column in term.times(column).map { (name + ":" + other, $0) } }
            }
            names += products.map(\.name)
        }
        return names
    }
}

/// Why a name is no column, in words.
struct UnknownTerm: Error {
    let message: String
}

extension EffectTerm {
    static let time = EffectTerm(hasTime: true, indicators: [])

    fileprivate init(indicator: Indicator) { self.init(hasTime: false, indicators: [indicator]) }
}
