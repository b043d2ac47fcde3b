import Funding
import Recovery

/// One scenario's money: allocated, spent, and per pupil of each school.
public struct FundedScenario: Sendable {
    /// Its declaration.
    public let declaration: ScenarioDeclaration
    /// The money received.
    public let allocation: Allocation
    /// The money spent, by year.
    public let spending: SpendingPath
    /// The last school year in which money may be spent; nil without money.
    public let deadline: SchoolYear?
    /// How it is spent.
    public let policy: SpendingPolicy
}

/// The schools of a scenario file and the money of each scenario, allocated and spent.
public struct FundingPlan: Sendable {
    /// The scenario file.
    public let file: ScenarioFile
    /// The schools.
    public let population: SchoolPopulation
    /// The scenarios with their money, in the order of the file.
    public let scenarios: [FundedScenario]
    /// The marginals that the schools were synthesised to; nil for a table.
    let marginals: PopulationMarginals?
    /// Rows of the school table that were left out.
    public let schoolRowsLeftOut: Int
    /// How long allocating and spending the money of all scenarios took.
    public let secondsAllocating: Double

    /// Reads or synthesises the schools, allocates the money and spends it.
    ///
    /// - Throws: ``ScenarioError``, or the errors of schools and their tables.
    public init(_ file: ScenarioFile) throws {
        self.file = file
        (population, marginals, schoolRowsLeftOut) = try file.schools.population(seed: file.seed)
        let clock = ContinuousClock()
        let start = clock.now
        scenarios = try Self.funded(file, population)
        secondsAllocating = (clock.now - start) / .seconds(1)
    }

    private static func funded(
        _ file: ScenarioFile, _ population: SchoolPopulation
    ) throws(ScenarioError) -> [FundedScenario] {
        var funded: [FundedScenario] = []
        for declaration in file.scenarios {
            do {
                funded.append(try Self.fund(declaration, earlier: funded, population, seed: file.seed))
            } catch {
                throw .funding(scenario: declaration.name, error, place: declaration.place(of: error))
            }
        }
        return funded
    }

    private static func fund(
        _ declaration: ScenarioDeclaration, earlier: [FundedScenario], _ population: SchoolPopulation, seed: UInt64
    ) throws(FundingError) -> FundedScenario {
        var allocation: Allocation
        var (deadline, policy) = (declaration.deadline, declaration.spending)
        switch declaration.money {
        case .rules(let rules, let base):
            policy = policy ?? earlier.first { $0.declaration.name == base }?.policy
            allocation = try Allocation(rules: rules, population: population, seed: seed)
        case .changed(let base, let redistribution, let delay):
            guard let base = earlier.first(where: { $0.declaration.name == base }) else {
                throw .noSchools(rule: base, reason: "no such scenario")
            }
            allocation = base.allocation
            if let redistribution {
                allocation = try allocation.redistributed(by: redistribution, population: population)
            }
            if delay > 0 { allocation = allocation.delayed(byYears: delay) }
            deadline = deadline ?? base.deadline?.advanced(by: delay)
            policy = policy ?? base.policy.delayed(byYears: delay)
        }
        let last = deadline ?? allocation.years.last ?? SchoolYear(start: 0)
        if !allocation.years.isEmpty { try declaration.spending?.check(deadline: last) }
        let spending = try SpendingPath(
            allocation, deadline: last, policy: policy ?? .equalParts, population: population, seed: seed)
        return FundedScenario(
            declaration: declaration, allocation: allocation, spending: spending, deadline: deadline,
            policy: policy ?? .equalParts)
    }
}
