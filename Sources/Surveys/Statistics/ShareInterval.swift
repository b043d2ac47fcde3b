import Probability
import RealModule

/// How a confidence interval of a share is made (R survey's `svyciprop`).
public enum ShareIntervalMethod: Sendable, Equatable {
    /// The share and its standard error by Student's t (`mean`). May leave the range from 0 to 1.
    case student
    /// The same on the scale of log odds, by the delta method (`xlogit`; `logit` is the same by iteration).
    case logit
    /// The same on the scale of the arcsine of the root (`asin`).
    case arcsine
    /// Korn and Graubard (1998), Survey Methodology 24, 193-201: the exact interval of Clopper and Pearson at the effective
    /// sample size, adjusted for the degrees of freedom (`beta`).
    case beta
    /// Wilson (1927), Journal of the American Statistical Association 22, 209-212: for simple counts. Looks at the share and the
    /// sample size only, not at the standard error.
    case wilson(populationSize: Double?)
}

/// A share, from 0 to 1, with what its interval hangs on.
public struct EstimatedShare: Sendable, Equatable {
    /// The share.
    public let value: Double
    /// Its standard error.
    public let standardError: Double
    /// The rows behind it, or an effective number.
    public let sampleSize: Double
    /// The degrees of freedom of the standard error; may be infinite.
    public let degreesOfFreedom: Double

    /// A share.
    ///
    /// - Throws: ``SurveyError/notAShare(_:)`` outside 0 to 1, but for rounding.
    public init(
        _ value: Double, standardError: Double, sampleSize: Double, degreesOfFreedom: Double
    ) throws(SurveyError) {
        guard value > -1e-9, value < 1 + 1e-9 else { throw .notAShare(value) }
        self.value = min(1, max(0, value))
        (self.standardError, self.sampleSize, self.degreesOfFreedom) = (standardError, sampleSize, degreesOfFreedom)
    }

    /// Whether the sample holds no row of the one kind, or of the other: the standard error is then 0 and says nothing.
    private var isExtreme: Bool { value == 0 || value == 1 }

    /// The confidence interval.
    ///
    /// A share of 0 or 1 has no log odds and no effective sample size: `logit`, `arcsine` and `beta` then take the exact interval
    /// at the sample size, which always has width.
    ///
    /// - Throws: ``SurveyError/noDegreesOfFreedom(_:)``.
    public func confidenceInterval(
        _ method: ShareIntervalMethod, coverage: Double = 0.95
    ) throws(SurveyError) -> SurveyInterval {
        let t = try studentQuantile(coverage: coverage, degreesOfFreedom: degreesOfFreedom)
        let variance = value * (1 - value)
        switch method {
        case .student: return around(value, t * standardError)
        case .wilson(let populationSize):
            let z = try studentQuantile(coverage: coverage, degreesOfFreedom: .infinity)
            return wilson(z: z, populationSize: populationSize)
        case _ where isExtreme: return exact(size: sampleSize, coverage: coverage)
        case .logit:
            return around(.log(value / (1 - value)), t * standardError / variance).mapped { 1 / (1 + .exp(-$0)) }
        case .arcsine:
            let middle = Double.asin(value.squareRoot())
            return around(middle, t * standardError / (2 * variance.squareRoot())).mapped {
                let sine = Double.sin($0)
                return sine * sine
            }
        case .beta:
            let simple = try studentQuantile(coverage: coverage, degreesOfFreedom: max(1, sampleSize - 1))
            let effective = variance / (standardError * standardError) * (simple / t) * (simple / t)
            return exact(size: effective, coverage: coverage)
        }
    }

    private func around(_ middle: Double, _ halfWidth: Double) -> SurveyInterval {
        SurveyInterval(lower: middle - halfWidth, upper: middle + halfWidth)
    }

    /// Clopper and Pearson (1934), Biometrika 26, 404-413, with a size that need not be whole.
    private func exact(size: Double, coverage: Double) -> SurveyInterval {
        guard size.isFinite else { return SurveyInterval(lower: value, upper: value) }
        let tail = (1 - coverage) / 2
        let (ones, zeros) = (size * value, size * (1 - value))
        let lower = ones > 0 ? Distribution.beta(alpha: ones, beta: zeros + 1).quantile(tail) : 0
        let upper = zeros > 0 ? Distribution.beta(alpha: ones + 1, beta: zeros).quantile(1 - tail) : 1
        return SurveyInterval(lower: lower, upper: upper)
    }

    /// The shares p with `(value - p)^2 <= z^2 p (1 - p) / n (N - n) / (N - 1)`: a quadratic's roots.
    private func wilson(z: Double, populationSize: Double?) -> SurveyInterval {
        let correction = populationSize.map { $0 > 1 ? max(0, ($0 - sampleSize) / ($0 - 1)) : 0 } ?? 1
        let a = z * z * correction / sampleSize
        let middle = (value + a / 2) / (1 + a)
        let halfWidth = (a * (value * (1 - value) + a / 4)).squareRoot() / (1 + a)
        return SurveyInterval(lower: max(0, middle - halfWidth), upper: min(1, middle + halfWidth))
    }
}

extension SurveySample {
    /// The confidence intervals of shares, each with the rows and degrees of freedom of its own domain, as R's `svyciprop` of a
    /// subset.
    ///
    /// - Parameters:
    ///   - statistic: The shares.
    ///   - estimates: What the sample estimates of them: ``estimates(of:)``.
    /// - Throws: ``SurveyError/noDegreesOfFreedom(_:)`` for a domain within a single cluster of each stratum.
    public func confidenceIntervals(
        of statistic: ShareStatistic, estimates: SurveyEstimates, method: ShareIntervalMethod, coverage: Double = 0.95
    ) throws(SurveyError) -> [SurveyInterval] {
        let degrees = degreesOfFreedom(in: statistic.domains)
        let rowCounts = statistic.domains.rowCounts { weights[$0] > 0 }
        let errors = estimates.standardErrors
        var result: [SurveyInterval] = []
        for (position, value) in estimates.values.enumerated() {
            let domain = position / statistic.categoryCount
            let share = try EstimatedShare(
                value, standardError: errors[position], sampleSize: Double(rowCounts[domain]),
                degreesOfFreedom: degrees[domain])
            result.append(try share.confidenceInterval(method, coverage: coverage))
        }
        return result
    }
}
