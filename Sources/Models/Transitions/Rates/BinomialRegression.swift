import LinearAlgebra
import Probability

/// A logit model of counts without random effects, by maximum likelihood.
///
/// Fisher scoring, which for the logit link is Newton's method, to the full digits of the score equations `X'(y - n p) = 0`.
///
/// - SeeAlso: McCullagh and Nelder (1989), Generalized Linear Models, chapter 4; for clusters Liang and Zeger (1986).
struct BinomialRegression {
    let columns: FixedEffectsColumns
    /// Events of each distinct row of the design.
    let totals: [Double]
    /// Trials.
    let sizes: [Double]

    /// The solution in the transformed columns.
    struct Solution {
        let beta: [Double]
        /// The inverse of the information `X' W X`.
        let inverse: Matrix
        /// The probability of each cell.
        let probabilities: [Double]
    }

    /// A relative decrease of the score this small is rounding.
    private static let tolerance = 1e-24
    private static let maximumSteps = 30

    /// - Throws: ``ModelError/separated(columns:)``, ``ModelError/numericalBreakdown`` or
    ///   ``ModelError/notConverged(evaluations:reason:)``.
    func solve() throws(ModelError) -> Solution {
        let offsets = [Double](repeating: 0, count: totals.count)
        var beta = try FixedEffectsStart(
            family: .binomial, columns: columns, offsets: offsets, totals: totals, sizes: sizes
        ).run()
        var last = Double.infinity
        for _ in 0..<Self.maximumSteps {
            let (score, information, probabilities) = equations(beta)
            guard let factor = try? Cholesky(information) else { throw .numericalBreakdown }
            let step = factor.solve(score)
            let decrement = dot(step, score)
            // At the optimum steps are rounding: they no longer shrink.
            if decrement < Self.tolerance || (decrement < 1e-12 && decrement >= last) {
                return Solution(beta: beta, inverse: factor.inverse, probabilities: probabilities)
            }
            last = decrement
            beta = zip(beta, step).map { $0 + $1 }
        }
        throw .notConverged(evaluations: Self.maximumSteps, reason: "the score does not vanish")
    }

    private func equations(_ beta: [Double]) -> (score: [Double], information: Matrix, probabilities: [Double]) {
        let p = columns.count
        var (score, information) = ([Double](repeating: 0, count: p), Matrix(rows: p, columns: p))
        var probabilities = [Double](repeating: 0, count: totals.count)
        for cell in totals.indices {
            var eta = 0.0
            for column in 0..<p { eta += columns.matrix[cell * p + column] * beta[column] }
            let cumulants = Family.binomial.cumulants(eta)
            probabilities[cell] = cumulants.mean
            let (residual, weight) = (totals[cell] - sizes[cell] * cumulants.mean, sizes[cell] * cumulants.variance)
            for column in 0..<p {
                let value = columns.matrix[cell * p + column]
                score[column] += value * residual
                guard value != 0 else { continue }
                for row in column..<p { information[row, column] += weight * value * columns.matrix[cell * p + row] }
            }
        }
        return (score, information, probabilities)
    }
}

/// A fitted logit model of a rate's rows: with random effects by Laplace's approximation, without them exactly.
struct RateFit {
    /// The fixed effects with their covariance.
    let coefficients: Coefficients
    /// The standard deviations of the random intercepts; empty without.
    let deviations: [Double]
    /// The covariance of (``deviations``, ``coefficients``): their delta method's.
    let covariance: Matrix
    /// Which linear functions the data determine.
    let dependences: ColumnDependences
    /// The fixed effects' columns, for rows of one's own.
    let design: PredictorDesign
    /// The degrees of freedom of everything; infinite for normal quantiles.
    let degreesOfFreedom: Double
    let varianceComponents: [VarianceComponent]
    let diagnostics: [Diagnostic]
    /// What was fitted and by what method, for a reader.
    let method: String
}
