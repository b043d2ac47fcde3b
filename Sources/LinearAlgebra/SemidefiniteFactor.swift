/// A lower factor L with `A = L L'` of a symmetric matrix that may be singular, such as a covariance with a known part.
///
/// Plain Swift arithmetic in a fixed order rather than LAPACK: random draws are made with this factor, and their bits
/// must not depend on the BLAS or the processor. For small matrices.
public struct SemidefiniteFactor: Sendable {
    /// The lower factor, n x n, with zero columns where A has no variance left.
    public let lower: Matrix

    /// Factorises a covariance matrix.
    ///
    /// - Parameter matrix: Symmetric, n x n; only the lower triangle is read.
    /// - Throws: ``LinearAlgebraError/notPositiveDefinite(pivot:)`` when a pivot is clearly negative, that is, below
    ///   -1e-8 times its diagonal element: no covariance has that.
    /// - Complexity: O(n^3).
    public init(_ matrix: Matrix) throws(LinearAlgebraError) {
        precondition(matrix.rows == matrix.columns, "only a square matrix has a factor")
        let n = matrix.rows
        var factor = Matrix(rows: n, columns: n)
        for column in 0..<n {
            var pivot = matrix[column, column]
            for k in 0..<column { pivot -= factor[column, k] * factor[column, k] }
            // Rounding leaves about n * 2^-52 of the diagonal; variances that small carry no information.
            let scale = abs(matrix[column, column])
            if !(pivot > 1e-12 * scale) {
                if pivot < -1e-8 * scale || pivot.isNaN { throw .notPositiveDefinite(pivot: column) }
                continue
            }
            let root = pivot.squareRoot()
            factor[column, column] = root
            for row in (column + 1)..<max(n, column + 1) {
                var value = matrix[row, column]
                for k in 0..<column { value -= factor[row, k] * factor[column, k] }
                factor[row, column] = value / root
            }
        }
        lower = factor
    }
}
