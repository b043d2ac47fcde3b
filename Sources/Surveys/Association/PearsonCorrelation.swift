import LinearAlgebra

/// The product-moment correlation of two variables, weighted (from R survey's `svyvar`).
public struct PearsonCorrelation: SurveyStatistic {
    private let pairs: CompletePairs

    /// The correlation of x and y.
    ///
    /// - Parameters:
    ///   - x: One a row; NaN where missing, which leaves the row out.
    ///   - y: The same.
    ///   - domain: Whether each row is in the subpopulation of interest; nil for all.
    /// - Throws: ``AnalysisProblem``.
    public init(_ x: [Double], _ y: [Double], domain: [Bool]? = nil) throws(SurveyError) {
        pairs = try CompletePairs(x, y, domain: domain)
    }

    /// The correlation, a single value.
    public func values(weights: [Double]) throws(SurveyError) -> [Double] {
        [try WeightedMoments(pairs, weights: weights).correlation]
    }

    /// `zx zy - r (zx^2 + zy^2) / 2` over the sum of the weights, with standardised variables z.
    public func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let moments = try WeightedMoments(pairs, weights: weights)
        var influence = Matrix(rows: weights.count, columns: 1)
        for row in pairs.rows {
            let zx = (pairs.x[row] - moments.meanX) / moments.deviationX
            let zy = (pairs.y[row] - moments.meanY) / moments.deviationY
            influence[row, 0] = (zx * zy - moments.correlation * (zx * zx + zy * zy) / 2) / moments.total
        }
        return influence
    }
}

/// Weighted means, standard deviations and correlation.
private struct WeightedMoments {
    let meanX, meanY, deviationX, deviationY, correlation, total: Double

    init(_ pairs: CompletePairs, weights: [Double]) throws(SurveyError) {
        let rows = try pairs.rows(weights)
        let total = rows.reduce(0) { $0 + weights[$1] }
        let meanX = rows.reduce(0) { $0 + weights[$1] * pairs.x[$1] } / total
        let meanY = rows.reduce(0) { $0 + weights[$1] * pairs.y[$1] } / total
        var (squaresX, squaresY, products) = (0.0, 0.0, 0.0)
        for row in rows {
            let (dx, dy) = (pairs.x[row] - meanX, pairs.y[row] - meanY)
            squaresX += weights[row] * dx * dx
            squaresY += weights[row] * dy * dy
            products += weights[row] * dx * dy
        }
        guard squaresX > 0 else { throw problem(.noVariation("the first variable")) }
        guard squaresY > 0 else { throw problem(.noVariation("the second variable")) }
        (self.meanX, self.meanY, self.total) = (meanX, meanY, total)
        (deviationX, deviationY) = ((squaresX / total).squareRoot(), (squaresY / total).squareRoot())
        correlation = min(1, max(-1, products / (squaresX.squareRoot() * squaresY.squareRoot())))
    }
}
