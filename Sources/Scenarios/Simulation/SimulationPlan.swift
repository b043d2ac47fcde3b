import Funding
import LinearAlgebra
import Models
import Recovery
import Specifications

/// What can go wrong when a scenario file is put together.
public enum ScenarioError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A scenario's money cannot be allocated or spent; the place is where the cause is declared.
    case funding(scenario: String, FundingError, place: SpecificationPlace?)
    /// A starting state cannot be taken from a model.
    case start(outcome: String, String)
    /// An outcome is declared for a sector without pupils.
    case sectorWithoutSchools(outcome: String, sector: String)
    /// Money is spent in a school year that is not simulated: it would cost without having an effect.
    case spendingOutsideCalendar(scenario: String, year: String, calendar: String)
    /// An effect cannot be taken from a model; the place is where it is declared.
    case evidence(String, place: SpecificationPlace)
    /// Declared correlations cannot be used; the place is where they are declared.
    case correlations(String, place: SpecificationPlace)
    /// Parameters are so large that a draw's figures are no numbers.
    case notFinite(draw: Int)
    /// The inputs cannot be sampled as asked.
    case sampling(String)
    /// The staff that can be found is declared for what is not there; the place is where it is declared.
    case capacity(String, place: SpecificationPlace)
    /// Careers cannot be put together; the place is where they are declared.
    case careers(String, place: SpecificationPlace)
    /// There is nothing to simulate.
    case noOutcomes
    /// The user stopped the run.
    case cancelled

    /// The message.
    public var description: String {
        switch self {
        case .funding(let scenario, let error, let place):
            (place.map { "\($0): " } ?? "") + "scenario '\(scenario)': \(error)"
        case .start(let outcome, let message): "start of '\(outcome)': \(message)"
        case .sectorWithoutSchools(let outcome, let sector):
            "outcome '\(outcome)' is declared for sector '\(sector)', which has no schools with pupils."
        case .spendingOutsideCalendar(let scenario, let year, let calendar):
            "scenario '\(scenario)': money is spent in \(year), but \(calendar) is simulated. Extend the calendar, or move "
                + "the deadline."
        case .evidence(let message, let place), .correlations(let message, let place),
            .capacity(let message, let place), .careers(let message, let place):
            "\(place): \(message)"
        case .sampling(let message): message
        case .notFinite(let draw):
            "draw \(draw) has figures that are infinite or no numbers. Look for a parameter that is far too large: "
                + "'herstel explain' prints them all."
        case .noOutcomes:
            "no outcome is declared, so there is nothing to simulate. Add 'outcomes', or use 'herstel allocate' for the money."
        case .cancelled: "stopped before the end; nothing was written."
        }
    }

    /// Where the cause is declared; nil when it concerns the file as a whole.
    public var place: SpecificationPlace? {
        switch self {
        case .funding(_, _, let place): place
        case .evidence(_, let place), .correlations(_, let place), .capacity(_, let place), .careers(_, let place):
            place
        default: nil
        }
    }
}

/// Starting deviations of some outcomes and groups, jointly normal: mean and a factor of their covariance.
struct JointStart: Sendable {
    let model: String
    let stream: UInt64
    let mean: [Double]
    let factor: Matrix
    /// For each element the outcome's position and whether it is the low group.
    let targets: [(outcome: Int, isLow: Bool)]
}

/// Everything the simulator needs, put together and checked: schools, money, starting states.
public struct SimulationPlan: Sendable {
    /// The schools and the money.
    public let funding: FundingPlan
    /// What the money is spent on, effects of fitted models in place; nil when the file declares no interventions.
    public internal(set) var interventions: InterventionDeclaration?
    /// How effects of interventions last, when a model says it.
    var fittedPersistence: FittedPersistence?
    /// The starting estimates, by model.
    var starts: [JointStart]
    /// The careers of sectors that have them, in the order of the file.
    var careers: [CareerPlan]
    /// All uncertain inputs.
    let space: InputSpace
    /// How they are drawn.
    public private(set) var sampling = SamplingDesign.independent
    /// The starting deviations that come from models, for tables.
    public let startingEstimates: [(outcome: SimulatedOutcome, isLow: Bool, estimate: Estimate, model: String)]
    /// Puts a scenario file together.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - analyses: The recovery analysis of each model, by name.
    ///   - models: The fitted models, by name, for effects and their persistence.
    /// - Throws: ``ScenarioError``, or the errors of schools and their tables.
    public init(_ file: ScenarioFile, analyses: [String: RecoveryAnalysis], models: [String: FittedModel] = [:]) throws
    {
        try self.init(file, analyses: analyses, models: models, flows: models.compactMapValues(\.flows))
    }

