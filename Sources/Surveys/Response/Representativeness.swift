import LinearAlgebra

/// How the respondents of a survey compare with its population, by the categories of a variable known for both.
///
/// Standardised differences say how far apart they are whatever the number of respondents; the test says whether chance could do
/// it. A large survey that is fine can fail the test, a small one that is not can pass.
public struct Representativeness: Sendable, Equatable {
    /// One category.
    public struct Category: Sendable, Equatable {
        /// The category's name.
        public let name: String
        /// Respondents.
        public let response: Double
        /// Units in the population.
        public let population: Double
        /// The category's share of the respondents.
        public let responseShare: Double
        /// The category's share of the population.
        public let populationShare: Double
        /// The share of the population that responded.
        public var responseRate: Double { response / population }
        /// `(p_r - p) / sqrt(p (1 - p))`: the difference in shares in units of the category's standard deviation.
        public let standardisedDifference: Double
    }

    /// The variable's name.
    public let variable: String
    /// The categories in the order given.
    public let categories: [Category]
    /// The chi-squared test that respondents are a random part of the population, corrected for it being finite.
    public let test: CountTest
    /// The same without the correction, as if drawn with replacement.
    public let uncorrectedTest: CountTest
    /// Half the sum of the absolute differences in shares: what part of the respondents would have to change category.
    public var dissimilarity: Double {
        categories.reduce(0) { $0 + abs($1.responseShare - $1.populationShare) } / 2
    }
    /// Cramér's V of responding by category, `sqrt(X2 / N)` of respondents against the others; 0 for none, 1 for full dependence.
    public let cramersV: Double
    /// The largest standardised difference in size.
    public var largestDifference: Double { categories.reduce(0) { max($0, abs($1.standardisedDifference)) } }

    /// A comparison from counts.
    ///
    /// - Parameters:
    ///   - variable: The variable's name.
    ///   - names: The categories' names.
    ///   - response: Respondents by category; they are part of the population.
    ///   - population: Units by category.
    /// - Throws: ``AnalysisProblem/populationTooSmall(category:population:response:)`` and others.
    public init(
        _ variable: String, _ names: [String], response: [Double], population: [Double]
    ) throws(SurveyError) {
        try checkLength("response counts", response.count, names.count)
        try checkLength("population counts", population.count, names.count)
        try check("response count", response, "0 or more") { $0 >= 0 && $0.isFinite }
        try check("population count", population, "0 or more") { $0 >= 0 && $0.isFinite }
        for position in names.indices where !(population[position] > 0 && population[position] >= response[position]) {
            throw problem(
                .populationTooSmall(
                    category: names[position], population: population[position], response: response[position]))
        }
        let (responses, units) = (response.reduce(0, +), population.reduce(0, +))
        guard responses > 0 else { throw problem(.tooFewRows(found: 0, needed: 1)) }
        self.variable = variable
        categories = names.indices.map { position in
            let (found, expected) = (response[position] / responses, population[position] / units)
            let deviation = (expected * (1 - expected)).squareRoot()
            return Category(
                name: names[position], response: response[position], population: population[position],
                responseShare: found, populationShare: expected,
                standardisedDifference: deviation > 0 ? (found - expected) / deviation : 0)
        }
        uncorrectedTest = try CountTest.goodnessOfFit(response, shares: population.map { $0 / units })
        // Had all responded, nothing is left to chance and the shares agree.
        test = responses < units ? try .goodnessOfFit(response: response, population: population) : uncorrectedTest
        cramersV = (test.pearson.statistic / units).squareRoot()
    }

    /// A comparison from published shares and totals: counts are shares times totals, not rounded.
    ///
    /// Shares rounded to whole percents add up to nearly 1 and are scaled to it. The test then carries their rounding, which is half a
    /// percent of the total in each category: ``roundingRange(responseShares:populationShares:responses:units:rounding:)``.
    ///
    /// - Throws: ``AnalysisProblem``; shares that miss 1 by more than 5 hundredths are refused.
    public init(
        _ variable: String, _ names: [String], responseShares: [Double], populationShares: [Double],
        responses: Double, units: Double
    ) throws(SurveyError) {
        try checkLength("response shares", responseShares.count, names.count)
        try checkLength("population shares", populationShares.count, names.count)
        func scaled(_ what: String, _ shares: [Double], to total: Double) throws(SurveyError) -> [Double] {
            try check(what, shares, "0 to 1") { $0 >= 0 && $0 <= 1 }
            let sum = shares.reduce(0, +)
            guard abs(sum - 1) <= 0.05 else { throw problem(.sharesDoNotAddUp(found: sum)) }
            return shares.map { $0 / sum * total }
        }
        try self.init(
            variable, names, response: try scaled("response share", responseShares, to: responses),
            population: try scaled("population share", populationShares, to: units))
    }

    /// The smallest and largest corrected X2 that shares rounded to `rounding` allow, category by category: bounds that are not
    /// sharp, since shares also add up to 1.
    ///
    /// - Parameter rounding: The last digit's unit, such as 0.01 for whole percents.
    public static func roundingRange(
        responseShares: [Double], populationShares: [Double], responses: Double, units: Double, rounding: Double
    ) throws(SurveyError) -> ClosedRange<Double> {
        try checkLength("population shares", populationShares.count, responseShares.count)
        try check("rounding", [rounding], "0 or more") { $0 >= 0 && $0 < 1 }
        guard responses < units else {
            throw problem(.populationTooSmall(category: "all", population: units, response: responses))
        }
        var (smallest, largest) = (0.0, 0.0)
        for (found, expected) in zip(responseShares, populationShares) where expected > 0 {
            let gap = abs(found - expected)
            let (least, most) = (max(0, gap - rounding), gap + rounding)
            smallest += least * least / (expected + rounding / 2)
            largest += most * most / max(expected - rounding / 2, expected / 2)
        }
        let factor = responses / (1 - responses / units)
        return (factor * smallest)...(factor * largest)
    }
}
