import LinearAlgebra
import RealModule

/// The fixed-effects columns, centred and scaled for the equations, with the way back to the columns as declared.
///
/// Centring (only with an intercept) and scaling change neither the fit nor the criterion once the determinant is
/// corrected, but keep the digits that columns such as a calendar year would lose.
struct FixedEffectsColumns: Sendable {
    /// The names of the kept columns.
    let names: [String]
    /// The names of columns that are linear combinations of earlier ones; they are not estimated.
    let droppedNames: [String]
    /// Which columns are kept, and how the others follow from them.
    let dependences: ColumnDependences
    /// The kept, transformed columns, cell by cell.
    let matrix: [Double]
    /// The mean subtracted from each kept column.
    let shifts: [Double]
    /// The positive number by which each kept column was divided.
    let scales: [Double]
    private let hasIntercept: Bool
    /// The number of cells.
    let cellCount: Int

    /// The positions of the kept columns in the design.
    var kept: [Int] { dependences.kept }
    var count: Int { kept.count }

    /// A column counts as dependent when less than this share of its sum of squares is left after earlier columns.
    /// Rounding leaves about 1e-15; lme4's tolerance of 1e-7 in length is 1e-14 in squares, too close to it.
    private static let dependenceTolerance = 1e-11

    /// - Parameters:
    ///   - design: The predictor.
    ///   - variables: Its variables, one row a cell.
    ///   - counts: The number of rows of each cell.
    init(_ design: PredictorDesign, _ variables: [String: Variable], counts: [Double]) {
        self.init(
            columnNames: design.columnNames, matrix: design.matrixByRows(variables, rowCount: counts.count),
            counts: counts, hasIntercept: design.columnNames.first == "(Intercept)")
    }

    /// - Parameters:
    ///   - columnNames: The names of the columns.
    ///   - declared: The columns, cell by cell.
    ///   - counts: The number of rows of each cell, or the sum of their weights.
    ///   - hasIntercept: Whether the first column is the intercept.
    init(columnNames: [String], matrix declared: [Double], counts: [Double], hasIntercept: Bool) {
        let width = columnNames.count
        var matrix = declared
        var shifts = [Double](repeating: 0, count: width)
        if hasIntercept { shifts = [0] + Self.means(matrix, width, counts).dropFirst() }
        let scales = Self.centreAndScale(&matrix, width, counts, shifts: shifts)
        let (kept, dependences) = Self.independentColumns(matrix, width: width, counts: counts)
        self.dependences = ColumnDependences(kept: kept, dependences: dependences, shifts: shifts, scales: scales)
        self.hasIntercept = hasIntercept
        cellCount = counts.count
        self.matrix =
            kept.count == width ? matrix : Self.columns(kept, of: matrix, width: width, rowCount: counts.count)
        self.shifts = kept.map { shifts[$0] }
        self.scales = kept.map { scales[$0] }
        names = kept.map { columnNames[$0] }
        droppedNames = (0..<width).filter { !kept.contains($0) }.map { columnNames[$0] }
    }

    /// `beta = T betaTransformed`: p x p.
    var backTransformation: Matrix {
        var transformation = Matrix.diagonal(scales.map { 1 / $0 })
        if hasIntercept {
            for column in 1..<max(count, 1) { transformation[0, column] = -shifts[column] / scales[column] }
        }
        return transformation
    }

    /// The coefficients of the transformed columns for those of the declared ones.
    func transformed(_ declared: [Double]) -> [Double] {
        var beta = zip(declared, scales).map { $0 * $1 }
        if hasIntercept, count > 0 {
            for column in 1..<max(count, 1) { beta[0] += scales[0] * shifts[column] * declared[column] }
        }
        return beta
    }

    /// `log|X'X|` minus that of the transformed columns.
    var logDeterminantCorrection: Double { 2 * scales.reduce(0) { $0 + Double.log($1) } }

    private static func means(_ matrix: [Double], _ width: Int, _ counts: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: width)
        for (cell, count) in counts.enumerated() {
            for column in 0..<width { sums[column] += count * matrix[cell * width + column] }
        }
        let rows = counts.reduce(0, +)
        return sums.map { $0 / rows }
    }

    /// Subtracts the shifts and divides each column by its root mean square, which is returned.
    private static func centreAndScale(
        _ matrix: inout [Double], _ width: Int, _ counts: [Double], shifts: [Double]
    ) -> [Double] {
        var squares = [Double](repeating: 0, count: width)
        var largest = squares
        for (cell, count) in counts.enumerated() {
            for column in 0..<width {
                let value = matrix[cell * width + column]
                let centred = value - shifts[column]
                matrix[cell * width + column] = centred
                squares[column] += count * centred * centred
                largest[column] = max(largest[column], abs(value))
            }
        }
        let rows = counts.reduce(0, +)
        let roots = squares.map { ($0 / rows).squareRoot() }
        // What is left of a constant column after centring is rounding: make it exactly nothing.
        let isConstant = zip(roots, largest).map { !($0 > 1e-12 * $1) }
        let factors = zip(roots, isConstant).map { $1 ? 0 : 1 / $0 }
        for cell in counts.indices {
            for column in 0..<width { matrix[cell * width + column] *= factors[column] }
        }
        return zip(roots, isConstant).map { $1 ? 1 : $0 }
    }

    /// The columns that are no linear combination of earlier ones, by a Cholesky factorisation that skips pivots.
    private static func independentColumns(
        _ matrix: [Double], width: Int, counts: [Double]
    ) -> (kept: [Int], others: [ColumnDependences.Dependence]) {
        var rooted = matrix
        for (cell, count) in counts.enumerated() {
            let root = count.squareRoot()
            for column in 0..<width { rooted[cell * width + column] *= root }
        }
        let gram = Matrix(rows: width, columns: counts.count, elements: rooted)
        var products = gram.timesTransposed(gram)
        let original = products.diagonal
        var kept: [Int] = []
        var factors: [[Double]] = []
        for pivot in 0..<width where products[pivot, pivot] > dependenceTolerance * original[pivot] {
            kept.append(pivot)
            let root = products[pivot, pivot].squareRoot()
            let factor = (0..<width).map { products[$0, pivot] / root }
            factors.append(factor)
            for column in (pivot + 1)..<max(width, pivot + 1) {
                for row in column..<width { products[row, column] -= factor[row] * factor[column] }
            }
        }
        let dropped = (0..<width).filter { !kept.contains($0) }
        return (kept, dropped.map { .init(dropped: $0, weights: weights(of: $0, factors, kept)) })
    }

    /// The weights of the kept columns in a dropped one: L' w = its elements of the factor, solved backwards.
    private static func weights(of dropped: Int, _ factors: [[Double]], _ kept: [Int]) -> [Double] {
        // Columns kept after the dropped one are no part of it.
        let earlier = kept.prefix { $0 < dropped }.count
        var weights = [Double](repeating: 0, count: kept.count)
        for position in stride(from: earlier - 1, through: 0, by: -1) {
            var value = factors[position][dropped]
            for later in (position + 1)..<max(earlier, position + 1) {
                value -= factors[position][kept[later]] * weights[later]
            }
            weights[position] = value / factors[position][kept[position]]
        }
        return weights
    }

    private static func columns(_ kept: [Int], of matrix: [Double], width: Int, rowCount: Int) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(rowCount * kept.count)
        for row in 0..<rowCount {
            for column in kept { result.append(matrix[row * width + column]) }
        }
        return result
    }
}
