import Scenarios
import Tables

extension TableSchema {
    static let assumptions = TableSchema(
        name: "assumptions", description: "Every number that the results rest on, with its source.",
        columns: [
            Column("parameter", .string, "name"), Column("distribution", .string, "distribution"),
            Column("mean", .number, "as in note", "mean"), Column("sd", .number, "as in note", "standard deviation"),
            Column("low", .number, "as in note", "5% quantile"), Column("high", .number, "as in note", "95% quantile"),
            Column(
                "origin", .string,
                "estimate (from a fitted model), evidence (predicted from studies), assumption (declared), calibration (an observed figure that is put in, and "
                    + "so reproduced) or rule (of a policy)"),
            Column("source", .string, "where it comes from"), Column("note", .string, "meaning, unit and remarks"),
        ])
}

extension ResultTable {
    /// Every number that results rest on.
    static func assumptions(_ assumptions: [Assumption]) -> ResultTable {
        var table = ResultTable(TableSchema.assumptions)
        for row in assumptions {
            table.append([
                .text(row.parameter), .text(row.distribution), .double(row.mean), .double(row.standardDeviation),
                .double(row.low), .double(row.high), .text(row.origin), .text(row.source), .text(row.note),
            ])
        }
        return table
    }
}
