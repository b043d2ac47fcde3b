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
