import Probability
import Scenarios
import Tables

extension TableSchema {
    static let careers = TableSchema(
        name: "careers",
        description:
            "School careers: each indicator at each school year, over draws; its deviation from a baseline without crisis and "
            + "policy, and its difference from the reference, both with the same random numbers. Rows of which some draw has no "
            + "pupils are left out.",
        columns: [
            Column("scenario", .string, "scenario"), Column("sector", .string, "sector"),
            Column(
                "indicator", .string,
                "of pupils at the beginning of the year: pupils (their number); retention (in the same grade and track a year "
                    + "later); moved_up, moved_down (to a higher or lower track); left (without a diploma); pass_rate (diplomas "
                    + "over diplomas and pupils who stay in the last grade); without_delay_grade_3, above_placement_grade_3, "
                    + "below_placement_grade_3 (of pupils of grade 3; placement is the track in which they began); "
                    + "without_delay_diploma (of diplomas); of an intake that met the year's flows in every year (a "
                    + "grade without pupils in a draw counts as leaving: not for few pupils): diploma_share, "
                    + "years_to_diploma (of those who get one)"),
            Column("track", .string, "track, or all"), Column("ses", .string, "SES group, or all"),
            Column("school_year", .string, "school year; moves are those at its end"),
            Column("unit", .string, "unit of the indicator: share, pupils or years"),
            Column("mean", .number, "as in unit", "mean over draws"),
            Column("sd", .number, "as in unit", "standard deviation over draws"),
        ]
            + ["05", "10", "25", "50", "75", "90", "95"].map {
                Column("q\($0)", .number, "as in unit", "\($0)% quantile over draws")
            } + [
                Column("mcse_mean", .number, "as in unit", "Monte Carlo standard error of the mean"),
                Column("baseline", .number, "as in unit", "mean without crisis and policy"),
                Column("deviation", .number, "as in unit", "mean of the draws' differences from the baseline"),
                Column("deviation_q05", .number, "as in unit", "5% quantile of these"),
                Column("deviation_q95", .number, "as in unit", "95% quantile of these"),
                Column("mcse_deviation", .number, "as in unit", "Monte Carlo standard error of their mean"),
                Column("reference", .string, "the scenario it is compared with; empty for itself"),
                Column("difference", .number, "as in unit", "mean of the draws' differences, scenario minus reference"),
                Column("sd_difference", .number, "as in unit", "standard deviation of these"),
                Column("difference_q05", .number, "as in unit", "5% quantile of these"),
                Column("difference_q95", .number, "as in unit", "95% quantile of these"),
                Column("mcse_difference", .number, "as in unit", "Monte Carlo standard error of their mean"),
                Column(
                    "p_better", .number,
                    "share of draws in which the scenario does better, ties counted half: less retention, moving down, leaving, "
                        + "pupils below their placement and years, more of the other shares; empty for numbers of pupils"
                ),
                Column("mcse_p_better", .number, "Monte Carlo standard error of p_better"),
            ])
}

extension ResultTable {
    /// The table of school careers.
    static func careers(_ rows: [CareerTrajectory]) -> ResultTable {
        var table = ResultTable(.careers)
        for row in rows {
            let (deviation, difference) = (row.deviation, row.difference)
            table.append(
                [
                    .text(row.scenario), .text(row.sector), .text(row.indicator.rawValue), .text(row.track),
                    .text(row.group), .text(row.year.description), .text(row.indicator.unit), .double(row.summary.mean),
                    .optional(row.summary.standardDeviation),
                ] + row.summary.quantiles.map { .double($0) } + [
                    .optional(row.summary.mcseOfMean), .double(row.baselineMean), .double(deviation.mean),
                    .double(deviation.q05), .double(deviation.q95), .optional(deviation.mcseOfMean),
                    .optional(difference?.reference), .optional(difference?.summary.mean),
                    .optional(difference?.summary.standardDeviation), .optional(difference?.summary.q05),
                    .optional(difference?.summary.q95), .optional(difference?.summary.mcseOfMean),
                    .optional(difference?.probabilityBetter), .optional(difference?.mcseOfProbabilityBetter),
                ])
        }
        return table
    }
}
