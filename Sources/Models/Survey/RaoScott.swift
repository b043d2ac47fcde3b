import LinearAlgebra
import Surveys

/// Rao and Scott's correction of Pearson's test of independence.
struct RaoScott {
    let pearson: Double
    /// The generalised design effects: an asymmetric matrix with their eigenvalues.
    let effects: Matrix

    init?(shares: SurveyEstimates, rows: Int, columns: Int, respondents: Double) {
        let p = shares.values
        var (rowSums, columnSums) = ([Double](repeating: 0, count: rows), [Double](repeating: 0, count: columns))
        for row in 0..<rows {
            for column in 0..<columns {
                rowSums[row] += p[row * columns + column]
                columnSums[column] += p[row * columns + column]
            }
        }
        var sum = 0.0
        for row in 0..<rows {
            for column in 0..<columns {
                let expected = rowSums[row] * columnSums[column]
                sum += (p[row * columns + column] - expected) * (p[row * columns + column] - expected) / expected
            }
        }
        pearson = respondents * sum
        let contrasts = Self.interactions(rows: rows, columns: columns)
        var scaled = contrasts
        for cell in p.indices {
            for position in 0..<contrasts.columns {
                scaled[cell, position] = p[cell] > 0 ? contrasts[cell, position] / p[cell] : 0
            }
        }
        let simple = (1 / respondents) * contrasts.transposedTimes(scaled)
        guard let factor = try? Cholesky(simple.symmetrised) else { return nil }
        effects = factor.solve(scaled.transposedTimes(shares.covariance * scaled))
    }

    /// Contrasts of cells that rows and columns do not explain: any basis of them gives the same eigenvalues.
    private static func interactions(rows: Int, columns: Int) -> Matrix {
        var contrasts = Matrix(rows: rows * columns, columns: (rows - 1) * (columns - 1))
        for row in 1..<rows {
            for column in 1..<columns {
                let position = (row - 1) * (columns - 1) + column - 1
                for (cell, sign) in [(0, 1.0), (column, -1), (row * columns, -1), (row * columns + column, 1)] {
                    contrasts[cell, position] = sign
                }
            }
        }
        return contrasts
    }

    func outcome(degreesOfFreedom: Double) -> TestOutcome? {
        let trace = effects.diagonal.reduce(0, +)
        let ofSquare = (effects * effects).diagonal.reduce(0, +)
        guard trace > 0, ofSquare > 0 else { return nil }
        let degrees = trace * trace / ofSquare
        return .f("rao_scott_f", pearson / trace, degrees, degrees * degreesOfFreedom)
    }
}
