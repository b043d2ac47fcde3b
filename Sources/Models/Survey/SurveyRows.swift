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
    /// Why its numbers are withheld: `count`, `clusters` or `complementary`; empty when they are not.
    public var suppressed = ""
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
    /// Why its numbers are withheld: `count`, `clusters` or `complementary`; empty when they are not.
    public var suppressed = ""
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
    /// `suppressed_row` when it is withheld, as it rests on a row that is; empty otherwise.
    public var suppressed = ""
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
    /// `suppressed_row` when it is withheld, as it rests on a row that is; empty otherwise.
    public var suppressed = ""
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
    /// `suppressed_row` when it is withheld, as an option of its item is; empty otherwise.
    public var suppressed = ""
}
