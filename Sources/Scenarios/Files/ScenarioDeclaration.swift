import Funding
import Recovery
import Specifications

/// One distribution of the money: rules of its own, or another scenario's money changed in some way.
public struct ScenarioDeclaration: Sendable {
    /// How a scenario gets its money.
    public enum Money: Sendable {
        /// From rules; none for a scenario without a programme.
        case rules([FundingRule])
        /// From another scenario, the same money per year and sector divided by another basis, or some years later.
        case changed(base: String, redistribution: FundingRule.Basis?, delayYears: Int)
    }

    /// Its name.
    public let name: String
    /// One line on what it is.
    public let title: String
    /// Its money.
    public let money: Money
    /// The last school year in which money may be spent; nil takes the base scenario's, later by the delay.
    public let deadline: SchoolYear?

    private static let keys = ["title", "rules", "deadline", "extends", "redistribute", "delay_years"]

    init?(name: String, _ value: SpecificationValue, sectors: [String], earlier: [String]) {
        guard let mapping = value.mapping("scenario '\(name)'", keys: Self.keys) else { return nil }
        let deadline = mapping.optional("deadline").map { $0.schoolYear() }
        if case .some(.none) = deadline { return nil }
        let money =
            mapping.optional("extends") == nil
            ? Self.rules(mapping, sectors: sectors) : Self.changed(mapping, earlier: earlier)
        guard let money else { return nil }
        if case .rules(let rules) = money, !rules.isEmpty, deadline == nil {
            mapping.fail(
                "missing key 'deadline' in scenario '\(name)': the last school year in which money may be spent.")
            return nil
        }
        self.name = name
        title = mapping.optionalText("title") ?? name
        self.money = money
        self.deadline = deadline ?? nil
    }

    private static func rules(_ mapping: SpecificationMapping, sectors: [String]) -> Money? {
        for key in ["redistribute", "delay_years"] {
            mapping.optional(key)?.fail("'\(key)' changes another scenario's money; name that one with 'extends'.")
        }
        guard let values = mapping.required("rules")?.list() else { return nil }
        let rules = values.compactMap { FundingRule($0, knownSectors: sectors) }
        return rules.count == values.count ? .rules(rules) : nil
    }

    private static func changed(_ mapping: SpecificationMapping, earlier: [String]) -> Money? {
        mapping.optional("rules")?.fail("a scenario has either 'rules' or 'extends', not both.")
        guard let base = mapping.required("extends")?.word(among: earlier),
            let delay = mapping.integer("delay_years", in: 0...20, default: 0)
        else { return nil }
        guard let redistribute = mapping.optional("redistribute") else {
            return .changed(base: base, redistribution: nil, delayYears: delay)
        }
        return redistribute.word(of: FundingRule.Basis.self).map {
            .changed(base: base, redistribution: $0, delayYears: delay)
        }
    }
}

/// Where the schools of a scenario file come from.
public enum SchoolSource: Sendable {
    /// The embedded Dutch population.
    case netherlands
    /// A population with the marginals of a file in the embedded one's format.
    case marginals(path: String)
    /// A table with declared columns.
    case table(SchoolTable)

    /// The files that the schools are read from, for provenance.
    public var inputPaths: [String] {
        switch self {
        case .netherlands: []
        case .marginals(let path): [path]
        case .table(let table): table.inputPaths
        }
    }

    /// The schools, the marginals that they were synthesised to, and how many rows of a table were left out.
    ///
    /// - Throws: the errors of the file that they come from.
    func population(seed: UInt64) throws -> (SchoolPopulation, PopulationMarginals?, rowsLeftOut: Int) {
        let marginals: PopulationMarginals
        switch self {
        case .netherlands: marginals = try PopulationMarginals.netherlands()
        case .marginals(let path): marginals = try PopulationMarginals(path: path)
        case .table(let table):
            let (population, rowsLeftOut) = try table.read()
            return (population, nil, rowsLeftOut)
        }
        return (try marginals.synthesise(seed: seed), marginals, 0)
    }
}
