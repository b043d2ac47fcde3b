import CLAPACK

extension Matrix {
    /// The product of two matrices (BLAS `dgemm`).
    public static func * (left: Matrix, right: Matrix) -> Matrix {
        left.multiplied(by: right, transposingLeft: false, transposingRight: false)
    }

    /// The product of a matrix and a column vector.
    public static func * (left: Matrix, right: [Double]) -> [Double] {
        (left * Matrix(rows: right.count, columns: 1, elements: right)).elements
    }

    /// `self' * right`, without forming the transpose.
    public func transposedTimes(_ right: Matrix) -> Matrix {
        multiplied(by: right, transposingLeft: true, transposingRight: false)
    }

    /// `self * right'`, without forming the transpose.
    public func timesTransposed(_ right: Matrix) -> Matrix {
        multiplied(by: right, transposingLeft: false, transposingRight: true)
    }

    private func multiplied(by right: Matrix, transposingLeft: Bool, transposingRight: Bool) -> Matrix {
        let m = transposingLeft ? columns : rows
        let inner = transposingLeft ? rows : columns
        let n = transposingRight ? right.rows : right.columns
        precondition(inner == (transposingRight ? right.columns : right.rows), "inner dimensions must agree")
        var result = Matrix(rows: m, columns: n)
        guard m > 0, n > 0, inner > 0 else { return result }
        var (mm, nn, kk) = (Int32(m), Int32(n), Int32(inner))
        var (lda, ldb, ldc) = (Int32(rows), Int32(right.rows), Int32(m))
        var (alpha, beta) = (1.0, 0.0)
        dgemm_(
            transposingLeft ? "T" : "N", transposingRight ? "T" : "N", &mm, &nn, &kk, &alpha, elements, &lda,
            right.elements, &ldb, &beta, &result.elements, &ldc, 1, 1)
        return result
    }

    /// The sum of two matrices of the same shape.
    public static func + (left: Matrix, right: Matrix) -> Matrix {
        precondition(left.rows == right.rows && left.columns == right.columns, "shapes must agree")
        return Matrix(
            rows: left.rows, columns: left.columns, elements: zip(left.elements, right.elements).map { $0 + $1 })
    }

    /// A matrix times a number.
    public static func * (factor: Double, right: Matrix) -> Matrix {
        Matrix(rows: right.rows, columns: right.columns, elements: right.elements.map { factor * $0 })
    }
}

/// The inner product of two vectors of equal length.
public func dot(_ x: [Double], _ y: [Double]) -> Double {
    precondition(x.count == y.count, "vectors must have the same length")
    var sum = 0.0
    for index in x.indices { sum += x[index] * y[index] }
    return sum
}
