/// What a survey or published counts of it say: the rows of the monitor's tables, as plain values.
///
/// Everything is by sector and wave where these are declared; splits come after the whole. Rows are in the order of the model
/// file: sectors, waves, items, splits, groups, categories.
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
    /// The response against the population.
    public var representativeness: [RepresentativenessRow] = []
    /// Differences of the response from the population by category.
    public var standardisedDifferences: [CompositionRow] = []
    /// Frames, counts and rates of response.
    public var response: [ResponseRow] = []
    /// Published percents that their counts do not give.
    public var inconsistencies: [InconsistencyRow] = []
    /// From how many respondents and clusters on a row may be published: rows below are marked, not left out.
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
    /// The respondents of the group without an answer; 0 for published counts, which do not tell.
    public var missing = 0
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

/// A share of respondents.
public struct ShareRow: Sendable, Equatable {
    /// What a category stands for.
    public enum Kind: String, Sendable, CaseIterable {
        /// One answer.
        case category
        /// The answers declared as `top`.
        case top
        /// An option of a multiple-response item: the share that selected it.
        case option
        /// A share recomputed from published counts.
        case published
    }

    /// What it is about.
    public var cell: SurveyCell
    /// What the category stands for.
    public var kind: Kind
    /// The respondents in the base.
    public var counts: SurveyCounts
    /// The respondents in the category.
    public var count: Int
    /// The sum of their weights.
    public var weightedCount: Double
    /// The share, from 0 to 1.
    public var estimate: SurveyEstimate
    /// The percent as printed; nil when nothing is published.
    public var printedPercent: Double?
    /// Whether it rests on fewer respondents or clusters than may be published.
    public var isBelowMinimum: Bool
}

/// A mean over respondents.
public struct MeanRow: Sendable, Equatable {
    /// What it is about.
    public var cell: SurveyCell
    /// The respondents in the base.
    public var counts: SurveyCounts
    /// The mean.
    public var estimate: SurveyEstimate
    /// The weighted standard deviation between respondents.
    public var standardDeviation: Double
    /// Whether it rests on fewer respondents or clusters than may be published.
    public var isBelowMinimum: Bool
}

/// A test between the groups of a split.
public struct TestRow: Sendable, Equatable {
    /// What is tested.
    public enum Kind: String, Sendable, CaseIterable {
        /// Item and split are independent: Rao and Scott's second-order test, or Pearson's for published counts. For a mean:
        /// all groups have the same mean, Wald's F.
        case association
        /// No linear trend over the ordered groups.
        case trend
        /// A group is like the rest.
        case difference
    }

    /// What it is about: the group of a difference, the category of a trend or difference.
    public var cell: SurveyCell
    /// What is tested.
    public var kind: Kind
    /// The test's name for tables: `rao_scott_f`, `pearson_chi_squared`, `wald_f`, `slope_t`, `difference_t`.
    public var method: String
    /// The respondents that it rests on.
    public var respondents: Int
    /// The slope per group, or the difference of the group from the rest; nil for an association.
    public var estimate: SurveyEstimate?
    /// The statistic.
    public var statistic: Double
    /// The degrees of freedom: of a t statistic; of an F's or chi-squared's numerator.
    public var degreesOfFreedom: Double
    /// The degrees of freedom of an F's denominator; infinite for a chi-squared; nil for a t.
    public var denominatorDegreesOfFreedom: Double?
    /// The p-value.
    public var pValue: Double
    /// The p-value adjusted over its family.
    public var adjustedPValue: Double
    /// The number of tests in its family: those of the same kind about the same item in the same sector.
    public var familySize: Int
    /// Whether the adjusted p-value is at most the declared level.
    public var isSignificant: Bool
    /// Whether it rests on fewer respondents or clusters in some group than may be published.
    public var isBelowMinimum: Bool
}

/// A change from a wave to the next.
public struct ChangeRow: Sendable, Equatable {
    /// A figure of the earlier wave and of the later one.
    public struct Waves<Figure: Sendable & Equatable>: Sendable, Equatable {
        /// The earlier wave's.
        public var from: Figure
        /// The later wave's.
        public var to: Figure
    }

    /// What it is about; the wave is the later one.
    public var cell: SurveyCell
    /// The earlier wave.
    public var fromWave: String
    /// The respondents of the earlier wave and of the later one.
    public var respondents: Waves<Int>
    /// The estimates of the earlier wave and of the later one.
    public var estimates: Waves<Double>
    /// The later estimate minus the earlier one; with overlap of unknown correlation, the largest standard error.
    public var change: SurveyEstimate
    /// The smallest standard error that the overlap allows; equal to the standard error when the correlation is known.
    public var smallestStandardError: Double
    /// How the covariance of the waves is known: `design`, `independent`, `declared` or `bounded`.
    public var covariance: String
    /// The t statistic.
    public var statistic: Double
    /// The two-sided p-value.
    public var pValue: Double
    /// The p-value adjusted over its family.
    public var adjustedPValue: Double
    /// The number of changes in its family: those of the same item in the same sector.
    public var familySize: Int
    /// Whether the adjusted p-value is at most the declared level.
    public var isSignificant: Bool
    /// Whether either wave rests on fewer respondents or clusters than may be published.
    public var isBelowMinimum: Bool
}

