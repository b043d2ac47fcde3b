import LinearAlgebra

/// The random effects of one grouping factor with columns that are orthogonal within each term, and the way back.
///
/// The effects of a term have an unstructured covariance, so that another basis of the same columns changes neither the fit
/// nor the criterion. With columns as declared, a time such as a calendar year makes level and slope correlate to many
/// nines, and a search over theta stops in that valley; with orthogonal columns of root mean square one it does not.
struct OrthogonalEffects: Sendable {
    /// The block with orthogonal columns.
    let block: RandomEffectsBlock
    /// `Z = Q R`: how the columns as declared follow from the orthogonal ones; upper triangular within each term.
    let triangle: Matrix

    /// What is left of a column after the ones before it must be more than this share of it: rounding leaves 1e-15.
    private static let dependenceTolerance = 1e-10

    /// - Parameters:
    ///   - declared: The block with its columns as declared.
    ///   - counts: The number of rows of each cell.
    /// - Throws: ``ModelError/dependentRandomEffect(_:factor:)`` when a term's columns are linear combinations of each other,
    ///   or an effect is in two terms.
    init(_ declared: RandomEffectsBlock, counts: [Double]) throws(ModelError) {
        let width = declared.width
        var columns = (0..<width).map { effect in counts.indices.map { declared.matrix[$0 * width + effect] } }
        var triangle = Matrix(rows: width, columns: width)
        for effect in 0..<width {
            let length = Self.rootMeanSquare(columns[effect], counts)
            guard length.isFinite else { throw .numericalBreakdown }
            // Twice is enough: the second pass removes what rounding left of the first.
            for _ in 0..<2 {
                for earlier in declared.template.effects(before: effect) {
                    let share = Self.meanProduct(columns[earlier], columns[effect], counts)
                    triangle[earlier, effect] += share
                    for cell in counts.indices { columns[effect][cell] -= share * columns[earlier][cell] }
                }
            }
            let rest = Self.rootMeanSquare(columns[effect], counts)
            let isRepeated = declared.effectNames[..<effect].contains(declared.effectNames[effect])
            guard rest > Self.dependenceTolerance * length, !isRepeated else {
                throw .dependentRandomEffect(declared.effectNames[effect], factor: declared.factor)
            }
            triangle[effect, effect] = rest
            for cell in counts.indices { columns[effect][cell] /= rest }
        }
        self.triangle = triangle
        let matrix = counts.indices.flatMap { cell in (0..<width).map { columns[$0][cell] } }
        block = RandomEffectsBlock(
            factor: declared.factor, codes: declared.codes, levels: declared.levels,
            effectNames: declared.effectNames, matrix: matrix, template: declared.template)
    }

    /// `R^-1 M`: from effects of the orthogonal columns to effects as declared, which are `R^-1 Lambda u` for spherical u.
    ///
    /// - Parameter matrix: A row for each effect.
    func back(_ matrix: Matrix) -> Matrix {
        var result = matrix
        for column in 0..<matrix.columns {
            for row in stride(from: block.width - 1, through: 0, by: -1) {
                for later in (row + 1)..<max(block.width, row + 1) {
                    result[row, column] -= triangle[row, later] * result[later, column]
                }
                result[row, column] /= triangle[row, row]
            }
        }
        return result
    }

    /// The relative covariance factor of the effects as declared, lower triangular: `L L' = R^-1 Lambda Lambda' R^-T`.
    ///
    /// - Parameter lambda: The factor for the orthogonal columns.
    func declared(_ lambda: Matrix) -> Matrix {
        let (width, factor) = (block.width, back(lambda))
        let rows = (0..<width).map { row in (0..<width).map { factor[row, $0] } }
        var lower = Self.lowerFactor(rows)
        // An effect without variance has no covariance either: what is left of it is where the search happened to stop.
        for effect in 0..<width {
            let row = (0..<width).map { lower[effect, $0] }
            guard dot(row, row).squareRoot() * rootMeanSquare(of: effect) < CriterionSearch.boundaryTolerance else {
                continue
            }
            for column in 0..<width { lower[effect, column] = 0 }
        }
        return lower
    }

    /// The root mean square of an effect's column as declared.
    func rootMeanSquare(of effect: Int) -> Double {
        (0...effect).reduce(0) { $0 + triangle[$1, effect] * triangle[$1, effect] }.squareRoot()
    }

    /// The lower triangular L with `L L' = M M'`, by Gram-Schmidt over the rows of M: no digits are lost to squaring.
    private static func lowerFactor(_ rows: [[Double]]) -> Matrix {
        var lower = Matrix(rows: rows.count, columns: rows.count)
        var directions: [[Double]] = []
        for (index, declared) in rows.enumerated() {
            var row = declared
            for _ in 0..<2 {
                for (earlier, direction) in directions.enumerated() {
                    let share = dot(row, direction)
                    lower[index, earlier] += share
                    row = zip(row, direction).map { $0 - share * $1 }
                }
            }
            // An effect that is a combination of the ones before it, up to rounding, has no direction of its own.
            let (rest, length) = (dot(row, row).squareRoot(), dot(declared, declared).squareRoot())
            lower[index, index] = rest > 1e-12 * length ? rest : 0
            directions.append(row.map { lower[index, index] > 0 ? $0 / rest : 0 })
        }
        return lower
    }

    private static func meanProduct(_ x: [Double], _ y: [Double], _ counts: [Double]) -> Double {
        var (sum, rows) = (0.0, 0.0)
        for (cell, count) in counts.enumerated() {
            sum += count * x[cell] * y[cell]
            rows += count
        }
        return sum / rows
    }

    private static func rootMeanSquare(_ x: [Double], _ counts: [Double]) -> Double {
        meanProduct(x, x, counts).squareRoot()
    }
}

extension CovarianceTemplate {
    /// The effects before an effect that are in the same term.
    fileprivate func effects(before effect: Int) -> [Int] {
        parameters.filter { $0.row == effect && !$0.isDiagonal }.map(\.column)
    }
}
