import Scenarios
import Tables

extension TableSchema {
    static let sensitivity = TableSchema(
        name: "sensitivity",
        description:
            "What the uncertainty of a figure comes from: shares of its variance by source and by kind of input, and how far each "
            + "input by itself moves it. Figures are means over schools' noise given the inputs.",
        columns: [
            Column("scenario", .string, "scenario"),
            Column("reference", .string, "the scenario it is compared with; empty for a figure of its own"),
            Column("measure", .string, "deviation_sd or equity_gap_sd, as in comparison.csv"), .benchmark,
            Column("unit", .string, "unit of the figure"), Column("sector", .string, "sector"),
            Column("outcome", .string, "outcome"), Column("school_year", .string, "school year"),
            Column(
                "level", .string,
                "source (sampling, parameter, between_study, structure), kind (the same parameter of all outcomes) or input"
            ),
            Column("input", .string, "the source, kind or input, as in assumptions.csv"),
            Column("first_order", .number, "share of the variance that it causes by itself"),
            Column("first_order_low", .number, "lower end of its 95% interval"),
            Column("first_order_high", .number, "upper end of its 95% interval"),
            Column("total", .number, "share of the variance that it causes by itself and together with others"),
            Column("total_low", .number, "lower end of its 95% interval"),
            Column("total_high", .number, "upper end of its 95% interval"),
            Column(
                "value_at_q05", .number, "as in unit",
                "the figure with the input at its 5% quantile and all others at their medians"),
            Column("value_at_q95", .number, "as in unit", "the same with the input at its 95% quantile"),
        ])
}

extension ResultTable {
    /// The table of sensitivities.
    static func sensitivity(_ analysis: SensitivityAnalysis) -> ResultTable {
        var table = ResultTable(.sensitivity)
        for row in analysis.rows {
            table.append([
                .text(row.scenario), .optional(row.reference), .text(row.measure.rawValue),
                .text(row.benchmark.rawValue), .text(row.measure.unit), .text(row.sector), .text(row.outcome),
                .text(row.year), .text(row.level.rawValue), .text(row.input), .optional(row.first?.estimate),
                .optional(row.first?.lower), .optional(row.first?.upper), .optional(row.total?.estimate),
                .optional(row.total?.lower), .optional(row.total?.upper), .optional(row.swing?.low),
                .optional(row.swing?.high),
            ])
        }
        return table
    }
}
