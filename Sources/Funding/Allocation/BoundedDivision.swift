/// An amount in parts in proportion to weights, each kept within a range: `part = clamp(lambda * weight)`.
///
/// The sum of the parts is piecewise linear in lambda and never falls, so Newton's method within a bracket finds the lambda
/// at which it is the amount, mostly in a few steps.
struct BoundedDivision {
    private let amount: Double
    private let weights: [Double]
    private let least: [Double]
    /// The most of each part; of a part without weight its least.
    let most: [Double]

    init(amount: Double, weights: [Double], ranges: [ClosedRange<Cents>]) {
        self.amount = amount
        self.weights = weights
        least = ranges.map { Double($0.lowerBound.count) }
        most = zip(ranges, weights).map { Double(($1 > 0 ? $0.upperBound : $0.lowerBound).count) }
    }

    /// The parts, or nil when the ranges do not allow them to add up to the amount.
    func parts() -> [Double]? {
        guard least.reduce(0, +) <= amount, amount <= most.reduce(0, +) else { return nil }
        let lambda = multiplier()
        return weights.indices.map { part($0, lambda) }
    }

    @inline(__always)
    private func part(_ index: Int, _ lambda: Double) -> Double {
        min(max(lambda * weights[index], least[index]), most[index])
    }

    private func multiplier() -> Double {
        var (low, high) = (0.0, Double.infinity)
        var lambda = amount / max(weights.reduce(0, +), .leastNormalMagnitude)
        while true {
            let (sum, slope) = sumAndSlope(lambda)
            guard sum != amount else { return lambda }
            if sum < amount { low = lambda } else { high = lambda }
            let step = slope > 0 ? lambda + (amount - sum) / slope : .infinity
            let halfway = high.isFinite ? low + (high - low) / 2 : 2 * low
            let next = step > low && step < high ? step : halfway
            // Neither a Newton step nor a half can tell the bracket's ends apart any more.
            guard next > low, next < high else { return high.isFinite ? high : lambda }
            lambda = next
        }
    }

    /// The sum of the parts and how fast it grows with lambda: the weights of the parts strictly within their ranges.
    private func sumAndSlope(_ lambda: Double) -> (sum: Double, slope: Double) {
        var (sum, slope) = (0.0, 0.0)
        for index in weights.indices {
            let free = lambda * weights[index]
            sum += part(index, lambda)
            if free > least[index], free < most[index] { slope += weights[index] }
        }
        return (sum, slope)
    }
}
