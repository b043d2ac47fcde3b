import Models
import Probability

/// A row of `ratios.csv`: how many times as often something happens in one group or year as in another.
public struct RatioFinding: Sendable {
    /// What a share is divided by.
    public enum Reference: Sendable, Equatable {
        /// The high group's share in the same year.
        case group(String)
        /// The same group's share in the baseline.
        case baseline(BaselineDeclaration.Kind)
    }

    /// The cell whose share is divided.
    public let cell: Cell
    /// What it is divided by.
    public let reference: Reference
    /// The risk ratio.
    public let ratio: Double
    /// The standard error of its logarithm, by the delta method.
    public let logStandardError: Double
    /// The degrees of freedom of the logarithm.
    public let degreesOfFreedom: Double

    /// The coverage of ``interval``.
    public static let coverage = 0.95

    /// The 95% confidence interval, symmetric on the logarithm's scale (Katz, Baptista, Azen and Pike 1978, Biometrics 34, for
    /// independent binomials; here with the covariance of the two).
    public var interval: ClosedRange<Double> {
        let log = Estimate(
            value: Elementary.log(ratio), standardError: logStandardError, degreesOfFreedom: degreesOfFreedom
        ).confidenceInterval(coverage: Self.coverage)
        return Elementary.exp(log.lowerBound)...Elementary.exp(log.upperBound)
    }

    /// The two-sided p-value of equal shares; nil when the standard error is zero.
    public var pValue: Double? {
        Estimate(value: Elementary.log(ratio), standardError: logStandardError, degreesOfFreedom: degreesOfFreedom)
            .pValue
    }
}

extension RecoveryAnalysis {
    /// The risk ratios of shares: of the low group to the high group in each year, and of each cell outside the baseline to the
    /// declared baseline. Where either share is not above 0 there is none.
    public func ratioFindings() throws(RecoveryError) -> [RatioFinding] {
        var findings: [RatioFinding] = []
        for cell in estimates.labels {
            let own = weights([(cell, 1)])
            if cell.group == judgement.lowGroup {
                let high = sameCell(as: cell, group: judgement.highGroup)
                if estimates.position(of: high) != nil {
                    findings += ratio(cell, own, weights([(high, 1)]), .group(judgement.highGroup))
                }
            }
            for kind in baselineKinds(for: cell) {
                findings += ratio(cell, own, try baselineWeights(for: cell, kind: kind), .baseline(kind))
            }
        }
        return findings
    }

    /// `log(a / b)` has the gradient `da / a - db / b`.
    private func ratio(
        _ cell: Cell, _ own: [Double], _ other: [Double], _ reference: RatioFinding.Reference
    ) -> [RatioFinding] {
        let (numerator, denominator) = (estimates.functional(own).value, estimates.functional(other).value)
        guard numerator > 0, denominator > 0 else { return [] }
        let log = estimates.functional(zip(own, other).map { $0 / numerator - $1 / denominator })
        return [
            RatioFinding(
                cell: cell, reference: reference, ratio: numerator / denominator,
                logStandardError: log.standardError, degreesOfFreedom: log.degreesOfFreedom)
        ]
    }
}
