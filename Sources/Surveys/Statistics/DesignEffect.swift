import LinearAlgebra

/// The simple random sample that a design effect compares with.
public enum SimpleRandomSampling: String, Sendable, CaseIterable {
    /// Drawn without replacement from as many as the weights stand for (R survey's `deff = TRUE`).
    case withoutReplacement
    /// Drawn with replacement (R survey's `deff = "replace"`).
    case withReplacement
}

/// How much the design and the weights change the variance of estimates.
public struct DesignEffects: Sendable, Equatable {
    /// Each estimate's variance over that in a simple random sample of as many rows; not a number where that has none.
    public let values: [Double]
    /// The rows with weight and value behind each estimate.
    public let rowCounts: [Int]

    /// The rows of a simple random sample as precise as this one: rows over design effect.
    public var effectiveSampleSizes: [Double] { zip(rowCounts, values).map { Double($0) / $1 } }
}

extension SurveySample {
    /// The design effects of a statistic's estimates.
    ///
    /// A linearised statistic is a total of its influence u, so that with n rows of a domain that stand for N the comparison is
    /// `(1 - n / N) N^2 s_u^2 / n`, s_u^2 the weighted variance of u with n / (n - 1) (Kish 1965, section 8.2; Särndal, Swensson
    /// and Wretman 1992, section 2.10). For means, totals, shares and ratios these are R survey's.
    ///
    /// - Parameters:
    ///   - statistic: Means, totals, shares or ratios.
    ///   - estimates: What the sample estimates of it: ``estimates(of:)``.
    ///   - sampling: The simple random sample to compare with. Without replacement has no design effect when the weights add up
    ///     to no more than the rows: not a number.
    /// - Throws: ``SurveyError/tooFewRows(domain:found:needed:)`` for a domain with a single row.
    public func designEffects(
        of statistic: some DomainStatistic, estimates: SurveyEstimates,
        comparedWith sampling: SimpleRandomSampling = .withoutReplacement
    ) throws(SurveyError) -> DesignEffects {
        let domains = statistic.domains
        let influence = try statistic.influence(weights: weights)
        let populations = try domains.populations(weights: weights)
        let rowCounts = domains.rowCounts { weights[$0] > 0 }
        var values: [Double] = []
        for (position, variance) in estimates.covariance.diagonal.enumerated() {
            let domain = position / statistic.estimatesPerDomain
            let u = Array(influence.elements[position * rowCount..<(position + 1) * rowCount])
            let own = DomainCodes(rows: domains.codes.map { $0 == domain }, name: domains.names[domain])
            let spread = try VarianceStatistic([u], domains: own, weights: weights).values(weights: weights)[0]
            let (n, population) = (Double(rowCounts[domain]), populations[domain])
            let factor = sampling == .withReplacement ? 1 : population > n ? 1 - n / population : .nan
            values.append(variance / (factor * population * population * spread / n))
        }
        let perEstimate = values.indices.map { rowCounts[$0 / statistic.estimatesPerDomain] }
        return DesignEffects(values: values, rowCounts: perEstimate)
    }
}
