/// Mean, spread and quantiles of a figure over draws, with Monte Carlo standard errors.
public struct DrawSummary: Sendable, Equatable {
    /// The number of draws.
    public let count: Int
    /// The mean.
    public let mean: Double
    /// The standard deviation (n - 1); nil for a single draw.
    public let standardDeviation: Double?
    /// The 5, 10, 25, 50, 75, 90 and 95% quantiles (type 7, R's default).
    public let quantiles: [Double]

    /// The probabilities of ``quantiles``.
    public static let probabilities = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95]

    /// The summary of some draws, at least one. Sums run in draw order, so the bits do not depend on threads.
    public init(_ draws: [Double]) {
        precondition(!draws.isEmpty, "a summary needs a draw")
        count = draws.count
        var sum = CompensatedSum()
        for value in draws { sum.add(value) }
        let mean = sum.value / Double(draws.count)
        var squares = CompensatedSum()
        for value in draws { squares.add((value - mean) * (value - mean)) }
        self.mean = mean
        standardDeviation = draws.count > 1 ? (squares.value / Double(draws.count - 1)).squareRoot() : nil
        let sorted = draws.sorted()
        quantiles = Self.probabilities.map { quantile(sorted: sorted, probability: $0) }
    }

    /// The Monte Carlo standard error of the mean, sd / sqrt(n).
    public var mcseOfMean: Double? { standardDeviation.map { $0 / Double(count).squareRoot() } }
}

/// A quantile of sorted values by linear interpolation between order statistics (Hyndman and Fan's type 7).
public func quantile(sorted values: [Double], probability: Double) -> Double {
    precondition(!values.isEmpty, "a quantile needs a value")
    let position = probability * Double(values.count - 1)
    let lower = min(Int(position), values.count - 1)
    let upper = min(lower + 1, values.count - 1)
    return values[lower] + (position - Double(lower)) * (values[upper] - values[lower])
}

/// The Monte Carlo standard error of a proportion, sqrt(p (1 - p) / n).
public func mcseOfProportion(_ p: Double, draws n: Int) -> Double { (p * (1 - p) / Double(n)).squareRoot() }

/// A sum that keeps the digits which plain addition loses (Neumaier 1974).
public struct CompensatedSum: Sendable {
    private var sum = 0.0
    private var lost = 0.0

    /// An empty sum.
    public init() {}

    /// Adds a term.
    public mutating func add(_ term: Double) {
        let total = sum + term
        lost += abs(sum) >= abs(term) ? (sum - total) + term : (term - total) + sum
        sum = total
    }

    /// The sum so far.
    public var value: Double { sum + lost }
}
