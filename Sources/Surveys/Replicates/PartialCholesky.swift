import LinearAlgebra

/// The Cholesky factor of a symmetric matrix that leaves out the columns that depend on those before them.
///
/// Solves least squares with redundant columns, such as the categories of two factors, without a choice by hand: the columns
/// left out get coefficient 0.
struct PartialCholesky: Sendable {
    /// The columns that are kept, in order.
    let kept: [Int]
    /// The lower factor of the kept columns.
    private let lower: Matrix
    private let size: Int

    /// Factorises a matrix, of which only the lower triangle is read.
    ///
    /// - Parameters:
    ///   - matrix: Symmetric, positive semidefinite, n x n.
    ///   - tolerance: A column is left out when what remains of its diagonal element is less than this share of it.
    /// - Complexity: O(n^3); plain arithmetic in a fixed order.
    init(_ matrix: Matrix, tolerance: Double = 1e-12) {
        precondition(matrix.rows == matrix.columns, "only a square matrix has a factor")
        let n = matrix.rows
        // Row i holds the factor's row of column i, whether kept or not: first its products with the kept columns.
        var rows: [[Double]] = []
        var kept: [Int] = []
        for column in 0..<n {
            var row: [Double] = []
            row.reserveCapacity(kept.count + 1)
            for (position, other) in kept.enumerated() {
                var value = matrix[column, other]
                for k in 0..<position { value -= row[k] * rows[position][k] }
                row.append(value / rows[position][position])
            }
            let pivot = row.reduce(matrix[column, column]) { $0 - $1 * $1 }
            guard pivot > tolerance * matrix[column, column], pivot.isFinite else { continue }
            row.append(pivot.squareRoot())
            rows.append(row)
            kept.append(column)
        }
        var lower = Matrix(rows: kept.count, columns: kept.count)
        for (position, row) in rows.enumerated() {
            for (column, value) in row.enumerated() { lower[position, column] = value }
        }
        (self.kept, self.lower, size) = (kept, lower, n)
    }

    /// x in `A x = b`, with 0 in the columns left out.
    func solve(_ right: [Double]) -> [Double] {
        var solution = kept.map { right[$0] }
        for row in solution.indices {
            for column in 0..<row { solution[row] -= lower[row, column] * solution[column] }
            solution[row] /= lower[row, row]
        }
        for row in solution.indices.reversed() {
            for other in (row + 1)..<max(row + 1, solution.count) {
                solution[row] -= lower[other, row] * solution[other]
            }
            solution[row] /= lower[row, row]
        }
        var result = [Double](repeating: 0, count: size)
        for (position, column) in kept.enumerated() { result[column] = solution[position] }
        return result
    }
}
