import LinearAlgebra
import RealModule

/// Quantiles of a numeric variable in each of some domains.
///
/// Estimates go domain by domain, the quantiles of a domain together. Rows without a value (NaN) are left out. Standard errors
/// and intervals that agree with R survey are Woodruff's: ``SurveySample/quantiles(_:interval:coverage:)``. The influence serves
/// where quantiles go into something else, and replicate weights need no influence.
///
/// Two differences from R survey 4.1-1 in `math` and `school`: a share that rows meet exactly counts as met although the sum of
/// their weights is off by its rounding (20 of 200 rows of weight 30.97 are a tenth), and a share below the first value's weight
/// gives the first value, not the second.
///
/// - SeeAlso: R survey's `svyquantile` (4.1 and later).
public struct QuantileStatistic: DomainStatistic {
    /// The variable: a value for each row, NaN where missing.
    public let variable: [Double]
    /// The shares of the population below, from 0 to 1.
    public let probabilities: [Double]
    /// Which number is called a quantile.
    public let rule: QuantileRule
    /// The domains, without the rows that miss a value.
    public let domains: DomainCodes
    /// The rows of each domain by value, ties by row.
    private let sortedRows: [[Int]]

    /// Quantiles of a variable; domains nil for the whole sample.
    public init(
        _ variable: [Double], probabilities: [Double], rule: QuantileRule = .inverse, domains: DomainCodes? = nil
    ) {
        precondition(probabilities.allSatisfy { $0 >= 0 && $0 <= 1 }, "a probability lies between 0 and 1")
        let domains = (domains ?? DomainCodes(allOf: variable.count)).complete(in: [variable])
        (self.variable, self.probabilities, self.rule, self.domains) = (variable, probabilities, rule, domains)
        var rows = [[Int]](repeating: [], count: domains.count)
        for (row, code) in domains.codes.enumerated() where code >= 0 { rows[Int(code)].append(row) }
        sortedRows = rows.map { $0.sorted { (variable[$0], $0) < (variable[$1], $1) } }
    }

    /// As many as probabilities.
    public var estimatesPerDomain: Int { probabilities.count }

    /// The quantiles. Throws ``SurveyError/emptyDomain(_:)`` for a domain without weight.
    public func values(weights: [Double]) throws(SurveyError) -> [Double] {
        var result: [Double] = []
        for domain in 0..<domains.count {
            let distribution = distribution(of: domain, weights: weights)
            for probability in probabilities {
                guard let quantile = distribution.quantile(probability, rule) else {
                    throw .emptyDomain(domains.names[domain])
                }
                result.append(quantile)
            }
        }
        return result
    }

    /// `(F(q) - 1(x <= q)) / (sum w f(q))` in the domain, with the density f by a Gaussian kernel (Deville 1999, Survey Methodology
    /// 25, 193-203, section 5; bandwidth by Silverman 1986, equation 3.31). 0 where the values do not vary.
    public func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let quantiles = try values(weights: weights)
        let populations = try domains.populations(weights: weights)
        let shares = try sharesBelow(quantiles).values(weights: weights)
        let densities = try densities(at: quantiles, weights: weights)
        return domains.influence(width: probabilities.count) { row, domain, estimate in
            let position = domain * probabilities.count + estimate
            guard densities[position] > 0 else { return 0 }
            let indicator: Double = variable[row] <= quantiles[position] ? 1 : 0
            return (shares[position] - indicator) / (populations[domain] * densities[position])
        }
    }

    /// The weighted distribution of a domain.
    func distribution(of domain: Int, weights: [Double]) -> WeightedDistribution {
        WeightedDistribution(sortedRows: sortedRows[domain], values: variable, weights: weights)
    }

    /// The shares of each domain's population up to its quantiles.
    func sharesBelow(_ quantiles: [Double]) -> MeanStatistic {
        let indicators = probabilities.indices.map { estimate in
            domains.codes.enumerated().map { row, code in
                code >= 0 && variable[row] <= quantiles[Int(code) * probabilities.count + estimate] ? 1.0 : 0
            }
        }
        return MeanStatistic(indicators, domains: domains)
    }

    private func densities(at quantiles: [Double], weights: [Double]) throws(SurveyError) -> [Double] {
        let populations = try domains.populations(weights: weights)
        let means = try MeanStatistic([variable], domains: domains).values(weights: weights)
        return quantiles.indices.map { position in
            let domain = position / probabilities.count
            let rows = sortedRows[domain].filter { weights[$0] > 0 }
            let width = bandwidth(rows, mean: means[domain], population: populations[domain], weights: weights)
            guard width > 0 else { return 0 }
            let sum = rows.reduce(0.0) { sum, row in
                let distance = (variable[row] - quantiles[position]) / width
                return sum + weights[row] * .exp(-distance * distance / 2)
            }
            return sum / (populations[domain] * width * (2 * Double.pi).squareRoot())
        }
    }

    private func bandwidth(_ rows: [Int], mean: Double, population: Double, weights: [Double]) -> Double {
        let (squares, weightSquares) = rows.reduce((0.0, 0.0)) { sums, row in
            let distance = variable[row] - mean
            return (sums.0 + weights[row] * distance * distance, sums.1 + weights[row] * weights[row])
        }
        let distribution = WeightedDistribution(sortedRows: rows, values: variable, weights: weights)
        let quartiles = [0.25, 0.75].compactMap { distribution.quantile($0, .interpolated) }
        let deviation = (squares / population).squareRoot()
        let robust = quartiles.count == 2 ? (quartiles[1] - quartiles[0]) / 1.34 : 0
        let effective = population * population / weightSquares
        return 0.9 * (robust > 0 ? min(deviation, robust) : deviation) * .pow(effective, -0.2)
    }
}
