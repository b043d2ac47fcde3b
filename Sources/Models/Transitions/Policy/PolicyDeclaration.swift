import Specifications

/// The `policy` mapping of a transitions model: the years in which rules were other than before, and by what the deviation of such
/// a year is split into what pupils' skill would have done and what is left for the rules.
///
///     policy:
///       years: {2019/20: {what: "loosened promotion rules", source: "..."}}
///       against: [mean, mean_with_scatter]
///       skill:
///         - {name: declared loss, log_odds_per_sd: {estimate: -0.5, std_error: 0.25, source: "..."},
///            deviation: {2019/20: {estimate: -0.15, std_error: 0.05, source: "..."}}}
///         - {name: next year, from_years: [2020/21]}
public struct PolicyDeclaration: Sendable {
    /// A year with other rules.
    public struct Year: Sendable, Equatable {
        /// The year.
        public let year: String
        /// What was other, in words.
        public let what: String
        /// Where that is from.
        public let source: String
    }

    /// A declared number with its standard error and source.
    public struct Assumed: Sendable, Equatable {
        /// The number.
        public let estimate: Double
        /// Its standard error.
        public let standardError: Double
        /// Where it is from.
        public let source: String

        /// Beyond this log-odds are those of nobody or everybody; no effect is so large.
        static let largest = 50.0
    }

    /// Years with other rules, in the order of the file.
    public let years: [Year]
    /// How the baseline years are continued; nil for the baseline's own kind.
    public let against: [Counterfactual.Kind]?
    /// By what skill is told from policy; none when only deviations are asked for.
    public let identifications: [SkillIdentification]
    /// The coverage of intervals.
    public let coverage: Double

    private static let kinds = Counterfactual.Kind.allCases.filter { $0 != .localLinearTrend }

    init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("policy", keys: ["years", "against", "skill", "coverage"]) else { return nil }
        let years = mapping.required("years").flatMap { Self.years($0) }
        let against = mapping.optional("against").map { Self.against($0) }
        let coverage = mapping.number("coverage", in: .share, default: 0.95)
        guard let years, let coverage,
            let skill = Self.identifications(mapping.optional("skill"), policyYears: years.map(\.year))
        else { return nil }
        if case .some(.none) = against { return nil }
        guard coverage > 0, coverage < 1 else {
            mapping.optional("coverage")?.fail("found \(coverage); expected a share between 0 and 1.")
            return nil
        }
        (self.years, self.against, identifications, self.coverage) = (years, against ?? nil, skill, coverage)
    }

    private static func years(_ value: SpecificationValue) -> [Year]? {
        guard let mapping = value.openMapping("years") else { return nil }
        guard !mapping.entries.isEmpty else {
            mapping.fail("no policy year is named. Add one, or remove 'policy'.")
            return nil
        }
        let read = mapping.entries.map { entry -> Year? in
            guard let own = entry.value.mapping("policy year '\(entry.key)'", keys: ["what", "source"]) else {
                return nil
            }
            let (what, source) = (own.text("what"), own.text("source"))
            guard let what, let source else { return nil }
            return Year(year: entry.key, what: what, source: source)
        }
        return read.contains(nil) ? nil : read.compactMap { $0 }
    }

    private static func against(_ value: SpecificationValue) -> [Counterfactual.Kind]? {
        let words = kinds.map(\.rawValue)
        guard let list = value.isList ? value.list(atLeast: 1) : [value] else { return nil }
        let read = list.map { $0.word(among: words).flatMap(Counterfactual.Kind.init(rawValue:)) }
        return read.contains(nil) ? nil : SeriesSpecification.withoutRepeats(read.compactMap { $0 }, value)
    }

    private static func identifications(
        _ value: SpecificationValue?, policyYears: [String]
    ) -> [SkillIdentification]? {
        guard let value else { return [] }
        guard let list = value.isList ? value.list(atLeast: 1) : [value] else { return nil }
        let read = list.map { SkillIdentification($0, policyYears: policyYears) }
        let found = read.compactMap { $0 }
        guard found.count == read.count else { return nil }
        for (position, item) in found.enumerated() where found[..<position].contains(where: { $0.name == item.name }) {
            list[position].fail("two identifications are named '\(item.name)'. Give each a 'name' of its own.")
            return nil
        }
        return found
    }

    /// What is declared, in lines for a reader.
    var explanation: [String] {
        years.map { "  policy    \($0.year): \($0.what) (\($0.source))" }
            + identifications.map { "  skill     \($0.name): \($0.words())" }
    }
}

extension PolicyDeclaration.Assumed {
    init?(_ value: SpecificationValue?, _ name: String) {
        guard let mapping = value?.mapping(name, keys: ["estimate", "std_error", "source", "note"]) else { return nil }
        let (estimate, error) = (
            mapping.number("estimate", in: .from(-Self.largest, to: Self.largest)),
            mapping.number("std_error", in: .from(0, to: Self.largest))
        )
        guard let source = mapping.text("source"), let estimate, let error else { return nil }
        self.init(estimate: estimate, standardError: error, source: source)
    }
}
