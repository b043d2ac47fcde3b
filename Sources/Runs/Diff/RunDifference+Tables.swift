import Foundation
import Tables

extension TableSchema {
    static let conclusions = TableSchema(
        name: "conclusions",
        description:
            "Conclusions of two runs that differ in words or figures, and those of cells that only one run has. "
            + "Scenarios and outcomes that only one run has are one row each.",
        columns: [
            Column(
                "conclusion", .string,
                "verdict, goal, best_scenario, order_by_sd_years, order_by_cost, direction (of a difference, by its "
                    + "90% interval), recovery, recovered_in_last_year; scenario and outcome for those of one run "
                    + "only"),
            Column("table", .string, "the table it comes from"),
            Column(
                "status", .string,
                "changed; near_border (changed, but the deciding figure moved by at most 2 Monte Carlo standard "
                    + "errors); moved (same conclusion, figure moved by more than that); within_monte_carlo_error "
                    + "(same conclusion, figure moved by at most that); only_in_first; only_in_second"),
        ]
            + KeyColumn.allCases.map {
                Column($0.rawValue, .string, "as in the table; empty when it has no such column")
            } + [
                Column("first", .string, "conclusion of the first run"),
                Column("second", .string, "conclusion of the second run"),
                Column("figure", .string, "the figure that decides, else the conclusion's main figure"),
                Column("figure_first", .number, "as in the table", "the figure in the first run"),
                Column("figure_second", .number, "as in the table", "the figure in the second run"),
                Column("change", .number, "as in the table", "second minus first"),
                Column(
                    "mcse_change", .number, "as in the table",
                    "Monte Carlo standard error of the change if the runs were independent, which is an upper bound "
                        + "when they share random numbers; 0 for figures that hang on no draws"),
            ])

    static let inputs = TableSchema(
        name: "inputs", description: "What went into two runs differently.",
        columns: [
            Column("kind", .string, "program, request, file, parameter, goal or model"),
            Column("name", .string, "name of the file, parameter, ..."),
            Column("field", .string, "what of it differs; empty when all of it is only in one run"),
            Column("status", .string, "changed, added or removed"),
            Column("first", .string, "in the first run"), Column("second", .string, "in the second run"),
            Column("note", .string, "the first line that differs, where the runs keep the texts of files"),
        ])
}

extension RunDifference {
    /// Writes `conclusions.csv`, `inputs.csv` and their `datapackage.json`.
    ///
    /// - Parameter folder: A new or empty folder, or one with an earlier comparison.
    /// - Throws: ``DiffError/foreignFolder(path:)``, ``RunError``, ``Tables/TableError/unwritable(file:reason:)``.
    @discardableResult
    public func write(to folder: String) throws -> [ResultTable] {
        let tables = [conclusionTable, inputTable]
        let own = tables.map(\.schema.fileName) + ["datapackage.json"]
        let contents = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard contents.allSatisfy(own.contains) else { throw DiffError.foreignFolder(path: folder) }
        let path = contents.isEmpty ? try RunDirectory(folder).path : folder
        let written = try tables.map { table in
            let bytes = table.bytes
            try writeAtomically(bytes, to: path + "/" + table.schema.fileName)
            return WrittenTable(
                schema: table.schema, byteCount: bytes.count, sha256: sha256(bytes), rowCount: table.rowCount)
        }
        let pairing = unpairedReason.map { "; no common random numbers: \($0)" } ?? ""
        let package = DataPackage(
            name: "herstel-diff", title: "Differences between \(first.path) and \(second.path)\(pairing)",
            tables: written)
        try writeAtomically(try canonicalJSON(package), to: path + "/datapackage.json")
        return tables
    }

    private var conclusionTable: ResultTable {
        var table = ResultTable(.conclusions)
        for absence in absences {
            let status: ConclusionChange.Status = absence.isInFirst ? .onlyInFirst : .onlyInSecond
            table.append(
                [.text(absence.what), .missing, .text(status.rawValue)] + KeyColumn.allCases.map { _ in .missing } + [
                    .optional(absence.isInFirst ? absence.name : nil),
                    .optional(absence.isInFirst ? nil : absence.name), .missing, .missing, .missing, .missing, .missing,
                ])
        }
        for row in conclusions {
            table.append(
                [.text(row.kind), .text(row.table), .text(row.status.rawValue)]
                    + KeyColumn.allCases.map { .optional(row.key.values[$0]) } + [
                        .optional(row.first), .optional(row.second), .optional(row.move?.figure),
                        .optional(row.move?.first), .optional(row.move?.second),
                        .optional(row.move.map { $0.second - $0.first }), .optional(row.move?.mcse),
                    ])
        }
        return table
    }

    private var inputTable: ResultTable {
        var table = ResultTable(.inputs)
        for row in inputs {
            table.append([
                .text(row.kind.rawValue), .text(row.name), .text(row.field), .text(row.status), .optional(row.first),
                .optional(row.second), .text(row.note),
            ])
        }
        return table
    }
}
