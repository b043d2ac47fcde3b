import CLAPACK
import Parallelism

/// Cholesky factorisation and inversion of a large symmetric matrix in tiles, on all threads.
///
/// Each tile sees the same BLAS calls in the same order however many threads there are, and every call is of one
/// thread, so the bits do not depend on the threads. Small matrices are a single tile: plain LAPACK.
public struct TiledCholesky {
    private let elements: UnsafeMutablePointer<Double>
    private let size: Int
    private let tile: Int

    /// Works on the lower triangle of a matrix in place.
    ///
    /// - Parameters:
    ///   - elements: `size * size` doubles, column by column, which must outlive the value. The upper triangle is left
    ///     alone.
    ///   - size: The order of the matrix.
    public init(_ elements: UnsafeMutablePointer<Double>, size: Int) {
        self.elements = elements
        self.size = size
        tile = size <= 384 ? max(size, 1) : 256
    }

    private var tileCount: Int { (size + tile - 1) / tile }

    private func length(_ index: Int) -> Int { min(tile, size - index * tile) }

    private func block(_ row: Int, _ column: Int) -> UnsafeMutablePointer<Double> {
        elements + row * tile + column * tile * size
    }

    /// Replaces the lower triangle by the Cholesky factor.
    ///
    /// - Throws: ``LinearAlgebraError/notPositiveDefinite(pivot:)``; the elements are then of no use.
    /// - Complexity: O(size^3 / 3).
    public func factorise() throws(LinearAlgebraError) {
        for pivot in 0..<tileCount {
            try factoriseDiagonal(pivot)
            let below = tileCount - pivot - 1
            Threads.forEach(below) { offset in
                solveRight(
                    block(pivot, pivot), into: block(pivot + 1 + offset, pivot), rows: length(pivot + 1 + offset),
                    columns: length(pivot))
            }
            // The pairs (row, column) of the triangle that is left, column by column.
            Threads.forEach(below * (below + 1) / 2) { pair in
                let (row, column) = Self.pair(pair)
                update(pivot + 1 + row, pivot + 1 + column, by: pivot)
            }
        }
    }

    /// Replaces the factor's lower triangle by that of the inverse of the factorised matrix.
    ///
    /// - Complexity: O(2 size^3 / 3).
    public func invert() {
        guard tileCount > 1 else {
            guard size > 0 else { return }
            var (n, info) = (Int32(size), Int32(0))
            var lda = n
            dpotri_("L", &n, elements, &lda, &info, 1)
            precondition(info == 0, "the factor of a positive definite matrix can be inverted")
            return
        }
        invertFactor()
        multiplyTransposed()
    }

    /// The tile of the lower triangle at a position: row by row.
    private static func pair(_ index: Int) -> (row: Int, column: Int) {
        var row = Int((Double(8 * index + 1).squareRoot() - 1) / 2)
        while row * (row + 1) / 2 > index { row -= 1 }
        while (row + 1) * (row + 2) / 2 <= index { row += 1 }
        return (row, index - row * (row + 1) / 2)
    }

    private func factoriseDiagonal(_ pivot: Int) throws(LinearAlgebraError) {
        var (n, lda, info) = (Int32(length(pivot)), Int32(size), Int32(0))
        guard n > 0 else { return }
        let place = block(pivot, pivot)
        dpotrf_("L", &n, place, &lda, &info, 1)
        precondition(info >= 0, "dpotrf was called with an illegal argument")
        if info > 0 { throw .notPositiveDefinite(pivot: pivot * tile + Int(info) - 1) }
        // LAPACK lets NaN through: a pivot that is not a number is not positive either.
        for index in 0..<Int(n) where !(place[index * (size + 1)] > 0) {
            throw .notPositiveDefinite(pivot: pivot * tile + index)
        }
    }

    /// `B <- B L^-T`.
    private func solveRight(
        _ lower: UnsafeMutablePointer<Double>, into right: UnsafeMutablePointer<Double>, rows: Int, columns: Int
    ) {
        var (m, n, alpha, ld) = (Int32(rows), Int32(columns), 1.0, Int32(size))
        var ldb = ld
        dtrsm_("R", "L", "T", "N", &m, &n, &alpha, lower, &ld, right, &ldb, 1, 1, 1, 1)
    }

