import Specifications

/// What the key `series` of a model file declares: when a yearly series may change, and how that is judged.
public struct SeriesSpecification: Sendable {
    /// The unit of the values; empty when not given.
    public let unit: String
    /// The first year of the crisis; nil when none is declared, and then there is no counterfactual.
    public let crisis: Double?
    /// The years of change, in the order of the file: crisis, programme, others.
    public let breaks: [SeriesBreak]
    /// Whether the line has a slope before the breaks.
    public let hasTrend: Bool
    /// How much each year counts.
    public let weighting: SegmentedRegression.Weighting
    /// The kinds of errors that the segmented line is fitted with; none when no line is asked for.
    public let errors: [SeriesErrors]
    /// How the years before the crisis are continued.
    public let counterfactuals: [Counterfactual.Kind]
    /// The coverage of intervals.
    public let coverage: Double

    /// The words of `errors`.
    static let errorWords =
        ["classical"] + HeteroskedasticErrors.allCases.map(\.rawValue) + ["newey_west"]
        + AutoregressiveErrors.Kind.allCases.map(\.rawValue) + ["sampling"]
    static let keys = [
        "unit", "crisis", "programme", "breaks", "trend", "weights", "errors", "lag", "spacing", "prewhiten",
        "small_sample", "estimation", "inference", "counterfactual", "coverage",
    ]

    /// A specification made in code.
    public init(
        unit: String = "", crisis: Double?, breaks: [SeriesBreak] = [], hasTrend: Bool = true,
        weighting: SegmentedRegression.Weighting = .equal, errors: [SeriesErrors] = [.neweyWest(NeweyWest())],
        counterfactuals: [Counterfactual.Kind] = [.trendWithScatter], coverage: Double = 0.95
    ) {
        self.unit = unit
        self.crisis = crisis
        self.breaks = breaks
        self.hasTrend = hasTrend
        self.weighting = weighting
        self.errors = errors
        self.counterfactuals = counterfactuals
        self.coverage = coverage
    }

    /// Reads the value of the key `series`; nil after noting every problem found.
    public init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("series", keys: Self.keys) else { return nil }
        let breaks = SeriesBreakReader(mapping).read()
        let trend = mapping.optional("trend").map { $0.word(among: ["linear", "none"]) } ?? "linear"
        let weights = mapping.optional("weights").map { $0.word(of: SegmentedRegression.Weighting.self) } ?? .equal
        let errors = SeriesErrorsReader(mapping).read()
        let kinds = Self.counterfactuals(mapping, hasCrisis: mapping.optional("crisis") != nil)
        let coverage = Self.coverage(mapping)
        let unit = mapping.optional("unit").map { $0.text() } ?? ""
        guard let breaks, let trend, let weights, let errors, let kinds, let coverage, let unit else { return nil }
        if errors.isEmpty, kinds.isEmpty {
            mapping.fail("nothing is asked of the series: both 'errors' and 'counterfactual' are empty lists.")
            return nil
        }
        self.init(
            unit: unit, crisis: breaks.crisis, breaks: breaks.list, hasTrend: trend == "linear", weighting: weights,
            errors: errors, counterfactuals: kinds, coverage: coverage)
    }

    private static func counterfactuals(_ mapping: SpecificationMapping, hasCrisis: Bool) -> [Counterfactual.Kind]? {
        guard let value = mapping.optional("counterfactual") else { return hasCrisis ? [.trendWithScatter] : [] }
        guard let list = value.list() else { return nil }
        let kinds = list.map { $0.word(of: Counterfactual.Kind.self) }
        guard !kinds.contains(nil) else { return nil }
        guard hasCrisis || kinds.isEmpty else {
            value.fail("a counterfactual needs the year of the crisis. Add the key 'crisis'.")
            return nil
        }
        return withoutRepeats(kinds.compactMap { $0 }, value)
    }

    private static func coverage(_ mapping: SpecificationMapping) -> Double? {
        guard let coverage = mapping.number("coverage", in: .share, default: 0.95) else { return nil }
        guard coverage > 0, coverage < 1 else {
            mapping.optional("coverage")?.fail("found \(coverage); expected a share between 0 and 1.")
            return nil
        }
        return coverage
    }

    /// The list when no word occurs twice in it.
    static func withoutRepeats<Word: Equatable>(_ words: [Word], _ value: SpecificationValue) -> [Word]? {
        for (position, word) in words.enumerated() where words[..<position].contains(word) {
            value.fail("entry \(position + 1) of the list repeats an earlier one. Name each once.")
            return nil
        }
        return words
    }
}
