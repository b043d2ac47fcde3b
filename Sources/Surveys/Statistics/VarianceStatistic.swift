import LinearAlgebra

/// How wide numeric variables lie in the population of each of some domains: variances or standard deviations.
///
/// The variance is `n / (n - 1) sum w (x - mean)^2 / sum w` over a domain's n rows, mean the weighted one. Estimates go domain by
/// domain, the variables of a domain together. A row that misses one of the variables (NaN) is left out of all. n counts rows with
/// a value, where R 4.1's `svyvar(na.rm = TRUE)` counts those without one too.
///
/// - SeeAlso: R survey's `svyvar`; Särndal, Swensson and Wretman (1992), section 5.9.
public struct VarianceStatistic: DomainStatistic {
    /// What is estimated.
    public enum Measure: String, Sendable, CaseIterable {
        /// The variance.
        case variance
        /// Its square root, the population's standard deviation.
        case standardDeviation
    }

    /// The variables: a value for each row, NaN where missing.
    public let variables: [[Double]]
    /// What is estimated.
    public let measure: Measure
    /// The domains, without the rows that miss a value.
    public let domains: DomainCodes
    /// The rows that count in `n / (n - 1)`, by domain.
    private let rowCounts: [Int]

    /// Variances or standard deviations of variables.
    ///
    /// - Parameters:
    ///   - variables: p variables of n values each.
    ///   - measure: What is estimated.
    ///   - domains: nil for the whole sample.
    ///   - weights: The full sample's weights: rows with weight 0 do not count in n. nil to count all. Replicate weights never
    ///     change n.
    public init(
        _ variables: [[Double]], measure: Measure = .variance, domains: DomainCodes? = nil, weights: [Double]? = nil
    ) {
        let domains = domains ?? DomainCodes(allOf: variables.first?.count ?? 0)
        let complete = domains.complete(in: variables)
        (self.variables, self.measure, self.domains) = (variables, measure, complete)
        rowCounts = complete.rowCounts { row in weights.map { $0[row] > 0 } ?? true }
    }

    /// As many as variables.
    public var estimatesPerDomain: Int { variables.count }

    /// The variances or standard deviations. Throws ``SurveyError/emptyDomain(_:)`` or
    /// ``SurveyError/tooFewRows(domain:found:needed:)``.
    public func values(weights: [Double]) throws(SurveyError) -> [Double] {
        let variances = try moments(weights: weights).variances
        return measure == .variance ? variances : variances.map { $0.squareRoot() }
    }

    /// `(n / (n - 1) (x - mean)^2 - variance) / sum w`; for a standard deviation over twice that.
    public func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let moments = try moments(weights: weights)
        let populations = try domains.populations(weights: weights)
        return domains.influence(width: variables.count) { row, domain, variable in
            let position = domain * variables.count + variable
            let distance = variables[variable][row] - moments.means[position]
            let variance = moments.variances[position]
            let change = (correction(of: domain) * distance * distance - variance) / populations[domain]
            guard measure == .standardDeviation else { return change }
            return variance > 0 ? change / (2 * variance.squareRoot()) : 0
        }
    }

    private func correction(of domain: Int) -> Double { Double(rowCounts[domain]) / Double(rowCounts[domain] - 1) }

    /// Means and variances, domain by domain.
    private func moments(weights: [Double]) throws(SurveyError) -> (means: [Double], variances: [Double]) {
        let populations = try domains.populations(weights: weights)
        if let small = rowCounts.firstIndex(where: { $0 < 2 }) {
            throw .tooFewRows(domain: domains.names[small], found: rowCounts[small], needed: 2)
        }
        let means = try MeanStatistic(variables, domains: domains).values(weights: weights)
        var variances = [Double](repeating: 0, count: means.count)
        for (row, code) in domains.codes.enumerated() where code >= 0 {
            for variable in variables.indices {
                let position = Int(code) * variables.count + variable
                let distance = variables[variable][row] - means[position]
                variances[position] += weights[row] * distance * distance
            }
        }
        for position in variances.indices {
            let domain = position / variables.count
            variances[position] *= correction(of: domain) / populations[domain]
        }
        return (means, variances)
    }
}
