import Probability

/// A test statistic with the distribution it is compared with, and its p-value.
public struct TestResult: Sendable, Equatable {
    /// What a statistic is distributed as if there is no difference.
    public enum Distribution: Sendable, Equatable {
        /// Chi-squared, with its degrees of freedom.
        case chiSquared(Double)
        /// F, with degrees of freedom of numerator and denominator; an infinite denominator is chi-squared over its degrees.
        case f(Double, Double)
        /// A weighted sum of chi-squared variables, with its weights and the degrees of freedom of the variance below it.
        case weightedChiSquared([Double], Double)
        /// Student's t, both sides; with infinite degrees of freedom the standard normal.
        case t(Double)
    }

    /// The statistic.
    public let statistic: Double
    /// What it is compared with.
    public let distribution: Distribution
    /// The probability of a statistic at least as extreme if there is no difference.
    public let pValue: Double

    /// A statistic compared with a distribution.
    public init(statistic: Double, distribution: Distribution) {
        self.init(statistic: statistic, distribution: distribution, comparing: statistic)
    }

    /// A statistic whose p-value follows from another form of it.
    init(statistic: Double, distribution: Distribution, comparing value: Double) {
        self.statistic = statistic
        self.distribution = distribution
        pValue =
            switch distribution {
            case .chiSquared(let degrees): ChiSquared(degreesOfFreedom: degrees).upperTail(value)
            case .f(let numerator, let denominator):
                FDistribution(
                    numeratorDegreesOfFreedom: numerator, denominatorDegreesOfFreedom: denominator
                ).upperTail(value)
            case .weightedChiSquared(let weights, let denominator):
                WeightedChiSquared(weights: weights, denominatorDegreesOfFreedom: denominator).upperTail(value)
            case .t(let degrees): StudentT(degreesOfFreedom: degrees).twoSidedPValue(value)
            }
    }

    /// A statistic whose p-value is known otherwise, such as an exact one.
    init(statistic: Double, distribution: Distribution, pValue: Double) {
        (self.statistic, self.distribution, self.pValue) = (statistic, distribution, pValue)
    }
}