    /// `A_ij <- A_ij - L_ip L_jp'`.
    private func update(_ row: Int, _ column: Int, by pivot: Int) {
        product(
            "N", block(row, pivot), "T", block(column, pivot), into: block(row, column), rows: length(row),
            columns: length(column), inner: length(pivot), alpha: -1, beta: 1)
    }

    private func product(
        _ leftForm: String, _ left: UnsafePointer<Double>, _ rightForm: String, _ right: UnsafePointer<Double>,
        into target: UnsafeMutablePointer<Double>, rows: Int, columns: Int, inner: Int, alpha: Double, beta: Double,
        leftStride: Int? = nil, rightStride: Int? = nil
    ) {
        var (m, n, k) = (Int32(rows), Int32(columns), Int32(inner))
        var (a, b) = (alpha, beta)
        var (lda, ldb, ldc) = (Int32(leftStride ?? size), Int32(rightStride ?? size), Int32(size))
        dgemm_(leftForm, rightForm, &m, &n, &k, &a, left, &lda, right, &ldb, &b, target, &ldc, 1, 1)
    }

    /// L becomes L^-1, from the last tile column to the first: with M the inverse of what is right of a column,
    /// its tiles become `-M L_below L_jj^-1`.
    private func invertFactor() {
        for column in stride(from: tileCount - 1, through: 0, by: -1) {
            invertDiagonal(column)
            let below = tileCount - column - 1
            let height = size - (column + 1) * tile
            guard below > 0 else { continue }
            let width = length(column)
            let panel = UnsafeMutablePointer<Double>.allocate(capacity: height * width)
            defer { panel.deallocate() }
            for index in 0..<width {
                (panel + index * height).update(from: block(column + 1, column) + index * size, count: height)
            }
            // The last rows take longest: begin with them.
            Threads.forEach(below) { order in
                let row = tileCount - 1 - order
                multiplyByInverse(row, column, panel, height)
            }
        }
    }

    private func invertDiagonal(_ index: Int) {
        var (n, lda, info) = (Int32(length(index)), Int32(size), Int32(0))
        dtrtri_("L", "N", &n, block(index, index), &lda, &info, 1, 1)
        precondition(info == 0, "a factor with a positive diagonal can be inverted")
    }

    private func multiplyByInverse(
        _ row: Int, _ column: Int, _ panel: UnsafeMutablePointer<Double>, _ height: Int
    ) {
        let width = length(column)
        // The diagonal tile of M is lower triangular: its upper part must not be read.
        var (m, n, one, ld) = (Int32(length(row)), Int32(width), 1.0, Int32(size))
        let target = block(row, column)
        var ldb = ld
        dtrmm_("L", "L", "N", "N", &m, &n, &one, block(row, row), &ld, target, &ldb, 1, 1, 1, 1)
        let inner = (row - column - 1) * tile
        if inner > 0 {
            product(
                "N", block(row, column + 1), "N", panel, into: target, rows: length(row), columns: width,
                inner: inner, alpha: 1, beta: 1, rightStride: height)
        }
        var minus = -1.0
        dtrmm_("R", "L", "N", "N", &m, &n, &minus, block(column, column), &ld, target, &ldb, 1, 1, 1, 1)
    }

    /// M becomes M'M, tile row by tile row: a row is not needed by those below it.
    private func multiplyTransposed() {
        for row in 0..<tileCount {
            let below = size - (row + 1) * tile
            Threads.forEach(row) { column in
                var (m, n, one, ld) = (Int32(length(row)), Int32(length(column)), 1.0, Int32(size))
                var ldb = ld
                dtrmm_(
                    "L", "L", "T", "N", &m, &n, &one, block(row, row), &ld, block(row, column), &ldb, 1, 1, 1, 1)
                if below > 0 {
                    product(
                        "T", block(row + 1, row), "N", block(row + 1, column), into: block(row, column),
                        rows: length(row), columns: length(column), inner: below, alpha: 1, beta: 1)
                }
            }
            multiplyDiagonal(row, below)
        }
    }

    private func multiplyDiagonal(_ row: Int, _ below: Int) {
        var (n, lda, info) = (Int32(length(row)), Int32(size), Int32(0))
        dlauum_("L", &n, block(row, row), &lda, &info, 1)
        guard below > 0 else { return }
        var (k, one, beta) = (Int32(below), 1.0, 1.0)
        dsyrk_("L", "T", &n, &k, &one, block(row + 1, row), &lda, &beta, block(row, row), &lda, 1, 1)
    }
}
