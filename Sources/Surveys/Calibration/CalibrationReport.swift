/// What calibration did to the weights.
public struct CalibrationReport: Sendable, Equatable {
    /// Newton iterations for the full sample's weights.
    public let iterations: Int
    /// The smallest ratio of calibrated to earlier weight among rows with a weight.
    public let smallestRatio: Double
    /// The largest ratio.
    public let largestRatio: Double
    /// The number of negative weights, which only unbounded linear calibration makes. Totals are still met; shares and
    /// quantiles of small domains may come out strange: then rake, or set bounds.
    public let negativeWeights: Int
    /// Kish's design effect of unequal weights before calibration.
    public let weightingEffectBefore: Double
    /// The same after it.
    public let weightingEffect: Double

    init(iterations: Int, ratios: [Double], before: [Double], after: [Double]) {
        let used = before.indices.filter { before[$0] > 0 }
        self.iterations = iterations
        smallestRatio = used.reduce(.infinity) { min($0, ratios[$1]) }
        largestRatio = used.reduce(-.infinity) { max($0, ratios[$1]) }
        negativeWeights = after.count { $0 < 0 }
        weightingEffectBefore = Surveys.weightingEffect(used.map { before[$0] })
        weightingEffect = Surveys.weightingEffect(used.map { after[$0] })
    }
}

/// Kish's design effect of unequal weights, `1 + cv^2 = n sum w^2 / (sum w)^2`: how much a mean's variance grows when weights have
/// nothing to do with what is measured (Kish 1992, Journal of Official Statistics 8, section 2).
///
/// - Parameter weights: Of the rows that count; 1 for none.
public func weightingEffect(_ weights: [Double]) -> Double {
    let (sum, squares) = weights.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + $1 * $1) }
    return sum == 0 ? 1 : Double(weights.count) * squares / (sum * sum)
}
