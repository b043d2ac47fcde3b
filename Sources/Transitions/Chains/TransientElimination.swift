import LinearAlgebra

/// The factors of I - Q, where Q holds the probabilities of going from one transient state to another.
///
/// Gaussian elimination in which the diagonal is never subtracted from 1 but summed from what leaves each state, so that
/// nothing cancels: every element of a solution with a non-negative right-hand side has full relative accuracy, also
/// when careers are long. Eliminating a state is censoring the chain to the visits of the others.
///
/// - Complexity: n^3 / 3 multiplications for n transient states; n^2 for a solution.
/// - SeeAlso: Grassmann, Taksar and Heyman (1985), Operations Research 33, 1107-1116.
struct TransientElimination: Sendable {
    /// The number of transient states.
    let count: Int
    /// Below the diagonal the multipliers, on it the pivots, above it the censored probabilities.
    private var factors: Matrix

    /// Factors I - Q.
    ///
    /// - Parameters:
    ///   - moves: Q, n x n; its diagonal is not read: it is what the others and the exits leave of 1.
    ///   - exits: The probability of leaving the transient states from each, n.
    /// - Throws: ``ChainError/tooLong`` when a pivot vanishes or the numbers overflow.
    init(moves: Matrix, exits: [Double]) throws(ChainError) {
        count = exits.count
        precondition(moves.rows == count && moves.columns == count, "Q is n x n")
        var (q, exits) = (moves, exits)
        for k in 0..<count {
            var pivot = exits[k]
            for j in (k + 1)..<max(count, k + 1) { pivot += q[k, j] }
            guard pivot > 0, (1 / pivot).isFinite else { throw .tooLong }
            q[k, k] = pivot
            for i in (k + 1)..<max(count, k + 1) where q[i, k] > 0 {
                let multiplier = q[i, k] / pivot
                q[i, k] = multiplier
                exits[i] += multiplier * exits[k]
                for j in (k + 1)..<count where j != i { q[i, j] += multiplier * q[k, j] }
            }
        }
        factors = q
    }

    /// `N b`, the solution x of `(I - Q) x = b`.
    func solve(_ b: [Double]) -> [Double] {
        var x = b
        for k in 0..<count {
            for i in (k + 1)..<max(count, k + 1) { x[i] += factors[i, k] * x[k] }
        }
        for k in (0..<count).reversed() {
            var sum = x[k]
            for j in (k + 1)..<max(count, k + 1) { sum += factors[k, j] * x[j] }
            x[k] = sum / factors[k, k]
        }
        return x
    }

    /// `b' N`, the solution x of `x' (I - Q) = b'`.
    func solveTransposed(_ b: [Double]) -> [Double] {
        var x = b
        for j in 0..<count {
            var sum = x[j]
            for k in 0..<j { sum += x[k] * factors[k, j] }
            x[j] = sum / factors[j, j]
        }
        for k in (0..<count).reversed() {
            for i in (k + 1)..<max(count, k + 1) { x[k] += x[i] * factors[i, k] }
        }
        return x
    }
}
