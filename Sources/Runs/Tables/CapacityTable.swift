import Scenarios
import Tables

extension TableSchema {
    static let capacity = TableSchema(
        name: "capacity",
        description:
            "Where staff limits what money does: the staff that the money would employ, and the staff that schools find.",
        columns: [
            Column("scenario", .string, "scenario"), Column("sector", .string, "sector"),
            Column("region", .string, "region; empty when not declared"),
            Column("disadvantage_quintile", .string, "1 (lowest score per pupil) to 5, or unknown"),
            Column("school_year", .string, "school year"), Column("n_pupils", .integer, "pupils", "number of pupils"),
            Column("eur_per_pupil", .number, "EUR per pupil", "spending in the year"),
            Column("staff_needed", .number, "FTE per 100 pupils", "staff that the money would employ"),
            Column("staff_found", .number, "FTE per 100 pupils", "mean over draws of the staff that can be found"),
            Column("staff_found_q05", .number, "FTE per 100 pupils", "5% quantile"),
            Column("staff_found_q95", .number, "FTE per 100 pupils", "95% quantile"),
            Column(
                "share_delivered", .number,
                "mean over draws of the share of interventions with staff that can be delivered"),
            Column("mcse_share_delivered", .number, "Monte Carlo standard error of share_delivered"),
            Column("p_binding", .number, "share of draws in which less staff can be found than is needed"),
            Column("mcse_p_binding", .number, "Monte Carlo standard error of p_binding"),
        ])
}

extension ResultTable {
    /// The table of staff limits.
    static func capacity(_ rows: [StaffLimit]) -> ResultTable {
        var table = ResultTable(.capacity)
        for row in rows {
            table.append([
                .text(row.scenario), .text(row.sector), .optional(row.region), .text(row.quintile),
                .text(row.year.description), .int(row.pupils), .double(row.euros), .double(row.needed),
                .double(row.found.mean), .double(row.found.q05), .double(row.found.q95), .double(row.delivered.mean),
                .optional(row.delivered.mcseOfMean), .double(row.probabilityBinding), .optional(row.mcseOfProbability),
            ])
        }
        return table
    }
}
