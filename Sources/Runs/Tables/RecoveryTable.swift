import Scenarios
import Tables

extension TableSchema {
    static let recovery = TableSchema(
        name: "recovery",
        description:
            "The school year of recovery: the first simulated year from which the deviation stays at least minus the margin "
            + "until the last simulated year; over draws, and against the reference draw by draw.",
        columns: [
            Column("scenario", .string, "scenario"), .benchmark, Column("sector", .string, "sector"),
            Column("outcome", .string, "outcome"), Column("ses", .string, "SES group, or all"),
            Column("p_recovered", .number, "share of draws that recover within the horizon"),
            Column("p_not_recovered", .number, "share of draws that do not: they have no year of recovery"),
            Column("mcse_p_recovered", .number, "Monte Carlo standard error of both shares"),
        ]
            + YearOfRecovery.Years.probabilities.map { p in
                let percent = quantileName(p)
                return Column(
                    "year_q\(percent)", .string,
                    "school year by which \(percent)% of the draws that recover have done so; empty when none does")
            } + [
                Column("mcse_year_q50", .number, "years", "Monte Carlo standard error of the median year"),
                Column("reference", .string, "the scenario it is compared with; empty for itself"),
                Column("p_both_recovered", .number, "share of draws in which scenario and reference recover"),
                Column(
                    "years_later", .number, "years",
                    "mean of the years by which it recovers later than the reference (below 0: earlier), where both do"),
                Column("sd_years_later", .number, "years", "standard deviation of these years over draws"),
                Column("years_later_q05", .number, "years", "5% quantile"),
                Column("years_later_q95", .number, "years", "95% quantile"),
                Column("mcse_years_later", .number, "years", "Monte Carlo standard error of their mean"),
                Column(
                    "p_earlier", .number,
                    "share of all draws in which it recovers earlier, ties counted half, not recovered being latest"),
                Column("mcse_p_earlier", .number, "Monte Carlo standard error of p_earlier"),
            ])

    /// `05` for 0.05.
    private static func quantileName(_ p: Double) -> String {
        let percent = Int((100 * p).rounded())
        return (percent < 10 ? "0" : "") + String(percent)
    }

    static let ranking = TableSchema(
        name: "ranking",
        description: "Each scenario among all of the file, in each outcome, over draws.",
        columns: [
            Column("scenario", .string, "scenario"), Column("sector", .string, "sector"),
            Column("outcome", .string, "outcome"), Column("spending_eur", .number, "EUR", "money spent in the sector"),
            Column(
                "regret", .number, "SD-years",
                "mean over draws of the SD-years of pupils that the best scenario of the draw has more"),
            Column("regret_q95", .number, "SD-years", "95% quantile of this loss over draws"),
            Column("mcse_regret", .number, "SD-years", "Monte Carlo standard error of the mean loss"),
            Column("p_best", .number, "share of draws in which it has the most SD-years; ties share the draw"),
            Column("mcse_p_best", .number, "Monte Carlo standard error of p_best"),
            Column(
                "p_efficient", .number,
                "share of draws in which it is Pareto efficient: no other scenario spends at most as much, has at least as many "
                    + "SD-years and at least as small a gap in the last year, and is better in one of them"),
            Column("mcse_p_efficient", .number, "Monte Carlo standard error of p_efficient"),
        ])
}

extension ResultTable {
    /// The table of years of recovery.
    static func recovery(_ rows: [YearOfRecovery]) -> ResultTable {
        var table = ResultTable(.recovery)
        for row in rows {
            let difference = row.difference
            let later = difference?.years
            let years: [CSVWriter.Cell] = YearOfRecovery.Years.probabilities.indices.map {
                .optional(row.years?.quantiles[$0].description)
            }
            table.append(
                [
                    .text(row.scenario), .text(row.benchmark.rawValue), .text(row.sector), .text(row.outcome),
                    .text(row.group), .double(row.probabilityRecovered), .double(1 - row.probabilityRecovered),
                    .optional(row.mcseOfProbability),
                ] + years + [
                    .optional(row.years?.mcseOfMedian), .optional(difference?.reference),
                    .optional(difference?.probabilityBoth), .optional(later?.mean),
                    .optional(later?.standardDeviation), .optional(later?.q05), .optional(later?.q95),
                    .optional(later?.mcseOfMean), .optional(difference?.probabilityEarlier),
                    .optional(difference?.mcseOfProbabilityEarlier),
                ])
        }
        return table
    }

    /// The table of scenarios beside each other.
    static func ranking(_ rows: [ScenarioRanking]) -> ResultTable {
        var table = ResultTable(.ranking)
        for row in rows {
            table.append([
                .text(row.scenario), .text(row.sector), .text(row.outcome), .double(row.spending),
                .double(row.regret.mean), .double(row.regret.q95), .optional(row.regret.mcseOfMean),
                .double(row.probabilityBest), .optional(row.mcseOfProbabilityBest), .double(row.probabilityEfficient),
                .optional(row.mcseOfProbabilityEfficient),
            ])
        }
        return table
    }
}
