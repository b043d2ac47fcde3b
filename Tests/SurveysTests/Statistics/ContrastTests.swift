import LinearAlgebra
import TestSupport
import Testing

@testable import Surveys

@Suite("Contrasts and design effects")
struct ContrastTests {
    let estimates = SurveyEstimates(
        values: [6, 2, 5, 4],
        covariance: Matrix(rowVectors: [[4, 1, 0, 0.5], [1, 9, 2, 0], [0, 2, 16, 1], [0.5, 0, 1, 1]]),
        degreesOfFreedom: 10)

    @Test("A difference has the variances minus twice the covariance")
    func differences() {
        let found = estimates.differences([(minuend: 0, subtrahend: 1), (minuend: 2, subtrahend: 3)])
        #expect(found.values == [4, 1])
        // 4 + 9 - 2 * 1, 16 + 1 - 2 * 1, and 0 - 0.5 - 2 + 0 between them.
        #expect(found.covariance.elements == [11, -2.5, -2.5, 15])
        #expect(found.degreesOfFreedom == 10)
    }

    @Test("Domains are compared with one of reference, estimate by estimate")
    func domains() {
        let found = estimates.differences(fromDomain: 1, estimatesPerDomain: 2)
        #expect(found.values == [6 - 5, 2 - 4])
        #expect(found.covariance[0, 0] == 20.0)
    }

    // (a / b)^2 (V_a / a^2 + V_b / b^2 - 2 C / (a b)).
    @Test func ratiosByTheDeltaMethod() {
        let found = estimates.ratios([(numerator: 0, denominator: 1)])
        #expect(found.values == [3])
        let relative: Double = 4.0 / 36 + 9.0 / 4 - 2.0 / 12
        #expect(relativeDifference(found.covariance[0, 0], 9 * relative) < 1e-14)
    }

    @Test("A variance that is not a number is no standard error of 0")
    func missingVariance() {
        let broken = SurveyEstimates(
            values: [1], covariance: Matrix(rows: 1, columns: 1, elements: [.nan]), degreesOfFreedom: 3)
        #expect(broken.standardErrors[0].isNaN)
    }

    @Test("Without degrees of freedom there is no interval")
    func noDegrees() {
        let broken = SurveyEstimates(values: [1], covariance: .identity(1), degreesOfFreedom: 0)
        #expect(throws: SurveyError.noDegreesOfFreedom(0)) { try broken.confidenceIntervals() }
    }

    @Test("A simple random sample has a design effect of 1 and is as large as it is")
    func simpleRandomSample() throws {
        let values = [3.0, 1, 4, 1, 5, 9, 2, 6]
        let sample = SurveySample(
            try SurveyDesign(weights: Array(repeating: 5, count: 8), populationSize: 40))
        let statistics: [any DomainStatistic] = [
            MeanStatistic([values]), TotalStatistic([values]),
            ShareStatistic([0, 1, 1, 0, 1, 0, 0, 1], categoryCount: 2),
            RatioStatistic([.init(numerator: values, denominator: values.reversed())]),
        ]
        for statistic in statistics {
            let found = try effects(statistic, sample)
            for (effect, size) in zip(found.values, found.effectiveSampleSizes) {
                #expect(relativeDifference(effect, 1) < 1e-13 && relativeDifference(size, 8) < 1e-13)
            }
        }
    }

    private func effects(_ statistic: some DomainStatistic, _ sample: SurveySample) throws -> DesignEffects {
        try sample.designEffects(of: statistic, estimates: sample.estimates(of: statistic))
    }

    @Test("Copies of rows within clusters make the design effect near the cluster's size")
    func clusters() throws {
        let values = (0..<40).map { Double(($0 / 4 * 7) % 10) }
        let clusters = (0..<40).map { Int32($0 / 4) }
        let sample = SurveySample(
            try SurveyDesign(weights: Array(repeating: 1e6, count: 40), stages: [.init(clusters: clusters)]))
        let found = try effects(MeanStatistic([values]), sample)
        // s^2 / 10 with 9 in its denominator over s^2 / 40 with 39: 4 (39 / 40) (10 / 9), and 1 - 1e-6 for the population.
        let closed = 4 * (39 / 40.0) * (10 / 9.0) / (1 - 1e-6)
        #expect(relativeDifference(found.values[0], closed) < 1e-12)
    }

    @Test("Weights that add up to no more than the rows have no design effect without replacement")
    func tooSmallPopulation() throws {
        let sample = SurveySample(try SurveyDesign(weights: [1, 1, 1]))
        #expect(try effects(MeanStatistic([[1, 2, 4]]), sample).values[0].isNaN)
    }
}
