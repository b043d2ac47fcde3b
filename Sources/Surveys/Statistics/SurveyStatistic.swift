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

/// A statistic whose influence can be had for one estimate at a time: many estimates of many rows then need no n x k matrix.
public protocol ColumnwiseStatistic: SurveyStatistic {
    /// The influence of each row on one estimate; a column of ``SurveyStatistic/influence(weights:)``.
    ///
    /// - Parameters:
    ///   - position: Which estimate, from 0.
    ///   - values: All estimates at the weights.
    ///   - weights: One a row.
    func influence(on position: Int, values: [Double], weights: [Double]) -> [Double]
}

extension ColumnwiseStatistic {
    /// All columns.
    public func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let values = try values(weights: weights)
        let columns = values.indices.flatMap { influence(on: $0, values: values, weights: weights) }
        return Matrix(rows: weights.count, columns: values.count, elements: columns)
    }
}
