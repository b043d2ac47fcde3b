import Crypto
import Glibc
import Tables

/// The tables of one name of all variants, written one below the other with the variant's number before each row. One variant's
/// table at a time is in memory.
struct MergedTable {
    /// The table's name.
    let name: String
    private let file: AtomicFile
    private var hash = SHA256()
    private var byteCount = 0
    private var rowCount = 0
    /// The first variant's header with its line feed; nil until there is one.
    private var header: [UInt8]?
    /// The schema that has these columns.
    private var schema: TableSchema?

    /// Begins a file.
    init(_ name: String, in folder: String) throws {
        self.name = name
        file = try AtomicFile(folder + "/" + name + ".csv")
    }

    /// Adds the rows of a variant.
    ///
    /// - Parameter bytes: The variant's file: RFC 4180 with line feeds, as ``Tables/CSVWriter`` writes it.
    /// - Returns: Whether its columns are those of a table of this name, and of the variants before it; nothing is added
    ///   otherwise.
    mutating func add(_ bytes: [UInt8], of variant: Int) throws -> Bool {
        var merged: [UInt8] = []
        let records = Self.records(bytes)
        guard let first = records.first else { return true }
        let own = Array(bytes[first])
        if header == nil {
            // The file may have been edited, together with its checksum.
            guard let known = TableSchema.merged(name, header: own) else { return false }
            (header, schema) = (own, known)
            merged += Array("variant,".utf8) + own
        }
        guard header == own else { return false }
        let prefix = Array("\(variant),".utf8)
        merged.reserveCapacity(bytes.count + records.count * prefix.count)
        for record in records.dropFirst() {
            merged += prefix
            merged += bytes[record]
        }
        rowCount += records.count - 1
        byteCount += merged.count
        hash.update(data: merged)
        try file.append(merged)
        return true
    }

    /// Gives the file its name.
    ///
    /// - Returns: What it is; nil when no variant has such a table, and no file is made.
    func finish() throws -> WrittenTable? {
        guard let schema else {
            file.discard()
            return nil
        }
        try file.commit()
        return WrittenTable(
            schema: schema, byteCount: byteCount, sha256: hexadecimal(Array(hash.finalize())), rowCount: rowCount)
    }

    /// The records of a file, each with its line feed: one within quotes ends none.
    static func records(_ bytes: [UInt8]) -> [Range<Int>] {
        var (records, start, isQuoted) = ([Range<Int>](), 0, false)
        bytes.withUnsafeBufferPointer { bytes in
            for (position, byte) in bytes.enumerated() {
                if byte == UInt8(ascii: "\"") {
                    // A doubled quote closes and opens.
                    isQuoted.toggle()
                } else if byte == UInt8(ascii: "\n"), !isQuoted {
                    records.append(start..<(position + 1))
                    start = position + 1
                }
            }
        }
        if start < bytes.count { records.append(start..<bytes.count) }
        return records
    }
}

extension TableSchema {
    /// The schema of a table of all variants.
    ///
    /// - Parameter header: The header of the variants' tables, which tells apart schemas of one name.
    /// - Returns: nil when no schema of that name has these columns.
    fileprivate static func merged(_ name: String, header: [UInt8]) -> TableSchema? {
        let own = (VariantTables.allowed + [.goalsWithCareers]).first { schema in
            schema.name == name && Array((schema.columns.map(\.name).joined(separator: ",") + "\n").utf8) == header
        }
        return own.map { schema in
            TableSchema(
                name: name, description: schema.description,
                columns: [Column("variant", .integer, "number of the variant in study.csv")] + schema.columns)
        }
    }
}
