import LinearAlgebra
import Probability

/// The places that items can have, given the sampling errors of their estimates.
///
/// Every pair is tested, the p-values corrected by Holm over all pairs; an item's best place is 1 plus the number of items surely
/// above it, its worst the number of items not surely below it. All ranges hold at once with the coverage asked for: as Klein, Wright
/// and Wieczorek (2020, JRSS A 183, 589-606) have it, with Holm's pairwise tests in place of their intervals.
public struct ConfidenceRanks: Sendable {
    /// The estimates with their covariance.
    public let estimates: SurveyEstimates
    /// The items' names.
    public let names: [String]
    /// The possible places of each item, 1 for the largest estimate.
    public let ranges: [ClosedRange<Int>]
    /// The probability that all ranges hold.
    public let coverage: Double

    /// The places of items.
    ///
    /// - Parameters:
    ///   - names: The items' names.
    ///   - estimates: Their estimates with covariance; items of the same question are correlated, and that counts.
    ///   - coverage: Between 0 and 1.
    /// - Throws: ``AnalysisProblem``.
    public init(_ names: [String], _ estimates: SurveyEstimates, coverage: Double = 0.95) throws(SurveyError) {
        try checkLength("names", names.count, estimates.values.count)
        try check("coverage", [coverage], "between 0 and 1") { $0 > 0 && $0 < 1 }
        try check("estimate", estimates.values, "a finite number") { $0.isFinite }
        guard names.count > 1 else { throw problem(.tooFewGroups(found: names.count, needed: 2)) }
        guard estimates.degreesOfFreedom > 0 else {
            throw problem(.noDegreesOfFreedom(found: estimates.degreesOfFreedom, needed: 1))
        }
        (self.names, self.estimates, self.coverage) = (names, estimates, coverage)
        let pairs = names.indices.flatMap { one in ((one + 1)..<max(one + 1, names.count)).map { (one, $0) } }
        let distribution = StudentT(degreesOfFreedom: estimates.degreesOfFreedom)
        let pValues = pairs.map { one, other in
            let ratio = Self.ratio(estimates, one, other)
            return ratio.isInfinite ? 0 : distribution.twoSidedPValue(ratio)
        }
        let adjusted = try MultipleTesting.holm.adjusted(pValues)
        var (above, below) = ([Int](repeating: 0, count: names.count), [Int](repeating: 0, count: names.count))
        for (pair, pValue) in zip(pairs, adjusted) where pValue < 1 - coverage {
            let firstIsLarger = estimates.values[pair.0] > estimates.values[pair.1]
            below[firstIsLarger ? pair.0 : pair.1] += 1
            above[firstIsLarger ? pair.1 : pair.0] += 1
        }
        ranges = names.indices.map { (1 + above[$0])...(names.count - below[$0]) }
    }

    /// The items that are surely among the first `count`.
    public func surelyInTop(_ count: Int) -> [String] {
        names.indices.filter { ranges[$0].upperBound <= count }.map { names[$0] }
    }

    /// The items that can be among the first `count`.
    public func possiblyInTop(_ count: Int) -> [String] {
        names.indices.filter { ranges[$0].lowerBound <= count }.map { names[$0] }
    }

    /// The probability that two items stand in the same order in two populations, each estimated with normal errors.
    ///
    /// `p1 p2 + (1 - p1) (1 - p2)` with p the probability that the first item is the larger, from independent samples.
    ///
    /// - Parameters:
    ///   - one: The position of an item.
    ///   - other: The position of another.
    ///   - second: The same items, estimated from another sample.
    /// - Throws: ``AnalysisProblem``.
    public func probabilityOfSameOrder(
        _ one: Int, _ other: Int, in second: SurveyEstimates
    ) throws(SurveyError) -> Double {
        try checkLength("estimates of the second sample", second.values.count, names.count)
        try check("position of item", [Double(one), Double(other)], "0 to \(names.count - 1)") {
            $0 >= 0 && $0 < Double(names.count)
        }
        let p1 = standardNormalCDF(Self.ratio(estimates, one, other))
        let p2 = standardNormalCDF(Self.ratio(second, one, other))
        return p1 * p2 + (1 - p1) * (1 - p2)
    }

    /// The difference of two estimates over its standard error; 0 or infinite where this is 0.
    private static func ratio(_ estimates: SurveyEstimates, _ one: Int, _ other: Int) -> Double {
        let difference = estimates.values[one] - estimates.values[other]
        let variance = estimates.varianceOfDifference(one, other)
        if difference == 0 { return 0 }
        return variance > 0 ? difference / variance.squareRoot() : difference > 0 ? .infinity : -.infinity
    }
}
