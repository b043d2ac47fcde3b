import LinearAlgebra
import RealModule

/// Whether a model is fitted by restricted or by full maximum likelihood.
public enum Criterion: String, Sendable, CaseIterable {
    /// Restricted maximum likelihood: unbiased variances in balanced data; compare only models with equal fixed effects.
    case reml = "REML"
    /// Maximum likelihood.
    case ml = "ML"
}

/// The penalised least-squares problem at one theta: determinants, residual sum of squares and the factor of its tail.
struct PenalisedSolution: Sendable {
    /// `log|L|^2`, the determinant of the random-effects part.
    let logDeterminantRandom: Double
    /// `log|R_X|^2`, the determinant of the fixed-effects part.
    let logDeterminantFixed: Double
    /// r^2, the penalised residual sum of squares.
    let residualSumOfSquares: Double
    /// R_X, lower triangular, p x p, with `R_X R_X'` the inverse of the fixed effects' covariance over sigma^2.
    let fixedFactor: Matrix
    /// The fixed effects.
    let fixedEffects: [Double]
    /// The spherical effects u of the factors in the tail, in the order of its layout.
    let otherEffects: [Double]
}

extension PenalisedSolution {
    /// The solution with a combination of the fixed effects held at a value: with V the inverse of `R_X R_X'`, a the
    /// weights and d the distance, beta moves by `V a d / a'V a` and r^2 grows by `d^2 / a'V a`.
    func holding(_ held: HeldCombination, _ tail: TailSystem) -> PenalisedSolution {
        let half = forwardSolve(fixedFactor, held.weights)
        let variance = dot(half, half)
        let distance = held.value - dot(held.weights, fixedEffects)
        let shift = backSolve(fixedFactor, half).map { $0 * distance / variance }
        let beta = zip(fixedEffects, shift).map { $0 + $1 }
        return PenalisedSolution(
            logDeterminantRandom: logDeterminantRandom, logDeterminantFixed: logDeterminantFixed,
            residualSumOfSquares: residualSumOfSquares + distance * distance / variance, fixedFactor: fixedFactor,
            fixedEffects: beta, otherEffects: tail.effects(beta))
    }
}

/// x in `L x = b`.
private func forwardSolve(_ lower: Matrix, _ right: [Double]) -> [Double] {
    var x = right
    for row in x.indices {
        for inner in 0..<row { x[row] -= lower[row, inner] * x[inner] }
        x[row] /= lower[row, row]
    }
    return x
}

/// Minus twice the profiled (restricted) log-likelihood of a linear mixed model as a function of theta.
///
/// `log|L|^2 + n (1 + log(2 pi r^2 / n))` for ML; `log|L|^2 + log|R_X|^2 + (n - p) (1 + log(2 pi r^2 / (n - p)))` for
/// REML; minus the sum of log weights. Bates, Maechler, Bolker and Walker (2015), JSS 67(1), equations 34, 35, 41, 42.
struct ProfiledCriterion: Sendable {
    var products: CrossProducts
    /// The order of the tail's random effects.
    var layout: TailLayout
    let templates: [CovarianceTemplate]
    var criterion: Criterion
    /// The sum of the logarithms of the prior weights.
    let sumOfLogWeights: Double
    /// What centring and scaling took from `log|R_X|^2`.
    let logDeterminantCorrection: Double

    /// n - p for REML, n for ML.
    var residualDegreesOfFreedom: Double {
        Double(products.design.rowCount - (criterion == .reml ? products.design.fixedCount : 0))
    }

    /// The profiled criterion at theta.
    ///
    /// - Throws: ``ModelError/numericalBreakdown``.
    func value(_ theta: [Double]) throws(ModelError) -> Double {
        value(of: try solve(theta))
    }

    /// The profiled criterion of a solved problem.
    func value(of solution: PenalisedSolution) -> Double {
        let df = residualDegreesOfFreedom
        let scale = 1 + Double.log(2 * .pi * solution.residualSumOfSquares / df)
        return logDeterminants(solution) + df * scale - sumOfLogWeights
    }

    private func logDeterminants(_ solution: PenalisedSolution) -> Double {
        solution.logDeterminantRandom
            + (criterion == .reml ? solution.logDeterminantFixed + logDeterminantCorrection : 0)
    }

    /// The relative covariance factors of all blocks.
    func factors(_ theta: [Double]) -> [Matrix] {
        var start = 0
        return templates.map { template in
            defer { start += template.parameterCount }
            return template.factor(theta[start..<(start + template.parameterCount)])
        }
    }

    /// Solves the penalised least-squares problem at theta by a blocked Cholesky factorisation.
    ///
    /// - Complexity: One small factorisation a pattern, one small product a group, O(m^3) for a cluster of m effects.
    /// - Throws: ``ModelError/numericalBreakdown``.
    func solve(_ theta: [Double]) throws(ModelError) -> PenalisedSolution { try solveWithTail(theta).solution }

    /// The same with the factorised tail.
    func solveWithTail(_ theta: [Double]) throws(ModelError) -> (solution: PenalisedSolution, tail: TailSystem) {
        let lambdas = factors(theta)
        var tail = TailSystem(products, layout, lambdas: Array(lambdas.dropFirst()))
        let firstDeterminant = try PatternElimination(products: products, lambdas: lambdas).eliminate(from: &tail)
        try tail.factorise()
        let p = products.design.fixedCount
        var fixedFactor = Matrix(rows: p, columns: p)
        var logFixed = 0.0
        for column in 0..<p {
            logFixed += 2 * Double.log(tail.corner[column, column])
            for row in column..<p { fixedFactor[row, column] = tail.corner[row, column] }
        }
        let root = tail.corner[p, p]
        let beta = backSolve(fixedFactor, (0..<p).map { tail.corner[p, $0] })
        let solution = PenalisedSolution(
            logDeterminantRandom: firstDeterminant + tail.logDeterminantRandom, logDeterminantFixed: logFixed,
            residualSumOfSquares: root * root, fixedFactor: fixedFactor, fixedEffects: beta,
            otherEffects: tail.effects(beta))
        return (solution, tail)
    }
}

/// x in `L' x = b`.
private func backSolve(_ lower: Matrix, _ right: [Double]) -> [Double] {
    var x = right
    for row in stride(from: right.count - 1, through: 0, by: -1) {
        for inner in (row + 1)..<max(right.count, row + 1) { x[row] -= lower[inner, row] * x[inner] }
        x[row] /= lower[row, row]
    }
    return x
}
