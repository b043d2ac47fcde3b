import Probability

/// A share of draws with its Monte Carlo standard error.
struct DrawShare: Sendable, Equatable {
    let value: Double
    /// nil for a single draw.
    let mcse: Double?

    /// The mean of scores from 0 to 1, one for each draw.
    init(scores: [Double], dependence: ReplicatedMean.Dependence = .independent) {
        let n = Double(scores.count)
        let mean = CompensatedSum(scores).value / n
        value = mean
        mcse =
            dependence == .independent
            ? sampleVariance(scores).map { ($0 / n).squareRoot() }
            : ReplicatedMean(scores, dependence: dependence).mcse
    }

    /// The share of draws in which a number is at least a threshold.
    init(_ draws: [Double], atLeast threshold: Double, dependence: ReplicatedMean.Dependence = .independent) {
        let share = Double(draws.count { $0 >= threshold }) / Double(draws.count)
        value = share
        mcse =
            dependence == .independent
            ? mcseOfProportion(share, draws: draws.count)
            : ReplicatedMean(draws.map { $0 >= threshold ? 1 : 0 }, dependence: dependence).mcse
    }

    /// The share of draws in which a number is above 0, ties counted half.
    static func above(_ differences: [Double], dependence: ReplicatedMean.Dependence = .independent) -> DrawShare {
        guard dependence == .independent else {
            return DrawShare(scores: differences.map { $0 > 0 ? 1 : $0 == 0 ? 0.5 : 0 }, dependence: dependence)
        }
        return DrawShare(wins: differences.count { $0 > 0 }, ties: differences.count { $0 == 0 }, of: differences.count)
    }

    /// The mean of ones for wins, halves for ties and zeros.
    private init(wins: Int, ties: Int, of draws: Int) {
        let (n, one, half) = (Double(draws), Double(wins), Double(ties))
        let mean = (one + half / 2) / n
        value = mean
        let squares =
            one * (1 - mean) * (1 - mean) + half * (0.5 - mean) * (0.5 - mean) + (n - one - half) * mean * mean
        mcse = draws > 1 ? (squares / (n - 1) / n).squareRoot() : nil
    }
}

/// The variance of draws with divisor n - 1; nil for a single draw.
///
/// Two passes without compensation: for Monte Carlo errors and ratios of variances, of which three digits are read.
func sampleVariance(_ draws: [Double]) -> Double? {
    guard draws.count > 1 else { return nil }
    let mean = draws.reduce(0, +) / Double(draws.count)
    return draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws.count - 1)
}

/// Two quantities, draw by draw.
struct PairedDraws: Sendable {
    let own: [Double]
    let reference: [Double]
    /// Own minus reference; 0 where only rounding tells them apart.
    let differences: [Double]

    /// Sums over thousands of schools are rounded at about 1e-16 SD; no figure is read to less than this.
    static let resolution = 1e-12

    /// - Parameter unit: How large 1 SD (or the whole of a share) is in the unit of the draws.
    init(own: [Double], reference: [Double], unit: Double = 1) {
        (self.own, self.reference) = (own, reference)
        differences = zip(own, reference).map { abs($0 - $1) <= Self.resolution * unit ? 0 : $0 - $1 }
    }

    /// `(Var own + Var reference) / Var(own - reference)`; nil when the difference does not vary.
    var varianceReduction: Double? {
        guard let own = sampleVariance(own), let reference = sampleVariance(reference),
            let difference = sampleVariance(differences), difference > 0
        else { return nil }
        return (own + reference) / difference
    }
}

/// The ratio of the means of two quantities, where the sign of the denominator is certain.
struct RatioOfMeans: Sendable {
    /// The mean of the numerators divided by that of the denominators.
    let value: Double
    /// Its Monte Carlo standard error by the delta method, `sd(n - value d) / (mean(d) sqrt(draws))`.
    let mcse: Double?
    /// The ratio in each draw, for quantiles: means of ratios have no meaning where denominators come near 0.
    let ratios: [Double]

    /// The most draws in which the denominator may have the other sign, or be 0, for its sign to be certain.
    static let largestShareOfOtherSign = 0.01

    /// nil when the denominator's sign is uncertain.
    ///
    /// - Parameter unit: How large 1 SD is in the unit of the denominators, of which rounding counts as 0.
    init?(
        _ numerators: [Double], over denominators: [Double], unit: Double = 1,
        dependence: ReplicatedMean.Dependence = .independent
    ) {
        let n = Double(denominators.count)
        let mean = CompensatedSum(denominators).value / n
        let zero = PairedDraws.resolution * unit
        let others = denominators.count { mean > 0 ? $0 <= zero : $0 >= -zero }
        guard mean != 0, Double(others) <= Self.largestShareOfOtherSign * n else { return nil }
        let value = CompensatedSum(numerators).value / n / mean
        self.value = value
        let residuals = zip(numerators, denominators).map { $0 - value * $1 }
        mcse =
            dependence == .independent
            ? sampleVariance(residuals).map { ($0 / n).squareRoot() / abs(mean) }
            : ReplicatedMean(residuals, dependence: dependence).mcse.map { $0 / abs(mean) }
        ratios = zip(numerators, denominators).map { $0 / $1 }
    }
}
