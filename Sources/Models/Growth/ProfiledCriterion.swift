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
}

/// Minus twice the profiled (restricted) log-likelihood of a linear mixed model as a function of theta.
///
/// `log|L|^2 + n (1 + log(2 pi r^2 / n))` for ML; `log|L|^2 + log|R_X|^2 + (n - p) (1 + log(2 pi r^2 / (n - p)))` for
/// REML; minus the sum of log weights. Bates, Maechler, Bolker and Walker (2015), JSS 67(1), equations 34, 35, 41, 42.
struct ProfiledCriterion: Sendable {
    let products: CrossProducts
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
        let solution = try solve(theta)
        let df = residualDegreesOfFreedom
        let scale = 1 + Double.log(2 * .pi * solution.residualSumOfSquares / df)
        return logDeterminants(solution) + df * scale - sumOfLogWeights
    }

    /// The criterion at theta and the residual standard deviation sigma, not profiled over sigma.
    func value(_ theta: [Double], sigma: Double) throws(ModelError) -> Double {
        let solution = try solve(theta)
        let variance = sigma * sigma
        return logDeterminants(solution) + residualDegreesOfFreedom * Double.log(2 * .pi * variance)
            + solution.residualSumOfSquares / variance - sumOfLogWeights
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
        let headLogDeterminant = try eliminateFirstFactor(lambdas, from: &tail)
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
        return PenalisedSolution(
            logDeterminantRandom: logRandom, logDeterminantFixed: logFixed, residualSumOfSquares: root * root,
            fixedFactor: fixedFactor,
            fixedEffects: backSolve(fixedFactor, (0..<p).map { tail[m - 1, q + $0] }))
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

    /// Takes the first grouping factor out of the tail (its Schur complement); returns `log|L_1|^2`.
    private func eliminateFirstFactor(_ lambdas: [Matrix], from tail: inout Matrix) throws(ModelError) -> Double {
        let k = products.width
        let lambda = lambdas[0]
        var logDeterminant = 0.0
        var small = SmallSystem(width: k)
        for level in 0..<products.levelCount {
            small.setGram(products.gram, at: level * k * k, lambda: lambda)
            logDeterminant += try small.factorise()
            for link in products.links[products.linkStart[level]..<products.linkStart[level + 1]] {
                small.append(
                    products.linkValues, at: link.offset, lambda: lambda, other: lambdas[link.block + 1],
                    column: link.column)
            }
            let width = products.fixedCount + 1
            for column in 0..<width {
                small.append(
                    products.fixed, at: (level * width + column) * k, lambda: lambda,
                    column: products.otherCount + column)
            }
            small.subtractProducts(from: &tail)
        }
        return logDeterminant
    }
}

/// One level of the first grouping factor: its K x K factor and the columns linked to it.
private struct SmallSystem {
    let width: Int
    var factor: [Double]
    /// The linked columns after the forward solve, K each.
    var columns: [Double] = []
    /// The tail's column of each linked column, ascending.
    var positions: [Int] = []
    private var scratch: [Double]

    init(width: Int) {
        self.width = width
        factor = Array(repeating: 0, count: width * width)
        scratch = Array(repeating: 0, count: width)
    }

    /// Sets the system to `Lambda' A Lambda + I` and forgets the linked columns.
    mutating func setGram(_ gram: [Double], at offset: Int, lambda: Matrix) {
        let k = width
        columns.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        for column in 0..<k {
            for row in 0..<k {
                var sum = 0.0
                for inner in column..<k { sum += gram[offset + inner * k + row] * lambda[inner, column] }
                scratch[row] = sum
            }
            for row in column..<k {
                var sum = row == column ? 1.0 : 0.0
                for inner in row..<k { sum += lambda[inner, row] * scratch[inner] }
                factor[column * k + row] = sum
            }
        }
    }

    /// Replaces the system by its Cholesky factor; returns the logarithm of its determinant.
    mutating func factorise() throws(ModelError) -> Double {
        let k = width
        var determinant = 1.0
        for column in 0..<k {
            for inner in 0..<column {
                let value = factor[inner * k + column]
                for row in column..<k { factor[column * k + row] -= value * factor[inner * k + row] }
            }
            let pivot = factor[column * k + column]
            guard pivot > 0, pivot.isFinite else { throw .numericalBreakdown }
            determinant *= pivot
            let root = pivot.squareRoot()
            for row in column..<k { factor[column * k + row] /= root }
        }
        return Double.log(determinant)
    }

    /// Adds the solved column `L^-1 Lambda' c` for a column of the fixed effects or the response.
    mutating func append(_ values: [Double], at offset: Int, lambda: Matrix, column: Int) {
        for index in 0..<width { scratch[index] = values[offset + index] }
        appendSolved(lambda: lambda, column: column)
    }

    /// Adds the solved columns `L^-1 Lambda' C Lambda_other` for a level of another grouping factor.
    mutating func append(_ values: [Double], at offset: Int, lambda: Matrix, other: Matrix, column: Int) {
        for effect in 0..<other.columns {
            for index in 0..<width {
                var sum = 0.0
                for inner in effect..<other.rows {
                    sum += values[offset + inner * width + index] * other[inner, effect]
                }
                scratch[index] = sum
            }
            appendSolved(lambda: lambda, column: column + effect)
        }
    }

    private mutating func appendSolved(lambda: Matrix, column: Int) {
        let k = width
        let start = columns.count
        for row in 0..<k {
            var sum = 0.0
            for inner in row..<k { sum += lambda[inner, row] * scratch[inner] }
            for inner in 0..<row { sum -= factor[inner * k + row] * columns[start + inner] }
            columns.append(sum / factor[row * k + row])
        }
        positions.append(column)
    }

    /// Subtracts the products of all linked columns from the lower triangle of the tail.
    func subtractProducts(from tail: inout Matrix) {
        let k = width
        for (left, column) in positions.enumerated() {
            for right in left..<positions.count {
                var sum = 0.0
                for index in 0..<k { sum += columns[left * k + index] * columns[right * k + index] }
                tail[positions[right], column] -= sum
            }
        }
    }
}

/// x in `L' x = b` for a small lower triangular L.
private func backSolve(_ lower: Matrix, _ right: [Double]) -> [Double] {
    var x = right
    for row in stride(from: right.count - 1, through: 0, by: -1) {
        for inner in (row + 1)..<max(right.count, row + 1) { x[row] -= lower[inner, row] * x[inner] }
        x[row] /= lower[row, row]
    }
    return x
}
