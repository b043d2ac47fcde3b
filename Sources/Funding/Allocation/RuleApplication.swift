import Recovery

/// One rule on one population: the schools that it reaches and what each of them counts for.
struct RuleApplication {
    let rule: FundingRule
    let schools: ReachedSchools
    let counts: [Double?]
    private let ranges: [ClosedRange<Cents>]
    let municipalities: [MunicipalBasis]

    /// - Throws: ``FundingError/noSchools(rule:reason:)`` and what bounds and municipalities throw.
    init(_ rule: FundingRule, _ population: SchoolPopulation, seed: UInt64) throws(FundingError) {
        self.rule = rule
        schools = ReachedSchools(rule, in: population)
        guard schools.count > 0 else {
            throw .noSchools(rule: rule.name, reason: Self.missingSchools(rule, population))
        }
        if let reason = Self.unknownChoice(rule, schools) { throw .unknownChoice(rule: rule.name, reason: reason) }
        counts = rule.formula.counts(of: schools, seed: seed)
        var ranges: [ClosedRange<Cents>] = []
        if !rule.bounds.isEmpty {
            for index in 0..<schools.count {
                ranges.append(try rule.bounds.range(of: schools[index], rule: rule.name))
            }
        }
        self.ranges = ranges
        if case .municipal(let part) = rule.formula {
            municipalities = try MunicipalBasis.all(schools, part: part, rule: rule.name)
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
    private static func unknownChoice(_ rule: FundingRule, _ schools: ReachedSchools) -> String? {
        if let named = rule.schoolTypes {
            let types = Set(schools.map(\.traits.type).compactMap { $0 })
            guard let type = named.first(where: { !types.contains($0) }) else { return unknownGrade(rule, schools) }
            return "no school of type '\(type)' in its sectors; those it names and finds are "
                + types.sorted().joined(separator: ", ")
        }
        return unknownGrade(rule, schools)
    }

    private static func unknownGrade(_ rule: FundingRule, _ schools: ReachedSchools) -> String? {
        guard case .perPupil(let formula) = rule.formula, let grades = formula.grades else { return nil }
        let known = Set(schools.map { $0.grades.map(\.grade) }.joined())
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
        default: return [payment(nil, year, try amounts(in: year))]
        }
    }

    /// A payment of the rule from the amounts of the reached schools.
    ///
    /// - Parameter part: The part of the rule that it pays; nil for all of it.
    func payment(
        _ part: String?, _ year: SchoolYear, _ amounts: [Cents], municipalAmounts: [Allocation.MunicipalAmount] = []
    ) -> Allocation.Payment {
        var all = [Cents](repeating: .zero, count: schools.population.schools.count)
        for (position, amount) in zip(schools.positions, amounts) { all[position] = amount }
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
        let least = zip(entitlements, ranges).reduce(0) { $0 + ($1.0 == nil ? 0 : $1.1.lowerBound.euros) }
        guard least <= Cents.largestTotal.euros else { throw .amountTooLarge(rule: rule.name) }
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
