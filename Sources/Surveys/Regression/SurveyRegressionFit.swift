import LinearAlgebra
import Probability

/// The coefficients of a regression of survey rows.
public struct SurveyRegressionFit: Sendable {
    /// The coefficients' names.
    public let names: [String]
    /// The kind of response.
    public let family: SurveyRegression.Family
    /// The coefficients with their design-based covariance; degrees of freedom those of the design plus 1 minus p.
    public let coefficients: SurveyEstimates
    /// The rows with weight and all values.
    public let rowCount: Int
    /// Weighted squared residuals of a linear, -2 log-likelihood of a logistic regression, with weights of mean 1.
    public let deviance: Double

    /// The test that some coefficients are all zero (R survey's `regTermTest`).
    ///
    /// - Parameter columns: Positions of the coefficients.
    /// - Throws: ``AnalysisProblem``.
    public func test(_ columns: [Int], form: WaldTest.Form = .f) throws(SurveyError) -> TestResult {
        var contrasts = Matrix(rows: columns.count, columns: names.count)
        for (row, column) in columns.enumerated() {
            guard names.indices.contains(column) else {
                throw problem(
                    .badValue(
                        what: "coefficient position", position: row, found: Double(column),
                        expected: "0 to \(names.count - 1)"))
            }
            contrasts[row, column] = 1
        }
        return try WaldTest.test(contrasts, of: coefficients, form: form)
    }

    /// The t test of each coefficient; missing where it has no standard error.
    public var tests: [TestResult] {
        zip(coefficients.values, coefficients.standardErrors).map { value, error in
            TestResult(statistic: value / error, distribution: .t(coefficients.degreesOfFreedom))
        }
    }
}
