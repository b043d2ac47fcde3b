import LinearAlgebra
import RealModule

/// Minus twice the (restricted) log-likelihood of the variances between and within studies, beta profiled out.
///
/// ML: `n log(2 pi) + log|V| + e' V^-1 e`. REML: `(n - p) log(2 pi) + log|V| + log|X' V^-1 X| - log|X' X| + e' V^-1 e`,
/// with the term in X'X as metafor has it. With `P = V^-1 - V^-1 X (X' V^-1 X)^-1 X' V^-1`, the gradient is
/// `tr(P V_k) - y' P V_k P y` and the expected information `tr(P V_k P V_l)`; V^-1 stands for P in the traces of ML.
/// - SeeAlso: Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30(3), 261-293; Harville (1977),
///   Journal of the American Statistical Association 72, 320-338.
struct VarianceCriterion: Sendable {
    /// The criterion with its derivatives in s and w, in this order.
    struct Point: Sendable {
        let gradient: [Double]
        /// The expected second derivatives, 2 x 2.
        let information: Matrix
        /// The second derivatives, 2 x 2.
        let hessian: Matrix
    }

    let rows: EffectRows
    let criterion: Criterion

    /// The criterion.
    func value(_ variances: BetweenVariances) throws(ModelError) -> Double {
        value(try WeightedEffects(rows, variances))
    }

    /// The criterion at a solution.
    func value(_ fit: WeightedEffects) -> Double {
        let (n, p) = (Double(rows.count), Double(rows.width))
        let deviance = fit.covariance.logDeterminant + fit.weightedSquares
        guard criterion == .reml else { return n * Double.log(2 * .pi) + deviance }
        let unweighted = (try? Cholesky(rows.columns.transposedTimes(rows.columns)))?.logDeterminant ?? 0
        return (n - p) * Double.log(2 * .pi) + deviance + fit.factor.logDeterminant - unweighted
    }

    /// The derivatives at a solution.
    func derivatives(_ fit: WeightedEffects) -> Point {
        let covariance = fit.covariance
        let residuals = Matrix(rows: rows.count, columns: 1, elements: fit.residuals)
        // q = V^-1 e = P y; f_k = V_k q.
        let q = covariance.solve(residuals)
        let sums = covariance.studySums(q)
        let moved = Matrix(
            rows: rows.count, columns: 2,
            elements: (0..<rows.count).map { sums.elements[rows.studyOfRow[$0]] } + q.elements)
        let solved = covariance.solve(rows.columns)
        let whitened = covariance.whitened(moved)
        let onColumns = fit.factor.solveLower(solved.transposedTimes(moved))
        let quadratic = whitened.transposedTimes(whitened) + -1 * onColumns.transposedTimes(onColumns)
        let squares = [dot(sums.elements, sums.elements), dot(q.elements, q.elements)]
        var (traces, information) = (covariance.traces, covariance.crossTraces)
        if criterion == .reml {
            let fixed = fixedEffectsParts(covariance, solved, fit.factor)
            traces = zip(traces, fixed.traces).map { $0 - $1 }
            information = information + -1 * fixed.information
        }
        return Point(
            gradient: zip(traces, squares).map { $0 - $1 }, information: information,
            hessian: 2 * quadratic + -1 * information)
    }

    /// What REML takes off the traces: `tr(M A_k)` and `2 tr(M B_kl) - tr(M A_k M A_l)`, with M the covariance of beta,
    /// `A_k = X' V^-1 V_k V^-1 X` and `B_kl = X' V^-1 V_k V^-1 V_l V^-1 X`.
    private func fixedEffectsParts(
        _ covariance: StudyCovariance, _ solved: Matrix, _ factor: Cholesky
    ) -> (traces: [Double], information: Matrix) {
        let inverse = factor.inverse
        let again = covariance.solve(solved)
        let (sums, sumsAgain) = (covariance.studySums(solved), covariance.studySums(again))
        let single = [sums.transposedTimes(sums), solved.transposedTimes(solved)].map { inverse * $0 }
        let weightedSums = Matrix(
            rows: sums.rows, columns: sums.columns,
            elements: sums.elements.indices.map { covariance.meanPrecisions[$0 % sums.rows] * sums.elements[$0] })
        let double = [
            [sums.transposedTimes(weightedSums), sums.transposedTimes(sumsAgain)],
            [sumsAgain.transposedTimes(sums), solved.transposedTimes(again)],
        ]
        var information = Matrix(rows: 2, columns: 2)
        for k in 0..<2 {
            for l in 0..<2 {
                information[k, l] =
                    2 * traceOfProduct(inverse, double[k][l]) - traceOfProduct(single[k], single[l])
            }
        }
        return (single.map { $0.diagonal.reduce(0, +) }, information.symmetrised)
    }

    private func traceOfProduct(_ left: Matrix, _ right: Matrix) -> Double {
        dot(left.transposed.elements, right.elements)
    }
}
