import Recovery

/// The money that rules assign to schools: who gets what, when, by which rule.
public struct Allocation: Sendable {
    /// What one municipality keeps of a municipal rule's money.
    public struct MunicipalAmount: Sendable, Equatable {
        /// The municipality.
        public let municipality: String
        /// The amount.
        public let amount: Cents
    }

    /// One rule's amounts in one year, a cell for each school of the population.
    public struct Payment: Sendable {
        /// The name beside the amounts: the rule's, with the part of it where it pays in two parts.
        public let rule: String
        /// The name under which the rule is declared.
        let declaredRule: String
        /// The school year.
        public let year: SchoolYear
        /// The schools' amounts, in the order of the population's schools.
        public let amounts: [Cents]
        /// What municipalities keep, by name; empty for rules that pay schools only.
        public let municipalAmounts: [MunicipalAmount]

        /// - Parameter declaredRule: The name under which the rule is declared; nil when it is the same.
        init(
            rule: String, declaredRule: String? = nil, year: SchoolYear, amounts: [Cents],
            municipalAmounts: [MunicipalAmount]
        ) {
            self.rule = rule
            self.declaredRule = declaredRule ?? rule
            self.year = year
            self.amounts = amounts
            self.municipalAmounts = municipalAmounts
        }

        /// The money of schools and municipalities together.
        public var total: Cents {
            municipalAmounts.reduce(amounts.reduce(.zero, +)) { $0 + $1.amount }
        }
    }

    /// As many payments of ``Cents/largestTotal`` as can be added.
    private static let largestNumberOfPayments = 9_000

    /// The payments, by year and then by rule in the order of declaration.
    public let payments: [Payment]

    /// Allocates money by rules.
    ///
    /// - Parameter seed: Decides which schools apply for a subsidy; nothing else is random.
    /// - Throws: ``FundingError``.
    public init(rules: [FundingRule], population: SchoolPopulation, seed: UInt64 = 0) throws(FundingError) {
        var payments: [Payment] = []
        for (position, rule) in rules.enumerated() {
            try Self.check(rule, after: rules[..<position].map(\.name))
            let application = try RuleApplication(rule, population, seed: seed)
            for year in rule.years {
                payments += try application.payments(in: year, after: payments.filter { $0.year == year })
            }
            try Self.checkNames(payments, of: rule)
            guard payments.count <= Self.largestNumberOfPayments else { throw .amountTooLarge(rule: rule.name) }
        }
        self.init(payments: payments)
    }

    /// Every rule that a target share names is before it.
    private static func check(_ rule: FundingRule, after earlier: [String]) throws(FundingError) {
        guard case .targetShare(let formula) = rule.formula else { return }
        for name in formula.rules ?? [] where !earlier.contains(name) {
            throw .unknownRule(rule: rule.name, name: name, earlier: earlier)
        }
    }

    /// No amount of a rule is named like another rule's.
    private static func checkNames(_ payments: [Payment], of rule: FundingRule) throws(FundingError) {
        let own = Set(payments.lazy.filter { $0.declaredRule == rule.name }.map(\.rule))
        guard let other = payments.first(where: { $0.declaredRule != rule.name && own.contains($0.rule) }) else {
            return
        }
        throw .sameName(rule: rule.name, other: other.declaredRule, name: other.rule)
    }

    init(payments: [Payment]) {
        // Stable: rules of one year stay in the order of declaration.
        let order = payments.indices.sorted { (payments[$0].year, $0) < (payments[$1].year, $1) }
        self.payments = order.map { payments[$0] }
    }

    /// The school years in which money is received.
    public var years: [SchoolYear] { Array(Set(payments.map(\.year))).sorted() }

    /// All money, the municipalities' part included.
    public var total: Cents { payments.reduce(.zero) { $0 + $1.total } }

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
                Payment(
                    rule: $0.rule, declaredRule: $0.declaredRule, year: $0.year.advanced(by: years),
                    amounts: $0.amounts,
                    municipalAmounts: $0.municipalAmounts)
            })
    }

    /// The same money per year and sector, divided by another basis, to the cent.
    ///
    /// Schools for which the basis is unknown (those without a score, when it is the score) keep their amounts; so does a
    /// sector where nobody counts for anything, and so do municipalities.
    public func redistributed(
        by basis: RedistributionBasis, population: SchoolPopulation
    ) throws(FundingError) -> Allocation {
        var payments: [Payment] = []
        for year in years {
            let received = received(in: year, schools: population.schools.count)
            var amounts = received
            for sector in population.sectors {
                var members: [Int] = []
                var weights: [Double] = []
                for (index, school) in population.schools.enumerated() where school.sector == sector {
                    guard let weight = basis.weight(of: school) else { continue }
                    members.append(index)
                    weights.append(weight)
                }
                guard weights.contains(where: { $0 > 0 }) else { continue }
                let total = members.reduce(Cents.zero) { $0 + received[$1] }
                for (member, part) in zip(members, try total.split(by: weights)) { amounts[member] = part }
            }
            let municipal = self.payments.filter { $0.year == year }.flatMap(\.municipalAmounts)
            payments.append(
                Payment(
                    rule: "same money \(basis.words)", year: year, amounts: amounts, municipalAmounts: municipal))
        }
        return Allocation(payments: payments)
    }
}
