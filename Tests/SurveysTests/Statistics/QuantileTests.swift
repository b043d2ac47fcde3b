import TestSupport
import Testing

@testable import Surveys

@Suite("Quantiles")
struct QuantileTests {
    private func quantiles(
        _ values: [Double], _ weights: [Double], _ probabilities: [Double], _ rule: QuantileRule
    ) throws -> [Double] {
        try QuantileStatistic(values, probabilities: probabilities, rule: rule).values(weights: weights)
    }

    // Definitions 1, 2 and 7 of Hyndman and Fan (1996) without weights, as R's quantile(1:10, type = 1, 2, 7).
    @Test(arguments: [
        (QuantileRule.inverse, [1.0, 1, 3, 5, 6, 10]), (.midpoint, [1, 1, 3, 5.5, 6, 10]),
        (.interpolated, [1, 1.45, 3.25, 5.5, 5.95, 10]),
    ])
    func withoutWeights(rule: QuantileRule, expected: [Double]) throws {
        let values = [7.0, 2, 9, 1, 10, 5, 4, 3, 8, 6]
        let found = try quantiles(values, Array(repeating: 1, count: 10), [0, 0.05, 0.25, 0.5, 0.55, 1], rule)
        for (ours, theirs) in zip(found, expected) { #expect(relativeDifference(ours, theirs) < 1e-14) }
    }

    @Test(
        "Equal weights give the same whatever they are: a share met exactly counts so", arguments: QuantileRule.allCases
    )
    func roundingOfWeights(rule: QuantileRule) throws {
        let values = (1...200).map(Double.init)
        let shares = [0.1, 0.3, 0.7, 0.9]
        let plain = try quantiles(values, Array(repeating: 1, count: 200), shares, rule)
        for weight in [0.1, 30.97, 1 / 3.0, 44.2099990844727] {
            let found = try quantiles(values, Array(repeating: weight, count: 200), shares, rule)
            for (ours, theirs) in zip(found, plain) { #expect(relativeDifference(ours, theirs) < 1e-12) }
        }
    }

    @Test("A weight of 3 is three rows", arguments: [QuantileRule.inverse, .midpoint])
    func wholeWeights(rule: QuantileRule) throws {
        let shares = [0.0, 0.2, 0.5, 0.6, 0.99, 1]
        let weighted = try quantiles([5, 1, 9, 3], [3, 1, 2, 0], shares, rule)
        let repeated = try quantiles([5, 5, 5, 1, 9, 9], Array(repeating: 1, count: 6), shares, rule)
        #expect(weighted == repeated)
    }

    // A simple random sample of 100 distinct values: the share up to the median is 1/2 with standard error
    // sqrt(0.25 / 99), so that Student's interval reaches from 0.40028 to 0.59972: the 41st to the 60th value.
    @Test("Woodruff's interval of the median is read off between order statistics")
    func woodruff() throws {
        let values = (1...100).map(Double.init)
        let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 1, count: 100)))
        let found = try sample.quantiles(QuantileStatistic(values, probabilities: [0.5]))
        #expect(found.estimates.values == [50])
        #expect(found.intervals == [SurveyInterval(lower: 41, upper: 60)])
        // Student's 0.975 quantile with 99 degrees of freedom: R 4.2.2, qt(0.975, 99).
        #expect(relativeDifference(found.estimates.standardErrors[0], 19 / (2 * 1.9842169515864174)) < 1e-12)
    }

    @Test("An end beyond the data is infinite and its standard error not a number")
    func openEnds() throws {
        let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 1, count: 5)))
        let found = try sample.quantiles(QuantileStatistic([1, 2, 3, 4, 5], probabilities: [0.1]))
        #expect(found.intervals[0].lower == -.infinity)
        #expect(found.estimates.standardErrors[0].isNaN)
    }

    // The quantile's influence with the true density: variance p (1 - p) / (n f(q)^2), at the median of a uniform 0.25 / n.
    @Test("The kernel's standard error of a uniform median is about 1 / (2 sqrt n)")
    func kernel() throws {
        let n = 10_000
        let values = (0..<n).map { (Double($0) + 0.5) / Double(n) }
        let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 3, count: n)))
        let found = try sample.estimates(of: QuantileStatistic(values, probabilities: [0.5]))
        #expect(relativeDifference(found.standardErrors[0], 0.005) < 1e-3)
    }
}
