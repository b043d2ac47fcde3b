import LinearAlgebra

/// The fixed effects' columns of each cell, centred (with an intercept) and scaled, with the way back.
///
/// Neither changes the fit; both keep the digits that a column such as a calendar year would lose, and let one step length
/// suit all effects.
struct StandardisedColumns: Sendable {
    /// The names of the kept columns.
    let names: [String]
    /// The names of columns that are linear combinations of earlier ones; they are not estimated.
    let droppedNames: [String]
    /// Cells x kept columns, row by row.
    let matrix: [Double]
    private let shifts: [Double]
    private let scales: [Double]
    private let hasIntercept: Bool

    var count: Int { names.count }

    /// A column counts as dependent when less than this share of its sum of squares is left after earlier columns.
    private static let dependenceTolerance = 1e-11

    init(_ design: GeneralisedDesign, _ cells: ResponseCells) {
        let (p, total) = (design.columnCount, cells.sizes.reduce(0, +))
        var columns = (0..<p).map { column in cells.representatives.map { design.columns[$0 * p + column] } }
        let hasIntercept = columns.first?.allSatisfy { $0 == 1 } ?? false
        var (shifts, scales) = ([Double](repeating: 0, count: p), [Double](repeating: 1, count: p))
        for column in 0..<p where !(hasIntercept && column == 0) {
            let largest = columns[column].reduce(0) { max($0, abs($1)) }
            if hasIntercept { shifts[column] = weightedSum(columns[column], cells.sizes) / total }
            let centred = columns[column].map { $0 - shifts[column] }
            let root = (weightedSum(centred.map { $0 * $0 }, cells.sizes) / total).squareRoot()
            // What is left of a constant column after centring is rounding: make it exactly nothing.
            let isConstant = !(root > 1e-12 * largest)
            if !isConstant { scales[column] = root }
            columns[column] = centred.map { isConstant ? 0 : $0 / root }
        }
        let kept = Self.independent(columns, weights: cells.sizes)
        names = kept.map { design.columnNames[$0] }
        droppedNames = (0..<p).filter { !kept.contains($0) }.map { design.columnNames[$0] }
        self.shifts = kept.map { shifts[$0] }
        self.scales = kept.map { scales[$0] }
        self.hasIntercept = hasIntercept
        var matrix: [Double] = []
        matrix.reserveCapacity(cells.count * kept.count)
        for cell in 0..<cells.count {
            for column in kept { matrix.append(columns[column][cell]) }
        }
        self.matrix = matrix
    }

    /// `beta = T betaStandardised`: p x p.
    var backTransformation: Matrix {
        var transformation = Matrix.diagonal(scales.map { 1 / $0 })
        if hasIntercept {
            for column in 1..<max(count, 1) { transformation[0, column] = -shifts[column] / scales[column] }
        }
        return transformation
    }

    /// The columns that are no linear combination of earlier ones, by a Cholesky factorisation that skips pivots.
    private static func independent(_ columns: [[Double]], weights: [Double]) -> [Int] {
        let p = columns.count
        var gram = Matrix(rows: p, columns: p)
        for column in 0..<p {
            let weighted = zip(columns[column], weights).map { $0 * $1 }
            for row in column..<p { gram[row, column] = dot(weighted, columns[row]) }
        }
        let original = gram.diagonal
        var kept: [Int] = []
        for pivot in 0..<p where gram[pivot, pivot] > dependenceTolerance * original[pivot] {
            kept.append(pivot)
            let root = gram[pivot, pivot].squareRoot()
            let factor = (0..<p).map { $0 < pivot ? 0 : gram[$0, pivot] / root }
            for column in (pivot + 1)..<max(p, pivot + 1) {
                for row in column..<p { gram[row, column] -= factor[row] * factor[column] }
            }
        }
        return kept
    }
}

private func weightedSum(_ values: [Double], _ weights: [Double]) -> Double { dot(values, weights) }
