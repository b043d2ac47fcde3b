import LinearAlgebra

/// The probabilities of going from each state to each other in a school year: a Markov chain's matrix.
public struct TransitionMatrix: Sendable, Equatable {
    /// The names of the states, n of them, all different.
    public let states: [String]
    /// n x n; the rows are where pupils are, the columns where they are a year later. Each row adds up to 1.
    public let probabilities: Matrix

    /// How far from 1 the sum of a row may be: published percents are rounded, and must be made whole before.
    static let sumTolerance = 1e-9

    /// A matrix.
    ///
    /// - Throws: ``TransitionError/sameState(_:)``, ``TransitionError/badProbability(from:to:found:)`` or
    ///   ``TransitionError/badSum(from:found:)``.
    public init(states: [String], probabilities: Matrix) throws(TransitionError) {
        let n = states.count
        precondition(probabilities.rows == n && probabilities.columns == n, "a transition matrix is n x n")
        var seen = Set<String>()
        for state in states where !seen.insert(state).inserted { throw .sameState(state) }
        for from in 0..<n {
            var sum = 0.0
            for to in 0..<n {
                let p = probabilities[from, to]
                guard p >= 0, p <= 1 else { throw .badProbability(from: states[from], to: states[to], found: p) }
                sum += p
            }
            guard abs(sum - 1) <= Self.sumTolerance else { throw .badSum(from: states[from], found: sum) }
        }
        self.states = states
        self.probabilities = probabilities
    }

    /// Whether nobody leaves a state.
    public func isAbsorbing(_ state: Int) -> Bool { probabilities[state, state] == 1 }
}
