import LinearAlgebra

/// The means of numeric variables in each of some domains: `sum w x / sum w` over a domain's rows.
///
/// Estimates go domain by domain, the variables of a domain together. A row that misses one of the variables (NaN) is left out of
/// all means: listwise, as R's `na.rm = TRUE` over one call. Give variables to statistics of their own for more rows each.
///
/// - SeeAlso: Särndal, Swensson and Wretman (1992), sections 5.7 and 10.3; R survey's `svymean` and `svyby(covmat = TRUE)`.
public struct MeanStatistic: DomainStatistic {
    /// The variables: a value for each row, NaN where missing.
    public let variables: [[Double]]
    /// The domains, without the rows that miss a value.
    public let domains: DomainCodes

    /// The means of variables.
    ///
    /// - Parameters:
    ///   - variables: p variables of n values each.
    ///   - domains: nil for the whole sample.
    public init(_ variables: [[Double]], domains: DomainCodes? = nil) {
        let domains = domains ?? DomainCodes(allOf: variables.first?.count ?? 0)
        self.variables = variables
        self.domains = domains.complete(in: variables)
    }

    /// As many as variables.
    public var estimatesPerDomain: Int { variables.count }

    /// The means. Throws ``SurveyError/emptyDomain(_:)`` for a domain without weight.
    public func values(weights: [Double]) throws(SurveyError) -> [Double] {
        let populations = try domains.populations(weights: weights)
        let sums = variables.map { domains.sums(weights: weights, $0) }
        return populations.indices.flatMap { domain in sums.map { $0[domain] / populations[domain] } }
    }

    /// `(x - mean) / sum w` in the domain.
    public func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let populations = try domains.populations(weights: weights)
        let means = try values(weights: weights)
        return domains.influence(width: variables.count) { row, domain, variable in
            (variables[variable][row] - means[domain * variables.count + variable]) / populations[domain]
        }
    }
}
