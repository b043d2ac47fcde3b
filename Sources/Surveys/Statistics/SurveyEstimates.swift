import LinearAlgebra

/// Estimates from a survey with their covariance.
public struct SurveyEstimates: Sendable {
    /// The estimates.
    public let values: [Double]
    /// Their covariance, k x k.
    public let covariance: Matrix
    /// The degrees of freedom of the covariance: clusters minus strata, or replicates' rank; infinite when it is known.
    public let degreesOfFreedom: Double

    /// Estimates with their covariance.
    public init(values: [Double], covariance: Matrix, degreesOfFreedom: Double) {
        precondition(covariance.rows == values.count && covariance.columns == values.count, "covariance is k x k")
        self.values = values
        self.covariance = covariance.symmetrised
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The standard errors; not a number where the variance is none.
    public var standardErrors: [Double] {
        // `max(0, x)` would call a variance that is not a number 0.
        covariance.diagonal.map { $0 < 0 ? 0 : $0.squareRoot() }
    }

    /// The linear contrasts `C * values` with covariance `C V C'` (R survey's `svycontrast`).
    ///
    /// - Parameter contrasts: m x k.
    public func transformed(_ contrasts: Matrix) -> SurveyEstimates {
        SurveyEstimates(
            values: contrasts * values, covariance: (contrasts * covariance).timesTransposed(contrasts),
            degreesOfFreedom: degreesOfFreedom)
    }
}
