/// Whose sampling covariance stands for all plausible values.
public enum PlausibleValueSampling: Sendable {
    /// The mean over all plausible values (PISA; OECD 2009, PISA Data Analysis Manual, chapter 8).
    case everyValue
    /// The first plausible value's alone, as TIMSS and PIRLS long had it: quicker by their number, and less exact.
    case firstValue
}

extension SurveySample {
    /// A statistic of plausible values: estimated with each of them, and pooled by Rubin's rules.
    ///
    /// With Fay's 80 replicates this is PISA's standard error: the sampling variance plus (1 + 1/m) times the variance between
    /// plausible values.
    ///
    /// - Parameters:
    ///   - statistics: The same statistic of each plausible value; two at least.
    ///   - sampling: Whose sampling covariance counts.
    /// - Throws: ``SurveyError`` where a statistic is not defined, or ``ImputationProblem``.
    public func estimates(
        ofPlausibleValues statistics: [some SurveyStatistic], sampling: PlausibleValueSampling = .everyValue
    ) throws(SurveyError) -> PooledEstimates {
        var (values, completed): ([[Double]], [SurveyEstimates]) = ([], [])
        for (number, statistic) in statistics.enumerated() {
            if number == 0 || sampling == .everyValue {
                let estimates = try estimates(of: statistic)
                completed.append(estimates)
                values.append(estimates.values)
            } else {
                values.append(try statistic.values(weights: weights))
            }
        }
        return try PooledEstimates(
            values: values, sampling: completed.map(\.covariance), degreesOfFreedom: degreesOfFreedom)
    }
}
