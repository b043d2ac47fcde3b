import CLAPACK
import RealModule

/// What can go wrong in a factorisation.
public enum LinearAlgebraError: Error, Equatable, Sendable {
    /// The matrix is not positive definite: the pivot at this position (from 0) is not positive.
    case notPositiveDefinite(pivot: Int)
}

/// The Cholesky factorisation `A = L L'` of a symmetric positive definite matrix (LAPACK `dpotrf`).
public struct Cholesky: Sendable {
    /// The lower factor L, n x n; the upper triangle is zero.
    public let lower: Matrix

    /// Factorises a symmetric matrix, of which only the lower triangle is read.
    ///
    /// - Throws: ``LinearAlgebraError/notPositiveDefinite(pivot:)``.
    /// - Complexity: O(n^3).
    public init(_ matrix: Matrix) throws(LinearAlgebraError) {
        precondition(matrix.rows == matrix.columns, "only a square matrix has a Cholesky factor")
        var factor = matrix
        try factorLowerInPlace(&factor.elements, size: matrix.rows)
        for column in 0..<factor.columns {
            for row in 0..<column { factor[row, column] = 0 }
        }
        lower = factor
    }

    /// The logarithm of the determinant of A.
    public var logDeterminant: Double {
        var sum = 0.0
        for value in lower.diagonal { sum += 2 * Double.log(value) }
        return sum
    }

    /// X in `A X = B`.
    public func solve(_ right: Matrix) -> Matrix {
        solveUpper(solveLower(right))
    }

    /// x in `A x = b`.
    public func solve(_ right: [Double]) -> [Double] {
        solve(Matrix(rows: right.count, columns: 1, elements: right)).elements
    }

    /// X in `L X = B`.
    public func solveLower(_ right: Matrix) -> Matrix { triangularSolve(right, transpose: "N") }

    /// X in `L' X = B`.
    public func solveUpper(_ right: Matrix) -> Matrix { triangularSolve(right, transpose: "T") }

    /// The inverse of A. For covariance matrices only: an equation is solved, not multiplied by an inverse.
    public var inverse: Matrix {
        solve(.identity(lower.rows)).symmetrised
    }

    private func triangularSolve(_ right: Matrix, transpose: String) -> Matrix {
        precondition(right.rows == lower.rows, "the right-hand side needs as many rows as the factor")
        guard right.rows > 0, right.columns > 0 else { return right }
        var solution = right
        var (m, n, alpha) = (Int32(right.rows), Int32(right.columns), 1.0)
        var (lda, ldb) = (Int32(lower.rows), Int32(right.rows))
        dtrsm_(
            "L", "L", transpose, "N", &m, &n, &alpha, lower.elements, &lda, &solution.elements, &ldb, 1, 1, 1, 1)
        return solution
    }
}

/// Replaces the lower triangle of a symmetric matrix by its Cholesky factor; the upper triangle is left as it is.
///
/// - Parameters:
///   - elements: n x n, column by column.
///   - size: n.
/// - Throws: ``LinearAlgebraError/notPositiveDefinite(pivot:)``; the elements are then of no use.
public func factorLowerInPlace(_ elements: inout [Double], size: Int) throws(LinearAlgebraError) {
    precondition(elements.count == size * size, "the matrix must be square")
    guard size > 0 else { return }
    var (n, lda, info) = (Int32(size), Int32(size), Int32(0))
    dpotrf_("L", &n, &elements, &lda, &info, 1)
    precondition(info >= 0, "dpotrf was called with an illegal argument")
    if info > 0 { throw .notPositiveDefinite(pivot: Int(info) - 1) }
    // LAPACK lets NaN through: a pivot that is not a number is not positive either.
    for index in 0..<size where !(elements[index * (size + 1)] > 0) { throw .notPositiveDefinite(pivot: index) }
}

/// The inverse of a symmetric matrix, from the Cholesky factor that stands in the lower triangle of a larger matrix.
///
/// - Parameters:
///   - factor: The larger matrix; the leading block of `size` holds the factor.
///   - size: The order of the matrix to invert.
/// - Returns: The inverse, both triangles.
/// - Complexity: O(size^3), LAPACK `dpotri`.
public func inverseOfLeadingBlock(_ factor: Matrix, size: Int) -> Matrix {
    precondition(size <= factor.rows, "the block lies within the matrix")
    var block = Matrix(rows: size, columns: size)
    for column in 0..<size {
        for row in column..<size { block[row, column] = factor[row, column] }
    }
    guard size > 0 else { return block }
    var (n, info) = (Int32(size), Int32(0))
    var lda = n
    dpotri_("L", &n, &block.elements, &lda, &info, 1)
    precondition(info == 0, "the factor of a positive definite matrix can be inverted")
    for column in 0..<size {
        for row in (column + 1)..<max(size, column + 1) { block[column, row] = block[row, column] }
    }
    return block
}
