import LinearAlgebra
import RealModule

/// A linear mixed model bound to its data, ready to be fitted.
public struct GrowthModel: Sendable {
    let frame: ModelFrame
    let design: PredictorDesign
    let cells: DesignCells
    let columns: FixedEffectsColumns
    /// The random effects by grouping factor: theta is estimated for orthogonal columns.
    let effects: [OrthogonalEffects]
    let blocks: [RandomEffectsBlock]
    /// The fixed effects of ordinary least squares, subtracted from the response before the products are formed.
    let startingEffects: [Double]
    /// The columns, times the roots of the weights.
    let matrices: CellMatrices
    /// The scores.
    let rows: CellRows
    private(set) var profile: ProfiledCriterion

    /// Builds the model's equations.
    ///
    /// - Throws: ``ModelError`` when the design is not identified.
    public init(_ frame: ModelFrame, criterion: Criterion) throws(ModelError) {
        self.frame = frame
        let effects = frame.formula.designColumns
        let cells = DesignCells(frame, effects: effects)
        let variables = cells.variables(frame, effects: effects)
        self.cells = cells
        design = PredictorDesign(frame.formula.fixed, variables: frame.variables, codings: frame.codings)
        try design.checkNames()
        let columns = FixedEffectsColumns(design, variables, counts: cells.rowCounts)
        self.columns = columns
        guard frame.rowCount > columns.count else {
            throw .tooFewRows(rows: frame.rowCount, effects: columns.count)
        }
        var orthogonal: [OrthogonalEffects] = []
        for block in try RandomEffectsDesign(frame, cells, variables).blocks {
            orthogonal.append(try OrthogonalEffects(block, counts: cells.rowCounts))
        }
        self.effects = orthogonal
        blocks = orthogonal.map(\.block)
        matrices = CellMatrices(columns, blocks, rootWeights: cells.rootWeights)
        let response = frame.responseWithoutOffset
        startingEffects = try Self.leastSquares(matrices, cells, response)
        let fitted = columns.fitted(startingEffects)
        var squares = 0.0
        for (row, cell) in cells.cellOfRow.enumerated() {
            squares += (response[row] - fitted[Int(cell)]) * (response[row] - fitted[Int(cell)])
        }
        guard frame.leavesResiduals(meanSquare: squares / Double(frame.rowCount)) else {
            throw .exactFit(column: frame.formula.response)
        }
        rows = CellRows(
            cellOfRow: cells.cellOfRow, otherCodes: blocks.dropFirst().map(\.codes), response: response,
            centre: fitted, rootWeights: cells.rootWeights)
        let design = DesignProducts(LevelGrouping(blocks: blocks, cellOfRow: cells.cellOfRow), matrices)
        profile = ProfiledCriterion(
            products: CrossProducts(design: design, response: ResponseProducts(design, matrices, rows)),
            layout: TailLayout(design.grouping, widths: design.otherWidths, groupCounts: design.groupCounts),
            templates: blocks.map(\.template), criterion: criterion,
            sumOfLogWeights: frame.weights.map { $0.reduce(0) { $0 + Double.log($1) } } ?? 0,
            logDeterminantCorrection: columns.logDeterminantCorrection)
    }

    /// The same model with another criterion.
    func with(criterion: Criterion) -> GrowthModel {
        var model = self
        model.profile.criterion = criterion
        return model
    }

    /// The criterion of another response, centred as this one's is.
    func profile(of response: [Double]) -> ProfiledCriterion {
        let design = profile.products.design
        let rows = CellRows(
            cellOfRow: rows.cellOfRow, otherCodes: rows.otherCodes, response: response, centre: rows.centre,
            rootWeights: rows.rootWeights)
        var profile = profile
        profile.products = CrossProducts(design: design, response: ResponseProducts(design, matrices, rows))
        return profile
    }

    /// Ordinary (weighted) least squares: only a centre for the response, so the normal equations are good enough.
    private static func leastSquares(
        _ matrices: CellMatrices, _ cells: DesignCells, _ response: [Double]
    ) throws(ModelError) -> [Double] {
        let p = matrices.fixedCount
        guard p > 0 else { return [] }
        var sums = [Double](repeating: 0, count: cells.count)
        for (row, cell) in cells.cellOfRow.enumerated() { sums[Int(cell)] += response[row] }
        var gram = Matrix(rows: p, columns: p)
        var right = [Double](repeating: 0, count: p)
        for cell in 0..<cells.count {
            let sum = sums[cell] * (cells.rootWeights?[cell] ?? 1)
            for column in 0..<p {
                let value = matrices.fixed[cell * p + column]
                right[column] += value * sum
                for other in column..<p {
                    gram[other, column] += cells.rowCounts[cell] * value * matrices.fixed[cell * p + other]
                }
            }
        }
        do {
            return try Cholesky(gram).solve(right)
        } catch {
            throw .numericalBreakdown
        }
    }
}

extension ModelFrame {
    /// Whether residuals of this mean square are more than the rounding of the response.
    func leavesResiduals(meanSquare: Double) -> Bool {
        let response = responseWithoutOffset
        let mean = response.reduce(0, +) / Double(response.count)
        let squares = response.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return meanSquare > 1e-14 * squares / Double(response.count) || !squares.isFinite
    }
}

extension FixedEffectsColumns {
    /// The fitted value of each cell.
    func fitted(_ beta: [Double]) -> [Double] {
        guard count > 0 else { return Array(repeating: 0, count: cellCount) }
        return (0..<cellCount).map { cell in
            var value = 0.0
            for column in 0..<count { value += matrix[cell * count + column] * beta[column] }
            return value
        }
    }
}

extension CellMatrices {
    /// The columns of a model, times the roots of the cells' weights.
    init(_ columns: FixedEffectsColumns, _ blocks: [RandomEffectsBlock], rootWeights: [Double]?) {
        func weighted(_ matrix: [Double], _ width: Int) -> [Double] {
            guard let rootWeights else { return matrix }
            return matrix.indices.map { matrix[$0] * rootWeights[$0 / width] }
        }
        self.init(
            fixedCount: columns.count, fixed: weighted(columns.matrix, max(columns.count, 1)),
            random: blocks.map { weighted($0.matrix, $0.width) }, widths: blocks.map(\.width))
    }
}