/// The place of an option among the options of a multiple-response item.
public struct RankRow: Sendable, Equatable {
    /// What it is about; the category is the option.
    public var cell: SurveyCell
    /// The share that selected it.
    public var share: Double
    /// Its rank, 1 for the largest share; options with equal shares share the mean of their ranks.
    public var rank: Double
    /// The ranks that agree with the data: 1 + the options surely above it, to all but those surely below it, each pair compared
    /// at the coverage with Holm's correction over all pairs (Klein, Wright and Wieczorek 2020).
    public var plausibleRanks: ClosedRange<Int>
}

/// A row of the response compared with the population, by a stratifier.
public struct RepresentativenessRow: Sendable, Equatable {
    /// The stratifier: `region`.
    public var stratifier: String
    /// The sector; empty when not declared.
    public var sector: String
    /// The wave; empty when not declared.
    public var wave: String
    /// The response and the population.
    public var response: Double, population: Double
    /// The number of categories.
    public var categories: Int
    /// Pearson's goodness of fit, as if the response were drawn with replacement.
    public var chiSquared: Double
    /// Categories minus 1.
    public var degreesOfFreedom: Double
    /// Its p-value.
    public var pValue: Double
    /// The statistic corrected for a finite population: divided by `1 - n / N`; nil for a complete response.
    public var finiteChiSquared: Double?
    /// Its p-value.
    public var finitePValue: Double?
    /// Half the sum of absolute differences of shares: who would have to change category.
    public var dissimilarity: Double
    /// Cramér's V of responding by category: 0 for none, 1 for full dependence.
    public var cramersV: Double
    /// The R-indicator of the response rates by category, adjusted for their own noise (Schouten, Cobben and Bethlehem 2009); 1 when
    /// all categories respond alike.
    public var rIndicator: Double
    /// Its standard error; nil when nothing is left after adjustment.
    public var rIndicatorStandardError: Double?
    /// The largest bias of an unweighted mean, in standard deviations of its variable, if the categories explain all of responding.
    public var maximalBias: Double
    /// Whether the counts were made from rounded percents.
    public var isFromPercents: Bool
}

/// A category of a stratifier in the response and in the population.
public struct CompositionRow: Sendable, Equatable {
    /// The stratifier and its category.
    public var stratifier: String, category: String
    /// The sector and wave; empty when not declared.
    public var sector: String, wave: String
    /// The counts.
    public var response: Double, population: Double
    /// The shares of the response and of the population.
    public var responseShare: Double, populationShare: Double
    /// `(response share - population share) / sqrt(P (1 - P))`, P the population's share.
    public var standardisedDifference: Double
    /// The response rate of the category.
    public var rate: Double
}

/// The response of a sector and wave.
public struct ResponseRow: Sendable, Equatable {
    /// The sector and wave; empty when not declared.
    public var sector: String, wave: String
    /// Who was to be reached.
    public var frame: Int
    /// Who answered at all; nil when not given.
    public var gross: Int?
    /// Whose answers are used.
    public var net: Int
    /// `gross / frame`; nil without gross.
    public var grossRate: Double?
    /// `net / frame`, with the interval that it has as a sample of the frame would (Wilson).
    public var netRate: SurveyEstimate
    /// The share of answers that could not be used; nil without gross.
    public var unusable: Double?
}

/// A published percent that is not what its count and base give.
public struct InconsistencyRow: Sendable, Equatable {
    /// What is wrong.
    public enum Kind: String, Sendable, CaseIterable {
        /// The percent is not count over base, to the digits printed.
        case percent
        /// The base is not given.
        case missingBase = "missing_base"
        /// The counts of answers of which each respondent gives one add up to more than the base.
        case moreThanBase = "more_than_base"
    }

    /// What is wrong.
    public var kind: Kind
    /// Where: the table, item, sector, wave and group.
    public var cell: SurveyCell
    /// Where the row stands: `tables.csv:17`, or in the model file.
    public var place: String
    /// The count.
    public var count: Int
    /// The base; nil when not given.
    public var base: Int?
    /// The percent as printed, and as count and base give it.
    public var printed: Double?, recomputed: Double?
    /// The bases with which this row's percent fits; nil when none does.
    public var rowBases: ClosedRange<Int>?
    /// The bases with which all rows of the table with this base fit; nil when none does.
    public var tableBases: ClosedRange<Int>?
}
