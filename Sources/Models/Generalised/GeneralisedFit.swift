import LinearAlgebra
import Probability

/// A fitted generalised linear mixed model: immutable, at the optimum.
public struct GeneralisedFit: Sendable {
    /// The fixed effects by lme4's term names with their covariance, from the joint Hessian of (theta, beta), as glmer's
    /// `vcov(use.hessian = TRUE)`.
    public let coefficients: Coefficients
    /// The relative covariance parameters: by grouping factor, column by column of the lower factor.
    public let theta: [Double]
    /// The approximated log-likelihood, with all its constants: comparable between families' fits by any number of points.
    public let logLikelihood: Double
    /// Variances and covariances of the random effects.
    public let varianceComponents: [VarianceComponent]
    /// The predictions of the random effects, by grouping factor, the one with most factor levels first.
    public let conditionalModes: [ConditionalModes]
    /// The linear predictor of each row at the conditional modes, with its offset.
    public let linearPredictor: [Double]
    /// The number of rows used.
    public let rowCount: Int
    /// The number of different rows: what the likelihood was computed from.
    public let cellCount: Int
    /// The number of quadrature points; 1 is the Laplace approximation.
    public let quadraturePoints: Int
    /// How often the likelihood was evaluated.
    public let evaluations: Int
    /// Fixed-effects columns that are linear combinations of earlier ones and were dropped.
    public let droppedColumns: [String]
    /// Variance parameters that are estimated as zero or correlations of one, in words; empty for a regular fit.
    public let singularities: [String]

    /// The joint covariance of (``theta``, ``coefficients``), from the joint Hessian; a theta of zero has none. nil where some
    /// grouping factor has more than one random effect: its theta are not those of the search.
    let jointCovariance: Matrix?
    /// Pearson's chi-square of the distinct rows at the conditional modes, and their number less that of the parameters.
    let pearson: (statistic: Double, degreesOfFreedom: Int)

    /// Whether some random effect has no variance, or two are perfectly correlated.
    public var isSingular: Bool { !singularities.isEmpty }
    /// The number of estimated parameters: theta and fixed effects.
    public var parameterCount: Int { theta.count + coefficients.count }
    /// Akaike's information criterion.
    public var aic: Double { -2 * logLikelihood + 2 * Double(parameterCount) }
    /// The Bayesian information criterion, with the number of rows as sample size, as in lme4.
    public var bic: Double { -2 * logLikelihood + Elementary.log(Double(rowCount)) * Double(parameterCount) }

    init(_ model: GeneralisedModel, _ optimum: GeneralisedSearch.Optimum, _ searched: MarginalDeviance)
        throws(ModelError)
    {
        var deviance = searched
        let (_, factor) = try deviance.findModes(optimum.point)
        coefficients = try Self.coefficients(model.columns, optimum, thetaCount: deviance.thetaCount)
        // Factors of the declared effects' covariance, triangular only once they are made so.
        let factors = zip(deviance.factors(optimum.point), zip(model.effects, deviance.orders)).map { lambda, effects in
            effects.0.backTransformation.permutingColumns(effects.1) * lambda
        }
        let lambdas = zip(factors, model.blocks).map { $0.triangular($1.template) }
        theta = zip(lambdas, model.blocks).flatMap { lambda, block in
            block.template.parameters.map { lambda[$0.row, $0.column] }
        }
        logLikelihood = -0.5 * optimum.value
        varianceComponents = zip(model.blocks, lambdas).flatMap { $0.components($1.timesTransposed($1)) }
        conditionalModes = ConditionalModes.all(model.blocks, factors, deviance, factor)
        linearPredictor = model.cells.cellOfRow.map { deviance.search.predictor[$0] }
        rowCount = model.design.rowCount
        cellCount = model.cells.count
        quadraturePoints = model.quadraturePoints
        evaluations = searched.evaluations
        droppedColumns = model.columns.droppedNames
        singularities = zip(model.blocks, lambdas).flatMap { $0.singularities($1) }
        jointCovariance = try Self.jointCovariance(model, optimum, thetaCount: deviance.thetaCount)
        let statistic = zip(deviance.search.predictor, zip(model.cells.totals, model.cells.sizes)).reduce(0) {
            sum, cell in
            let (cumulants, (total, size)) = (model.family.cumulants(cell.0), cell.1)
            let residual = total - size * cumulants.mean
            return sum + residual * residual / (size * cumulants.variance)
        }
        pearson = (statistic, model.cells.count - optimum.point.count)
    }

