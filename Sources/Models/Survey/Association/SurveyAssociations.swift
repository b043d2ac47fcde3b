import Specifications

/// Which items a model file of kind `survey` sets beside each other: the keys `correlations` and `rank_comparisons`.
public struct SurveyAssociations: Sendable, Equatable {
    /// The correlations of respondents' answers.
    public var correlations: [CorrelationDeclaration] = []
    /// The comparisons of orders of options.
    public var rankComparisons: [RankComparisonDeclaration] = []

    static let keys = ["correlations", "rank_comparisons"]

    init() {}

    /// Reads both keys; nil with a noted problem.
    init?(_ model: SpecificationMapping, _ source: SurveySpecification.Source) {
        if let value = model.optional("correlations") {
            guard case .respondents(_, _, let items) = source else {
                value.fail("a correlation needs respondents, and the file has none. Leave 'correlations' out.")
                return nil
            }
            guard let correlations = CorrelationDeclaration.declared(value, items) else { return nil }
            self.correlations = correlations
        }
        guard let value = model.optional("rank_comparisons") else { return }
        if case .nothing = source {
            value.fail(
                "'rank_comparisons' needs respondents or published counts, and the file has neither. Leave it out.")
            return nil
        }
        guard let orders = RankComparisonDeclaration.declared(value, known: source.orderedNames) else { return nil }
        rankComparisons = orders
    }
}

extension SurveySpecification.Source {
    /// The batteries, items with options and published tables of which shares have an order; nil when the data tell them.
    fileprivate var orderedNames: [String]? {
        switch self {
        case .counts: return nil
        case .nothing: return []
        case .tables(let rows): return distinct(rows.map(\.cell.table))
        case .respondents(_, _, let items):
            return distinct(
                items.compactMap { item -> String? in
                    if case .multiple = item.measure { return item.name }
                    return item.battery
                })
        }
    }

    private func distinct(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { !$0.isEmpty && seen.insert($0).inserted }
    }
}
