import LinearAlgebra
import RealModule

/// The criterion at one theta with its derivatives.
struct CriterionDerivatives: Sendable {
    /// The profiled criterion.
    let value: Double
    /// r^2, the penalised residual sum of squares.
    let residualSumOfSquares: Double
    /// The derivatives of the log determinants in theta.
    let logDeterminants: [Double]
    /// The derivatives of r^2 in theta.
    let residuals: [Double]
    /// n - p for REML, n for ML.
    let degreesOfFreedom: Double

    /// The gradient of the profiled criterion.
    var profiled: [Double] { gradient(variance: residualSumOfSquares / degreesOfFreedom) }

    /// The gradient in theta of the criterion with the residual variance held fixed.
    func gradient(variance: Double) -> [Double] {
        zip(logDeterminants, residuals).map { $0 + $1 / variance }
    }

    /// The criterion with the residual variance held fixed.
    func value(variance: Double) -> Double {
        let df = degreesOfFreedom
        return value - df * (1 + Double.log(residualSumOfSquares / df / variance)) + residualSumOfSquares / variance
    }
}

/// A linear combination of the fixed effects that is held at a value.
struct HeldCombination: Sendable {
    /// The weights of the (transformed) fixed effects.
    let weights: [Double]
    let value: Double
}

extension ProfiledCriterion {
    /// The criterion with its gradient.
    ///
    /// With M the matrix of the penalised normal equations, C its inverse, J the number of levels of a factor, Lambda its
    /// relative covariance factor and u its spherical effects:
    ///
    ///     d log|M|  = 2 tr((J I - sum C_jj) Lambda^-1 dLambda)        from M's own first block row, C M = I
    ///     d r^2     = -2 tr((sum u_j u_j') Lambda^-1 dLambda)         by the envelope theorem, Lambda' Z'(y - fit) = u
    ///
    /// so that only sums over levels of K x K blocks are needed. ML leaves the fixed effects out of the first line.
    ///
    /// A diagonal element of zero has no derivative to speak of; it is taken as 1e-7, which changes the other derivatives
    /// by rounding only.
    ///
    /// - Parameters:
    ///   - point: theta.
    ///   - held: A combination of the fixed effects that is held at a value, for a likelihood profile; ML only.
    /// - Complexity: About three times the criterion alone; the inverse of the tail takes most.
    func derivatives(_ point: [Double], holding held: HeldCombination? = nil) throws(ModelError) -> CriterionDerivatives
    {
        let theta = zip(point, templates.flatMap(\.parameters)).map { $1.isDiagonal ? max($0, 1e-7) : $0 }
        var (solution, tail) = try solveWithTail(theta)
        if let held {
            precondition(criterion == .ml, "profiles of fixed effects are of the likelihood")
            solution = solution.holding(held, tail)
        }
        let lambdas = factors(theta)
        let (beta, others) = (solution.fixedEffects, solution.otherEffects)
        let inverse = TailInverse(&tail, includesFixedEffects: criterion == .reml)
        let first = try PatternElimination(products: products, lambdas: lambdas)
            .inverseAndEffects(inverse: inverse, beta: beta, others: others)
        var sums = [(levels: products.design.levelCount, inverse: first.inverse, effects: first.effects)]
        for factor in products.design.otherWidths.indices { sums.append(tailSums(factor, inverse, others)) }
        var (logDeterminants, residuals) = ([Double](), [Double]())
        for (index, sum) in sums.enumerated() {
            var bracket = (-1) * sum.inverse
            for row in 0..<bracket.rows { bracket[row, row] += Double(sum.levels) }
            let determinant = rightSolved(bracket, lambdas[index])
            let residual = rightSolved((-1) * sum.effects, lambdas[index])
            for element in templates[index].parameters {
                logDeterminants.append(2 * determinant[element.column, element.row])
                residuals.append(2 * residual[element.column, element.row])
            }
        }
        return CriterionDerivatives(
            value: value(of: solution), residualSumOfSquares: solution.residualSumOfSquares,
            logDeterminants: logDeterminants, residuals: residuals, degreesOfFreedom: residualDegreesOfFreedom)
    }

    private func tailSums(
        _ factor: Int, _ inverse: TailInverse, _ effects: [Double]
    ) -> (levels: Int, inverse: Matrix, effects: Matrix) {
        let k = products.design.otherWidths[factor]
        let levels = products.design.grouping.factorStart[factor]..<products.design.grouping.factorStart[factor + 1]
        var result = (levels: levels.count, inverse: Matrix(rows: k, columns: k), effects: Matrix(rows: k, columns: k))
        for level in levels {
            let (start, cluster) = (layout.position[level], layout.clusters[Int(layout.clusterOf[level])])
            for column in 0..<k {
                for row in 0..<k {
                    result.inverse[row, column] += inverse.element(cluster, start + row, start + column)
                    result.effects[row, column] += effects[start + row] * effects[start + column]
                }
            }
        }
        return result
    }

    /// `A Lambda^-1` for a lower triangular Lambda.
    private func rightSolved(_ matrix: Matrix, _ lambda: Matrix) -> Matrix {
        var x = matrix
        for row in 0..<x.rows {
            for column in stride(from: lambda.columns - 1, through: 0, by: -1) {
                var value = x[row, column]
                for inner in (column + 1)..<max(lambda.rows, column + 1) {
                    value -= x[row, inner] * lambda[inner, column]
                }
                x[row, column] = value / lambda[column, column]
            }
        }
        return x
    }
}
