import LinearAlgebra

/// The traces of `P = W - W X M X' W` for independent effects, with W their precisions and `M = (X' W X)^-1`.
///
/// `P_ii = w_i (1 - h_i)` with h_i the leverage. Where one precise effect fixes a coefficient almost alone, 1 - h_i and all
/// that is left of the trace would be rounding; it is then taken from the other effects.
struct ProjectionMoments {
    private let columns: Matrix
    private let precisions: [Double]
    /// `L^-1 X'`, p x n, with `X' W X = L L'`.
    private let whitened: Matrix
    /// P_ii, length n.
    private let diagonal: [Double]

    /// - Parameter fit: Effects without a variance that studies share.
    init(_ fit: WeightedEffects) {
        precondition(fit.covariance.variances.betweenStudies == 0, "effects are independent")
        let (columns, precisions) = (fit.rows.columns, fit.covariance.precisions)
        let whitened = fit.factor.solveLower(columns.transposed)
        self.columns = columns
        self.precisions = precisions
        self.whitened = whitened
        let p = columns.columns
        diagonal = precisions.indices.map { row in
            let leverage = precisions[row] * (0..<p).reduce(0) { $0 + whitened[$1, row] * whitened[$1, row] }
            // Leverages add up to p: no more than 2 p rows need the others.
            let left = leverage < 0.5 ? 1 - leverage : Self.leftByOthers(row, columns, precisions)
            return precisions[row] * left
        }
    }

    /// `1 - h = 1 / (1 + w x' M_others x)`; zero when the others leave a coefficient open.
    private static func leftByOthers(_ row: Int, _ columns: Matrix, _ precisions: [Double]) -> Double {
        let p = columns.columns
        var information = Matrix(rows: p, columns: p)
        for other in precisions.indices where other != row {
            for first in 0..<p {
                let scaled = precisions[other] * columns[other, first]
                for second in 0..<p { information[first, second] += scaled * columns[other, second] }
            }
        }
        guard let factor = try? Cholesky(information) else { return 0 }
        let own = (0..<p).map { columns[row, $0] }
        return 1 / (1 + precisions[row] * dot(own, factor.solve(own)))
    }

    /// `tr(P)`.
    var trace: Double { diagonal.reduce(0, +) }

    /// `tr(P P)`.
    ///
    /// - Complexity: O(n^2 p): the sum over pairs subtracts nothing.
    var squaredTrace: Double {
        var total = diagonal.reduce(0) { $0 + $1 * $1 }
        let p = columns.columns
        for row in precisions.indices {
            for other in 0..<row {
                var product = 0.0
                for position in 0..<p { product += whitened[position, row] * whitened[position, other] }
                let element = precisions[row] * precisions[other] * product
                total += 2 * element * element
            }
        }
        return total
    }
}
