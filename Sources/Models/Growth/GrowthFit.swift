import LinearAlgebra

/// A fitted linear mixed model: immutable, at the optimum.
public struct GrowthFit: Sendable {
    /// The fixed effects by lme4's term names, with their covariance and its uncertainty.
    public let coefficients: Coefficients
    /// The relative covariance parameters, in lme4's order: by grouping factor, column by column of the lower factor.
    public let theta: [Double]
    /// The residual standard deviation.
    public let sigma: Double
    /// The profiled criterion at the optimum: the REML criterion or the deviance.
    public let criterionValue: Double
    /// REML or ML.
    public let criterion: Criterion
    /// Variances and covariances of the random effects and the residual.
    public let varianceComponents: [VarianceComponent]
    /// Grouping factors with their numbers of factor levels, the largest first.
    public let groupSizes: [(factor: String, levels: Int)]
    /// The number of rows used.
    public let rowCount: Int
    /// The number of rows left out for a missing value.
    public let rowsLeftOut: Int
    /// The number of rows outside the declared subset; not among ``rowsLeftOut``.
    public let rowsOutsideSubset: Int
    /// How often the criterion was evaluated.
    public let evaluations: Int
    /// Fixed-effects columns that are linear combinations of earlier ones and were dropped.
    public let droppedColumns: [String]
    /// Variance parameters that are estimated as zero or correlations of one, in words; empty for a regular fit.
    public let singularities: [String]
    /// The evaluations among them on all data, where the search went without the pupils who link clusters of schools.
    public let fullEvaluations: Int
    /// How many levels of the first grouping factor the curvature behind the degrees of freedom goes without: those that
    /// link clusters of other levels which are otherwise apart.
    public let levelsOutsideCurvature: Int
    let model: GrowthModel
    let optimum: Optimum
    /// The criterion whose curvature gives degrees of freedom.
    let curvature: ProfiledCriterion

    var design: PredictorDesign { model.design }
    var frame: ModelFrame { model.frame }
    var dependences: ColumnDependences { model.columns.dependences }
    /// The positions of the coefficients' columns in the design.
    var keptColumns: [Int] { dependences.kept }

    /// Whether some random effect has no variance, or two are perfectly correlated.
    public var isSingular: Bool { !singularities.isEmpty }

    /// - Parameters:
    ///   - curvature: The criterion whose curvature in theta gives degrees of freedom.
    ///   - levelsOutsideCurvature: How many levels of the first factor that criterion goes without.
    init(
        _ model: GrowthModel, _ optimum: Optimum, curvature: ProfiledCriterion, levelsOutsideCurvature: Int
    ) throws(ModelError) {
        let meanWeight = model.frame.weights.map { $0.reduce(0, +) / Double($0.count) } ?? 1
        guard model.frame.leavesResiduals(meanSquare: optimum.sigma * optimum.sigma / meanWeight) else {
            throw .exactFit(column: model.frame.formula.response)
        }
        let profile = model.profile
        if Self.mayBeUndetermined(optimum),
            let place = try profile.undeterminedVariance(at: optimum.theta, value: optimum.value)
        {
            let block = model.blocks[place.block]
            throw .undeterminedVariance(effect: block.effectNames[place.effect], factor: block.factor)
        }
        let solution = try profile.solve(optimum.theta)
        let back = model.columns.backTransformation
        let beta = zip(model.startingEffects, solution.fixedEffects).map { $0 + $1 }
        let covariance = Self.covariance(solution, sigma: optimum.sigma, back)
        coefficients = Coefficients(
            labels: model.columns.names, values: back * beta, covariance: covariance,
            uncertainty: try Self.uncertainty(curvature, optimum, back))
        self.levelsOutsideCurvature = levelsOutsideCurvature
        let factors = profile.factors(optimum.theta)
        let lambdas = zip(model.effects, factors).map { $0.declared($1) }
        theta = zip(lambdas, profile.templates).flatMap { lambda, template in
            template.parameters.map { lambda[$0.row, $0.column] }
        }
        sigma = optimum.sigma
        criterionValue = optimum.value
        criterion = profile.criterion
        let variance = optimum.sigma * optimum.sigma
        varianceComponents =
            zip(model.blocks, lambdas).flatMap { $0.components(variance * $1.timesTransposed($1)) }
            + [.residual(variance)]
        groupSizes = model.blocks.map { ($0.factor, $0.levelCount) }
        rowCount = model.frame.rowCount
        rowsOutsideSubset = model.frame.rowsOutsideSubset
        rowsLeftOut = model.frame.rowsRead - rowsOutsideSubset - model.frame.rowCount
        evaluations = optimum.evaluations
        fullEvaluations = optimum.fullEvaluations
        droppedColumns = model.columns.droppedNames
        singularities = zip(zip(model.effects, factors), lambdas)
            .flatMap { Self.singularities($0.0, $0.1, declared: $1) }
        self.model = model
        self.optimum = optimum
        self.curvature = curvature
    }

