import Funding
import Parallelism
import Probability

/// What a simulation says: every table that hangs on draws.
public struct SimulationSummary: Sendable {
    /// The trajectories: by scenario, then outcome.
    public let trajectories: [Trajectory]
    /// The paired differences with the reference: by scenario, then outcome.
    public internal(set) var comparisons: [ScenarioComparison]
    /// The years of recovery: by scenario, then outcome.
    public let recoveries: [YearOfRecovery]
    /// The scenarios beside each other: by outcome, then scenario.
    public let rankings: [ScenarioRanking]
    /// The goals: by scenario, in the order of the file.
    public let goals: [GoalResult]
    /// School careers: by sector, scenario and indicator; empty when the file declares none.
    public let careers: [CareerTrajectory]
    /// What the sampling design gains in the last school year, all pupils of the reference: the variance of the mean of as many
    /// independent draws over that of the design's; empty for independent draws.
    public let samplingGains: [(outcome: String, factor: Double?)]
    /// How long summarising took.
    public let seconds: Double

    /// The variance reductions of the mean deviations of all pupils from the trend in a school year, by scenario and outcome.
    public func varianceReductions(in year: String) -> [(scenario: String, outcome: String, factor: Double?)] {
        comparisons.filter {
            $0.measure == .deviation && $0.benchmark == .trend && $0.group == "all" && $0.year == year
        }.map { ($0.scenario, $0.outcome + "." + $0.sector, $0.varianceReduction) }
    }
}

extension SimulationSummary {
    /// The summary with the variance of its comparisons split by source.
    public func split(by sensitivity: SensitivityAnalysis) -> SimulationSummary {
        var result = self
        result.comparisons = sensitivity.split(comparisons)
        return result
    }
}

extension SimulationResult {
    /// Summarises the draws; scenarios and outcomes are done on the threads of ``Parallelism/Threads``, each by itself, so that
    /// no figure depends on their number.
    ///
    /// - Parameter detail: Which trajectories are made.
    public func summary(_ plan: SimulationPlan, trajectories detail: TrajectoryDetail = .full) -> SimulationSummary {
        let clock = ContinuousClock()
        let start = clock.now
        let summariser = Summariser(cube: ResultCube(plan, self), detail: detail)
        let parts = summariser.parts()
        let outcomes = plan.file.outcomes.count
        // One outcome after the other within a scenario, then the scenario's money.
        let comparisons = plan.scenarios.indices.filter { $0 != plan.referencePosition }.flatMap { scenario in
            parts[(scenario * outcomes)..<((scenario + 1) * outcomes)].flatMap(\.comparisons)
                + summariser.spendingRows(scenario)
        }
        let rankings = summariser.rankings(parts.map(\.entry))
        let goals = GoalJudgement(cube: summariser.cube).results()
        return SimulationSummary(
            trajectories: parts.flatMap(\.trajectories), comparisons: comparisons,
            recoveries: parts.flatMap(\.recoveries), rankings: rankings, goals: goals,
            careers: summariser.cube.careerTrajectories(),
            samplingGains: summariser.samplingGains,
            seconds: (clock.now - start) / .seconds(1))
    }

    /// The trajectories of every scenario and outcome.
    public func trajectories(_ plan: SimulationPlan) -> [Trajectory] { summary(plan).trajectories }

    /// The paired differences of every scenario with the reference.
    public func comparisons(_ plan: SimulationPlan) -> [ScenarioComparison] { summary(plan).comparisons }
}

/// Summarises one scenario and outcome at a time.
private struct Summariser {
    /// What one scenario and outcome give.
    struct Part: Sendable {
        var trajectories: [Trajectory] = []
        var comparisons: [ScenarioComparison] = []
        var recoveries: [YearOfRecovery] = []
        var entry = ScenarioField.Entry(spending: 0, sdYears: [], gap: [])
    }

    let cube: ResultCube
    let detail: TrajectoryDetail
    /// Money spent by scenario and sector.
    private let spending: [[String: Cents]]

    private var plan: SimulationPlan { cube.plan }

