import Specifications
import Tables

/// A column that makes parts of the respondents, or a single word for all of them: a sector, a wave.
public struct SurveyDomain: Sendable, Equatable {
    /// The column; nil for a single word.
    public let column: String?
    /// The word for all respondents; empty when there is a column, or nothing is declared.
    public let word: String
    /// The parts in order; nil for the values in the data.
    public let order: [String]?

    /// Nothing declared: all respondents are one part without a name.
    static let none = SurveyDomain(column: nil, word: "", order: nil)

    /// Reads `sector: po` or `sector: {column: sector, order: [po, vo]}`.
    ///
    /// - Parameter more: Further keys of the mapping.
    static func declared(_ value: SpecificationValue, _ name: String, more: [String] = []) -> SurveyDomain? {
        guard value.isMapping else { return value.text().map { SurveyDomain(column: nil, word: $0, order: nil) } }
        guard let mapping = value.mapping(name, keys: ["column", "order"] + more) else { return nil }
        let order = mapping.optional("order").map { $0.distinctTexts("a \(name)", atLeast: 1) }
        if case .some(.none) = order { return nil }
        // Counts in the model file name the wave in each row: there an order needs no column.
        return SurveyDomain(column: mapping.optionalText("column"), word: "", order: order ?? nil)
    }
}

/// How two waves hang together.
public enum SurveyOverlap: Sendable, Equatable {
    /// Not at all: samples with strata and clusters of their own, even where these have the same names.
    case independent
    /// By the design: clusters with respondents in both waves tie them together.
    case design
    /// A share of the smaller wave's respondents is in both, and their answers correlate so.
    case declared(share: Double, correlation: Double)
    /// The share is known and the correlation is not, but is not negative: standard errors have bounds.
    case bounded(share: Double)

    static func declared(_ value: SpecificationValue) -> SurveyOverlap? {
        guard value.isMapping else {
            return value.word(among: ["independent", "design"]).map { $0 == "design" ? .design : .independent }
        }
        guard let mapping = value.mapping("overlap", keys: ["share", "correlation", "note"]),
            let share = mapping.number("share", in: .share)
        else { return nil }
        guard let correlation = mapping.optional("correlation") else { return .bounded(share: share) }
        return correlation.number(in: .correlation).map { .declared(share: share, correlation: $0) }
    }
}

/// A split of the respondents into groups: disadvantage quintiles, urbanity, region.
public struct SurveySplit: Sendable, Equatable {
    /// The column.
    public let column: String
    /// Its name in the tables.
    public let name: String
    /// The groups in order; nil for the values in the data.
    public let order: [String]?
    /// Whether the order means something: then a linear trend is tested, with scores 1, 2, ... in that order.
    public let isOrdered: Bool

    /// Reads the list `by`.
    static func declared(_ value: SpecificationValue) -> [SurveySplit]? {
        guard let list = value.list() else { return nil }
        let read = list.map(Self.one)
        let splits = read.compactMap { $0 }
        guard splits.count == read.count else { return nil }
        var names: Set<String> = []
        for split in splits where !names.insert(split.name).inserted {
            value.fail("two splits are named '\(split.name)'. Give each its own 'name'.")
            return nil
        }
        return splits
    }

    private static func one(_ value: SpecificationValue) -> SurveySplit? {
        guard let mapping = value.mapping("split", keys: ["column", "name", "order", "ordered", "note"]),
            let column = mapping.text("column")
        else { return nil }
        let order = mapping.optional("order").map { $0.distinctTexts("a group", atLeast: 2) }
        let isOrdered = mapping.optional("ordered").map { $0.truth() } ?? false
        if case .some(.none) = order { return nil }
        guard let isOrdered else { return nil }
        if isOrdered, order == nil {
            mapping.fail("'ordered: true' needs 'order': the groups from first to last.")
            return nil
        }
        return SurveySplit(
            column: column, name: mapping.optionalText("name") ?? column, order: order ?? nil, isOrdered: isOrdered)
    }
}