    /// Whether some theta is known so badly, by the curvature of the criterion, that it may not be determined at all.
    ///
    /// Where the criterion is flat, rounding makes its curvature slightly negative or slightly positive.
    private static func mayBeUndetermined(_ optimum: Optimum) -> Bool {
        guard let hessian = optimum.hessian, let inverse = try? Cholesky(hessian).inverse else { return true }
        return optimum.free.enumerated().contains { position, index in
            2 * inverse[position, position] > 1e4 * max(1, optimum.theta[index] * optimum.theta[index])
        }
    }

    /// `sigma^2 (R_X R_X')^-1`, back on the scale of the columns as declared.
    fileprivate static func covariance(_ solution: PenalisedSolution, sigma: Double, _ back: Matrix) -> Matrix {
        let p = solution.fixedFactor.rows
        var inverse = Matrix.identity(p)
        // L x = e, column by column: rows of the inverse factor.
        for column in 0..<p {
            for row in column..<p {
                var sum = row == column ? 1.0 : 0
                for inner in column..<max(row, column) {
                    sum -= solution.fixedFactor[row, inner] * inverse[inner, column]
                }
                inverse[row, column] = sum / solution.fixedFactor[row, row]
            }
        }
        let transformed = back.timesTransposed(inverse)
        return sigma * sigma * transformed.timesTransposed(transformed)
    }

    /// A zero on the diagonal of a relative covariance factor: no variance, or a perfect correlation with earlier ones.
    ///
    /// - Parameters:
    ///   - factor: The relative covariance factor for orthogonal columns, where zero is zero whatever the units.
    ///   - declared: That for the columns as declared, which tells the effects' names.
    private static func singularities(
        _ effects: OrthogonalEffects, _ factor: Matrix, declared: Matrix
    ) -> [String] {
        guard factor.diagonal.contains(where: { $0 < CriterionSearch.boundaryTolerance }) else { return [] }
        return effects.block.effectNames.indices.compactMap { effect in
            let row = (0...effect).map { declared[effect, $0] }
            let length = dot(row, row).squareRoot()
            if length * effects.rootMeanSquare(of: effect) < CriterionSearch.boundaryTolerance {
                return effects.block.zeroVariance(effect)
            }
            return row[effect] <= 1e-9 * length ? effects.block.perfectCorrelation(effect) : nil
        }
    }
}

// MARK: Degrees of freedom

extension GrowthFit {
    /// The covariance of (theta, sigma) and how the fixed effects' covariance moves with them (Satterthwaite).
    ///
    /// Parameters on the boundary have no asymptotic covariance and are held fixed. nil, that is normal quantiles,
    /// when the criterion's Hessian is not to be had or not positive definite.
    fileprivate static func uncertainty(
        _ profile: ProfiledCriterion, _ optimum: Optimum, _ back: Matrix
    ) throws(ModelError) -> CovarianceUncertainty? {
        guard let hessian = optimum.hessian, let inverse = try? Cholesky(hessian).inverse else { return nil }
        let parameters = profile.templates.flatMap(\.parameters)
        let current = covariance(try profile.solve(optimum.theta), sigma: optimum.sigma, back)
        var derivatives: [Matrix] = []
        for index in optimum.free {
            let bound = parameters[index].isDiagonal ? 0 : -Double.infinity
            let step = CriterionSearch.step(for: optimum.theta[index], bound: bound)
            func moved(_ step: Double) throws(ModelError) -> Matrix {
                var theta = optimum.theta
                theta[index] += step
                return covariance(try profile.solve(theta), sigma: optimum.sigma, back)
            }
            derivatives.append((1 / (2 * step)) * (try moved(step) + (-1) * (try moved(-step))))
        }
        derivatives.append((2 / optimum.sigma) * current)
        return CovarianceUncertainty(derivatives: derivatives, parameterCovariance: 2 * inverse)
    }
}