    /// As ``init(_:analyses:models:)``, with the flows of careers of the models that have them.
    init(
        _ file: ScenarioFile, analyses: [String: RecoveryAnalysis], models: [String: FittedModel] = [:],
        flows: [String: FittedFlows]
    ) throws {
        funding = try FundingPlan(file)
        guard !file.outcomes.isEmpty else { throw ScenarioError.noOutcomes }
        interventions = try file.interventions?.resolved(models)
        fittedPersistence = try Self.fittedPersistence(file, models)
        let (population, scenarios) = (funding.population, funding.scenarios)
        for outcome in file.outcomes where population.pupils(in: outcome.sector) == 0 {
            throw ScenarioError.sectorWithoutSchools(outcome: outcome.outcome, sector: outcome.sector)
        }
        let regions = Set(population.schools.compactMap(\.traits.region))
        for capacity in (file.interventions?.capacities ?? [:]).values { try capacity.check(regions: regions) }
        for scenario in scenarios {
            guard let outside = scenario.spending.years.first(where: { !file.years.contains($0.year) }) else {
                continue
            }
            throw ScenarioError.spendingOutsideCalendar(
                scenario: scenario.declaration.name, year: outside.year.description, calendar: file.calendarWords)
        }
        (starts, startingEstimates) = try Self.starts(file, analyses)
        careers = try file.careers.map { (declaration) throws(ScenarioError) in
            try CareerPlan(declaration, file, population, fits: flows)
        }
        space = try InputSpace(
            file, starts: starts, interventions: interventions, persistence: fittedPersistence, careers: careers)
    }

    /// The plan with its inputs sampled in another way.
    ///
    /// - Throws: ``ScenarioError/sampling(_:)`` when there are more inputs than the design has room for.
    public func sampled(by design: SamplingDesign) throws(ScenarioError) -> SimulationPlan {
        if let room = design.largestNumberOfInputs, space.inputs.count > room {
            throw .sampling(
                "there are \(space.inputs.count) uncertain inputs, and a Sobol' sequence has room for \(room). Use "
                    + "--sampling independent.")
        }
        var plan = self
        plan.sampling = design
        return plan
    }

    /// The uncertain inputs of a draw: the same in every scenario.
    func inputs(draw: UInt32) -> DrawnInputs { space.drawn(seed: file.seed, draw: draw, sampling: sampling) }

    /// The scenario file.
    public var file: ScenarioFile { funding.file }
    /// The schools.
    public var population: SchoolPopulation { funding.population }
    /// The scenarios with their money, in the order of the file.
    public var scenarios: [FundedScenario] { funding.scenarios }

    /// The position of the reference scenario.
    public var referencePosition: Int { scenarios.firstIndex { $0.declaration.name == file.reference } ?? 0 }

    private static func fittedPersistence(
        _ file: ScenarioFile, _ models: [String: FittedModel]
    ) throws -> FittedPersistence? {
        guard case .model(let name, _)? = file.interventions?.persistence, let fit = models[name]?.persistence,
            let reference = file.models.first(where: { $0.name == name })
        else { return nil }
        return try FittedPersistence(fit, model: name, stream: reference.stream)
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
                guard case .estimates(model.name, let name, let cohort) = outcome.start.state else { continue }
                for isLow in [true, false] {
                    let group = isLow ? file.lowGroup : file.highGroup
                    cells.append(
                        Cell(
                            quantity: analyses[model.name]?.quantity ?? .growth, outcome: name, sector: outcome.sector,
                            cohort: cohort, group: group))
                    targets.append((position, isLow))
                }
            }
            guard let first = targets.first else { continue }
            let name = file.outcomes[first.outcome].name
            guard let analysis = analyses[model.name] else {
                throw .start(
                    outcome: name,
                    "model '\(model.name)' reports neither growth nor levels; declare its 'report', 'outcomes' or 'figures'."
                )
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
                JointStart(
                    model: model.name, stream: model.stream, mean: deviations.values, factor: factor.lower,
                    targets: targets))
            for (index, target) in targets.enumerated() {
                rows.append((file.outcomes[target.outcome], target.isLow, deviations.estimate(at: index), model.name))
            }
        }
        return (joint, rows)
    }
}
