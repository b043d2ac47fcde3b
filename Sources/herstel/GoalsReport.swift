import Probability
import Runs
import Scenarios

/// How likely each scenario meets the goals.
struct GoalsReport {
    let run: CompletedRun

    private var file: ScenarioFile { run.prepared.file }

    /// Empty when the scenario file declares no goals.
    var text: String {
        guard !file.goals.isEmpty else { return "" }
        let names = file.goals.enumerated().map { "  \($0 + 1)  \($1.name): \($1.title)" }
        let careers =
            file.goals.contains { $0.figure == .career }
            ? ["  careers: percentage points from what they would have been without crisis and policy"] : []
        let titles = [
            "Goals, and where '\(file.reference)' stands at their deadlines; of several outcomes the worst in each draw",
            "Probability that each goal is met at its deadline, all its outcomes at once; one by one: goals.csv",
        ]
        return ([titles[0]] + names + careers + [figures.text, "", titles[1], probabilities.text]).joined(
            separator: "\n")
    }

    private func rows(of scenario: String) -> [GoalResult] {
        run.summary.goals.filter { $0.scenario == scenario && $0.isWhole }
    }

    private var figures: TextTable {
        var table = TextTable(
            ["", "figure", "benchmark", "ses", "by the end of", bound, "mean", "90% of draws", "P(met)"],
            numeric: [false, false, false, false, false, true, true, true, true])
        for (number, row) in rows(of: file.reference).enumerated() {
            let goal = row.goal
            table.append([
                String(number + 1), goal.figure.rawValue,
                hasBenchmark(goal) ? goal.benchmark.rawValue : "-", row.group, goal.deadline.description,
                (goal.isAtMost ? "at most " : "") + fixed(goal.atLeast, 3),
                row.summary.map { fixed($0.mean, 3) } ?? "-",
                row.summary.map { "\(fixed($0.q05, 3)) to \(fixed($0.q95, 3))" } ?? "-",
                row.probability.map { fixed($0, 2) } ?? "-",
            ])
        }
        return table
    }

    private var bound: String { file.goals.contains(where: \.isAtMost) ? "at least, unless" : "at least" }

    private func hasBenchmark(_ goal: GoalDeclaration) -> Bool {
        goal.figure != .moneyByScore && goal.figure != .career
    }

    private var probabilities: TextTable {
        let numbers = file.goals.indices.map { String($0 + 1) }
        var table = TextTable(["scenario"] + numbers, numeric: [false] + numbers.map { _ in true })
        for scenario in file.scenarios {
            table.append(
                [scenario.name] + rows(of: scenario.name).map { $0.probability.map { fixed($0, 2) } ?? "-" })
        }
        return table
    }
}
