import LinearAlgebra

/// A basis of natural cubic splines, as R's `splines::ns`: linear beyond the boundary knots.
///
/// Cubic B-splines on the knots, of which those combinations are kept whose second derivative is zero at both boundary
/// knots: with C the 2 x m matrix of these derivatives and C' = Q R by Householder reflections, the columns of Q from the
/// third on. Other bases of the same space exist; the reflections' signs are those of LINPACK, so that the columns are R's.
///
/// - SeeAlso: Hastie (1992), chapter 7 of Statistical Models in S.
struct NaturalSpline: Sendable {
    /// The knots strictly inside the boundary, rising.
    let interiorKnots: [Double]
    /// The boundary knots.
    let boundary: ClosedRange<Double>
    /// All knots, the boundary four times each.
    private let knots: [Double]
    /// From B-splines to natural splines, m x width.
    private let projection: Matrix
    /// How many B-splines are left out first: one without an intercept.
    private let skipped: Int

    private static let order = 4

    /// The number of columns.
    var width: Int { projection.columns }

    /// A basis from its knots.
    init(interiorKnots: [Double], boundary: ClosedRange<Double>, hasIntercept: Bool) {
        self.interiorKnots = interiorKnots
        self.boundary = boundary
        let (lower, upper) = (boundary.lowerBound, boundary.upperBound)
        let knots =
            [Double](repeating: lower, count: Self.order) + interiorKnots
            + [Double](repeating: upper, count: Self.order)
        let skipped = hasIntercept ? 0 : 1
        let constraints = [lower, upper].map {
            Array(Self.bSplines(at: $0, derivative: 2, knots).dropFirst(skipped))
        }
        self.knots = knots
        self.skipped = skipped
        projection = Self.nullSpace(of: constraints)
    }

    /// The basis at a number.
    func row(at x: Double) -> [Double] {
        let edge = min(max(x, boundary.lowerBound), boundary.upperBound)
        var splines = Self.bSplines(at: edge, derivative: 0, knots)
        if edge != x {
            let slopes = Self.bSplines(at: edge, derivative: 1, knots)
            for index in splines.indices { splines[index] += (x - edge) * slopes[index] }
        }
        return (0..<width).map { column in
            var sum = 0.0
            for row in 0..<projection.rows { sum += splines[row + skipped] * projection[row, column] }
            return sum
        }
    }

    /// The cubic B-splines on some knots, or their derivatives, at a number within the boundary (Cox and de Boor).
    private static func bSplines(at x: Double, derivative: Int, _ knots: [Double]) -> [Double] {
        // The interval that holds x; the last one is closed on the right.
        let last = knots.count - order - 1
        let interval = min(knots.lastIndex { $0 <= x } ?? 0, last)
        var values = (0..<knots.count - 1).map { $0 == interval ? 1.0 : 0 }
        for degree in 1..<order {
            values = (0..<knots.count - degree - 1).map { index in
                let left = knots[index + degree] - knots[index]
                let right = knots[index + degree + 1] - knots[index + 1]
                let rising = left > 0 ? values[index] / left : 0
                let falling = right > 0 ? values[index + 1] / right : 0
                return degree >= order - derivative
                    ? Double(degree) * (rising - falling)
                    : (x - knots[index]) * rising + (knots[index + degree + 1] - x) * falling
            }
        }
        return values
    }

    /// The columns from the third on of the orthogonal factor Q of a matrix with two columns.
    private static func nullSpace(of constraints: [[Double]]) -> Matrix {
        let size = constraints[0].count
        var columns = constraints
        var orthogonal = Matrix.identity(size)
        for pivot in 0..<2 {
            var reflector = columns[pivot]
            for index in 0..<pivot { reflector[index] = 0 }
            let norm = reflector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            reflector[pivot] += reflector[pivot] < 0 ? -norm : norm
            let square = reflector.reduce(0) { $0 + $1 * $1 }
            for index in columns.indices {
                let factor = 2 * zip(reflector, columns[index]).reduce(0) { $0 + $1.0 * $1.1 } / square
                for row in 0..<size { columns[index][row] -= factor * reflector[row] }
            }
            // Q = H1 H2: each reflection from the right.
            for row in 0..<size {
                var product = 0.0
                for column in 0..<size { product += orthogonal[row, column] * reflector[column] }
                for column in 0..<size { orthogonal[row, column] -= 2 * product / square * reflector[column] }
            }
        }
        var result = Matrix(rows: size, columns: size - 2)
        for column in 2..<size {
            for row in 0..<size { result[row, column - 2] = orthogonal[row, column] }
        }
        return result
    }
}
