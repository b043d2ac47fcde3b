/// The differences of all pairs of some estimates, such as the shares of five quintiles, with p-values corrected for their number.
public struct PairwiseComparisons: Sendable, Equatable {
    /// One pair.
    public struct Pair: Sendable, Equatable {
        /// The name of the first estimate.
        public let first: String
        /// The name of the second.
        public let second: String
        /// The second estimate minus the first.
        public let difference: Double
        /// Its standard error, with the covariance of the two.
        public let standardError: Double
        /// The t test that they are equal, not corrected.
        public let test: TestResult
        /// The corrected p-value.
        public let adjustedPValue: Double
    }

    /// The pairs, in the order of their first estimates, then of their second.
    public let pairs: [Pair]
    /// How p-values were corrected.
    public let correction: MultipleTesting

    /// All pairs of some estimates.
    ///
    /// - Parameters:
    ///   - names: The estimates' names.
    ///   - estimates: The estimates with covariance.
    ///   - correction: How to correct for the number of pairs.
    /// - Throws: ``AnalysisProblem/singularContrast(_:)`` with the pair's position when a difference has no sampling error.
    public init(
        _ names: [String], _ estimates: SurveyEstimates, correction: MultipleTesting = .holm
    ) throws(SurveyError) {
        try checkLength("names", names.count, estimates.values.count)
        guard estimates.degreesOfFreedom > 0 else {
            throw problem(.noDegreesOfFreedom(found: estimates.degreesOfFreedom, needed: 1))
        }
        let positions = names.indices.flatMap { one in names.indices.dropFirst(one + 1).map { (one, $0) } }
        var tests: [(difference: Double, standardError: Double, test: TestResult)] = []
        for (position, (one, other)) in positions.enumerated() {
            let difference = estimates.values[other] - estimates.values[one]
            let error = estimates.varianceOfDifference(one, other).squareRoot()
            guard error > 0 else { throw problem(.singularContrast(position)) }
            let test = TestResult(statistic: difference / error, distribution: .t(estimates.degreesOfFreedom))
            tests.append((difference, error, test))
        }
        let adjusted = try correction.adjusted(tests.map(\.test.pValue))
        pairs = positions.indices.map { position in
            let (difference, error, test) = tests[position]
            return Pair(
                first: names[positions[position].0], second: names[positions[position].1], difference: difference,
                standardError: error, test: test, adjustedPValue: adjusted[position])
        }
        self.correction = correction
    }
}

extension SurveyEstimates {
    /// The variance of the difference of two estimates, 0 where rounding would make it negative.
    func varianceOfDifference(_ one: Int, _ other: Int) -> Double {
        max(0, covariance[one, one] + covariance[other, other] - 2 * covariance[one, other])
    }
}
