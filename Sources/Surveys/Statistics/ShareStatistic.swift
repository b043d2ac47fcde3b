import LinearAlgebra

/// The shares of a factor's categories in each of some domains: the weight of a category's rows over that of all rows with a
/// category.
///
/// Estimates go domain by domain, the categories of a domain together; they add up to 1. Rows without a category (-1) are left
/// out, of the denominator too.
///
/// - SeeAlso: Särndal, Swensson and Wretman (1992), section 5.8; R survey's `svymean` of a factor.
public struct ShareStatistic: DomainStatistic {
    /// The category of each row, from 0; -1 where missing.
    public let categories: [Int32]
    /// The number of categories, those without rows included.
    public let categoryCount: Int
    /// The domains, without the rows that miss a value.
    public let domains: DomainCodes

    /// The shares of categories.
    ///
    /// - Parameters:
    ///   - categories: The category of each row, from 0 and below the count; -1 where missing.
    ///   - categoryCount: The number of categories.
    ///   - domains: nil for the whole sample.
    public init(_ categories: [Int32], categoryCount: Int, domains: DomainCodes? = nil) {
        precondition(categories.allSatisfy { $0 >= -1 && $0 < categoryCount }, "a category is below the count, or -1")
        let domains = domains ?? DomainCodes(allOf: categories.count)
        precondition(domains.codes.count == categories.count, "a row has a category and a domain")
        (self.categories, self.categoryCount) = (categories, categoryCount)
        self.domains = domains.restricted { categories[$0] >= 0 }
    }

    /// As many as categories.
    public var estimatesPerDomain: Int { categoryCount }

    /// The shares. Throws ``SurveyError/emptyDomain(_:)`` for a domain without weight.
    public func values(weights: [Double]) throws(SurveyError) -> [Double] {
        let populations = try domains.populations(weights: weights)
        var result = [Double](repeating: 0, count: domains.count * categoryCount)
        for (row, domain) in domains.codes.enumerated() where domain >= 0 {
            result[Int(domain) * categoryCount + Int(categories[row])] += weights[row]
        }
        for position in result.indices { result[position] /= populations[position / categoryCount] }
        return result
    }

    /// `(1 - share) / sum w` for a row of the category, `-share / sum w` for the domain's other rows.
    public func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let populations = try domains.populations(weights: weights)
        let shares = try values(weights: weights)
        return domains.influence(width: categoryCount) { row, domain, category in
            let indicator: Double = categories[row] == category ? 1 : 0
            return (indicator - shares[domain * categoryCount + category]) / populations[domain]
        }
    }
}
