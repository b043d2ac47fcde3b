import Probability
import Scenarios
import Tables

extension TableSchema {
    static let effects = TableSchema(
        name: "effects",
        description:
            "The effect of each scenario's money on all pupils, computed top-down (euros per pupil times an effect "
            + "per euro) and bottom-up (menu effects times what the money buys and what stands between), with the factors.",
        columns: [
            Column("scenario", .string, "", "scenario"), Column("sector", .string, "", "sector"),
            Column("outcome", .string, "", "outcome"), Column("ses", .string, "", "SES group, or all"),
            Column("disadvantage_quintile", .string, "", "1 (lowest score per pupil) to 5, unknown, or all"),
            Column("intervention", .string, "", "intervention of the mix, or all"),
            Column("menu", .string, "", "the menu of interventions"),
            Column("menu_version", .string, "", "the version of the menu"),
            Column(
                "approach", .string, "",
                "top_down; bottom_up; reconciliation (top-down over bottom-up: what no factor explains); arithmetic (published "
                    + "figures multiplied)"),
            Column(
                "step", .string, "",
                "the chain from the first to the last: bottom_up menu_effect, treatments, dose_response, low_multiplier, "
                    + "fidelity, scale_down, capacity, overlap, persistence, total; others by name"),
            Column(
                "school_year", .string, "",
                "all: gains counted in full when the money is spent; a school year: what is left at its end"),
            Column("unit", .string, "", "unit of mean, sd and quantiles"),
            Column("mean", .number, "as in unit", "mean over draws, after this step"),
            Column("sd", .number, "as in unit", "standard deviation over draws"),
            Column("q05", .number, "as in unit", "5% quantile over draws"),
            Column("q50", .number, "as in unit", "median over draws"),
            Column("q95", .number, "as in unit", "95% quantile over draws"),
            Column(
                "factor", .number, "ratio",
                "mean over that of the step before; of a reconciliation, the ratio of the two means"),
            Column("mcse_mean", .number, "as in unit", "Monte Carlo standard error of the mean"),
        ])
}

extension ResultTable {
    /// The table of effects.
    static func effects(_ rows: [EffectRow], _ interventions: InterventionDeclaration) -> ResultTable {
        var table = ResultTable(.effects)
        for row in rows {
            let subject = row.subject
            let summary = row.summary
            table.append([
                .text(subject.scenario), .text(subject.sector), .text(subject.outcome), .text(subject.group),
                .text(subject.quintile), .text(subject.intervention), .text(interventions.menu.name),
                .text(interventions.version), .text(row.approach.rawValue), .text(row.step), .text(row.year),
                .text(row.unit), .optional(row.hasMean ? summary?.mean : nil),
                .optional(row.hasMean ? summary?.standardDeviation : nil), .optional(summary?.q05),
                .optional(summary?.q50), .optional(summary?.q95), .optional(row.factor),
                .optional(row.hasMean ? summary?.mcseOfMean : nil),
            ])
        }
        return table
    }
}
