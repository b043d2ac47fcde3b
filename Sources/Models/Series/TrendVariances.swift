/// The variances of a local linear trend, each of one year.
public struct TrendVariances: Sendable, Equatable {
    /// Of the level's shocks.
    public var level: Double
    /// Of the slope's shocks.
    public var slope: Double
    /// Of the irregular: what a year deviates from the level beyond its sampling error.
    public var irregular: Double

    /// Variances, each of zero or more.
    public init(level: Double, slope: Double, irregular: Double) {
        self.level = level
        self.slope = slope
        self.irregular = irregular
    }

    /// What `years` years of shocks add to the covariance of the state.
    func shocks(over years: Int) -> StateMatrix {
        let d = Double(years)
        let (sum, squares) = (d * (d - 1) / 2, (d - 1) * d * (2 * d - 1) / 6)
        return StateMatrix(
            levelLevel: d * level + squares * slope, levelSlope: sum * slope, slopeLevel: sum * slope,
            slopeSlope: d * slope)
    }

    /// All variances times a factor.
    func scaled(by factor: Double) -> TrendVariances {
        TrendVariances(level: factor * level, slope: factor * slope, irregular: factor * irregular)
    }
}
