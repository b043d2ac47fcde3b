import Funding
import LinearAlgebra
import Models
import Recovery

/// What can go wrong when a scenario file is put together.
public enum ScenarioError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A scenario's money cannot be allocated or spent.
    case funding(scenario: String, FundingError)
    /// A starting state cannot be taken from a model.
    case start(outcome: String, String)
    /// An outcome is declared for a sector without schools.
    case sectorWithoutSchools(outcome: String, sector: String)
    /// Money is spent in a school year that is not simulated: it would cost without having an effect.
    case spendingOutsideCalendar(scenario: String, year: String, calendar: String)
    /// The user stopped the run.
    case cancelled

    /// The message.
    public var description: String {
        switch self {
        case .funding(let scenario, let error): "scenario '\(scenario)': \(error)"
        case .start(let outcome, let message): "start of '\(outcome)': \(message)"
        case .sectorWithoutSchools(let outcome, let sector):
            "outcome '\(outcome)' is declared for sector '\(sector)', which has no schools."
        case .spendingOutsideCalendar(let scenario, let year, let calendar):
            "scenario '\(scenario)': money is spent in \(year), but \(calendar) is simulated. Extend the calendar, or move "
                + "the deadline."
        case .cancelled: "stopped before the end; nothing was written."
        }
    }
}

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
}

/// Starting deviations of some outcomes and groups, jointly normal: mean and a factor of their covariance.
struct JointStart: Sendable {
    let stream: UInt64
    let mean: [Double]
    let factor: Matrix
    /// For each element the outcome's position and whether it is the low group.
    let targets: [(outcome: Int, isLow: Bool)]
}

/// Everything the simulator needs, put together and checked: schools, money, starting states.
public struct SimulationPlan: Sendable {
    /// The scenario file.
    public let file: ScenarioFile
    /// The schools.
    public let population: SchoolPopulation
    /// The scenarios with their money, in the order of the file.
    public let scenarios: [FundedScenario]
    /// The starting estimates, by model.
    let starts: [JointStart]
    /// The starting deviations that come from models, for tables.
    public let startingEstimates: [(outcome: SimulatedOutcome, isLow: Bool, estimate: Estimate, model: String)]
    /// The marginals that the schools were synthesised to; nil for a table.
    let marginals: PopulationMarginals?
    /// Rows of the school table that were left out.
    public let schoolRowsLeftOut: Int

    /// Puts a scenario file together.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - analyses: The recovery analysis of each model, by name.
    /// - Throws: ``ScenarioError``, or the errors of schools and their tables.
    public init(_ file: ScenarioFile, analyses: [String: RecoveryAnalysis]) throws {
        self.file = file
        (population, marginals, schoolRowsLeftOut) = try file.schools.population(seed: file.seed)
        for outcome in file.outcomes where !population.sectors.contains(outcome.sector) {
            throw ScenarioError.sectorWithoutSchools(outcome: outcome.outcome, sector: outcome.sector)
        }
        scenarios = try Self.funded(file, population)
        for scenario in scenarios {
            guard let outside = scenario.spending.years.first(where: { !file.years.contains($0.year) }) else {
                continue
            }
            throw ScenarioError.spendingOutsideCalendar(
                scenario: scenario.declaration.name, year: outside.year.description, calendar: file.calendarWords)
        }
        (starts, startingEstimates) = try Self.starts(file, analyses)
    }

    /// The position of the reference scenario.
    public var referencePosition: Int { scenarios.firstIndex { $0.declaration.name == file.reference } ?? 0 }

    private static func funded(
        _ file: ScenarioFile, _ population: SchoolPopulation
    ) throws(ScenarioError) -> [FundedScenario] {
        var funded: [FundedScenario] = []
        for declaration in file.scenarios {
            do {
                funded.append(try Self.fund(declaration, earlier: funded, population))
            } catch {
                throw .funding(scenario: declaration.name, error)
            }
        }
        return funded
    }

    private static func fund(
        _ declaration: ScenarioDeclaration, earlier: [FundedScenario], _ population: SchoolPopulation
    ) throws(FundingError) -> FundedScenario {
        var allocation: Allocation
        var deadline = declaration.deadline
        switch declaration.money {
        case .rules(let rules):
            allocation = try Allocation(rules: rules, population: population)
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
        }
        let last = deadline ?? allocation.years.last ?? SchoolYear(start: 0)
        let spending = try SpendingPath(allocation, deadline: last, schools: population.schools.count)
        return FundedScenario(
            declaration: declaration, allocation: allocation, spending: spending, deadline: deadline)
    }

    private static func starts(
        _ file: ScenarioFile, _ analyses: [String: RecoveryAnalysis]
    ) throws(ScenarioError) -> (
        [JointStart], [(outcome: SimulatedOutcome, isLow: Bool, estimate: Estimate, model: String)]
    ) {
        var joint: [JointStart] = []
        var rows: [(outcome: SimulatedOutcome, isLow: Bool, estimate: Estimate, model: String)] = []
        for model in file.models {
            var cells: [Cell] = []
            var targets: [(outcome: Int, isLow: Bool)] = []
            for (position, outcome) in file.outcomes.enumerated() {
                guard case .estimates(model.name, let name, let cohort) = outcome.start else { continue }
                for isLow in [true, false] {
                    let group = isLow ? file.lowGroup : file.highGroup
                    cells.append(Cell(outcome: name, sector: outcome.sector, cohort: cohort, group: group))
                    targets.append((position, isLow))
                }
            }
            guard let first = targets.first else { continue }
            let name = file.outcomes[first.outcome].name
            guard let analysis = analyses[model.name] else {
                throw .start(
                    outcome: name, "model '\(model.name)' reports no growth; declare its 'report' or 'figures'.")
            }
            let deviations: Estimates
            let factor: SemidefiniteFactor
            do {
                deviations = try analysis.deviations(of: cells)
                factor = try SemidefiniteFactor(deviations.covariance)
            } catch {
                throw .start(outcome: name, "\(error)")
            }
            joint.append(
                JointStart(stream: model.stream, mean: deviations.values, factor: factor.lower, targets: targets))
            for (index, target) in targets.enumerated() {
                rows.append((file.outcomes[target.outcome], target.isLow, deviations.estimate(at: index), model.name))
            }
        }
        return (joint, rows)
    }
}
