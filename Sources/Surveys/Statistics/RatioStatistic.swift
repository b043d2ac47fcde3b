import LinearAlgebra

/// The ratios of population totals in each of some domains: `sum w y / sum w x` over a domain's rows.
///
/// Estimates go domain by domain, the ratios of a domain together. A row that misses a numerator or denominator (NaN) is left out
/// of all ratios.
///
/// - SeeAlso: Särndal, Swensson and Wretman (1992), section 5.6; R survey's `svyratio(covmat = TRUE)`.
public struct RatioStatistic: DomainStatistic {
    /// One ratio: its numerator and denominator, n values each.
    public struct Pair: Sendable, Equatable {
        /// The variable above the line.
        public let numerator: [Double]
        /// The variable below the line.
        public let denominator: [Double]

        /// A ratio of two variables.
        public init(numerator: [Double], denominator: [Double]) {
            (self.numerator, self.denominator) = (numerator, denominator)
        }
    }

    /// The ratios.
    public let pairs: [Pair]
    /// The domains, without the rows that miss a value.
    public let domains: DomainCodes

    /// Ratios of variables' totals; domains nil for the whole sample.
    public init(_ pairs: [Pair], domains: DomainCodes? = nil) {
        let domains = domains ?? DomainCodes(allOf: pairs.first?.numerator.count ?? 0)
        self.pairs = pairs
        self.domains = domains.complete(in: pairs.flatMap { [$0.numerator, $0.denominator] })
    }

    /// As many as ratios.
    public var estimatesPerDomain: Int { pairs.count }

    /// The ratios. Throws ``SurveyError/emptyDomain(_:)`` or ``SurveyError/zeroDenominator(domain:)``.
    public func values(weights: [Double]) throws(SurveyError) -> [Double] {
        let denominators = try denominators(weights: weights)
        let numerators = pairs.map { domains.sums(weights: weights, $0.numerator) }
        return (0..<domains.count).flatMap { domain in
            pairs.indices.map { numerators[$0][domain] / denominators[$0][domain] }
        }
    }

    /// `(y - ratio x) / sum w x` in the domain.
    public func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let denominators = try denominators(weights: weights)
        let ratios = try values(weights: weights)
        return domains.influence(width: pairs.count) { row, domain, pair in
            let residual =
                pairs[pair].numerator[row] - ratios[domain * pairs.count + pair] * pairs[pair].denominator[row]
            return residual / denominators[pair][domain]
        }
    }

    /// The denominators' totals, by pair and domain.
    private func denominators(weights: [Double]) throws(SurveyError) -> [[Double]] {
        _ = try domains.populations(weights: weights)
        let sums = pairs.map { domains.sums(weights: weights, $0.denominator) }
        for domain in 0..<domains.count where sums.contains(where: { $0[domain] == 0 }) {
            throw .zeroDenominator(domain: domains.names[domain])
        }
        return sums
    }
}
