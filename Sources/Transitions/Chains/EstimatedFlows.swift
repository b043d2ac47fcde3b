import LinearAlgebra

/// Where the pupils of one state went, as estimated: shares with their covariance.
public struct OriginFlows: Sendable, Equatable {
    /// The positions of the states to which pupils went, d of them.
    public let destinations: [Int]
    /// The shares, adding up to 1.
    public let shares: [Double]
    /// Their covariance, d x d; its rows add up to 0.
    public let covariance: Matrix
    /// The pupils they are shares of; nil when not counted.
    public let base: Double?

    /// Shares of counted pupils: `(diag(p) - p p') * designEffect / base`.
    public init(destinations: [Int], shares: [Double], base: Double, designEffect: Double = 1) {
        precondition(destinations.count == shares.count && base > 0, "a share for each destination, of somebody")
        var covariance = Matrix(rows: shares.count, columns: shares.count)
        for column in shares.indices {
            for row in shares.indices {
                let own = row == column ? shares[row] : 0
                covariance[row, column] = (own - shares[row] * shares[column]) * designEffect / base
            }
        }
        self.init(destinations: destinations, shares: shares, covariance: covariance, base: base)
    }

    /// Shares with a covariance of their own.
    public init(destinations: [Int], shares: [Double], covariance: Matrix, base: Double?) {
        precondition(destinations.count == shares.count, "a share for each destination")
        precondition(covariance.rows == shares.count && covariance.columns == shares.count, "covariance is d x d")
        self.destinations = destinations
        self.shares = shares
        self.covariance = covariance
        self.base = base
    }

    /// The standard errors of the shares.
    public var standardErrors: [Double] { covariance.diagonal.map { max(0, $0).squareRoot() } }
}

/// The probabilities of a school year's transitions in one group, as estimated: independent from state to state.
public struct EstimatedFlows: Sendable, Equatable {
    /// The grades, diplomas and ends.
    public let ladder: CareerLadder
    /// By state; nil where nobody was seen to go on.
    public private(set) var origins: [OriginFlows?]

    /// No flows yet.
    public init(ladder: CareerLadder) {
        self.ladder = ladder
        origins = Array(repeating: nil, count: ladder.states.count)
    }

    /// Sets where the pupils of a state went.
    public mutating func set(_ from: Int, _ flows: OriginFlows) { origins[from] = flows }

    /// The matrix of the probabilities; states without flows stay put.
    ///
    /// - Throws: ``TransitionError``.
    public func matrix() throws(TransitionError) -> TransitionMatrix {
        var probabilities = Matrix(rows: origins.count, columns: origins.count)
        for (from, flows) in origins.enumerated() {
            guard let flows else {
                probabilities[from, from] = 1
                continue
            }
            for (to, share) in zip(flows.destinations, flows.shares) { probabilities[from, to] = share }
        }
        return try TransitionMatrix(states: ladder.states, probabilities: probabilities)
    }

    /// The covariance of two indicators by the delta method: `g' V h`, summed over the states of origin.
    ///
    /// - Parameters:
    ///   - first: The derivatives of the one in these probabilities, n x n.
    ///   - second: Those of the other.
    public func covariance(_ first: Matrix, _ second: Matrix) -> Double {
        var sum = 0.0
        for (from, flows) in origins.enumerated() {
            guard let flows, flows.destinations.count > 1 else { continue }
            let left = Self.slopes(first, from, flows)
            let right = left.isEmpty ? [] : Self.slopes(second, from, flows)
            if !right.isEmpty { sum += dot(left, flows.covariance * right) }
        }
        return sum
    }

    /// The derivatives of a state's destinations, less their mean: shares move together, and the mean would cancel only
    /// after rounding. Empty where all are equal.
    private static func slopes(_ gradient: Matrix, _ from: Int, _ flows: OriginFlows) -> [Double] {
        let slopes = flows.destinations.map { gradient[from, $0] }
        let mean = dot(flows.shares, slopes)
        return slopes.allSatisfy { $0 == slopes[0] } ? [] : slopes.map { $0 - mean }
    }
}
