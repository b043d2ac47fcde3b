import LinearAlgebra

/// The random effects' columns of each cell, uncorrelated and of size one within each term, with the way back.
///
/// A term's covariance matrix is free, so it is as good for any linear combinations of the term's columns; with these, theta
/// is well determined also where, as declared, an intercept and the slope of a calendar year could not be told apart.
struct StandardisedEffects: Sendable {
    /// Cells x width, row by row.
    let matrix: [Double]
    /// `b = T bStandardised`: width x width.
    let backTransformation: Matrix
    let width: Int

    /// Columns with less than this share of their sum of squares left after the columns before are only scaled.
    private static let dependenceTolerance = 1e-10

    init(_ block: RandomEffectsBlock, _ cells: ResponseCells) {
        let (k, template) = (block.width, block.template)
        let columns = (0..<k).map { effect in cells.representatives.map { block.matrix[$0 * k + effect] } }
        var back = Matrix(rows: k, columns: k)
        for range in template.terms {
            let term = Self.whitening(Array(columns[range]))
            for (column, target) in range.enumerated() {
                for (row, source) in range.enumerated() { back[source, target] = term[row, column] }
            }
        }
        width = k
        backTransformation = back
        matrix = (0..<cells.count).flatMap { cell in
            (0..<k).map { effect in
                var sum = 0.0
                for inner in 0..<k { sum += columns[inner][cell] * back[inner, effect] }
                return sum
            }
        }
    }

    /// `L'^-1` for the columns' mean products `L L'`; the inverse of their sizes where they are dependent.
    private static func whitening(_ columns: [[Double]]) -> Matrix {
        let (k, n) = (columns.count, Double(columns[0].count))
        let products = Matrix(rowVectors: columns.map { one in columns.map { dot(one, $0) / n } })
        if let factor = try? Cholesky(products),
            zip(factor.lower.diagonal, products.diagonal).allSatisfy({ $0 * $0 > dependenceTolerance * $1 })
        {
            return factor.solveUpper(.identity(k))
        }
        return .diagonal(products.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 1 })
    }
}
