import LinearAlgebra

/// Domains that do not overlap: the domain of each row, or none. Statistics estimate all of them at once.
///
/// Rows outside a domain keep their place in the design, so that domains' errors and covariances are right (Särndal, Swensson
/// and Wretman 1992, section 10.3).
public struct DomainCodes: Sendable, Equatable {
    /// The domain of each row, from 0; -1 for a row in none.
    public let codes: [Int32]
    /// The domains' names, for messages.
    public let names: [String]

    /// Domains by the codes of rows.
    ///
    /// - Parameters:
    ///   - codes: One a row: a position in names, or -1.
    ///   - names: The domains, in the order of estimates.
    public init(codes: [Int32], names: [String]) {
        precondition(codes.allSatisfy { $0 >= -1 && Int($0) < names.count }, "a code is a position in names, or -1")
        (self.codes, self.names) = (codes, names)
    }

    /// All rows as one domain.
    public init(allOf rowCount: Int) {
        self.init(codes: [Int32](repeating: 0, count: rowCount), names: ["the sample"])
    }

    /// A single domain by its rows.
    public init(rows: [Bool], name: String) {
        self.init(codes: rows.map { $0 ? 0 : -1 }, names: [name])
    }

    /// The number of domains.
    public var count: Int { names.count }

    /// The same domains without some of their rows: those that miss a value.
    public func restricted(where isIn: (Int) -> Bool) -> DomainCodes {
        DomainCodes(codes: codes.indices.map { codes[$0] >= 0 && isIn($0) ? codes[$0] : -1 }, names: names)
    }

    /// The same domains without the rows in which a variable is missing: listwise, as R's `na.rm = TRUE`.
    func complete(in variables: [[Double]]) -> DomainCodes {
        precondition(variables.allSatisfy { $0.count == codes.count }, "a row has a value of each variable")
        guard variables.contains(where: { $0.contains { $0.isNaN } }) else { return self }
        return restricted { row in variables.allSatisfy { !$0[row].isNaN } }
    }

    /// The number of rows of each domain that count, such as those with weight.
    func rowCounts(where counts: (Int) -> Bool) -> [Int] {
        var result = [Int](repeating: 0, count: count)
        for (row, code) in codes.enumerated() where code >= 0 && counts(row) { result[Int(code)] += 1 }
        return result
    }

    /// The weighted sum of values over each domain; of the weights alone without values.
    func sums(weights: [Double], _ values: [Double]? = nil) -> [Double] {
        precondition(weights.count == codes.count, "a row has a weight")
        var result = [Double](repeating: 0, count: count)
        for (row, code) in codes.enumerated() where code >= 0 {
            result[Int(code)] += weights[row] * (values.map { $0[row] } ?? 1)
        }
        return result
    }

    /// The size of each domain's population as the weights estimate it.
    ///
    /// - Throws: ``SurveyError/emptyDomain(_:)`` for the first domain without weight.
    func populations(weights: [Double]) throws(SurveyError) -> [Double] {
        let sums = sums(weights: weights)
        if let empty = sums.firstIndex(where: { !($0 > 0) }) { throw .emptyDomain(names[empty]) }
        return sums
    }

    /// The influence of rows on estimates of each row's own domain, 0 on the other domains': n x (domains k), domain-major.
    ///
    /// - Parameters:
    ///   - width: k, the estimates of a domain.
    ///   - value: The influence of a row in a domain on one of its k estimates.
    func influence(width: Int, _ value: (_ row: Int, _ domain: Int, _ estimate: Int) -> Double) -> Matrix {
        var result = Matrix(rows: codes.count, columns: count * width)
        for estimate in 0..<width {
            for (row, code) in codes.enumerated() where code >= 0 {
                let domain = Int(code)
                result.elements[(domain * width + estimate) * codes.count + row] = value(row, domain, estimate)
            }
        }
        return result
    }
}

/// A statistic estimated for each of some domains.
public protocol DomainStatistic: SurveyStatistic {
    /// The domains, without the rows that miss a value.
    var domains: DomainCodes { get }
    /// The number of estimates of each domain. Estimates go domain by domain: all of the first, then all of the second.
    var estimatesPerDomain: Int { get }
}
