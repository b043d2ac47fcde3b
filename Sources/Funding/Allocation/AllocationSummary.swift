import Recovery

/// An allocation in few rows: by sector, disadvantage quintile, school type, region, urbanity and rule.
public struct AllocationSummary: Sendable {
    /// What a row's schools have in common.
    public enum Dimension: String, Sendable, CaseIterable {
        /// All schools, of all sectors or of one.
        case all
        /// The disadvantage quintile, `unknown` without a score.
        case quintile = "disadvantage_quintile"
        /// The school type.
        case schoolType = "school_type"
        /// The region.
        case region
        /// The class of urbanity.
        case urbanity
        /// The money of one rule, over all schools.
        case rule
        /// The money that municipalities keep.
        case municipalities
    }

    /// One row.
    public struct Row: Sendable {
        /// What the schools have in common.
        public let dimension: Dimension
        /// The sector, or `all`.
        public let sector: String
        /// The quintile, type, region, class or rule; `all` for the dimension of all schools.
        public let category: String
        /// The school year of receipt; nil for all years together.
        public let year: SchoolYear?
        /// The number of schools; 0 for municipalities.
        public let schools: Int
        /// Their pupils; 0 for municipalities.
        public let pupils: Int
        /// Their money.
        public let amount: Cents
        /// Its share of all money of the year, municipalities included; nil without money.
        public let share: Double?
        /// How it is spread; nil for municipalities.
        public let concentration: Concentration?

        /// Euros per pupil; nil without pupils.
        public var eurosPerPupil: Double? { pupils > 0 ? amount.euros / Double(pupils) : nil }
    }

    /// The rows: all years together and then each year; within them in the order of ``Dimension``.
    public let rows: [Row]

    /// Sums up an allocation.
    public init(_ allocation: Allocation, population: SchoolPopulation) {
        let groups = SchoolGroups(population)
        rows = ([nil] + allocation.years.map { $0 }).flatMap { year in
            groups.rows(of: allocation.payments.filter { year == nil || $0.year == year }, year: year)
        }
    }
}

/// The schools of a population by what they have in common.
private struct SchoolGroups {
    typealias Row = AllocationSummary.Row
    typealias Group = (dimension: AllocationSummary.Dimension, sector: String, category: String, members: [Int])

    private let population: SchoolPopulation
    private let groups: [Group]

    init(_ population: SchoolPopulation) {
        self.population = population
        let schools = population.schools
        var groups: [Group] = []
        for dimension in AllocationSummary.Dimension.allCases {
            guard let category = Self.category(dimension, population) else { continue }
            for sector in ["all"] + population.sectors {
                let members = schools.indices.filter { sector == "all" || schools[$0].sector == sector }
                let byCategory = Dictionary(grouping: members) { category($0) }
                groups += byCategory.sorted { $0.key < $1.key }.map { (dimension, sector, $0.key, $0.value) }
            }
        }
        self.groups = groups
    }

    /// What a school's category is; nil when no school declares one.
    private static func category(
        _ dimension: AllocationSummary.Dimension, _ population: SchoolPopulation
    ) -> ((Int) -> String)? {
        func trait(_ path: KeyPath<School.Traits, String?> & Sendable) -> ((Int) -> String)? {
            guard population.schools.contains(where: { $0.traits[keyPath: path] != nil }) else { return nil }
            return { population.schools[$0].traits[keyPath: path] ?? "unknown" }
        }
        switch dimension {
        case .all: return { _ in "all" }
        case .quintile: return { population.quintiles[$0] == 0 ? "unknown" : String(population.quintiles[$0]) }
        case .schoolType: return trait(\.type)
        case .region: return trait(\.region)
        case .urbanity: return trait(\.urbanity)
        case .rule, .municipalities: return nil
        }
    }

    func rows(of payments: [Allocation.Payment], year: SchoolYear?) -> [Row] {
        let total = payments.reduce(Cents.zero) { $0 + $1.total }
        func share(_ amount: Cents) -> Double? { total > .zero ? amount.euros / total.euros : nil }
        let received = sum(payments)
        var rows = groups.map { group in
            row(group, received, year: year, share: share)
        }
        var rules: [String] = []
        for payment in payments where !rules.contains(payment.rule) { rules.append(payment.rule) }
        let everyone = Array(population.schools.indices)
        rows += rules.map { rule in
            row((.rule, "all", rule, everyone), sum(payments.filter { $0.rule == rule }), year: year, share: share)
        }
        let kept = payments.flatMap(\.municipalAmounts).reduce(Cents.zero) { $0 + $1.amount }
        if payments.contains(where: { !$0.municipalAmounts.isEmpty }) {
            rows.append(
                Row(
                    dimension: .municipalities, sector: "all", category: "all", year: year, schools: 0, pupils: 0,
                    amount: kept, share: share(kept), concentration: nil))
        }
        return rows
    }

    private func sum(_ payments: [Allocation.Payment]) -> [Cents] {
        var sums = [Cents](repeating: .zero, count: population.schools.count)
        for payment in payments {
            for (school, amount) in payment.amounts.enumerated() { sums[school] = sums[school] + amount }
        }
        return sums
    }

    private func row(_ group: Group, _ received: [Cents], year: SchoolYear?, share: (Cents) -> Double?) -> Row {
        let amounts = group.members.map { received[$0] }
        let pupils = group.members.map { population.schools[$0].pupils }
        let amount = amounts.reduce(.zero, +)
        let concentration = Concentration(
            amounts: amounts, pupils: pupils, quintiles: group.members.map { population.quintiles[$0] })
        return Row(
            dimension: group.dimension, sector: group.sector, category: group.category, year: year,
            schools: group.members.count, pupils: pupils.reduce(0, +), amount: amount, share: share(amount),
            concentration: concentration)
    }
}
