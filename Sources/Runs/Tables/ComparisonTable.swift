import Scenarios
import Tables

extension TableSchema {
    static let comparison = TableSchema(
        name: "comparison",
        description:
            "Paired differences between each scenario and the reference, over draws. Differences in level and in trend are the "
            + "same; what differs is their variance_reduction.",
        columns: [
            Column("scenario", .string, "scenario"), Column("reference", .string, "the scenario it is compared with"),
            Column(
                "measure", .string,
                "deviation_sd; equity_gap_sd (deviation of the low group minus that of the high group); equity_gap_closure "
                    + "(difference in gap over the gap that the crisis added: the reference's in its worst year; no row "
                    + "where it is 0 or less in over 1% of draws); share_of_schools_recovered; sd_years_restored "
                    + "(deviation times pupils, summed over simulated years); spending_eur; cost_per_sd_year_eur (no row where "
                    + "over 1% of draws disagree on the sign of the SD-years)"),
            .benchmark, Column("unit", .string, "unit of the measure"), Column("sector", .string, "sector"),
            Column("outcome", .string, "outcome, or all"), Column("ses", .string, "SES group, or all"),
            Column("school_year", .string, "school year, or all"),
            Column(
                "value", .number, "as in unit",
                "mean difference, scenario minus reference; of closure and cost the ratio of means"),
            Column("sd", .number, "as in unit", "standard deviation of the difference over draws; none for ratios"),
            Column("conf_low", .number, "as in unit", "5% quantile of the difference (or ratio) over draws"),
            Column("conf_high", .number, "as in unit", "95% quantile of the difference (or ratio) over draws"),
            Column("p_better", .number, "share of draws in which the scenario does better, ties counted half"),
            Column("mcse_value", .number, "as in unit", "Monte Carlo standard error of the value"),
            Column("mcse_sd", .number, "as in unit", "Monte Carlo standard error of the standard deviation"),
            Column("mcse_conf_low", .number, "as in unit", "Monte Carlo standard error of conf_low"),
            Column("mcse_conf_high", .number, "as in unit", "Monte Carlo standard error of conf_high"),
            Column("mcse_p_better", .number, "Monte Carlo standard error of p_better"),
            Column(
                "variance_reduction", .number,
                "(Var a + Var b) / Var(a - b): what common random numbers gain; empty where the difference does not vary, "
                    + "and for ratios and money"),
        ]
            + [
                ("sampling", "sampling error of the estimates that the simulation starts from"),
                ("parameter", "declared parameters"), ("between_study", "the spread of effects between studies"),
                ("structure", "the structure of the model"), ("interaction", "sources together, beyond each by itself"),
                ("monte_carlo", "random numbers of schools and years"),
            ].map {
                Column("share_\($0)", .number, "share of the variance of the difference: \($1); empty where not split")
            })
}

extension ResultTable {
    /// The table of paired differences.
    static func comparison(_ rows: [ScenarioComparison]) -> ResultTable {
        var table = ResultTable(.comparison)
        for row in rows {
            let shares = row.varianceShares
            table.append([
                .text(row.scenario), .text(row.reference), .text(row.measure.rawValue),
                .optional(row.benchmark?.rawValue), .text(row.measure.unit), .text(row.sector), .text(row.outcome),
                .text(row.group), .text(row.year), .double(row.value), .optional(row.standardDeviation),
                .optional(row.interval?.low), .optional(row.interval?.high), .optional(row.probabilityBetter),
                .optional(row.mcse.value), .optional(row.mcse.standardDeviation), .optional(row.mcse.low),
                .optional(row.mcse.high), .optional(row.mcse.probabilityBetter), .optional(row.varianceReduction),
                .optional(shares?.sampling), .optional(shares?.parameter), .optional(shares?.betweenStudy),
                .optional(shares?.structure), .optional(shares?.interaction), .optional(shares?.monteCarlo),
            ])
        }
        return table
    }
}
