import Recovery

/// One rule on one population: the schools that it reaches and what each of them counts for.
struct RuleApplication {
    let rule: FundingRule
    private let population: SchoolPopulation
    /// The positions of the reached schools in the population.
    private let reached: [Int]
    let schools: [School]
    let counts: [Double?]
    private let ranges: [ClosedRange<Cents>]
    let municipalities: [MunicipalBasis]

    /// - Throws: ``FundingError/noSchools(rule:reason:)`` and what bounds and municipalities throw.
    init(_ rule: FundingRule, _ population: SchoolPopulation, seed: UInt64) throws(FundingError) {
        self.rule = rule
        self.population = population
        let reached = population.schools.indices.filter { rule.reaches(population.schools[$0]) }
        let schools = reached.map { population.schools[$0] }
        self.reached = reached
        self.schools = schools
        guard !schools.isEmpty else { throw .noSchools(rule: rule.name, reason: Self.missingSchools(rule, population)) }
        if let reason = Self.unknownChoice(rule, schools) { throw .unknownChoice(rule: rule.name, reason: reason) }
        counts = rule.formula.counts(of: schools, quintiles: reached.map { population.quintiles[$0] }, seed: seed)
        var ranges: [ClosedRange<Cents>] = []
        if !rule.bounds.isEmpty {
            for school in schools { ranges.append(try rule.bounds.range(of: school, rule: rule.name)) }
        }
        self.ranges = ranges
        if case .municipal(let part) = rule.formula {
            municipalities = try .init(
                MunicipalBasis.all(schools, population.municipalities, part: part, rule: rule.name))
        } else {
            municipalities = []
        }
        guard hasClaim else {
            throw .noSchools(rule: rule.name, reason: "\(rule.formula.whatIsMissing) in its sectors")
        }
    }

    /// Whether the rule has anybody to pay: a school that counts, or a least amount for one with a figure.
    private var hasClaim: Bool {
        if case .municipal(let part) = rule.formula {
            return rule.years.contains { year in municipalities.contains { part.euros($0, in: year) > 0 } }
        }
        let hasLeast = rule.total == nil && zip(counts, ranges).contains { $0 != nil && $1.lowerBound > .zero }
        return hasLeast || counts.contains { ($0 ?? 0) > 0 }
    }

    private static func missingSchools(_ rule: FundingRule, _ population: SchoolPopulation) -> String {
        let inSector = population.schools.filter { rule.sectors.contains($0.sector) }
        guard let types = rule.schoolTypes, !inSector.isEmpty else { return "no schools in its sectors" }
        let known = Set(inSector.compactMap(\.traits.type)).sorted()
        return "no school of type \(types.joined(separator: ", ")) in its sectors; "
            + (known.isEmpty ? "no school types are declared" : "their types are \(known.joined(separator: ", "))")
    }

    /// School types and grades that the rule names beside others but no reached school has; nil without one.
    private static func unknownChoice(_ rule: FundingRule, _ schools: [School]) -> String? {
        let types = Set(schools.compactMap(\.traits.type))
        if let type = rule.schoolTypes?.first(where: { !types.contains($0) }) {
            return "no school of type '\(type)' in its sectors; those it names and finds are "
                + types.sorted().joined(separator: ", ")
        }
        guard case .perPupil(let formula) = rule.formula, let grades = formula.grades else { return nil }
        let known = Set(schools.flatMap { $0.grades.map(\.grade) })
        guard !known.isDisjoint(with: grades), let grade = grades.first(where: { !known.contains($0) }) else {
            return nil
        }
        return "no grade '\(grade)' in its schools; their grades are \(known.sorted().joined(separator: ", "))"
    }

    /// What the rule pays in a year.
    ///
    /// - Parameter earlier: What the rules before it pay in the year.
    func payments(in year: SchoolYear, after earlier: [Allocation.Payment]) throws(FundingError) -> [Allocation.Payment]
    {
        switch rule.formula {
        case .targetShare(let formula): return try targetShare(formula, in: year, after: earlier)
        case .municipal(let part): return [try municipal(part, in: year)]
        default: return [try payment(nil, year, try amounts(in: year))]
        }
    }

