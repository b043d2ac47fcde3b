import LinearAlgebra
import Probability

/// The maximum of the likelihood of a regression of states without random effects, by Newton's method.
///
/// The log-likelihoods are concave (Pratt 1981, Journal of the American Statistical Association 76(373), for the ordered
/// logit), so a step that does not lower the deviance was too long, and is halved.
struct FixedEffectsSearch<Likelihood: StateLikelihood> {
    /// Where the search ended.
    struct Solution {
        let coefficients: [Double]
        let logLikelihood: Double
        /// The inverse of the observed information.
        let covariance: Matrix
        let iterations: Int
    }

    let data: CategoricalData

    /// When a step promises less than this the last one is taken: the next would promise its square.
    private static var tolerance: Double { 1e-10 }
    private static var maximumIterations: Int { 80 }
    /// Information on a direction that moves a predictor by 1: less means that the likelihood only flattens out.
    private static var leastInformation: Double { 1e-7 }

    func run() throws(CategoricalProblem) -> Solution {
        let deviance = FixedEffectsDeviance<Likelihood>(data: data)
        var coefficients = start
        guard var current = deviance.evaluate(coefficients) else {
            throw .notConverged(iterations: 0, reason: "the covariates are too large to compute with")
        }
        for iteration in 1...Self.maximumIterations {
            guard let factor = ScaledCholesky(current.information) else {
                try checkSeparation(deviance, current)
                throw .notConverged(iterations: iteration, reason: "the information is singular")
            }
            let step = factor.solve(current.gradient)
            let decrease = dot(step, current.gradient)
            guard let next = shortened(deviance, coefficients, current, step, decrease) else {
                try checkSeparation(deviance, current)
                throw .notConverged(iterations: iteration, reason: "no step raises the likelihood")
            }
            (coefficients, current) = next
            guard decrease / 2 < Self.tolerance else { continue }
            try checkSeparation(deviance, current)
            guard let factor = ScaledCholesky(current.information) else {
                throw .notConverged(iterations: iteration, reason: "the information is singular")
            }
            return Solution(
                coefficients: coefficients, logLikelihood: -current.value, covariance: factor.inverse,
                iterations: iteration)
        }
        try checkSeparation(deviance, current)
        throw .notConverged(iterations: Self.maximumIterations, reason: "the limit of iterations")
    }

    private func shortened(
        _ deviance: FixedEffectsDeviance<Likelihood>, _ coefficients: [Double],
        _ current: FixedEffectsDeviance<Likelihood>.Value, _ step: [Double], _ decrease: Double
    ) -> ([Double], FixedEffectsDeviance<Likelihood>.Value)? {
        var length = 1.0
        // Next to the maximum rounding hides whether the deviance falls.
        let noise = 1e-12 * max(1, abs(current.value))
        for _ in 0..<50 {
            let candidate = zip(coefficients, step).map { $0 - length * $1 }
            if let found = deviance.evaluate(candidate), found.value <= current.value + noise {
                return (candidate, found)
            }
            length /= 2
        }
        return nil
    }

    /// The shares of the states, and no effects of covariates.
    private var start: [Double] {
        let (k, cells, shape) = (data.shape.states.count, data.cells, data.shape)
        var totals = [Double](repeating: 0, count: k)
        for cell in 0..<cells.count {
            for state in 0..<k { totals[state] += cells.counts[cell * k + state] }
        }
        var start = [Double](repeating: 0, count: shape.coefficientCount)
        if shape.outcome == .ordered {
            var below = 0.0
            for threshold in 0..<shape.predictorCount {
                below += totals[threshold]
                let above = totals[(threshold + 1)...].reduce(0, +)
                start[shape.width + threshold] = Elementary.log(below / above)
            }
        } else if let (column, value) = data.constantColumn {
            for state in 0..<shape.predictorCount {
                start[state * shape.width + column] = Elementary.log(totals[state] / totals[k - 1]) / value
            }
        }
        return start
    }

    /// Refuses a fit in which some direction carries next to no information.
    private func checkSeparation(
        _ deviance: FixedEffectsDeviance<Likelihood>, _ current: FixedEffectsDeviance<Likelihood>.Value
    ) throws(CategoricalProblem) {
        let size = current.gradient.count
        let scales = deviance.data.scales
        var scaled = current.information
        for column in 0..<size {
            for row in column..<size { scaled[row, column] /= scales[row] * scales[column] }
        }
        guard let eigen = SymmetricEigen(scaled), let least = eigen.values.first else { return }
        let direction = (0..<size).map { eigen.vectors[$0, 0] / scales[$0] }
        let reach = deviance.reach(direction)
        guard max(least, 0) < Self.leastInformation * reach * reach else { return }
        let strongest = (0..<size).max { abs(eigen.vectors[$0, 0]) < abs(eigen.vectors[$1, 0]) } ?? 0
        throw .separation(parameter: data.shape.coefficientNames[strongest])
    }
}

/// A Cholesky factorisation after scaling the diagonal to 1: covariates in any unit lose no digits.
struct ScaledCholesky {
    private let scales: [Double]
    private let factor: Cholesky

    /// nil when the matrix, of which only the lower triangle is read, is not positive definite.
    init?(_ matrix: Matrix) {
        let diagonal = matrix.diagonal
        guard diagonal.allSatisfy({ $0 > 0 && $0 < .infinity }) else { return nil }
        let scales = diagonal.map { $0.squareRoot() }
        var scaled = matrix
        for column in 0..<matrix.columns {
            for row in column..<matrix.rows { scaled[row, column] /= scales[row] * scales[column] }
        }
        guard let factor = try? Cholesky(scaled) else { return nil }
        // A pivot of rounding alone is none.
        guard factor.lower.diagonal.allSatisfy({ $0 > 1e-7 }) else { return nil }
        (self.scales, self.factor) = (scales, factor)
    }

    /// x in `A x = b`.
    func solve(_ right: [Double]) -> [Double] {
        zip(factor.solve(zip(right, scales).map { $0 / $1 }), scales).map { $0 / $1 }
    }

    /// The inverse of A.
    var inverse: Matrix {
        var inverse = factor.inverse
        for column in scales.indices {
            for row in scales.indices { inverse[row, column] /= scales[row] * scales[column] }
        }
        return inverse
    }
}

extension CategoricalData {
    /// The first column that is the same number, not 0, in all cells; nil when there is none.
    var constantColumn: (column: Int, value: Double)? {
        for column in 0..<cells.width {
            let value = cells.x[column]
            let isConstant = (0..<cells.count).allSatisfy { cells.x[$0 * cells.width + column] == value }
            if isConstant, value != 0 { return (column, value) }
        }
        return nil
    }

    /// The largest absolute value of the column that each coefficient multiplies; 1 for thresholds.
    var scales: [Double] {
        let columns = (0..<cells.width).map { column in
            (0..<cells.count).reduce(0) { max($0, abs(cells.x[$1 * cells.width + column])) }
        }
        guard shape.outcome != .ordered else { return columns + Array(repeating: 1, count: shape.predictorCount) }
        return (0..<shape.predictorCount).flatMap { _ in columns }
    }
}
