/// What the draws of one quantity say: moments and quantiles, each with its Monte Carlo standard error (MCSE).
///
/// Up to ``exactLimit`` draws everything is from the draws themselves; beyond it from a ``DrawAccumulator``, whose moments are
/// exact and whose quantiles are within ``quantileErrorBound``, and which need not have seen the draws in one order or place.
public struct DrawSummary: Sendable, Equatable {
    /// The number of draws, at least 1.
    public let count: Int
    /// The mean.
    public let mean: Double
    /// The standard deviation with divisor n - 1; nil for a single draw.
    public let standardDeviation: Double?
    /// The MCSE of the standard deviation by the delta method, `sqrt((m4 - m2^2) / n) / (2 sqrt(m2))` with the central moments
    /// m2 and m4; nil for a single draw.
    public private(set) var mcseOfStandardDeviation: Double?
    /// The Monte Carlo standard error of the mean, sd / sqrt(n) for independent draws; nil for a single draw.
    public private(set) var mcseOfMean: Double?
    /// The quantiles at ``probabilities``, of type 7: see ``quantile(sorted:probability:)``.
    public let quantiles: [Double]
    /// The MCSE of each quantile; nil for a single draw.
    ///
    /// Half the distance between the quantiles at `p - sqrt(p (1 - p) / n)` and `p + sqrt(p (1 - p) / n)`: the order
    /// statistics between which the quantile lies with the probability of one standard error (Flegal and others 2008;
    /// with a normal for the binomial distribution of ranks).
    public private(set) var mcseOfQuantiles: [Double]?

    /// The largest relative error of a quantile against the exact one: 0 up to ``exactLimit`` draws, and
    /// ``QuantileSketch/errorBound`` beyond it. It is relative to the larger of the two draws between which the quantile lies.
    public let quantileErrorBound: Double

    /// The largest number of draws whose quantiles are exact.
    public static let exactLimit = 16_384