    /// A payment of the rule from the amounts of the reached schools.
    ///
    /// - Parameter part: The part of the rule that it pays; nil for all of it.
    /// - Throws: ``FundingError/amountTooLarge(rule:)`` above ``Cents/largestTotal``, so that payments can be added.
    func payment(
        _ part: String?, _ year: SchoolYear, _ amounts: [Cents], municipalAmounts: [Allocation.MunicipalAmount] = []
    ) throws(FundingError) -> Allocation.Payment {
        let euros = municipalAmounts.reduce(amounts.reduce(0.0) { $0 + $1.euros }) { $0 + $1.amount.euros }
        // Half a cent more, for the rounding of the sum.
        guard euros <= Cents.largestTotal.euros + 0.005 else { throw .amountTooLarge(rule: rule.name) }
        var all = [Cents](repeating: .zero, count: population.schools.count)
        for (position, amount) in zip(reached, amounts) { all[position] = amount }
        return Allocation.Payment(
            rule: part.map { "\(rule.name), \($0)" } ?? rule.name, declaredRule: rule.name, year: year, amounts: all,
            municipalAmounts: municipalAmounts)
    }

    /// An amount of the rule in parts; nothing in parts of nothing.
    ///
    /// - Throws: ``FundingError/noSchools(rule:reason:)`` when no weight is above 0.
    func divide(_ amount: Cents, by weights: [Double], in year: SchoolYear) throws(FundingError) -> [Cents] {
        guard amount > .zero else { return [Cents](repeating: .zero, count: weights.count) }
        guard weights.contains(where: { $0 > 0 }) else {
            throw .noSchools(
                rule: rule.name,
                reason: "its figures are 0 for each of them in \(year), so \(amount) euros have nowhere to go")
        }
        return try amount.split(by: weights)
    }

    private func amounts(in year: SchoolYear) throws(FundingError) -> [Cents] {
        let rate = rule.formula.rate[year]
        let factor = rule.adjustment.factor(in: year)
        let entitlements = counts.map { $0.map { rule.formula.euros($0, rate: rate) } }
        guard let total = try rule.total(in: year) else { return try cents(entitlements, factor: factor) }
        return try divide(total, by: entitlements, in: year)
    }

    /// Euros rounded to the cent, within the bounds.
    private func cents(_ entitlements: [Double?], factor: Double) throws(FundingError) -> [Cents] {
        // Far above any budget, and far below what sums of cents can hold.
        guard entitlements.reduce(0, { $0 + factor * ($1 ?? 0) }) <= Cents.largestTotal.euros else {
            throw .amountTooLarge(rule: rule.name)
        }
        var amounts: [Cents] = []
        amounts.reserveCapacity(entitlements.count)
        for (position, entitlement) in entitlements.enumerated() {
            guard let entitlement else {
                amounts.append(.zero)
                continue
            }
            guard let amount = Cents(euros: factor * entitlement) else { throw .amountTooLarge(rule: rule.name) }
            amounts.append(
                ranges.isEmpty ? amount : min(max(amount, ranges[position].lowerBound), ranges[position].upperBound))
        }
        return amounts
    }

    private func divide(
        _ total: Cents, by entitlements: [Double?], in year: SchoolYear
    ) throws(FundingError) -> [Cents] {
        let weights = entitlements.map { $0 ?? 0 }
        guard !ranges.isEmpty else { return try divide(total, by: weights, in: year) }
        let own = zip(entitlements, ranges).map { $0 == nil ? Cents.zero...Cents.zero : $1 }
        if let parts = total.split(by: weights, within: own) { return parts }
        let least = own.reduce(0.0) { $0 + $1.lowerBound.euros }
        let most = zip(own, weights).reduce(0.0) { $0 + ($1.1 > 0 ? $1.0.upperBound : $1.0.lowerBound).euros }
        throw .totalOutsideBounds(rule: rule.name, total: total, least: least, most: most)
    }
}
