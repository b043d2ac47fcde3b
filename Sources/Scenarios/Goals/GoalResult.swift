import Probability
import Recovery

/// A row of `goals.csv`: how likely a scenario meets a goal at its deadline.
public struct GoalResult: Sendable {
    /// The scenario.
    public let scenario: String
    /// The goal.
    public let goal: GoalDeclaration
    /// The sector, or `all` for all outcomes of the goal together and for money.
    public let sector: String
    /// The outcome, or `all` for all outcomes of the goal together and for money.
    public let outcome: String
    /// The SES group whose deviation counts, or `all`.
    public let group: String
    /// Whether it is the goal as a whole, not one of its outcomes.
    public let isWhole: Bool
    /// The share of draws in which it is met; nil where there is no figure.
    public let probability: Double?
    /// Its Monte Carlo standard error; nil where it does not hang on draws.
    public let mcse: Double?
    /// The figure at the deadline: of the goal as a whole the least of its outcomes in each draw, which decides; nil where there
    /// is none, such as the share of the money of a scenario without money.
    public let summary: DrawSummary?
}

/// Judges the goals of a scenario file.
struct GoalJudgement {
    let cube: ResultCube

    private var plan: SimulationPlan { cube.plan }

    /// For each scenario and goal the goal as a whole and, where it is about outcomes, each of them.
    func results() -> [GoalResult] {
        plan.scenarios.indices.flatMap { scenario in
            plan.file.goals.flatMap { goal in
                goal.figure == .moneyByScore ? [money(goal, scenario)] : outcomes(goal, scenario)
            }
        }
    }

    private func outcomes(_ goal: GoalDeclaration, _ scenario: Int) -> [GoalResult] {
        let figures = goal.outcomes.map { figure(goal, OutcomeDraws(cube, scenario: scenario, outcome: $0)) }
        guard let first = figures.first else { return [] }
        // All outcomes reach the number in the same draw when the least of them does.
        let least = figures.dropFirst().reduce(first) { least, next in
            zip(least, next).map { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }
        }
        let whole = result(goal, scenario, sector: "all", outcome: "all", isWhole: true, least)
        return [whole]
            + zip(goal.outcomes, figures).map { position, draws in
                let outcome = plan.file.outcomes[position]
                return result(
                    goal, scenario, sector: outcome.sector, outcome: outcome.outcome, isWhole: false, draws)
            }
    }

    /// The figure in every draw at the end of the deadline's school year; not-a-number where nobody is in a group.
    private func figure(_ goal: GoalDeclaration, _ draws: OutcomeDraws) -> [Double] {
        guard let moment = cube.moments.firstIndex(of: goal.deadline) else { return [] }
        switch goal.figure {
        case .deviation: return draws.deviations(groups(goal).members, moment: moment, benchmark: goal.benchmark)
        case .gap: return draws.gap(moment: moment, benchmark: goal.benchmark)
        case .shareOfSchools: return draws.shareOfSchoolsRecovered(moment: moment, benchmark: goal.benchmark)
        case .moneyByScore: return []
        }
    }

    private func groups(_ goal: GoalDeclaration) -> (name: String, members: [Int]) {
        switch goal.pupils {
        case .all: ("all", [0, 1])
        case .low: (plan.file.lowGroup, [0])
        case .high: (plan.file.highGroup, [1])
        }
    }

    private func result(
        _ goal: GoalDeclaration, _ scenario: Int, sector: String, outcome: String, isWhole: Bool, _ draws: [Double]
    ) -> GoalResult {
        let isKnown = !draws.contains { $0.isNaN }
        let dependence = plan.sampling.dependence
        let share = DrawShare(draws, atLeast: goal.atLeast, dependence: dependence)
        return GoalResult(
            scenario: plan.scenarios[scenario].declaration.name, goal: goal, sector: sector, outcome: outcome,
            group: groups(goal).name, isWhole: isWhole, probability: isKnown ? share.value : nil,
            mcse: isKnown ? share.mcse : nil,
            summary: isKnown ? DrawSummary(draws, dependence: dependence) : nil)
    }

    private func money(_ goal: GoalDeclaration, _ scenario: Int) -> GoalResult {
        let share = plan.funding.shareByScore(scenario: scenario, in: goal.deadline)
        return GoalResult(
            scenario: plan.scenarios[scenario].declaration.name, goal: goal, sector: "all", outcome: "all",
            group: "all", isWhole: true, probability: share.map { $0 >= goal.atLeast ? 1 : 0 }, mcse: nil,
            summary: share.map { DrawSummary([$0]) })
    }
}