    /// The probabilities of ``quantiles``.
    public static let probabilities = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95]

    /// The summary of draws in draw order.
    ///
    /// Up to ``exactLimit`` draws sums are compensated and run in the order given, so the bits depend on the draws alone. Beyond
    /// it the summary is that of a ``DrawAccumulator`` of the draws. If a draw is NaN, so are the mean, the standard deviation
    /// and all quantiles.
    ///
    /// - Parameter draws: At least one value.
    /// - Complexity: One sort up to ``exactLimit`` draws, linear beyond it.
    public init(_ draws: [Double]) {
        precondition(!draws.isEmpty, "a summary needs at least one draw")
        self = draws.count <= Self.exactLimit ? Self(kept: draws) : Self(DrawAccumulator(draws))
    }

    /// The summary of draws that may depend on each other.
    ///
    /// The MCSE of the mean is that of ``ReplicatedMean``. Those of the standard deviation and of quantiles are known for
    /// independent draws only, and nil otherwise.
    ///
    /// - Parameter dependence: How the draws depend on each other; nil when that cannot be told: no errors then.
    public init(_ draws: [Double], dependence: ReplicatedMean.Dependence?) {
        self.init(draws)
        guard dependence != .independent else { return }
        mcseOfMean = dependence.flatMap { ReplicatedMean(draws, dependence: $0).mcse }
        (mcseOfStandardDeviation, mcseOfQuantiles) = (nil, nil)
    }

    /// The summary of draws, all of which are looked at.
    private init(kept draws: [Double]) {
        count = draws.count
        let mean = CompensatedSum(draws).value / Double(draws.count)
        self.mean = mean
        standardDeviation = Self.standardDeviation(of: draws, around: mean)
        mcseOfStandardDeviation = Self.mcseOfStandardDeviation(of: draws, around: mean)
        mcseOfMean = standardDeviation.map { $0 / Double(draws.count).squareRoot() }
        let sorted = draws.contains { $0.isNaN } ? [.nan] : draws.sorted()
        quantiles = Self.probabilities.map { quantile(sorted: sorted, probability: $0) }
        mcseOfQuantiles = Self.halfDistances(draws: draws.count) { probabilities in
            probabilities.map { quantile(sorted: sorted, probability: $0) }
        }
        quantileErrorBound = 0
    }

    /// The summary of draws that were not kept, however few: its quantiles are those of the sketch.
    ///
    /// The MCSE of a quantile comes from the sketch too, so that it cannot tell less than the width of a bin divided by the
    /// draws in it.
    ///
    /// - Parameter draws: At least one.
    public init(_ draws: DrawAccumulator) {
        guard let mean = draws.moments.mean else { preconditionFailure("a summary needs at least one draw") }
        count = draws.count
        self.mean = mean
        standardDeviation = draws.moments.standardDeviation
        mcseOfStandardDeviation = draws.moments.mcseOfStandardDeviation
        mcseOfMean = standardDeviation.map { $0 / Double(draws.count).squareRoot() }
        quantiles = draws.sketch.quantiles(Self.probabilities)
        mcseOfQuantiles = Self.halfDistances(draws: draws.count, quantiles: draws.sketch.quantiles)
        quantileErrorBound = QuantileSketch.errorBound
    }

    /// The MCSE of each quantile from a function that tells quantiles at any probabilities; nil for a single draw.
    private static func halfDistances(draws: Int, quantiles: ([Double]) -> [Double]) -> [Double]? {
        guard draws > 1 else { return nil }
        let halves = probabilities.map { ($0 * (1 - $0) / Double(draws)).squareRoot() }
        let low = quantiles(zip(probabilities, halves).map { max(0, $0 - $1) })
        let high = quantiles(zip(probabilities, halves).map { min(1, $0 + $1) })
        return zip(low, high).map { ($1 - $0) / 2 }
    }

    /// The 5% quantile.
    public var q05: Double { quantiles[0] }
    /// The 10% quantile.
    public var q10: Double { quantiles[1] }
    /// The lower quartile.
    public var q25: Double { quantiles[2] }
    /// The median.
    public var q50: Double { quantiles[3] }
    /// The upper quartile.
    public var q75: Double { quantiles[4] }
    /// The 90% quantile.
    public var q90: Double { quantiles[5] }
    /// The 95% quantile.
    public var q95: Double { quantiles[6] }

    private static func mcseOfStandardDeviation(of draws: [Double], around mean: Double) -> Double? {
        guard draws.count > 1 else { return nil }
        var (second, fourth) = (CompensatedSum(), CompensatedSum())
        for draw in draws {
            let square = (draw - mean) * (draw - mean)
            second.add(square)
            fourth.add(square * square)
        }
        let n = Double(draws.count)
        let (m2, m4) = (second.value / n, fourth.value / n)
        guard m2 > 0 else { return m2.isNaN ? .nan : 0 }
        return (max(m4 - m2 * m2, 0) / n).squareRoot() / (2 * m2.squareRoot())
    }

    /// Two passes: the squares of deviations, less what the rounding of the mean adds (Chan, Golub and LeVeque 1983).
    private static func standardDeviation(of draws: [Double], around mean: Double) -> Double? {
        guard draws.count > 1 else { return nil }
        var (squares, deviations) = (CompensatedSum(), CompensatedSum())
        for draw in draws {
            let deviation = draw - mean
            squares.add(deviation * deviation)
            deviations.add(deviation)
        }
        let n = Double(draws.count)
        let sum = squares.value - deviations.value * deviations.value / n
        return (max(sum, 0) / (n - 1)).squareRoot()
    }
}

/// The quantile of sorted values, of type 7 as R's default: linear between the order statistics at (n - 1) p.
///
/// - Parameters:
///   - sorted: At least one value, in ascending order.
///   - probability: From 0 to 1.
/// - SeeAlso: Hyndman and Fan (1996), The American Statistician 50, 361-365, definition 7.
public func quantile(sorted: [Double], probability: Double) -> Double {
    precondition(!sorted.isEmpty, "a quantile needs at least one value")
    precondition(probability >= 0 && probability <= 1, "a probability lies between 0 and 1")
    let position = Double(sorted.count - 1) * probability
    let index = Int(position)
    let share = position - Double(index)
    let low = sorted[index]
    guard share > 0, sorted[index + 1] != low else { return low }
    return (1 - share) * low + share * sorted[index + 1]
}

/// The Monte Carlo standard error of a proportion p of n draws, sqrt(p (1 - p) / n).
///
/// Zero when the proportion is 0 or 1, which then says little: see the rule of three (at most 3 / n with 95% confidence).
///
/// - Parameters:
///   - p: The proportion, 0 to 1.
///   - n: The number of draws, at least 1.
public func mcseOfProportion(_ p: Double, draws n: Int) -> Double {
    precondition(n > 0 && p >= 0 && p <= 1, "a proportion from 0 to 1 of at least one draw")
    return (p * (1 - p) / Double(n)).squareRoot()
}
