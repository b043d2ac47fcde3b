import Probability

/// The difference of two estimates, from the same or from different samples, such as two waves of a monitor.
public struct DifferenceTest: Sendable, Equatable {
    /// One of the two estimates.
    public struct Estimate: Sendable, Equatable {
        /// The value.
        public let value: Double
        /// Its standard error, by the design.
        public let standardError: Double
        /// The degrees of freedom of the standard error; infinite when it is known.
        public let degreesOfFreedom: Double
        /// The respondents that it rests on; only an overlap needs them.
        public let respondents: Double?

        /// An estimate.
        public init(
            value: Double, standardError: Double, degreesOfFreedom: Double = .infinity, respondents: Double? = nil
        ) {
            (self.value, self.standardError) = (value, standardError)
            (self.degreesOfFreedom, self.respondents) = (degreesOfFreedom, respondents)
        }
    }

    /// How the two samples are related.
    public enum Relation: Sendable, Equatable {
        /// No respondent is in both, or the samples were drawn apart from each other.
        case independent
        /// The covariance of the two estimates is known.
        case covariance(Double)
        /// The correlation of the two estimates is known.
        case correlation(Double)
        /// Some respondents are in both, and their two answers have a known correlation.
        ///
        /// The estimates' covariance is then `rho n12 / (n1 n2) s1 s2` (Kish 1965, Survey Sampling, section 12.4), with the
        /// elements' standard deviations in `s = SE sqrt(n)`, which holds design effects too if they are alike.
        case overlap(respondents: Double, correlation: Double)
        /// Some respondents are in both; how their two answers go together is not known.
        ///
        /// The standard error is the largest that a correlation from 0 to 1 gives, which is that of independent samples; see
        /// ``smallestStandardError`` for the other end. Answers of the same respondent that go against each other are not
        /// covered.
        case unknownOverlap(respondents: Double)
    }

    /// The second estimate minus the first.
    public let difference: Double
    /// Its standard error; the largest possible when the correlation is not known.
    public let standardError: Double
    /// Its smallest possible standard error; the same when the correlation is known.
    public let smallestStandardError: Double
    /// The degrees of freedom, by Welch and Satterthwaite from those of the two.
    public let degreesOfFreedom: Double
    /// The t test that the difference is zero, with ``standardError``.
    public let result: TestResult

    /// The difference of two estimates.
    ///
    /// - Throws: ``AnalysisProblem/badValue(what:position:found:expected:)`` or ``AnalysisProblem/overlapTooLarge(found:most:)``.
    public init(from first: Estimate, to second: Estimate, _ relation: Relation = .independent) throws(SurveyError) {
        let estimates = [first, second]
        try check("estimate", estimates.map(\.value), "a finite number") { $0.isFinite }
        try check("standard error", estimates.map(\.standardError), "a number above 0") { $0 > 0 && $0.isFinite }
        try check("degrees of freedom of estimate", estimates.map(\.degreesOfFreedom), "a number above 0") { $0 > 0 }
        let range = try Self.correlations(first, second, relation)
        let (v1, v2) = (first.standardError * first.standardError, second.standardError * second.standardError)
        let product = first.standardError * second.standardError
        difference = second.value - first.value
        standardError = (v1 + v2 - 2 * range.lowerBound * product).squareRoot()
        smallestStandardError = max(0, v1 + v2 - 2 * range.upperBound * product).squareRoot()
        guard standardError > 0 else { throw problem(.singularContrast(0)) }
        let share = v1 / (v1 + v2)
        let inverse = share * share / first.degreesOfFreedom + (1 - share) * (1 - share) / second.degreesOfFreedom
        degreesOfFreedom = inverse > 0 ? 1 / inverse : .infinity
        result = TestResult(statistic: difference / standardError, distribution: .t(degreesOfFreedom))
    }

    /// A confidence interval of the difference, with ``standardError``.
    ///
    /// - Parameter coverage: Between 0 and 1.
    public func confidenceInterval(coverage: Double = 0.95) throws(SurveyError) -> ClosedRange<Double> {
        try check("coverage", [coverage], "between 0 and 1") { $0 > 0 && $0 < 1 }
        let half = StudentT(degreesOfFreedom: degreesOfFreedom).quantile((1 + coverage) / 2) * standardError
        return (difference - half)...(difference + half)
    }

    /// The correlations of the two estimates that are possible.
    private static func correlations(
        _ first: Estimate, _ second: Estimate, _ relation: Relation
    ) throws(SurveyError) -> ClosedRange<Double> {
        switch relation {
        case .independent: return 0...0
        case .correlation(let rho):
            try checkCorrelation([rho])
            return rho...rho
        case .covariance(let covariance):
            let rho = covariance / (first.standardError * second.standardError)
            try checkCorrelation([rho])
            return rho...rho
        case .overlap(let respondents, let rho):
            try checkCorrelation([rho])
            let shared = rho * (try sharedPart(respondents, first, second))
            return shared...shared
        case .unknownOverlap(let respondents): return 0...(try sharedPart(respondents, first, second))
        }
    }

    private static func checkCorrelation(_ rho: [Double]) throws(SurveyError) {
        try check("correlation", rho, "-1 to 1") { abs($0) <= 1 }
    }

    /// `n12 / sqrt(n1 n2)`.
    private static func sharedPart(
        _ overlap: Double, _ first: Estimate, _ second: Estimate
    ) throws(SurveyError) -> Double {
        let counts = [first.respondents ?? .nan, second.respondents ?? .nan]
        try check("number of respondents of estimate", counts, "a number above 0") { $0 > 0 && $0.isFinite }
        try check("overlap", [overlap], "0 or more") { $0 >= 0 }
        let most = min(counts[0], counts[1])
        guard overlap <= most else { throw problem(.overlapTooLarge(found: overlap, most: most)) }
        return overlap / (counts[0] * counts[1]).squareRoot()
    }
}
