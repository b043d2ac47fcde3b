import Recovery

/// The money that rules assign to schools: who gets what, when, by which rule.
public struct Allocation: Sendable {
    /// One rule's amounts in one year, a cell for each school of the population.
    public struct Payment: Sendable {
        /// The rule's name.
        public let rule: String
        /// The school year.
        public let year: SchoolYear
        /// The amounts, in the order of the population's schools.
        public let amounts: [Cents]
    }

    /// As many payments of ``Cents/largestTotal`` as can be added.
    private static let largestNumberOfPayments = 9_000

    /// The payments, by year and then by rule in the order of declaration.
    public let payments: [Payment]

    /// Allocates money by rules.
    ///
    /// - Throws: ``FundingError``.
    public init(rules: [FundingRule], population: SchoolPopulation) throws(FundingError) {
        var payments: [Payment] = []
        for rule in rules {
            let amounts = try rule.amounts(population)
            payments += rule.years.map { Payment(rule: rule.name, year: $0, amounts: amounts) }
            guard payments.count <= Self.largestNumberOfPayments else { throw .amountTooLarge(rule: rule.name) }
        }
        self.init(payments: payments)
    }

    init(payments: [Payment]) {
        // Stable: rules of one year stay in the order of declaration.
        let order = payments.indices.sorted { (payments[$0].year, $0) < (payments[$1].year, $1) }
        self.payments = order.map { payments[$0] }
    }

    /// The school years in which money is received.
    public var years: [SchoolYear] { Array(Set(payments.map(\.year))).sorted() }

    /// All money.
    public var total: Cents {
        payments.reduce(.zero) { sum, payment in payment.amounts.reduce(sum, +) }
    }

    /// The money each school receives in a year, all rules together.
    public func received(in year: SchoolYear, schools: Int) -> [Cents] {
        var sums = [Cents](repeating: .zero, count: schools)
        for payment in payments where payment.year == year {
            for (school, amount) in payment.amounts.enumerated() { sums[school] = sums[school] + amount }
        }
        return sums
    }

    /// The same money a number of years later.
    public func delayed(byYears years: Int) -> Allocation {
        Allocation(
            payments: payments.map {
                Payment(rule: $0.rule, year: $0.year.advanced(by: years), amounts: $0.amounts)
            })
    }

    /// The same money per year and sector, divided by another basis, to the cent.
    ///
    /// A sector none of whose schools has a weight under the basis (no known disadvantage scores) keeps its amounts.
    public func redistributed(
        by basis: FundingRule.Basis, population: SchoolPopulation
    ) throws(FundingError) -> Allocation {
        var payments: [Payment] = []
        for year in years {
            let received = received(in: year, schools: population.schools.count)
            var amounts = received
            for sector in population.sectors {
                let members = population.schools.indices.filter { population.schools[$0].sector == sector }
                let weights = members.map { basis.weight(of: population.schools[$0]) }
                guard weights.contains(where: { $0 > 0 }) else { continue }
                let total = members.reduce(Cents.zero) { $0 + received[$1] }
                for (member, part) in zip(members, try total.split(by: weights)) { amounts[member] = part }
            }
            payments.append(Payment(rule: "same money \(basis.words)", year: year, amounts: amounts))
        }
        return Allocation(payments: payments)
    }
}

extension FundingRule.Basis {
    /// For names of rules: `per pupil`.
    var words: String {
        switch self {
        case .perPupil: "per pupil"
        case .perScorePoint: "by disadvantage score"
        }
    }
}
