/// Which columns of a model matrix are kept, and how the dropped ones follow from them.
///
/// As in R, a column is dropped when it is a combination of the columns before it.
struct AliasedColumns: Sendable, Equatable {
    /// A dropped column with its weights on the constant (0 where there is none) and on the kept columns before it.
    struct Dependence: Sendable, Equatable {
        let column: Int
        let constant: Double
        let weights: [Double]
    }

    /// The positions of the kept columns.
    private(set) var kept: [Int] = []
    /// The dropped ones.
    private(set) var dependences: [Dependence] = []

    /// A column is dropped when less than this share of its length is left after the others; R's `qr` takes the same.
    private static let tolerance = 1e-7
    /// How far from the combination, relative to its terms, a row to predict for may be.
    private static let slack = 1e-6

    /// - Parameters:
    ///   - x: n x p, row by row.
    ///   - hasConstant: Whether a constant stands before all columns, as the thresholds of an ordered model do.
    /// - Complexity: O(n p^2), modified Gram-Schmidt with each column orthogonalised twice.
    init(_ x: [Double], rows n: Int, columns p: Int, hasConstant: Bool) {
        var basis: [[Double]] = []
        // The upper triangle of the factorisation, by kept column: its products with the basis and the length left.
        var triangle: [[Double]] = []
        if hasConstant {
            basis.append(Array(repeating: 1 / Double(n).squareRoot(), count: n))
            triangle.append([Double(n).squareRoot()])
        }
        for column in 0..<p {
            var values = (0..<n).map { x[$0 * p + column] }
            let length = Self.length(values)
            let products = Self.orthogonalise(&values, to: basis)
            let left = Self.length(values)
            if left > Self.tolerance * length {
                basis.append(values.map { $0 / left })
                triangle.append(products + [left])
                kept.append(column)
            } else {
                let weights = Self.solve(triangle, products)
                let constant = hasConstant ? weights[0] : 0
                dependences.append(
                    Dependence(
                        column: column, constant: constant, weights: Array(weights.dropFirst(hasConstant ? 1 : 0)))
                )
            }
        }
    }

    /// Takes the part along the basis away, twice against rounding, and returns the products with it.
    private static func orthogonalise(_ values: inout [Double], to basis: [[Double]]) -> [Double] {
        var products = [Double](repeating: 0, count: basis.count)
        for _ in 0..<2 {
            for (index, direction) in basis.enumerated() {
                var product = 0.0
                for row in values.indices { product += direction[row] * values[row] }
                for row in values.indices { values[row] -= product * direction[row] }
                products[index] += product
            }
        }
        return products
    }

    /// A dropped column whose combination a row does not follow: the data then do not determine what is asked for.
    func unfollowed(by row: [Double]) -> Int? {
        dependences.first { dependence in
            var (followed, size) = (dependence.constant, abs(dependence.constant) + abs(row[dependence.column]))
            for (column, weight) in zip(kept, dependence.weights) {
                followed += weight * row[column]
                size += abs(weight * row[column])
            }
            return abs(row[dependence.column] - followed) > Self.slack * size
        }?.column
    }

    private static func length(_ values: [Double]) -> Double {
        // Scaled, so that neither huge nor tiny columns lose their squares.
        let largest = values.reduce(0) { max($0, abs($1)) }
        guard largest > 0 else { return 0 }
        return largest * values.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
    }

    /// The weights of the kept columns that make up a column with these products.
    private static func solve(_ triangle: [[Double]], _ products: [Double]) -> [Double] {
        var weights = products
        for column in stride(from: triangle.count - 1, through: 0, by: -1) {
            weights[column] /= triangle[column][column]
            for row in 0..<column { weights[row] -= triangle[column][row] * weights[column] }
        }
        return weights
    }
}
