import Runs
import Scenarios

/// How likely each scenario meets the goals.
struct GoalsReport {
    let run: CompletedRun

    /// Empty when the scenario file declares no goals.
    var text: String {
        let goals = run.prepared.file.goals
        guard !goals.isEmpty else { return "" }
        let numbers = goals.indices.map { String($0 + 1) }
        let list = zip(numbers, goals).map { "  \($0)  \($1.name): \(Self.words($1))" }
        var table = TextTable(["scenario"] + numbers, numeric: [false] + numbers.map { _ in true })
        for scenario in run.prepared.file.scenarios {
            let rows = run.summary.goals.filter { $0.scenario == scenario.name && $0.isWhole }
            table.append([scenario.name] + rows.map { $0.probability.map { fixed($0, 2) } ?? "-" })
        }
        return
            (["Probability that each goal is met at its deadline, all its outcomes at once; one by one: goals.csv"]
            + list
            + [table.text]).joined(separator: "\n")
    }

    private static func words(_ goal: GoalDeclaration) -> String {
        let least = "\(goal.atLeast)"
        let aim =
            switch goal.figure {
            case .deviation: "deviation from \(goal.benchmark.rawValue) at least \(least) SD"
            case .gap: "gap against \(goal.benchmark.rawValue) at least \(least) SD"
            case .shareOfSchools: "at least \(least) of schools recovered (\(goal.benchmark.rawValue))"
            case .moneyByScore: "at least \(least) of the year's money by disadvantage score"
            }
        return "\(goal.title); \(aim), \(goal.deadline)"
    }
}
