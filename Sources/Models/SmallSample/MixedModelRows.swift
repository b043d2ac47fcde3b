import LinearAlgebra

/// A fitted Gaussian linear mixed model, row by row: `y = X beta + sum of Z_k b_k + e`.
///
/// What inference needs that cannot be had from the fit's cross products alone.
struct MixedModelRows: Sendable {
    /// The names of the fixed effects, length p.
    let names: [String]
    /// X as declared, n x p, row by row; without the columns that were dropped as dependent.
    let columns: [Double]
    /// beta, length p.
    let fixedEffects: [Double]
    /// y, length n.
    let response: [Double]
    /// The random effects, their columns as declared and row by row.
    let blocks: [RandomEffectsBlock]
    /// For each block the covariance of one level's random effects, `sigma^2 Lambda Lambda'`.
    let covariances: [Matrix]
    /// sigma^2: the residual variance of a row of weight one.
    let residualVariance: Double
    /// The prior weights; a row's residual variance is sigma^2 over its weight. nil means one.
    let weights: [Double]?

    /// n.
    var rowCount: Int { response.count }
    /// p.
    var fixedCount: Int { names.count }

    init(
        names: [String], columns: [Double], fixedEffects: [Double], response: [Double], blocks: [RandomEffectsBlock],
        covariances: [Matrix], residualVariance: Double, weights: [Double]?
    ) {
        precondition(columns.count == response.count * names.count, "X is n x p")
        precondition(fixedEffects.count == names.count, "an estimate for each fixed effect")
        precondition(covariances.count == blocks.count, "a covariance for each grouping factor")
        precondition(weights.map { $0.count == response.count } ?? true, "a weight for each row")
        self.names = names
        self.columns = columns
        self.fixedEffects = fixedEffects
        self.response = response
        self.blocks = blocks
        self.covariances = covariances
        self.residualVariance = residualVariance
        self.weights = weights
    }

    /// The rows of a fitted growth model.
    init(_ fit: GrowthFit) throws(ModelError) {
        let frame = fit.frame
        let blocks = try RandomEffectsDesign(frame).blocks
        var covariances: [Matrix] = []
        var start = 0
        for block in blocks {
            let end = start + block.template.parameterCount
            let lambda = block.template.factor(fit.theta[start..<end])
            covariances.append(fit.sigma * fit.sigma * lambda.timesTransposed(lambda))
            start = end
        }
        let width = fit.design.columnCount
        let declared = fit.design.matrixByRows(frame.variables, rowCount: frame.rowCount)
        var columns: [Double] = []
        columns.reserveCapacity(frame.rowCount * fit.keptColumns.count)
        for row in 0..<frame.rowCount {
            for column in fit.keptColumns { columns.append(declared[row * width + column]) }
        }
        self.init(
            names: fit.coefficients.labels, columns: columns, fixedEffects: fit.coefficients.values,
            response: frame.responseWithoutOffset, blocks: blocks, covariances: covariances,
            residualVariance: fit.sigma * fit.sigma,
            weights: frame.weights)
    }

    /// The covariance parameters in words, in the order of the blocks' templates, the residual variance last.
    var parameterNames: [String] {
        blocks.flatMap { block in
            block.template.parameters.map { element in
                let (row, column) = (block.effectNames[element.row], block.effectNames[element.column])
                return element.isDiagonal
                    ? "variance of '\(column)' of '\(block.factor)'"
                    : "covariance of '\(column)' and '\(row)' of '\(block.factor)'"
            }
        } + ["residual variance"]
    }
}
