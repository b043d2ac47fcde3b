import Probability

/// The generalised Q statistic of random effects: the weighted residual sum of squares as a function of tau^2.
///
/// It falls in tau^2 and is chi-squared with n - p degrees of freedom at the true one, which gives an estimate (Paule and
/// Mandel 1982) and a confidence interval (Q-profile; Viechtbauer 2007, Statistics in Medicine 26, 37-52).
struct GeneralisedQ: Sendable {
    private let rows: EffectRows

    init(_ rows: EffectRows) { self.rows = rows }

    /// Q at a variance.
    func callAsFunction(_ variance: Double) throws(ModelError) -> Double {
        try WeightedEffects(rows, BetweenVariances(withinStudies: variance)).weightedSquares
    }

    /// The variance at which Q has a value; zero when it is below that value everywhere.
    func variance(at target: Double) throws(ModelError) -> Double {
        try root { $0 > target }
    }

    /// The interval of variances at which Q is neither too large nor too small.
    func interval(coverage: Double) throws(ModelError) -> ClosedRange<Double> {
        let distribution = ChiSquared(degreesOfFreedom: Double(rows.count - rows.width))
        let tail = (1 - coverage) / 2
        let low = try root { distribution.upperTail($0) < tail }
        let high = try root { distribution.upperTail($0) < 1 - tail }
        return low...max(low, high)
    }

    /// The variance at which Q stops being too large.
    private func root(_ isTooLarge: (Double) -> Bool) throws(ModelError) -> Double {
        guard isTooLarge(try self(0)) else { return 0 }
        var (low, high) = (0.0, rows.variances.min() ?? 1)
        while isTooLarge(try self(high)) {
            (low, high) = (high, 4 * high)
            guard high < 1e300 else { throw .numericalBreakdown }
        }
        while true {
            let middle = low + (high - low) / 2
            guard middle > low, middle < high, high - low > 1e-15 * high else { return middle }
            if isTooLarge(try self(middle)) { low = middle } else { high = middle }
        }
    }
}
