import LinearAlgebra

/// Numbers of pupils who went from each state of a career ladder to each other in one school year, in one group.
public struct FlowCounts: Sendable, Equatable {
    /// The grades, diplomas and ends.
    public let ladder: CareerLadder
    /// n x n: from the rows to the columns.
    public private(set) var counts: Matrix

    /// No pupils yet.
    public init(ladder: CareerLadder) {
        self.ladder = ladder
        counts = Matrix(rows: ladder.states.count, columns: ladder.states.count)
    }

    /// Adds pupils who went from a state to another.
    ///
    /// - Throws: ``ChainError/impossibleMove(from:to:)`` for a move that the ladder does not allow, also when nobody made
    ///   it, or ``ChainError/badFlow(from:to:found:)``.
    public mutating func add(from: Int, to: Int, count: Double = 1) throws(ChainError) {
        let names = (ladder.states[from], ladder.states[to])
        guard ladder.move(from: from, to: to) != nil else { throw .impossibleMove(from: names.0, to: names.1) }
        guard count >= 0, count.isFinite else { throw .badFlow(from: names.0, to: names.1, found: count) }
        counts[from, to] += count
    }

    /// Adds the pupils of other counts on the same ladder.
    public mutating func add(_ other: FlowCounts) {
        precondition(other.ladder.states == ladder.states, "counts of one ladder add up")
        counts = counts + other.counts
    }

    /// The pupils of each state at the start of the year, n.
    public var bases: [Double] { counts.rowSums }

    /// The share of the pupils in grades that made a move, by the stock that was there; nil without pupils.
    public func share(of move: CareerMove) -> Double? {
        var (made, all) = (0.0, 0.0)
        for from in 0..<ladder.gradeStateCount {
            for to in ladder.states.indices where counts[from, to] > 0 {
                all += counts[from, to]
                if ladder.move(from: from, to: to) == move { made += counts[from, to] }
            }
        }
        return all > 0 ? made / all : nil
    }

    /// The probabilities with the covariance of multinomial counts.
    ///
    /// A move that nobody made has probability 0 with standard error 0: the delta method does not see it. States without
    /// pupils have no origin.
    ///
    /// - Parameter designEffect: By what the variance exceeds that of independent pupils, > 0.
    public func estimated(designEffect: Double = 1) -> EstimatedFlows {
        precondition(designEffect > 0, "a design effect is positive")
        var flows = EstimatedFlows(ladder: ladder)
        for (from, base) in bases.enumerated() where base > 0 {
            let destinations = ladder.states.indices.filter { counts[from, $0] > 0 }
            flows.set(
                from,
                OriginFlows(
                    destinations: destinations, shares: destinations.map { counts[from, $0] / base }, base: base,
                    designEffect: designEffect))
        }
        return flows
    }
}
