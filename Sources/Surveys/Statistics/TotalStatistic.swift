import LinearAlgebra

/// The population totals of numeric variables in each of some domains: `sum w x` over a domain's rows.
///
/// Estimates go domain by domain, the variables of a domain together. A row that misses one of the variables (NaN) is left out of
/// all totals, as in R's `svytotal(na.rm = TRUE)`: it counts as 0. The total of a domain without rows is 0, without error.
///
/// - SeeAlso: Särndal, Swensson and Wretman (1992), section 2.8; R survey's `svytotal`.
public struct TotalStatistic: DomainStatistic {
    /// The variables: a value for each row, NaN where missing.
    public let variables: [[Double]]
    /// The domains, without the rows that miss a value.
    public let domains: DomainCodes

    /// The totals of variables.
    ///
    /// - Parameters:
    ///   - variables: p variables of n values each.
    ///   - domains: nil for the whole sample.
    public init(_ variables: [[Double]], domains: DomainCodes? = nil) {
        let domains = domains ?? DomainCodes(allOf: variables.first?.count ?? 0)
        self.variables = variables
        self.domains = domains.complete(in: variables)
    }

    /// The numbers in the population of each category of a factor.
    ///
    /// - Parameters:
    ///   - categories: The category of each row, from 0; -1 where missing.
    ///   - categoryCount: The number of categories.
    ///   - domains: nil for the whole sample.
    public init(countsOf categories: [Int32], categoryCount: Int, domains: DomainCodes? = nil) {
        let domains = domains ?? DomainCodes(allOf: categories.count)
        self.variables = (0..<categoryCount).map { category in categories.map { $0 == category ? 1 : 0 } }
        self.domains = domains.restricted { categories[$0] >= 0 }
    }

    /// As many as variables.
    public var estimatesPerDomain: Int { variables.count }

    /// The totals.
    public func values(weights: [Double]) -> [Double] {
        let sums = variables.map { domains.sums(weights: weights, $0) }
        return (0..<domains.count).flatMap { domain in sums.map { $0[domain] } }
    }

    /// x in the domain.
    public func influence(weights: [Double]) -> Matrix {
        domains.influence(width: variables.count) { row, _, variable in variables[variable][row] }
    }
}
