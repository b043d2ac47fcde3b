import LinearAlgebra

/// From data to a fit, for one kind of likelihood.
struct CategoricalFitting<Likelihood: StateLikelihood> {
    private let data: CategoricalData
    private let grouping: CategoricalModel.Grouping

    init(_ data: CategoricalData, _ grouping: CategoricalModel.Grouping) {
        self.data = data
        self.grouping = grouping
    }

    func run() throws(CategoricalProblem) -> CategoricalFit {
        let fixed = try FixedEffectsSearch<Likelihood>(data: data).run()
        switch grouping {
        case .ignored: return fit(fixed, covariance: fixed.covariance)
        case .clusters(let factor): return fit(fixed, covariance: robust(fixed, factor))
        case .random(let structure):
            let (solution, deviance) = try LaplaceSearch(data: data, structure: structure).run(from: fixed)
            return fit(solution, deviance, structure)
        }
    }

    /// `H^-1 (sum of s_g s_g') H^-1` with s_g the score of cluster g: Liang and Zeger (1986).
    private func robust(
        _ fixed: FixedEffectsSearch<Likelihood>.Solution, _ factor: CategoricalModel.ClusterFactor
    ) -> Matrix {
        let scores = FixedEffectsDeviance<Likelihood>(data: data).groupScores(fixed.coefficients)
        let size = fixed.coefficients.count
        let stacked = Matrix(rows: size, columns: scores.count, elements: scores.flatMap { $0 })
        let clusters = Double(scores.count)
        let half = fixed.covariance * stacked
        return (factor == .groups ? clusters / (clusters - 1) : 1) * half.timesTransposed(half)
    }

    private func fit(_ fixed: FixedEffectsSearch<Likelihood>.Solution, covariance: Matrix) -> CategoricalFit {
        CategoricalFit(
            outcome: data.shape.outcome, grouping: grouping, columns: data.shape.columns, states: data.shape.states,
            parameters: data.shape.coefficientNames, values: fixed.coefficients, covariance: covariance.symmetrised,
            coefficientCount: data.shape.coefficientCount, logLikelihood: fixed.logLikelihood, effects: nil,
            iterations: fixed.iterations, rowCount: data.rowCount, cellCount: data.cells.count,
            groupCount: data.cells.filledGroupCount, shape: data.shape)
    }

    private func fit(
        _ solution: LaplaceSearch<Likelihood>.Solution, _ deviance: LaplaceDeviance<Likelihood>,
        _ structure: CategoricalModel.Structure
    ) -> CategoricalFit {
        var deviance = deviance
        let (shape, d) = (data.shape, data.shape.effectCount)
        let (modes, covariances) = deviance.conditionalModes(solution.parameters)
        let lambda = Matrix(rows: d, columns: d, elements: deviance.lambda(solution.parameters))
        let effects = CategoricalFit.Effects(
            factor: data.groups?.factor ?? "", names: shape.effectNames,
            covariance: lambda.timesTransposed(lambda).symmetrised, groups: data.groups?.names ?? [], modes: modes,
            modeCovariances: covariances)
        return CategoricalFit(
            outcome: shape.outcome, grouping: grouping, columns: shape.columns, states: shape.states,
            parameters: shape.coefficientNames + shape.covarianceNames(structure), values: solution.parameters,
            covariance: solution.covariance, coefficientCount: shape.coefficientCount,
            logLikelihood: solution.logLikelihood, effects: effects, iterations: solution.iterations,
            rowCount: data.rowCount, cellCount: data.cells.count, groupCount: data.cells.filledGroupCount,
            shape: shape)
    }
}
