import LinearAlgebra

/// What calibration of weights to population totals leaves of a statistic's scores: their residuals on the calibration variables.
///
/// A calibrated estimator varies only as far as the calibration variables do not explain it: with w the weights before, g their
/// ratio and u the linearised variable, the scores become `w g (u - x' B)`, B the regression of u on x with weights w (Deville
/// and Särndal 1992, equation 3.4; as R survey's `calibrate` and `postStratify`).
public struct Calibration: Sendable {
    /// What it did to the weights.
    public let report: CalibrationReport
    private let matrix: CalibrationMatrix
    /// Weights before, and their ratios.
    private let before, ratios: [Double]
    private let gram: PartialCholesky

    init(_ matrix: CalibrationMatrix, before: [Double], ratios: [Double], report: CalibrationReport) {
        (self.matrix, self.before, self.ratios, self.report) = (matrix, before, ratios, report)
        gram = PartialCholesky(matrix.gram(before))
    }

    /// The residuals of scores.
    ///
    /// - Parameter scores: n x k, each row's `w u` with the calibrated weights.
    /// - Returns: n x k. A row whose calibrated weight is 0 has score 0.
    func residuals(of scores: Matrix) -> Matrix {
        precondition(scores.rows == before.count, "a row has a score")
        var result = scores
        for column in 0..<scores.columns {
            var weighted = before.indices.map { ratios[$0] == 0 ? 0 : scores[$0, column] / ratios[$0] }
            // Twice is enough (Kahan, Parlett): the second pass takes out what rounding left of nearly dependent variables.
            for _ in 0..<2 {
                let fitted = matrix.predictor(gram.solve(matrix.totals(of: weighted)))
                for row in weighted.indices { weighted[row] -= before[row] * fitted[row] }
            }
            for row in weighted.indices { result[row, column] = ratios[row] * weighted[row] }
        }
        return result
    }
}
