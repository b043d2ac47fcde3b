import CLAPACK

/// The eigenvalues and eigenvectors of a symmetric matrix, `A = Q diag(values) Q'` (LAPACK `dsyevd`).
public struct SymmetricEigen: Sendable {
    /// The eigenvalues, ascending.
    public let values: [Double]
    /// The orthonormal eigenvectors, one a column, n x n.
    public let vectors: Matrix

    /// Decomposes a symmetric matrix, of which only the lower triangle is read.
    ///
    /// - Returns: nil when the matrix holds a number that is not finite, or the iteration did not converge.
    /// - Complexity: O(n^3), about nine times a product of two such matrices at worst.
    public init?(_ matrix: Matrix) {
        precondition(matrix.rows == matrix.columns, "only a square matrix has eigenvalues")
        guard matrix.elements.allSatisfy(\.isFinite) else { return nil }
        var vectors = matrix
        var values = [Double](repeating: 0, count: matrix.rows)
        if matrix.rows > 0 {
            var (n, info) = (Int32(matrix.rows), Int32(0))
            var (lda, realCount, integerCount) = (n, Int32(-1), Int32(-1))
            // The first call asks for the size of the work space.
            var (real, integer) = ([0.0], [Int32(0)])
            dsyevd_(
                "V", "L", &n, &vectors.elements, &lda, &values, &real, &realCount, &integer, &integerCount, &info, 1, 1)
            guard info == 0 else { return nil }
            (realCount, integerCount) = (Int32(real[0]), integer[0])
            real = Array(repeating: 0, count: Int(realCount))
            integer = Array(repeating: 0, count: Int(integerCount))
            dsyevd_(
                "V", "L", &n, &vectors.elements, &lda, &values, &real, &realCount, &integer, &integerCount, &info, 1, 1)
            guard info == 0 else { return nil }
        }
        self.values = values
        self.vectors = vectors
    }
}
