import Tables

/// The design of a study, a row for each variant: `study.csv`.
struct StudyTable {
    private let plan: StudyPlan

    init(_ plan: StudyPlan) { self.plan = plan }

    /// The table.
    var table: ResultTable {
        let isNamed = plan.variants.contains { !$0.name.isEmpty }
        var table = ResultTable(
            TableSchema(
                name: "study", description: "The design of the study: a row for each variant of the base scenario.",
                columns: columns(isNamed: isNamed)))
        for variant in plan.variants {
            let levels = variant.levels.map { $0.isEmpty ? CSVWriter.Cell.missing : .text($0) }
            table.append(
                [.int(variant.number)] + (isNamed ? [.text(variant.name)] : []) + levels
                    + [.text(seed(of: variant)), .int(plan.draws)])
        }
        return table
    }

    /// What each variant changes in the base scenario, in the order in which it does: `overrides.csv`.
    var changes: ResultTable {
        typealias Column = TableSchema.Column
        var table = ResultTable(
            TableSchema(
                name: "overrides",
                description:
                    "What each variant changes in the base scenario, in this order. Sources in other tables are the "
                    + "base scenario's: for what stands here the study is the source.",
                columns: [
                    Column("variant", .integer, "number of the variant in study.csv"),
                    Column("operation", .string, "set (replaced) or scale (multiplied)"),
                    Column("path", .string, "where the value stands in the scenario file"),
                    Column("value", .string, "the new value as YAML, or the factor"),
                ]))
        for variant in plan.variants {
            for change in variant.overrides {
                table.append([
                    .int(variant.number), .text(change.operation.rawValue), .text(change.path), .text(change.value),
                ])
            }
        }
        return table
    }

    private func columns(isNamed: Bool) -> [TableSchema.Column] {
        typealias Column = TableSchema.Column
        return [Column("variant", .integer, "number of the variant")]
            + (isNamed ? [Column("name", .string, "name of the variant")] : [])
            + plan.factors.map { Column($0.name, $0.isNumeric ? .number : .string, $0.description) }
            + [
                Column("seed", .string, "seed of all random numbers; variants with the same seed share them"),
                Column("draws", .integer, "number of draws"),
            ]
    }

    /// The seed of a variant: the base's, unless it is changed.
    private func seed(of variant: StudyVariant) -> String {
        let change = variant.overrides.last { $0.path == "seed" && $0.operation == .set }
        return change?.value ?? String(plan.seed)
    }
}

/// Where, when and how fast each unit was computed: `units.csv`, which stands beside the results because these do not hang on
/// it.
struct UnitsTable {
    let study: OpenStudy

    private static let schema = TableSchema(
        name: "units", description: "Where, when and how fast each unit of work was computed.",
        columns: [
            Column("unit", .integer, "number of the unit"), Column("variant", .integer, "number of its variant"),
            Column("part", .integer, "which part of the variant's draws"),
            Column("draws", .integer, "number of draws"), Column("host", .string, "machine; empty when not recorded"),
            Column("job", .string, "the scheduler's job"),
            Column("restarts", .integer, "times the job was started again"),
            Column("started", .string, "ISO 8601, UTC"), Column("finished", .string, "ISO 8601, UTC"),
            Column("seconds", .number, "s", "time from beginning to end"),
            Column("preparation_seconds", .number, "s", "of that, fitting models and allocating money"),
            Column("summary_seconds", .number, "s", "of that, summarising the variant"),
            Column("cpu_seconds", .number, "s", "time of all cores"),
            Column("peak_memory", .integer, "bytes", "the most memory of the process"),
        ])
    private typealias Column = TableSchema.Column

    /// The file's bytes.
    var bytes: [UInt8] {
        var table = ResultTable(Self.schema)
        for number in 1...study.plan.unitCount {
            guard let unit = study.plan.unit(number) else { continue }
            let record = study.record(number)
            table.append([
                .int(number), .int(unit.variant), .int(unit.part.index),
                .int(unit.part.range(of: study.plan.draws).count), .optional(record?.place.host),
                .optional(record?.place.job), record.map { .int($0.place.restarts) } ?? .missing,
                .optional(record?.started), .optional(record?.finished), .optional(record?.seconds),
                .optional(record?.preparationSeconds), .optional(record?.summarySeconds), .optional(record?.cpuSeconds),
                record.map { .int($0.peakMemory) } ?? .missing,
            ])
        }
        return table.bytes
    }
}
