import LinearAlgebra

/// The factorisation `diag(sqrt(w)) X = Q R` by modified Gram-Schmidt, each column taken out twice.
///
/// Least squares through it keep the digits that normal equations lose when columns are nearly alike, such as a year and its
/// square (Björck 1996, Numerical Methods for Least Squares Problems, section 2.4).
struct WeightedFactor {
    /// Orthonormal columns, m x p.
    let q: Matrix
    /// Upper triangle, p x p.
    let r: Matrix

    /// Below this share of its length that is left, a column is a combination of those before it, as R's `glm` has it.
    static let tolerance = 1e-11

    /// The first column that is a combination of those before it.
    struct Singular: Error { let column: Int }

    /// - Parameters:
    ///   - x: m x p.
    ///   - roots: Square roots of the weights, length m.
    init(_ x: Matrix, roots: [Double]) throws(Singular) {
        var (done, r): ([[Double]], Matrix) = ([], Matrix(rows: x.columns, columns: x.columns))
        for column in 0..<x.columns {
            var values = roots.indices.map { roots[$0] * x[$0, column] }
            let length = Self.product(values, values).squareRoot()
            for _ in 0..<2 {
                for (position, earlier) in done.enumerated() {
                    let share = Self.product(earlier, values)
                    r[position, column] += share
                    for row in values.indices { values[row] -= share * earlier[row] }
                }
            }
            let left = Self.product(values, values).squareRoot()
            guard left > Self.tolerance * length, left.isFinite else { throw Singular(column: column) }
            r[column, column] = left
            done.append(values.map { $0 / left })
        }
        q = Matrix(rows: x.rows, columns: x.columns, elements: done.flatMap { $0 })
        self.r = r
    }

    private static func product(_ one: [Double], _ other: [Double]) -> Double {
        var sum = 0.0
        for row in one.indices { sum += one[row] * other[row] }
        return sum
    }

    /// The coefficients that bring `Q R beta` closest to a right-hand side of length m.
    func solve(_ right: [Double]) -> [Double] {
        backward(q.transposedTimes(Matrix(rows: right.count, columns: 1, elements: right)).elements)
    }

    /// `(X' W X)^-1 = R^-1 R^-T`.
    var inverseGram: Matrix {
        let size = r.rows
        var inverse = Matrix(rows: size, columns: size)
        for column in 0..<size {
            var unit = [Double](repeating: 0, count: size)
            unit[column] = 1
            for (row, value) in backward(unit).enumerated() { inverse[row, column] = value }
        }
        return inverse.timesTransposed(inverse)
    }

    private func backward(_ right: [Double]) -> [Double] {
        var solution = right
        for row in solution.indices.reversed() {
            for column in (row + 1)..<max(row + 1, solution.count) {
                solution[row] -= r[row, column] * solution[column]
            }
            solution[row] /= r[row, row]
        }
        return solution
    }
}
