/// A mean of draws that are not independent of each other, with a Monte Carlo standard error (MCSE) that takes it into account.
///
/// `sd / sqrt(n)` is wrong for antithetic or quasi-Monte Carlo draws, mostly far too large. Here the means of groups of draws
/// that are independent of each other are the observations: `sd of the group means / sqrt(groups)`.
///
/// - SeeAlso: Hammersley and Morton (1956) for antithetic pairs; L'Ecuyer and Lemieux (2002), Recent advances in randomized
///   quasi-Monte Carlo methods, section 1, for replicates; Owen, Monte Carlo theory, methods and examples, sections 8.2 and 17.3.
public struct ReplicatedMean: Sendable, Equatable {
    /// How draws depend on each other.
    public enum Dependence: Sendable, Equatable {
        /// Not at all.
        case independent
        /// Draws 2j and 2j + 1 are a pair; pairs are independent.
        case antitheticPairs
        /// Draw d belongs to replicate d mod R, at least 2; replicates are independent.
        case replicates(Int)
    }

    /// The mean.
    public let mean: Double
    /// The number of independent groups of draws: of draws, pairs or replicates.
    public let groups: Int
    /// The MCSE of the mean; nil for a single group. Its own relative error is about `1 / sqrt(2 (groups - 1))`.
    public let mcse: Double?
    /// The MCSE that as many independent draws would have; nil for a single group.
    ///
    /// From the mean squared deviation plus the variance of the mean, which is unbiased for the variance of one draw whatever the
    /// dependence.
    public let mcseOfIndependentDraws: Double?

    /// The mean of draws in draw order.
    ///
    /// - Parameters:
    ///   - draws: At least one; a whole number of pairs, or equally many for each replicate.
    ///   - dependence: How they depend on each other.
    public init(_ draws: [Double], dependence: Dependence) {
        let means = Self.groupMeans(draws, dependence)
        groups = means.count
        mean = CompensatedSum(draws).value / Double(draws.count)
        guard means.count > 1 else {
            (mcse, mcseOfIndependentDraws) = (nil, nil)
            return
        }
        let n = Double(means.count)
        let variance = Self.sumOfSquares(means) / (n - 1) / n
        mcse = variance.squareRoot()
        let varianceOfDraw = Self.sumOfSquares(draws) / Double(draws.count) + variance
        mcseOfIndependentDraws = (varianceOfDraw / Double(draws.count)).squareRoot()
    }

    /// How many times as many independent draws would be needed for the same MCSE: the variance of the mean of independent
    /// draws over the variance of this one.
    ///
    /// Infinite when the dependence leaves no error; nil when the draws do not vary, or for a single group.
    public var varianceReduction: Double? {
        guard let mcse, let independent = mcseOfIndependentDraws, independent != 0 else { return nil }
        let ratio = independent / mcse
        return ratio * ratio
    }

    private static func groupMeans(_ draws: [Double], _ dependence: Dependence) -> [Double] {
        precondition(!draws.isEmpty, "a mean needs at least one draw")
        switch dependence {
        case .independent: return draws
        case .antitheticPairs:
            precondition(draws.count % 2 == 0, "antithetic draws come in pairs, not \(draws.count)")
            return stride(from: 0, to: draws.count, by: 2).map { (draws[$0] + draws[$0 + 1]) / 2 }
        case .replicates(let replicates):
            precondition(
                replicates >= 2 && draws.count % replicates == 0,
                "\(draws.count) draws are not equally many for each of \(replicates) replicates, at least 2")
            return (0..<replicates).map { replicate in
                let own = stride(from: replicate, to: draws.count, by: replicates).lazy.map { draws[$0] }
                return CompensatedSum(own).value / Double(draws.count / replicates)
            }
        }
    }

    /// Squared deviations from the mean, less what its rounding adds (Chan, Golub and LeVeque 1983).
    private static func sumOfSquares(_ values: [Double]) -> Double {
        let n = Double(values.count)
        let mean = CompensatedSum(values).value / n
        var (squares, deviations) = (CompensatedSum(), CompensatedSum())
        for value in values {
            squares.add((value - mean) * (value - mean))
            deviations.add(value - mean)
        }
        return max(squares.value - deviations.value * deviations.value / n, 0)
    }
}
