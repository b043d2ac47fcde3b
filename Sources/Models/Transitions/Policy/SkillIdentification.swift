import Specifications
import Tables

/// An assumption by which the effect of skill on a rate is told from that of the rules.
public struct SkillIdentification: Sendable {
    /// Where the effect of skill comes from.
    public enum Kind: Sendable {
        /// How far skill was from the baseline, in SD by year, and what an SD does to the log-odds: both declared.
        case declared(
            logOddsPerSD: PolicyDeclaration.Assumed, deviations: [(year: String, sd: PolicyDeclaration.Assumed)])
        /// Years of the crisis under the old rules: their whole deviation is skill, and the policy years' skill is the same.
        case fromYears([String])
    }

    /// Its name in the tables.
    public let name: String
    /// Where the effect of skill comes from.
    public let kind: Kind

    init?(_ value: SpecificationValue, policyYears: [String]) {
        guard
            let mapping = value.mapping("skill", keys: ["name", "log_odds_per_sd", "deviation", "from_years", "note"])
        else { return nil }
        let isDeclared = mapping.optional("log_odds_per_sd") != nil || mapping.optional("deviation") != nil
        guard isDeclared != (mapping.optional("from_years") != nil) else {
            mapping.fail(
                "give either 'log_odds_per_sd' with 'deviation' (a declared effect of skill), or 'from_years' (crisis years under "
                    + "the old rules).")
            return nil
        }
        guard let kind = isDeclared ? Self.declared(mapping, policyYears) : Self.fromYears(mapping, policyYears) else {
            return nil
        }
        name = mapping.optionalText("name") ?? (isDeclared ? "declared" : "from_years")
        self.kind = kind
    }

    private static func declared(_ mapping: SpecificationMapping, _ policyYears: [String]) -> Kind? {
        let effect = mapping.required("log_odds_per_sd").flatMap { PolicyDeclaration.Assumed($0, "log_odds_per_sd") }
        guard let years = mapping.required("deviation")?.openMapping("deviation") else { return nil }
        let read = years.entries.map { entry in
            PolicyDeclaration.Assumed(entry.value, "deviation of '\(entry.key)'").map { (year: entry.key, sd: $0) }
        }
        guard let effect, !read.contains(where: { $0 == nil }) else { return nil }
        let found = read.compactMap { $0 }
        for name in policyYears where !found.contains(where: { $0.year == name }) {
            years.fail("no deviation of skill is declared for the policy year '\(name)'. Add it, with its source.")
            return nil
        }
        for (year, sd) in found where abs(effect.estimate * sd.estimate) > PolicyDeclaration.Assumed.largest {
            years.fail(
                "skill would move the log-odds of '\(year)' by \(shortestText(effect.estimate * sd.estimate)); expected at most "
                    + "\(shortestText(PolicyDeclaration.Assumed.largest)) either way. Correct the deviation, or 'log_odds_per_sd'."
            )
            return nil
        }
        return .declared(logOddsPerSD: effect, deviations: found)
    }

    private static func fromYears(_ mapping: SpecificationMapping, _ policyYears: [String]) -> Kind? {
        guard let value = mapping.optional("from_years"), let years = value.texts(atLeast: 1),
            SeriesSpecification.withoutRepeats(years, value) != nil
        else { return nil }
        for name in years where policyYears.contains(name) {
            value.fail(
                "'\(name)' is a policy year: its deviation is not that of skill alone. Name years under the old rules.")
            return nil
        }
        return .fromYears(years)
    }

    /// Whether it says what skill did in a year that is no policy year.
    func tells(_ year: String) -> Bool {
        switch kind {
        case .declared(_, let deviations): deviations.contains { $0.year == year }
        case .fromYears(let years): years.contains(year)
        }
    }

    /// The assumption in a few words.
    ///
    /// - Parameter year: The year whose declared deviation is meant; nil for all.
    func words(for year: String? = nil) -> String {
        switch kind {
        case .declared(let effect, let deviations):
            let named = deviations.filter { year == nil || $0.year == year }
            return "\(effect.words) log-odds per SD of skill (\(effect.source)), times "
                + named.map { "\($0.sd.words) SD in \($0.year) (\($0.sd.source))" }.joined(separator: ", ")
        case .fromYears(let years):
            return
                "the deviation of \(years.joined(separator: " and ")), which had the old rules: all of it is taken as skill's, and "
                + "as the same in the policy years"
        }
    }
}

extension PolicyDeclaration.Assumed {
    /// `-0.15 +- 0.05`.
    fileprivate var words: String { "\(shortestText(estimate)) +- \(shortestText(standardError))" }
}
