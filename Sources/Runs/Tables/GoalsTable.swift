import Scenarios
import Tables

extension TableSchema {
    static let goals = TableSchema(
        name: "goals",
        description:
            "How likely each scenario meets each goal at its deadline: all outcomes of the goal at once, in the same draw, and "
            + "each by itself.",
        columns: [
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
        ])
}

extension ResultTable {
    /// The table of goals.
    static func goals(_ rows: [GoalResult]) -> ResultTable {
        var table = ResultTable(.goals)
        for row in rows {
            let goal = row.goal
            let isMoney = goal.figure == .moneyByScore
            table.append([
                .text(row.scenario), .text(goal.name), .text(goal.title), .text(goal.figure.rawValue),
                isMoney ? .missing : .text(goal.benchmark.rawValue), .text(goal.figure.unit), .text(row.sector),
                .text(row.outcome), .text(row.group), .text(goal.deadline.description), .double(goal.atLeast),
                .optional(row.probability), .optional(row.mcse), .optional(row.summary?.mean),
                .optional(row.summary?.q05), .optional(row.summary?.q95), .optional(row.summary?.mcseOfMean),
                .text(goal.source),
            ])
        }
        return table
    }
}
