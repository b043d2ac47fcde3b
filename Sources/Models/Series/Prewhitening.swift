import LinearAlgebra

/// Scores made nearly uncorrelated by a first-order vector autoregression without intercept, fitted by least squares.
///
/// - SeeAlso: Andrews and Monahan (1992), Econometrica 60, 953-966.
struct Prewhitening {
    /// The residuals of the autoregression, (n - 1) x k.
    let residuals: Matrix
    /// `(I - A)^-1`, which turns the residuals' long-run covariance back into that of the scores.
    let colouring: Matrix

    /// - Throws: ``SeriesProblem/prewhiteningNeedsEvenYears`` or ``SeriesProblem/prewhiteningFailed``.
    init(_ scores: Matrix, _ series: TimeSeries) throws(ModelError) {
        guard series.evenSpacing != nil else { throw .series(.prewhiteningNeedsEvenYears) }
        let (n, k) = (scores.rows, scores.columns)
        var (before, after) = (Matrix(rows: n - 1, columns: k), Matrix(rows: n - 1, columns: k))
        for column in 0..<k {
            for row in 1..<n {
                before[row - 1, column] = scores[row - 1, column]
                after[row - 1, column] = scores[row, column]
            }
        }
        // A', one column for each score that is explained.
        var coefficients = Matrix(rows: k, columns: k)
        var rest = after
        for column in 0..<k {
            let response = (0..<n - 1).map { after[$0, column] }
            guard n - 1 > k, let fit = try? SeriesLeastSquares(design: before, response: response) else {
                throw .series(.prewhiteningFailed)
            }
            for row in 0..<k { coefficients[row, column] = fit.beta[row] }
            for row in 0..<n - 1 { rest[row, column] = fit.residuals[row] }
        }
        residuals = rest
        let difference = Matrix.identity(k) + (-1) * coefficients
        // (I - A)^-1 is the transpose of (I - A')^-1: least squares of a square system solves it.
        var inverse = Matrix(rows: k, columns: k)
        for column in 0..<k {
            let unit = (0..<k).map { $0 == column ? 1.0 : 0 }
            guard let solution = try? SeriesLeastSquares(design: difference, response: unit) else {
                throw .series(.prewhiteningFailed)
            }
            for row in 0..<k { inverse[row, column] = solution.beta[row] }
        }
        colouring = inverse.transposed
    }
}
