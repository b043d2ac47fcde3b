import LinearAlgebra

/// The test of a trend of shares over ordered groups.
public struct CochranArmitage: Sendable, Equatable {
    /// The weighted least squares slope of the shares over the scores: change in share per unit of score.
    public let slope: Double
    /// The slope's standard error; for counts the one it has if there is no trend.
    public let standardError: Double
    /// The test that the slope is zero.
    public let result: TestResult

    /// The test on counts, without weights or clusters (Cochran 1954, Armitage 1955; R's `prop.trend.test`).
    ///
    /// The statistic is chi-squared with 1 degree of freedom: the squared slope over its variance `p (1 - p) / sum n (s - mean)^2`.
    ///
    /// - Parameters:
    ///   - counts: Those with the property, by group.
    ///   - totals: All, by group; groups of none are left out.
    ///   - scores: The groups' places on the scale; 1, 2, 3 ... when nil.
    /// - Throws: ``AnalysisProblem``.
    public init(counts: [Double], totals: [Double], scores: [Double]? = nil) throws(SurveyError) {
        try checkLength("totals", totals.count, counts.count)
        try check("count", counts, "0 or more") { $0 >= 0 && $0.isFinite }
        try check("total", totals, "0 or more") { $0 >= 0 && $0.isFinite }
        if let bad = counts.indices.first(where: { counts[$0] > totals[$0] }) {
            throw problem(
                .badValue(
                    what: "count", position: bad, found: counts[bad], expected: "at most its total \(totals[bad])"))
        }
        let line = try TrendLine(totals, scores: scores)
        let all = totals.reduce(0, +)
        let share = counts.reduce(0, +) / all
        guard share > 0, share < 1 else { throw problem(.noVariation("the property")) }
        let shares = counts.indices.map { totals[$0] > 0 ? counts[$0] / totals[$0] : 0 }
        slope = dot(line.coefficients, shares)
        standardError = (share * (1 - share) / line.spread).squareRoot()
        let ratio = slope / standardError
        result = TestResult(statistic: ratio * ratio, distribution: .chiSquared(1))
    }

    /// The test on estimated shares with their covariance by the design: the t test of the slope contrast.
    ///
    /// With the estimated sizes of the groups it tests what a regression of the property on the score does, up to the sizes'
    /// own sampling error.
    ///
    /// - Parameters:
    ///   - shares: The groups' shares, or means, with their covariance.
    ///   - sizes: The groups' sizes, which weigh the least squares line; all alike when nil.
    ///   - scores: The groups' places on the scale; 1, 2, 3 ... when nil.
    /// - Throws: ``AnalysisProblem``.
    public init(shares: SurveyEstimates, sizes: [Double]? = nil, scores: [Double]? = nil) throws(SurveyError) {
        let count = shares.values.count
        if let sizes {
            try checkLength("sizes", sizes.count, count)
            try check("size", sizes, "0 or more") { $0 >= 0 && $0.isFinite }
        }
        let line = try TrendLine(sizes ?? Array(repeating: 1, count: count), scores: scores)
        let contrast = shares.transformed(Matrix(rows: 1, columns: count, elements: line.coefficients))
        slope = contrast.values[0]
        standardError = contrast.standardErrors[0]
        guard standardError > 0 else { throw problem(.singularContrast(0)) }
        guard shares.degreesOfFreedom > 0 else {
            throw problem(.noDegreesOfFreedom(found: shares.degreesOfFreedom, needed: 1))
        }
        result = TestResult(statistic: slope / standardError, distribution: .t(shares.degreesOfFreedom))
    }
}

/// The contrast that gives the weighted least squares slope over scores.
struct TrendLine {
    /// `n (s - mean) / sum n (s - mean)^2`.
    let coefficients: [Double]
    /// `sum n (s - mean)^2`.
    let spread: Double

    init(_ sizes: [Double], scores: [Double]?) throws(SurveyError) {
        let scores = scores ?? sizes.indices.map { Double($0 + 1) }
        try checkLength("scores", scores.count, sizes.count)
        try check("score", scores, "a finite number") { $0.isFinite }
        let used = sizes.count { $0 > 0 }
        guard used > 1 else { throw problem(.tooFewGroups(found: used, needed: 2)) }
        let mean = dot(sizes, scores) / sizes.reduce(0, +)
        let centred = scores.map { $0 - mean }
        let spread = sizes.indices.reduce(0) { $0 + sizes[$1] * centred[$1] * centred[$1] }
        guard spread > 0 else { throw problem(.noVariation("the score")) }
        coefficients = sizes.indices.map { sizes[$0] * centred[$0] / spread }
        self.spread = spread
    }
}
