import LinearAlgebra
import RealModule

/// A column that is a linear combination of the columns before it.
struct DependentSeriesColumn: Error {
    let column: Int
}

/// Ordinary least squares of rows that are already whitened.
struct SeriesLeastSquares: Sendable {
    /// The coefficients, k of them.
    let beta: [Double]
    /// `(X'X)^-1`, k x k.
    let inverseGram: Matrix
    /// `log|X'X|`.
    let logDeterminant: Double
    /// y - X beta.
    let residuals: [Double]

    /// The sum of squared residuals.
    var residualSumOfSquares: Double { dot(residuals, residuals) }

    /// Solves for the coefficients; columns are scaled to length one first, and the solution is refined once.
    ///
    /// - Parameters:
    ///   - design: X, n x k.
    ///   - response: y, length n.
    init(design: Matrix, response: [Double]) throws(DependentSeriesColumn) {
        let (n, k) = (design.rows, design.columns)
        var scaled = design
        var lengths = [Double](repeating: 0, count: k)
        for column in 0..<k {
            let squares = (0..<n).reduce(0) { $0 + design[$1, column] * design[$1, column] }
            guard squares > 0, squares.isFinite else { throw DependentSeriesColumn(column: column) }
            lengths[column] = squares.squareRoot()
            for row in 0..<n { scaled[row, column] /= lengths[column] }
        }
        let factor = try Self.factor(scaled.transposedTimes(scaled))
        var solution = [Double](repeating: 0, count: k)
        var rest = response
        for _ in 0..<2 {
            let step = factor.solve(
                scaled.transposedTimes(Matrix(rows: n, columns: 1, elements: rest)).elements)
            for index in solution.indices { solution[index] += step[index] }
            let fitted = scaled * solution
            for row in rest.indices { rest[row] = response[row] - fitted[row] }
        }
        residuals = rest
        beta = zip(solution, lengths).map { $0 / $1 }
        var inverse = factor.inverse
        var logLengths = 0.0
        for column in 0..<k {
            logLengths += Double.log(lengths[column])
            for row in 0..<k { inverse[row, column] /= lengths[row] * lengths[column] }
        }
        inverseGram = inverse
        logDeterminant = factor.logDeterminant + 2 * logLengths
    }

    private static func factor(_ gram: Matrix) throws(DependentSeriesColumn) -> Cholesky {
        let factor: Cholesky
        do {
            factor = try Cholesky(gram)
        } catch {
            switch error {
            case .notPositiveDefinite(let pivot): throw DependentSeriesColumn(column: pivot)
            }
        }
        // A pivot that is rounding only.
        for (column, pivot) in factor.lower.diagonal.enumerated() where pivot * pivot < 1e-12 {
            throw DependentSeriesColumn(column: column)
        }
        return factor
    }
}
