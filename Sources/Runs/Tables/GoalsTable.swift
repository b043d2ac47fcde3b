import Scenarios
import Tables

extension TableSchema {
    static let goals = TableSchema(
        name: "goals",
        description:
            "How likely each scenario meets each goal at its deadline: all outcomes of the goal at once, in the same draw, and "
            + "each by itself.",
        columns: columns)

    /// As ``goals``, of a file with goals on careers.
    static let goalsWithCareers = TableSchema(
        name: goals.name,
        description: goals.description + " Goals on careers are deviations from the baseline without "
            + "crisis and policy, with the same random numbers.",
        columns: columns.map { column in
            switch column.name {
            case "figure":
                Column(
                    column.name, column.type,
                    column.description + "; career (indicators of school careers less those of the baseline)")
            case "outcome":
                Column(column.name, column.type, column.description + "; of careers the indicator, and its track")
            case "at_least":
                Column(column.name, column.type, column.unit, column.description + "; empty where at_most says it")
            default: column
            }
        } + [Column("at_most", .number, "as in unit", "the largest value of the figure with which the goal is met")])

    private static let columns = [
        Column("scenario", .string, "scenario"), Column("goal", .string, "goal"),
        Column("title", .string, "the goal in words"),
        Column(
            "figure", .string,
            "deviation; gap (deviation of the low group minus that of the high group); share_of_schools (recovered); "
                + "money_by_score (share of the money received in the deadline's school year that goes per point of "
                + "disadvantage score)"),
        .benchmark, Column("unit", .string, "unit of the figure"),
        Column("sector", .string, "sector, or all"),
        Column("outcome", .string, "outcome; all for the goal's outcomes together"),
        Column("ses", .string, "SES group whose deviation counts, or all"),
        Column("deadline", .string, "the school year at whose end the goal must be met"),
        Column("at_least", .number, "as in unit", "the least value of the figure with which the goal is met"),
        Column("p_met", .number, "share of draws in which it is met; empty where there is no figure"),
        Column("mcse_p_met", .number, "Monte Carlo standard error of p_met; empty where it hangs on no draws"),
        Column(
            "mean", .number, "as in unit",
            "mean of the figure at the deadline; of outcomes together the least of them in each draw, which decides"
        ),
        Column("conf_low", .number, "as in unit", "5% quantile over draws"),
        Column("conf_high", .number, "as in unit", "95% quantile over draws"),
        Column("mcse_mean", .number, "as in unit", "Monte Carlo standard error of the mean"),
        Column("source", .string, "where the goal comes from"),
    ]
}

extension ResultTable {
    /// The table of goals.
    static func goals(_ rows: [GoalResult]) -> ResultTable {
        // Files without goals on careers keep the table that they had.
        let hasCareers = rows.contains { $0.goal.figure == .career }
        var table = ResultTable(hasCareers ? .goalsWithCareers : .goals)
        for row in rows {
            let goal = row.goal
            let hasBenchmark = goal.figure != .moneyByScore && goal.figure != .career
            let cells: [CSVWriter.Cell] = [
                .text(row.scenario), .text(goal.name), .text(goal.title), .text(goal.figure.rawValue),
                hasBenchmark ? .text(goal.benchmark.rawValue) : .missing, .text(goal.figure.unit), .text(row.sector),
                .text(row.outcome), .text(row.group), .text(goal.deadline.description),
                goal.isAtMost ? .missing : .double(goal.atLeast),
                .optional(row.probability), .optional(row.mcse), .optional(row.summary?.mean),
                .optional(row.summary?.q05), .optional(row.summary?.q95), .optional(row.summary?.mcseOfMean),
                .text(goal.source),
            ]
            table.append(cells + (hasCareers ? [goal.isAtMost ? .double(goal.atLeast) : .missing] : []))
        }
        return table
    }
}
