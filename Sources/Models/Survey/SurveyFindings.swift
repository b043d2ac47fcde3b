/// What a survey or published counts of it say: the rows of the monitor's tables, as plain values.
///
/// Everything is by sector and wave where these are declared; splits come after the whole. Rows are in the order of the model
/// file: sectors, waves, items, splits, groups, categories.
///
/// What a fit gives holds no more than may be published: the rows that the rule of disclosure withholds are there with their
/// labels and the reason, `suppressed`, but their counts are 0 and their other numbers are not numbers.
public struct SurveyFindings: Sendable, Equatable {
    /// Shares of respondents by category, top-box or option.
    public var shares: [ShareRow] = []
    /// Means of numbers and scales.
    public var means: [MeanRow] = []
    /// Tests between the groups of a split.
    public var tests: [TestRow] = []
    /// Changes from a wave to the next.
    public var changes: [ChangeRow] = []
    /// The options of multiple-response items in order of how often they were chosen.
    public var ranks: [RankRow] = []
    /// The correlations of items.
    public var correlations: [CorrelationRow] = []
    /// The orders of options in two questions or waves, compared.
    public var rankComparisons: [RankComparisonRow] = []
    /// The response against the population.
    public var representativeness: [RepresentativenessRow] = []
    /// Differences of the response from the population by category.
    public var standardisedDifferences: [CompositionRow] = []
    /// Frames, counts and rates of response.
    public var response: [ResponseRow] = []
    /// Published percents that their counts do not give.
    public var inconsistencies: [InconsistencyRow] = []
    /// From how many respondents and clusters on a row may be published. Published counts are public already: their rows below
    /// are marked, not withheld.
    public var disclosure = DisclosureDeclaration()
    /// The coverage of all intervals.
    public var coverage = 0.95
}

/// What a row is about.
public struct SurveyCell: Hashable, Sendable {
    /// The item's name.
    public var item: String
    /// The item in words; empty when not given.
    public var label = ""
    /// The battery or published table that the item belongs to; empty for none.
    public var table = ""
    /// The answer, option or top-box; empty for a mean.
    public var category = ""
    /// The sector; empty when not declared.
    public var sector = ""
    /// The wave; empty when not declared.
    public var wave = ""
    /// The split by which respondents are grouped; empty for all respondents.
    public var split = ""
    /// The group within the split; empty for all respondents.
    public var group = ""

    /// A cell.
    public init(item: String) { self.item = item }
}

/// How many respondents a row rests on.
public struct SurveyCounts: Sendable, Equatable {
    /// The respondents in the base: in the group, with an answer.
    public var respondents: Int
    /// The respondents of the group without an answer; 0 for published counts, which do not tell; nil where it would help to
    /// give a withheld row away.
    public var missing: Int? = 0
    /// First-stage clusters with such a respondent; nil when there are only replicate weights or published counts.
    public var clusters: Int?
    /// The sum of the respondents' weights.
    public var weighted: Double
}

/// An estimate with what is known of its error.
public struct SurveyEstimate: Sendable, Equatable {
    /// The estimate.
    public var value: Double
    /// Its standard error; not a number when a single cluster leaves it unknown.
    public var standardError: Double
    /// The degrees of freedom of the standard error; infinite for published counts; 0 when it is unknown.
    public var degreesOfFreedom: Double
    /// The confidence interval; nil when the standard error is unknown.
    public var interval: ClosedRange<Double>?
    /// The variance relative to that of a simple random sample with replacement of as many respondents; nil where that is zero.
    public var designEffect: Double?
}
