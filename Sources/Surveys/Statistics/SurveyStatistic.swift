import LinearAlgebra

/// Something estimated from weighted rows whose sampling error follows from its linearisation or from replicates.
///
/// Estimators are values of types that conform: means, totals, ratios, quantiles, regression coefficients.
public protocol SurveyStatistic: Sendable {
    /// The estimates at some weights, k of them. Weights may be 0; replicate weights are.
    ///
    /// - Parameter weights: One a row, none negative.
    /// - Throws: ``SurveyError`` where they are not defined: an empty domain.
    func values(weights: [Double]) throws(SurveyError) -> [Double]

    /// The influence of a unit of weight of each row on each estimate: the linearised variable u with
    /// `estimate(w) ~ estimate + sum (w - w0) u` (Deville 1999), 0 for rows outside the statistic's domain.
    ///
    /// - Returns: n x k; not yet multiplied by the weights.
    func influence(weights: [Double]) throws(SurveyError) -> Matrix
}
