import Recovery
import Specifications

/// A rule that gives schools money in some school years and sectors.
public struct FundingRule: Sendable {
    /// What a school's amount is in proportion to.
    public enum Basis: String, Sendable, CaseIterable {
        /// The number of pupils.
        case perPupil = "per_pupil"
        /// The disadvantage score after the threshold.
        case perScorePoint = "per_score_point"
    }

    /// Whether the rate or the total is fixed.
    public enum Amount: Sendable, Equatable {
        /// Euros per pupil or per point of score; each school's amount is rounded to the cent.
        case rate(Double)
        /// A total per school year, divided to the cent.
        case total(Cents)
    }

    /// The rule's name, which stands beside every amount it gives.
    public let name: String
    /// What it goes by.
    public let basis: Basis
    /// How much.
    public let amount: Amount
    /// The school years in which it pays.
    public let years: [SchoolYear]
    /// The sectors it reaches.
    public let sectors: [String]
    /// Where the amount comes from.
    public let source: String

    /// A rule.
    public init(
        name: String, basis: Basis, amount: Amount, years: [SchoolYear], sectors: [String], source: String
    ) {
        self.name = name
        self.basis = basis
        self.amount = amount
        self.years = years
        self.sectors = sectors
        self.source = source
    }

    /// Reads a rule from a scenario file.
    ///
    /// - Parameter knownSectors: The sectors that the scenario's schools can have.
    public init?(_ value: SpecificationValue, knownSectors: [String]) {
        let keys = ["name", "kind", "rate", "total", "years", "sectors", "source", "note"]
        guard let rule = value.mapping("funding rule", keys: keys) else { return nil }
        let name = rule.text("name")
        let basis = rule.required("kind")?.word(of: Basis.self)
        let amount = Self.amount(rule)
        let years = rule.required("years")?.schoolYears()
        let sectors = rule.required("sectors")?.list(atLeast: 1)?.map { $0.word(among: knownSectors) }
        let source = rule.text("source")
        guard let name, let basis, let amount, let years, let sectors, let source,
            !sectors.contains(where: { $0 == nil })
        else { return nil }
        self.init(
            name: name, basis: basis, amount: amount, years: years, sectors: sectors.compactMap { $0 }, source: source)
    }

    private static func amount(_ rule: SpecificationMapping) -> Amount? {
        switch (rule.optional("rate"), rule.optional("total")) {
        case (let rate?, nil):
            return rate.number(in: .nonNegative).map { .rate($0) }
        case (nil, let total?):
            guard let euros = total.number(in: .nonNegative) else { return nil }
            guard let cents = Cents(euros: euros) else {
                total.fail("found \(euros); expected an amount in euros that can be counted in cents.")
                return nil
            }
            return .total(cents)
        default:
            rule.fail("a funding rule has either a 'rate' (euros per pupil or point) or a 'total' (euros a year).")
            return nil
        }
    }

    /// What a school counts for under this rule.
    func weight(of school: School) -> Double {
        guard sectors.contains(school.sector) else { return 0 }
        return basis.weight(of: school)
    }

    /// The schools' amounts in one year, in the order of the population; the same in each of the rule's years.
    ///
    /// - Throws: ``FundingError/noSchools(rule:reason:)`` or ``FundingError/amountTooLarge(rule:)``.
    func amounts(_ population: SchoolPopulation) throws(FundingError) -> [Cents] {
        let weights = population.schools.map { weight(of: $0) }
        guard weights.contains(where: { $0 > 0 }) else {
            throw .noSchools(
                rule: name, reason: basis == .perPupil ? "no pupils in its sectors" : "no scores in its sectors")
        }
        switch amount {
        case .total(let total):
            return try total.split(by: weights)
        case .rate(let rate):
            // Far above any budget, and far below what sums of cents can hold.
            guard rate * weights.reduce(0, +) <= Cents.largestTotal.euros else { throw .amountTooLarge(rule: name) }
            var amounts: [Cents] = []
            for weight in weights {
                guard let cents = Cents(euros: rate * weight) else { throw .amountTooLarge(rule: name) }
                amounts.append(cents)
            }
            return amounts
        }
    }
}

extension FundingRule.Basis {
    /// What a school counts for: its pupils, or its score; an unknown score counts for nothing.
    func weight(of school: School) -> Double {
        switch self {
        case .perPupil: Double(school.pupils)
        case .perScorePoint: school.disadvantageScore ?? 0
        }
    }
}

extension SpecificationValue {
    /// A school year such as `2021/22`.
    public func schoolYear() -> SchoolYear? {
        guard let word = text() else { return nil }
        guard let year = SchoolYear(word) else {
            fail("found '\(word)'; expected a school year such as 2021/22.")
            return nil
        }
        return year
    }

    /// A list of school years, at least one, all different.
    public func schoolYears() -> [SchoolYear]? {
        guard let values = list(atLeast: 1) else { return nil }
        let years = values.compactMap { $0.schoolYear() }
        guard years.count == values.count else { return nil }
        guard Set(years).count == years.count else {
            fail("a school year is named twice.")
            return nil
        }
        return years.sorted()
    }
}
