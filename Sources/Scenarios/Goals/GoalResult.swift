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
                switch goal.figure {
                case .moneyByScore: [money(goal, scenario)]
                case .career: careers(goal, scenario)
                case .deviation, .gap, .shareOfSchools: outcomes(goal, scenario)
                }
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
        case .moneyByScore, .career: return []
        }
    }

    /// Deviations of careers from the baseline, percentage points.
    private func careers(_ goal: GoalDeclaration, _ scenario: Int) -> [GoalResult] {
        let figures = goal.careers.map { career($0, goal, scenario) }
        guard let first = figures.first else { return [] }
        // All meet it in the same draw when the one that is worst off does.
        let worst = figures.dropFirst().reduce(first) { worst, next in
            zip(worst, next).map { $0.isNaN || $1.isNaN ? .nan : goal.isAtMost ? max($0, $1) : min($0, $1) }
        }
        return [result(goal, scenario, sector: "all", outcome: "all", isWhole: true, worst)]
            + zip(goal.careers, figures).map { subject, draws in
                result(goal, scenario, sector: subject.sector, outcome: subject.name, isWhole: false, draws)
            }
    }

    /// The figure in every draw; not-a-number where there is nobody.
    private func career(_ subject: CareerSubject, _ goal: GoalDeclaration, _ scenario: Int) -> [Double] {
        let draws = CareerDraws(cube: cube, index: subject.careers)
        guard let year = plan.file.years.firstIndex(of: goal.deadline) else { return [.nan] }
        let figure = CareerFigure(
            indicator: subject.indicator, track: subject.track, groups: groups(goal).members, year: year)
        guard let own = draws.values(figure, world: scenario), let base = draws.values(figure, world: draws.baseline)
        else { return [Double](repeating: .nan, count: cube.result.draws) }
        return zip(own, base).map { 100 * ($0 - $1) }
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
        let share =
            goal.isAtMost
            ? DrawShare(draws.map { -$0 }, atLeast: -goal.atLeast, dependence: dependence)
            : DrawShare(draws, atLeast: goal.atLeast, dependence: dependence)
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
