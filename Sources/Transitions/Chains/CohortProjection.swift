import LinearAlgebra

/// The numbers of pupils by state and year that follow from a starting stock, yearly inflows and yearly probabilities.
///
/// `x(t+1) = x(t) P(t) + inflow(t+1)`. The covariance is that of pupils who move independently of each other, given the
/// probabilities: `V(t+1) = P' V P + sum_i x_i (diag(p_i) - p_i p_i')`; the stock and the inflow are taken as known.
///
/// - SeeAlso: Pollard (1966), Biometrika 53, 397-415; Bartholomew (1973), Stochastic Models for Social Processes, ch. 3.
public struct CohortProjection: Sendable {
    /// The states, n.
    public let states: [String]
    /// The expected numbers, by year and state: the starting stock first, then a year for each matrix.
    public let expected: [[Double]]
    /// The covariances of the numbers, by year, each n x n; the first is zero. Empty unless asked for.
    public let covariances: [Matrix]

    /// What to compute beside the expected numbers.
    public enum Spread: Sendable {
        /// Nothing.
        case none
        /// The covariances, n^3 multiplications a year.
        case multinomial
    }

    /// A projection.
    ///
    /// - Parameters:
    ///   - stock: The numbers by state in the first year, n, at least 0.
    ///   - inflows: Who comes in from outside at the end of each year, n numbers for each matrix; empty: nobody.
    ///   - matrices: The probabilities of each year, at least one.
    /// - Throws: ``ChainError/noYears``, ``ChainError/otherStates(year:found:expected:)``,
    ///   ``ChainError/badCount(found:expected:)`` or ``ChainError/badStart(state:found:)``.
    public init(
        stock: [Double], inflows: [[Double]], matrices: [TransitionMatrix], spread: Spread = .none
    ) throws(ChainError) {
        guard let first = matrices.first else { throw .noYears }
        let n = first.states.count
        guard inflows.isEmpty || inflows.count == matrices.count else {
            throw .badCount(found: inflows.count, expected: matrices.count)
        }
        for numbers in [stock] + inflows { try Self.check(numbers, first.states) }
        var expected = [stock]
        var (now, covariance) = (stock, Matrix(rows: n, columns: n))
        var covariances = spread == .multinomial ? [covariance] : []
        for (year, matrix) in matrices.enumerated() {
            guard matrix.states == first.states else {
                throw .otherStates(year: year + 1, found: matrix.states, expected: first.states)
            }
            if spread == .multinomial {
                covariance = Self.step(covariance, now, matrix.probabilities)
                covariances.append(covariance)
            }
            now = matrix.probabilities.rowTimes(now)
            if !inflows.isEmpty { now = zip(now, inflows[year]).map { $0 + $1 } }
            expected.append(now)
        }
        states = first.states
        self.expected = expected
        self.covariances = covariances
    }

    private static func check(_ numbers: [Double], _ states: [String]) throws(ChainError) {
        guard numbers.count == states.count else {
            throw .badCount(found: numbers.count, expected: states.count)
        }
        for (state, number) in zip(states, numbers) where !(number >= 0 && number.isFinite) {
            throw .badStart(state: state, found: number)
        }
    }

    private static func step(_ covariance: Matrix, _ stock: [Double], _ p: Matrix) -> Matrix {
        var next = p.transposedTimes(covariance * p)
        for from in stock.indices where stock[from] > 0 {
            for column in stock.indices where p[from, column] > 0 {
                for row in stock.indices { next[row, column] -= stock[from] * p[from, row] * p[from, column] }
                next[column, column] += stock[from] * p[from, column]
            }
        }
        return next.symmetrised
    }
}