    private static func jointCovariance(
        _ model: GeneralisedModel, _ optimum: GeneralisedSearch.Optimum, thetaCount m: Int
    ) throws(ModelError) -> Matrix? {
        guard model.effects.allSatisfy({ $0.width == 1 }) else { return nil }
        guard let inverse = (try? Cholesky(optimum.hessian))?.inverse else { throw .numericalBreakdown }
        let fixed = model.columns.backTransformation
        var back = Matrix(rows: m + fixed.rows, columns: optimum.free.count)
        for (column, index) in optimum.free.enumerated() {
            if index < m {
                back[index, column] = model.effects[index].backTransformation[0, 0]
            } else {
                for row in 0..<fixed.rows { back[m + row, column] = fixed[row, index - m] }
            }
        }
        return 2 * (back * inverse).timesTransposed(back)
    }

    /// The deviance is minus twice the log-likelihood: the covariance is twice the inverse of its Hessian.
    private static func coefficients(
        _ columns: FixedEffectsColumns, _ optimum: GeneralisedSearch.Optimum, thetaCount: Int
    ) throws(ModelError) -> Coefficients {
        guard let inverse = (try? Cholesky(optimum.hessian))?.inverse else { throw .numericalBreakdown }
        let p = columns.count
        let first = optimum.free.count - p
        var covariance = Matrix(rows: p, columns: p)
        for column in 0..<p {
            for row in 0..<p { covariance[row, column] = 2 * inverse[first + row, first + column] }
        }
        let back = columns.backTransformation
        return Coefficients(
            labels: columns.names, values: back * Array(optimum.point[thetaCount...]),
            covariance: (back * covariance).timesTransposed(back))
    }
}

extension ConditionalModes {
    fileprivate static func all(
        _ blocks: [RandomEffectsBlock], _ lambdas: [Matrix], _ deviance: MarginalDeviance, _ factor: BlockedFactor
    ) -> [ConditionalModes] {
        let (layout, modes) = (deviance.layout, deviance.search.modes)
        var inverse = InverseBlocks(factor, layout)
        return zip(blocks.indices, zip(blocks, lambdas)).map { index, pair in
            let (block, lambda) = pair
            let k = block.width
            var (values, covariances) = ([Double](), [Double]())
            for level in 0..<block.levelCount {
                let first = layout.tailOffsets[index] + level * k
                let spherical = Array((index == 0 ? modes.head : modes.tail)[first..<(first + k)])
                if index == 0 { inverse.load(level: level) }
                var variance = Matrix(rows: k, columns: k)
                for column in 0..<k {
                    for row in 0..<k {
                        variance[row, column] =
                            index == 0 ? inverse.own[column * k + row] : inverse.tail[first + row, first + column]
                    }
                }
                values += lambda * spherical
                covariances += (lambda * variance).timesTransposed(lambda).elements
            }
            return ConditionalModes(
                factor: block.factor, levels: block.levels, effectNames: block.effectNames, values: values,
                covariances: covariances)
        }
    }
}

extension Matrix {
    /// The lower triangular factor of the same covariances, with zeros on the diagonal where there is no variance left.
    fileprivate func triangular(_ template: CovarianceTemplate) -> Matrix {
        // Terms of a single effect are diagonal already; their zeros and their last digits stay as they are.
        template.isDiagonal ? self : (try? SemidefiniteFactor(timesTransposed(self)))?.lower ?? self
    }

    fileprivate func permutingColumns(_ order: [Int]) -> Matrix {
        Matrix(rows: rows, columns: columns, elements: order.flatMap { elements[$0 * rows..<($0 + 1) * rows] })
    }
}
