import LinearAlgebra

/// A Markov chain whose every path ends in a state that nobody leaves.
///
/// With the transient states first, its matrix is `[[Q, R], [0, I]]`; `N = (I - Q)^-1` is the fundamental matrix.
///
/// - SeeAlso: Kemeny and Snell (1960), Finite Markov Chains, chapter 3.
public struct AbsorbingChain: Sendable {
    /// The yearly probabilities.
    public let matrix: TransitionMatrix
    /// The positions of the states that are left again, t of them.
    public let transient: [Int]
    /// The positions of the states that nobody leaves, a of them.
    public let absorbing: [Int]
    let elimination: TransientElimination

    /// The chain of a matrix.
    ///
    /// - Throws: ``ChainError/noEnd`` when no state is absorbing; ``ChainError/neverEnds(states:)`` when some states, a
    ///   closed class of several or those that lead only there, never come to one; ``ChainError/tooLong``.
    /// - Complexity: t^3 / 3 multiplications.
    public init(_ matrix: TransitionMatrix) throws(ChainError) {
        let states = matrix.states.indices
        let isFinal = states.map { matrix.isAbsorbing($0) }
        guard isFinal.contains(true) else { throw .noEnd }
        let ends = Reachability.backward(matrix.probabilities, to: isFinal)
        let caught = states.filter { !ends[$0] }
        guard caught.isEmpty else { throw .neverEnds(states: caught.map { matrix.states[$0] }) }
        self.matrix = matrix
        transient = states.filter { !isFinal[$0] }
        absorbing = states.filter { isFinal[$0] }
        elimination = try TransientElimination(
            moves: Self.block(matrix.probabilities, transient, transient),
            exits: Self.block(matrix.probabilities, transient, absorbing).rowSums)
    }

    private static func block(_ matrix: Matrix, _ rows: [Int], _ columns: [Int]) -> Matrix {
        var result = Matrix(rows: rows.count, columns: columns.count)
        for (row, from) in rows.enumerated() {
            for (column, to) in columns.enumerated() { result[row, column] = matrix[from, to] }
        }
        return result
    }

    /// R, the probabilities of going from a transient state to an absorbing one, t x a.
    public var exits: Matrix { Self.block(matrix.probabilities, transient, absorbing) }

    /// N, t x t: the expected number of years spent in each transient state, the first one included, by where one starts.
    ///
    /// Kemeny and Snell, theorem 3.2.4.
    public var fundamentalMatrix: Matrix { solved(.identity(transient.count)) }

    /// B = N R, t x a: the probability of ending in each absorbing state, by where one starts (theorem 3.3.7).
    public var absorptionProbabilities: Matrix { solved(exits) }

    /// The expected number of years until the end, t (theorem 3.3.5).
    public var expectedYears: [Double] { elimination.solve([Double](repeating: 1, count: transient.count)) }

    /// The variance of the number of years until the end, t: `(2 N - I) tau - tau^2` (theorem 3.3.5).
    public var varianceOfYears: [Double] {
        let years = expectedYears
        let twice = elimination.solve(years)
        return years.indices.map { max(0, 2 * twice[$0] - years[$0] - years[$0] * years[$0]) }
    }

    /// The expected number of years until the end of those who end in a state, t; nil where nobody does.
    ///
    /// `(N b) / b`, with b the probabilities of ending there: the expectation in the chain conditioned on its end
    /// (Kemeny and Snell, section 3.5).
    ///
    /// - Parameter state: The position of an absorbing state.
    public func expectedYears(endingIn state: Int) -> [Double?] {
        precondition(absorbing.contains(state), "only an absorbing state is an end")
        let shares = elimination.solve(transient.map { matrix.probabilities[$0, state] })
        return zip(elimination.solve(shares), shares).map { $1 > 0 ? $0 / $1 : nil }
    }

    /// The variance of the number of years spent in each transient state, t x t: `N (2 N_dg - I) - N_sq` (theorem 3.3.3).
    public var varianceOfVisits: Matrix {
        var result = fundamentalMatrix
        let own = result.diagonal
        for column in own.indices {
            for row in own.indices {
                let mean = result[row, column]
                result[row, column] = max(0, mean * (2 * own[column] - 1) - mean * mean)
            }
        }
        return result
    }

    /// The probability of ever coming to a transient state from another, or coming back to it, t x t:
    /// `(N - I) N_dg^-1` (theorem 3.5.7).
    public var visitProbabilities: Matrix {
        var result = fundamentalMatrix
        let own = result.diagonal
        for column in own.indices {
            for row in own.indices {
                result[row, column] = (result[row, column] - (row == column ? 1 : 0)) / own[column]
            }
        }
        return result
    }

    private func solved(_ right: Matrix) -> Matrix {
        var result = right
        for column in 0..<right.columns {
            for (row, value) in elimination.solve((0..<right.rows).map { right[$0, column] }).enumerated() {
                result[row, column] = value
            }
        }
        return result
    }
}

extension TransitionMatrix {
    /// Where those who start in some states are after a number of years.
    ///
    /// - Parameters:
    ///   - start: Shares or numbers by state, n.
    ///   - years: At least 0.
    public func distribution(from start: [Double], after years: Int) -> [Double] {
        precondition(start.count == states.count && years >= 0, "a start for each state")
        return (0..<years).reduce(start) { now, _ in probabilities.rowTimes(now) }
    }
}

extension Matrix {
    /// The sums of the rows.
    var rowSums: [Double] {
        (0..<rows).map { row in (0..<columns).reduce(0) { $0 + self[row, $1] } }
    }

    /// `x' * self`, summed in the order of the rows.
    func rowTimes(_ x: [Double]) -> [Double] {
        (0..<columns).map { column in
            var sum = 0.0
            for row in 0..<rows { sum += x[row] * self[row, column] }
            return sum
        }
    }
}
