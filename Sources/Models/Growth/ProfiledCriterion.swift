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
    /// The spherical effects u of the factors in the tail.
    let otherEffects: [Double]
    /// The Cholesky factor of the tail: other random effects, fixed effects, response.
    let tailFactor: Matrix
}

/// Minus twice the profiled (restricted) log-likelihood of a linear mixed model as a function of theta.
///
/// `log|L|^2 + n (1 + log(2 pi r^2 / n))` for ML; `log|L|^2 + log|R_X|^2 + (n - p) (1 + log(2 pi r^2 / (n - p)))` for
/// REML; minus the sum of log weights. Bates, Maechler, Bolker and Walker (2015), JSS 67(1), equations 34, 35, 41, 42.
struct ProfiledCriterion: Sendable {
    let products: CrossProducts
    let patterns: LevelPatterns
    let templates: [CovarianceTemplate]
    let criterion: Criterion
    /// The sum of the logarithms of the prior weights.
    let sumOfLogWeights: Double
    /// What centring and scaling took from `log|R_X|^2`.
    let logDeterminantCorrection: Double

    /// n - p for REML, n for ML.
    var residualDegreesOfFreedom: Double {
        Double(products.rowCount - (criterion == .reml ? products.fixedCount : 0))
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
    /// - Complexity: One small factorisation per level of the first factor, O(m^3) for the tail of order m.
    func solve(_ theta: [Double]) throws(ModelError) -> PenalisedSolution {
        let lambdas = factors(theta)
        var tail = scaledTail(lambdas)
        let elimination = FirstFactorElimination(products: products, patterns: patterns, lambdas: lambdas)
        let headLogDeterminant = try elimination.eliminate(from: &tail)
        let (m, q, p) = (products.tailSize, products.otherCount, products.fixedCount)
        do {
            try factorLowerInPlace(&tail.elements, size: m)
        } catch {
            throw .numericalBreakdown
        }
        var logRandom = headLogDeterminant
        for index in 0..<q { logRandom += 2 * Double.log(tail[index, index]) }
        var fixedFactor = Matrix(rows: p, columns: p)
        var logFixed = 0.0
        for column in 0..<p {
            logFixed += 2 * Double.log(tail[q + column, q + column])
            for row in column..<p { fixedFactor[row, column] = tail[q + row, q + column] }
        }
        let root = tail[m - 1, m - 1]
        let effects = backSolve(tail, (0..<(q + p)).map { tail[m - 1, $0] })
        return PenalisedSolution(
            logDeterminantRandom: logRandom, logDeterminantFixed: logFixed, residualSumOfSquares: root * root,
            fixedFactor: fixedFactor, fixedEffects: Array(effects[q...]), otherEffects: Array(effects[..<q]),
            tailFactor: tail)
    }

    /// `Lambda' A Lambda + I` for the random effects of the tail, `A Lambda` for their products with X and y.
    private func scaledTail(_ lambdas: [Matrix]) -> Matrix {
        var tail = products.tail
        let m = products.tailSize
        for (block, lambda) in zip(products.tailBlocks, lambdas.dropFirst()) {
            for level in 0..<block.levelCount {
                let start = block.offset + level * block.width
                // The rows below the diagonal block, times Lambda from the right ...
                scaleColumns(of: &tail, from: start, rows: (start + block.width)..<m, by: lambda)
                // ... the rows of the block left of it, times Lambda' from the left ...
                scaleRows(of: &tail, from: start, columns: 0..<start, by: lambda)
                // ... and the diagonal block from both sides.
                scaleDiagonal(of: &tail, from: start, by: lambda)
                for effect in 0..<block.width { tail[start + effect, start + effect] += 1 }
            }
        }
        return tail
    }

    private func scaleColumns(of tail: inout Matrix, from start: Int, rows: Range<Int>, by lambda: Matrix) {
        for row in rows {
            for column in 0..<lambda.columns {
                var sum = 0.0
                // Lambda is lower triangular: column j only mixes columns j and later, so it can be done in place.
                for inner in column..<lambda.rows { sum += tail[row, start + inner] * lambda[inner, column] }
                tail[row, start + column] = sum
            }
        }
    }

    private func scaleRows(of tail: inout Matrix, from start: Int, columns: Range<Int>, by lambda: Matrix) {
        for column in columns {
            for row in 0..<lambda.columns {
                var sum = 0.0
                for inner in row..<lambda.rows { sum += lambda[inner, row] * tail[start + inner, column] }
                tail[start + row, column] = sum
            }
        }
    }

    private func scaleDiagonal(of tail: inout Matrix, from start: Int, by lambda: Matrix) {
        let k = lambda.rows
        for column in 1..<max(k, 1) {
            for row in 0..<column { tail[start + row, start + column] = tail[start + column, start + row] }
        }
        scaleColumns(of: &tail, from: start, rows: start..<(start + k), by: lambda)
        scaleRows(of: &tail, from: start, columns: start..<(start + k), by: lambda)
    }
}

/// x in `L' x = b`, with L the leading block of a lower triangular matrix.
private func backSolve(_ lower: Matrix, _ right: [Double]) -> [Double] {
    var x = right
    for row in stride(from: right.count - 1, through: 0, by: -1) {
        for inner in (row + 1)..<max(right.count, row + 1) { x[row] -= lower[inner, row] * x[inner] }
        x[row] /= lower[row, row]
    }
    return x
}
