import Crypto
import Scenarios
import Tables

extension TableSchema {
    static let draws = TableSchema(
        name: "draws",
        description:
            "Every draw: the deviation from the pre-crisis baseline at the end of each school year, of the pupils of a "
            + "sector as a whole. Draws of the same number are paired over scenarios, outcomes and groups.",
        columns: [
            Column("scenario", .string, "scenario"), Column("sector", .string, "sector"),
            Column("outcome", .string, "outcome"), Column("ses", .string, "SES group, or all"),
            Column("school_year", .string, "school year"), Column("draw", .integer, "number of the draw, from 0"),
            Column("value", .number, "SD", "mean deviation of the pupils in the draw"),
        ])
}

/// A table on disk, as data package and manifest tell it.
struct WrittenTable {
    let schema: TableSchema
    let byteCount: Int
    let sha256: String
    let rowCount: Int
}

/// All draws of a simulation as a table that is written part by part: it need not fit in memory.
struct DrawsTable {
    let plan: SimulationPlan
    let result: SimulationResult

    /// Writes the table so that it is there whole or not at all.
    ///
    /// - Throws: ``Tables/TableError/unwritable(file:reason:)``.
    func write(to path: String) throws -> WrittenTable {
        let file = try AtomicFile(path)
        var (hash, byteCount, rowCount) = (SHA256(), 0, 0)
        func append(_ bytes: [UInt8]) throws {
            hash.update(data: bytes)
            byteCount += bytes.count
            try file.append(bytes)
        }
        try append(Self.header)
        try result.forEachSeries(plan) { series in
            rowCount += series.values.count
            try append(Self.rows(series))
        }
        try file.commit()
        return WrittenTable(
            schema: .draws, byteCount: byteCount, sha256: hexadecimal(Array(hash.finalize())), rowCount: rowCount)
    }

    /// About how many bytes the table of a number of draws has, from the draws of this result.
    func estimatedBytes(draws: Int) -> Int {
        var bytes = 0
        result.forEachSeries(plan) { bytes += Self.rows($0).count }
        return Self.header.count + Int(Double(bytes) / Double(max(1, result.draws)) * Double(draws))
    }

    private static let header = CSVWriter(header: TableSchema.draws.columns.map(\.name)).bytes

    private static func rows(_ series: DrawSeries) -> [UInt8] {
        var writer = CSVWriter(header: TableSchema.draws.columns.map(\.name))
        for (draw, value) in series.values.enumerated() {
            writer.append([
                .text(series.scenario), .text(series.outcome.sector), .text(series.outcome.outcome),
                .text(series.group), .text(series.year.description), .int(draw), .double(value),
            ])
        }
        return Array(writer.bytes.dropFirst(header.count))
    }
}
