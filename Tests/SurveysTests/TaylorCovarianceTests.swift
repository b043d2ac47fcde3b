import LinearAlgebra
import TestSupport
import Testing

@testable import Surveys

@Suite("The covariance of totals by the design")
struct TaylorCovarianceTests {
    /// A weighted total, whose influence is the variable itself.
    struct Total: SurveyStatistic {
        let values: [Double]
        func values(weights: [Double]) -> [Double] { [dot(weights, values)] }
        func influence(weights: [Double]) -> Matrix { Matrix(rows: values.count, columns: 1, elements: values) }
    }

    @Test("A simple random sample: N^2 (1 - n / N) s^2 / n, the closed form")
    func simpleRandomSample() throws {
        let values = [3.0, 1, 4, 1, 5, 9, 2, 6]
        let design = try SurveyDesign(weights: Array(repeating: 5, count: 8), populationSize: 40)
        let estimates = try SurveySample(design).estimates(of: Total(values: values))
        let mean = values.reduce(0, +) / 8
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 7
        #expect(estimates.values == [155])
        #expect(relativeDifference(estimates.covariance[0, 0], 40 * 40 * (1 - 8 / 40.0) * variance / 8) < 1e-14)
        #expect(estimates.degreesOfFreedom == 7)
    }
}
