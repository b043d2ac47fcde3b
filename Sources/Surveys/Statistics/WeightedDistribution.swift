import Probability

/// Which number of a weighted sample is called a quantile (R survey's `qrule`).
public enum QuantileRule: String, Sendable, CaseIterable {
    /// The smallest value with at least the asked share of the weight up to it: the left-continuous inverse (`math`, `hf1`).
    case inverse
    /// The same, but half way to the next value where the share is met exactly (`school`, `hf2`).
    case midpoint
    /// On straight lines between values, the smallest at 0 and the largest at 1 (`hf7`; without weights R's `quantile`).
    case interpolated
}

/// The cumulative weight of sorted values.
struct WeightedDistribution {
    /// The values, ascending; none with weight 0.
    let values: [Double]
    /// The weight up to and including each value.
    let cumulative: [Double]

    /// The distribution of some rows' values, whose rows come sorted by value.
    init(sortedRows: [Int], values: [Double], weights: [Double]) {
        let rows = sortedRows.filter { weights[$0] > 0 }
        var (sum, cumulative) = (CompensatedSum(), [Double]())
        cumulative.reserveCapacity(rows.count)
        for row in rows {
            sum.add(weights[row])
            cumulative.append(sum.value)
        }
        self.values = rows.map { values[$0] }
        self.cumulative = cumulative
    }

    /// Shares of the weight closer than this are met exactly: sums of weights such as 0.1 are off by their rounding.
    private static let tolerance = 1e-12

    /// The quantile of a share of the weight from 0 to 1; nil without values.
    func quantile(_ share: Double, _ rule: QuantileRule) -> Double? {
        guard let total = cumulative.last else { return nil }
        if rule == .interpolated { return interpolated(share) }
        let (target, slack) = (share * total, Self.tolerance * total)
        let position = min(firstPosition { cumulative[$0] >= target - slack }, values.count - 1)
        let isMet = abs(cumulative[position] - target) <= slack
        guard rule == .midpoint, isMet, position + 1 < values.count else { return values[position] }
        return values[position] / 2 + values[position + 1] / 2
    }

    /// Hyndman and Fan (1996), The American Statistician 50, 361-365, definition 7, with weights: the i-th value stands at the
    /// weight before it.
    private func interpolated(_ share: Double) -> Double {
        let count = values.count
        guard count > 1 else { return values[0] }
        let target = share * cumulative[count - 2]
        let upper = firstPosition { start(of: $0) >= target }
        guard upper > 0 else { return values[0] }
        guard upper < count else { return values[count - 1] }
        let (before, after) = (start(of: upper - 1), start(of: upper))
        return values[upper - 1] + (values[upper] - values[upper - 1]) * ((target - before) / (after - before))
    }

    private func start(of position: Int) -> Double { position == 0 ? 0 : cumulative[position - 1] }

    /// The first position at which a claim holds that holds from there on; the count where it never does.
    private func firstPosition(where holds: (Int) -> Bool) -> Int {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
