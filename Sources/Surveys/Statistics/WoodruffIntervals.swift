import LinearAlgebra

/// Quantiles with Woodruff's errors.
public struct QuantileEstimates: Sendable {
    /// The quantiles. Their standard errors are the intervals' widths over twice Student's quantile, not a number where an end is
    /// missing; their correlations are those of the shares of the population below them.
    public let estimates: SurveyEstimates
    /// Their confidence intervals; an end is infinite where the interval of the share below leaves 0 to 1.
    public let intervals: [SurveyInterval]
    /// The degrees of freedom of each interval: those of its domain.
    public let degreesOfFreedom: [Double]
}

extension SurveySample {
    /// Quantiles with standard errors and intervals by Woodruff's method, as R survey's `svyquantile`: the interval of the share of
    /// the population up to the quantile, read back as quantiles.
    ///
    /// - Parameters:
    ///   - interval: How the share's interval is made; Woodruff's own is Student's.
    ///   - coverage: Between 0 and 1; it has some effect on the standard errors.
    /// - Throws: ``SurveyError/emptyDomain(_:)``, or ``SurveyError/noDegreesOfFreedom(_:)`` for a domain within a single cluster of
    ///   each stratum.
    /// - SeeAlso: Woodruff (1952), Journal of the American Statistical Association 47, 635-646.
    public func quantiles(
        _ statistic: QuantileStatistic, interval: ShareIntervalMethod = .student, coverage: Double = 0.95
    ) throws(SurveyError) -> QuantileEstimates {
        let values = try statistic.values(weights: weights)
        let below = try estimates(of: statistic.sharesBelow(values))
        let degrees = degreesOfFreedom(in: statistic.domains)
        let rowCounts = statistic.domains.rowCounts { _ in true }
        let sharesErrors = below.standardErrors
        var (intervals, errors): ([SurveyInterval], [Double]) = ([], [])
        for (position, share) in below.values.enumerated() {
            let domain = position / statistic.probabilities.count
            let estimated = try EstimatedShare(
                share, standardError: sharesErrors[position], sampleSize: Double(rowCounts[domain]),
                degreesOfFreedom: degrees[domain])
            let ends = try estimated.confidenceInterval(interval, coverage: coverage)
            let read = statistic.interval(ends, domain: domain, weights: weights)
            let t = try studentQuantile(coverage: coverage, degreesOfFreedom: degrees[domain])
            intervals.append(read)
            errors.append((read.upper - read.lower) / (2 * t))
        }
        let covariance = below.covariance.rescaled(from: sharesErrors, to: errors.map { $0.isFinite ? $0 : .nan })
        return QuantileEstimates(
            estimates: SurveyEstimates(
                values: values, covariance: covariance, degreesOfFreedom: degreesOfFreedom),
            intervals: intervals,
            degreesOfFreedom: degrees.flatMap { degrees in
                [Double](repeating: degrees, count: statistic.probabilities.count)
            })
    }
}

extension QuantileStatistic {
    /// The quantiles at the ends of a share's interval; infinite beyond 0 and 1.
    fileprivate func interval(_ shares: SurveyInterval, domain: Int, weights: [Double]) -> SurveyInterval {
        let distribution = distribution(of: domain, weights: weights)
        let lower = shares.lower >= 0 ? distribution.quantile(shares.lower, rule) : nil
        let upper = shares.upper <= 1 ? distribution.quantile(shares.upper, rule) : nil
        return SurveyInterval(lower: lower ?? -.infinity, upper: upper ?? .infinity)
    }
}

extension Matrix {
    /// The covariance with the same correlations and other standard errors. An error of 0 had no correlations.
    fileprivate func rescaled(from old: [Double], to new: [Double]) -> Matrix {
        var result = self
        for column in 0..<columns {
            for row in 0..<rows {
                let correlation = old[row] * old[column] > 0 ? self[row, column] / (old[row] * old[column]) : 0
                result[row, column] = (row == column ? 1 : correlation) * new[row] * new[column]
            }
        }
        return result
    }
}
