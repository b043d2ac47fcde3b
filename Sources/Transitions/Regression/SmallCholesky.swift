import Probability

/// The Cholesky factorisation of a matrix of a few rows, in place: too small for LAPACK's calls to pay.
enum SmallCholesky {
    /// Replaces the lower triangle (column by column, d x d) by its factor; false when a pivot is not positive.
    static func factor(_ a: UnsafeMutablePointer<Double>, _ d: Int) -> Bool {
        for column in 0..<d {
            for before in 0..<column {
                let scale = a[before * d + column]
                for row in column..<d { a[column * d + row] -= scale * a[before * d + row] }
            }
            let pivot = a[column * d + column]
            guard pivot > 0, pivot < .infinity else { return false }
            let root = pivot.squareRoot()
            for row in column..<d { a[column * d + row] /= root }
        }
        return true
    }

    /// Replaces b by the solution of `L L' x = b`.
    static func solve(_ factor: UnsafePointer<Double>, _ d: Int, _ b: UnsafeMutablePointer<Double>) {
        for row in 0..<d {
            for before in 0..<row { b[row] -= factor[before * d + row] * b[before] }
            b[row] /= factor[row * d + row]
        }
        for row in stride(from: d - 1, through: 0, by: -1) {
            for after in (row + 1)..<max(d, row + 1) { b[row] -= factor[row * d + after] * b[after] }
            b[row] /= factor[row * d + row]
        }
    }

    /// Half the logarithm of the determinant of `L L'`.
    static func halfLogDeterminant(_ factor: UnsafePointer<Double>, _ d: Int) -> Double {
        var sum = 0.0
        for row in 0..<d { sum += Elementary.log(factor[row * d + row]) }
        return sum
    }
}