    init(cube: ResultCube, detail: TrajectoryDetail) {
        (self.cube, self.detail) = (cube, detail)
        let schools = cube.plan.population.schools
        spending = cube.plan.scenarios.map { scenario in
            var sums: [String: Cents] = [:]
            for year in scenario.spending.years {
                for (school, amount) in zip(schools, year.spent) { sums[school.sector, default: .zero] += amount }
            }
            return sums
        }
    }

    /// The parts, by scenario and then outcome.
    func parts() -> [Part] {
        let outcomes = plan.file.outcomes.count
        var parts = [Part](repeating: Part(), count: plan.scenarios.count * outcomes)
        parts.withUnsafeMutableBufferPointer { parts in
            nonisolated(unsafe) let parts = parts
            Threads.forEach(parts.count) { index in
                parts[index] = part(scenario: index / outcomes, outcome: index % outcomes)
            }
        }
        return parts
    }

    private func part(scenario: Int, outcome: Int) -> Part {
        let own = OutcomeDraws(cube, scenario: scenario, outcome: outcome).loaded()
        let reference =
            scenario == plan.referencePosition
            ? nil : OutcomeDraws(cube, scenario: plan.referencePosition, outcome: outcome).loaded()
        let cost = euros(scenario, own.simulated.sector) - euros(plan.referencePosition, own.simulated.sector)
        let hasGap = own.pupils([0]) > 0 && own.pupils([1]) > 0
        return Part(
            trajectories: own.trajectories(detail),
            comparisons: reference.map { OutcomeDifference(own: own, reference: $0, cost: cost).rows() } ?? [],
            recoveries: own.yearsOfRecovery(reference: reference),
            entry: ScenarioField.Entry(
                spending: euros(scenario, own.simulated.sector), sdYears: own.sdYears,
                gap: hasGap
                    ? own.gap(moment: cube.moments.count - 1, benchmark: .trend)
                    : [Double](repeating: 0, count: own.count), pupilYears: own.pupilYears))
    }

    /// What the sampling design gains, by outcome.
    var samplingGains: [(outcome: String, factor: Double?)] {
        guard plan.sampling != .independent else { return [] }
        return plan.file.outcomes.enumerated().map { position, outcome in
            let draws = OutcomeDraws(cube, scenario: plan.referencePosition, outcome: position).loaded()
                .deviations([0, 1], moment: cube.moments.count - 1, benchmark: .trend)
            return (outcome.name, ReplicatedMean(draws, dependence: plan.sampling.dependence).varianceReduction)
        }
    }

    private func euros(_ scenario: Int, _ sector: String) -> Double { (spending[scenario][sector] ?? .zero).euros }

    /// A scenario's money less that of the reference, by sector.
    func spendingRows(_ scenario: Int) -> [ScenarioComparison] {
        plan.population.sectors.map { sector in
            let value = euros(scenario, sector) - euros(plan.referencePosition, sector)
            return ScenarioComparison(
                scenario: plan.scenarios[scenario].declaration.name, reference: plan.file.reference,
                measure: .spending, benchmark: nil, sector: sector, outcome: "all", group: "all", year: "all",
                value: value, standardDeviation: 0, interval: (value, value), probabilityBetter: nil, mcse: .init(),
                varianceReduction: nil)
        }
    }

    /// The rankings, by outcome and then scenario.
    func rankings(_ entries: [ScenarioField.Entry]) -> [ScenarioRanking] {
        let (outcomes, dependence) = (plan.file.outcomes, plan.sampling.dependence)
        return outcomes.indices.flatMap { outcome in
            let field = ScenarioField(entries: plan.scenarios.indices.map { entries[$0 * outcomes.count + outcome] })
            return zip(plan.scenarios, field.entries).map { scenario, entry in
                let best = DrawShare(scores: field.best(of: entry), dependence: dependence)
                let efficient = DrawShare(scores: field.efficient(entry), dependence: dependence)
                return ScenarioRanking(
                    scenario: scenario.declaration.name, sector: outcomes[outcome].sector,
                    outcome: outcomes[outcome].outcome, spending: entry.spending,
                    regret: DrawSummary(field.regret(of: entry), dependence: dependence), probabilityBest: best.value,
                    mcseOfProbabilityBest: best.mcse, probabilityEfficient: efficient.value,
                    mcseOfProbabilityEfficient: efficient.mcse)
            }
        }
    }
}
