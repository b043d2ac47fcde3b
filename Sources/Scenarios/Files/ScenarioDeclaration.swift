import Funding
import Recovery
import Specifications

/// One distribution of the money: rules of its own, or another scenario's money changed in some way.
public struct ScenarioDeclaration: Sendable {
    /// How a scenario gets its money.
    public enum Money: Sendable {
        /// From rules; none for a scenario without a programme. The base is the scenario whose rules it changes, if any.
        case rules([FundingRule], base: String?)
        /// From another scenario, the same money per year and sector divided by another basis, or some years later.
        case changed(base: String, redistribution: RedistributionBasis?, delayYears: Int)
    }

    /// Its name.
    public let name: String
    /// One line on what it is.
    public let title: String
    /// Its money.
    public let money: Money
    /// The last school year in which money may be spent; nil takes the base scenario's, later by the delay.
    public let deadline: SchoolYear?
    /// Where the deadline is declared, for messages.
    public let deadlinePlace: SpecificationPlace?
    /// How money is spent; nil takes the base scenario's, its moments later by the delay, or equal parts without a base.
    public let spending: SpendingPolicy?
    /// Whether the policy of the careers' years holds: the base scenario's when it does not say.
    public let hasCareerPolicy: Bool

    private static let keys = [
        "title", "rules", "without", "deadline", "spending", "extends", "redistribute", "delay_years", "careers",
    ]

    /// What a scenario can say of careers.
    private enum CareerPolicy: String, CaseIterable {
        case declared, none
    }

    /// Reads `{policy: none}`.
    private static func careerPolicy(_ value: SpecificationValue) -> Bool? {
        value.mapping("careers of a scenario", keys: ["policy"])?.required("policy")?.word(of: CareerPolicy.self)
            .map { $0 == .declared }
    }

    /// Where the cause of an error is declared; nil when it is not in this scenario's keys.
    func place(of error: FundingError) -> SpecificationPlace? {
        switch error {
        case .receivedAfterDeadline, .deadlineTooLate: return deadlinePlace
        case .momentBeforeMoney(_, _, _, let place), .momentAfterDeadline(_, _, let place): return place
        default:
            guard let rule = error.rule, case .rules(let rules, _) = money else { return nil }
            return rules.first { $0.name == rule }?.place
        }
    }

    /// Reads a scenario.
    ///
    /// - Parameters:
    ///   - earlierNames: The names of the scenarios before it in the file, which it may extend.
    ///   - earlier: Those of them that could be read.
    init?(
        name: String, _ value: SpecificationValue, sectors: [String], earlierNames: [String],
        earlier: [ScenarioDeclaration]
    ) {
        guard let mapping = value.mapping("scenario '\(name)'", keys: Self.keys) else { return nil }
        var deadline = mapping.optional("deadline").map { $0.schoolYear() }
        if case .some(.none) = deadline { return nil }
        let spending = mapping.optional("spending").map {
            SpendingPolicy($0, knownSectors: sectors, deadline: deadline ?? nil)
        }
        if case .some(.none) = spending { return nil }
        let money =
            mapping.optional("extends") == nil
            ? Self.rules(mapping, sectors: sectors)
            : Self.changed(mapping, sectors: sectors, earlierNames: earlierNames, earlier: earlier)
        let policy = mapping.optional("careers").map { Self.careerPolicy($0) }
        guard let money else { return nil }
        if case .some(.none) = policy { return nil }
        let base = mapping.optional("extends").flatMap { $0.text() }.flatMap { base in earlier.first { $0.name == base }
        }
        hasCareerPolicy = (policy ?? nil) ?? base?.hasCareerPolicy ?? true
        if case .rules(_, let base?) = money, deadline == nil {
            deadline = earlier.first { $0.name == base }?.deadline
        }
        if case .rules(let rules, _) = money, !rules.isEmpty, deadline == nil {
            mapping.fail(
                "missing key 'deadline' in scenario '\(name)': the last school year in which money may be spent.")
            return nil
        }
        self.name = name
        title = mapping.optionalText("title") ?? name
        self.money = money
        self.deadline = deadline ?? nil
        deadlinePlace = mapping.optional("deadline")?.place
        self.spending = spending ?? nil
    }

    private static func rules(_ mapping: SpecificationMapping, sectors: [String]) -> Money? {
        for key in ["redistribute", "delay_years", "without"] {
            mapping.optional(key)?.fail("'\(key)' changes another scenario's money; name that one with 'extends'.")
        }
        return rules(mapping.required("rules"), sectors: sectors).map { .rules($0, base: nil) }
    }

    /// Rules with different names.
    private static func rules(_ value: SpecificationValue?, sectors: [String]) -> [FundingRule]? {
        guard let values = value?.list() else { return nil }
        let rules = values.compactMap { FundingRule($0, knownSectors: sectors) }
        guard rules.count == values.count else { return nil }
        for (index, rule) in rules.enumerated() where rules[..<index].contains(where: { $0.name == rule.name }) {
            values[index].fail("two rules are named '\(rule.name)'. Give each a name of its own.")
            return nil
        }
        return rules
    }

    private static func changed(
        _ mapping: SpecificationMapping, sectors: [String], earlierNames: [String], earlier: [ScenarioDeclaration]
    ) -> Money? {
        guard let base = mapping.required("extends")?.word(among: earlierNames),
            let delay = mapping.integer("delay_years", in: 0...20, default: 0)
        else { return nil }
        if mapping.optional("rules") != nil || mapping.optional("without") != nil {
            return otherRules(mapping, sectors: sectors, base: earlier.first { $0.name == base })
        }
        guard let redistribute = mapping.optional("redistribute") else {
            return .changed(base: base, redistribution: nil, delayYears: delay)
        }
        return redistribute.word(of: RedistributionBasis.self).map {
            .changed(base: base, redistribution: $0, delayYears: delay)
        }
    }

    /// Another scenario's rules: those named in `without` left out, those of the same name replaced, the others added.
    private static func otherRules(
        _ mapping: SpecificationMapping, sectors: [String], base: ScenarioDeclaration?
    ) -> Money? {
        for key in ["redistribute", "delay_years"] {
            if let value = mapping.optional(key) {
                value.fail(
                    "'\(key)' and changed rules do not go together. Make a scenario of each, one extending the other.")
                return nil
            }
        }
        guard let base else { return nil }
        guard case .rules(var rules, _) = base.money else {
            mapping.required("extends")?.fail("its money is another scenario's, so it has no rules to change.")
            return nil
        }
        if let without = mapping.optional("without") {
            guard let names = without.list(atLeast: 1)?.map({ $0.word(among: rules.map(\.name)) }),
                !names.contains(where: { $0 == nil })
            else { return nil }
            rules.removeAll { names.contains($0.name) }
        }
        guard mapping.optional("rules") != nil else { return .rules(rules, base: base.name) }
        guard let own = Self.rules(mapping.optional("rules"), sectors: sectors) else { return nil }
        for rule in own {
            if let same = rules.firstIndex(where: { $0.name == rule.name }) {
                rules[same] = rule
            } else {
                rules.append(rule)
            }
        }
        return .rules(rules, base: base.name)
    }
}
