/// Named columns of equal length.
public struct Table: Sendable {
    /// The number of rows.
    public let rowCount: Int
    /// The columns' names in order.
    public let columnNames: [String]
    /// The file that the table was read from, or nil.
    public let source: String?
    /// The physical line of ``source``, from 1, on which each row's record begins, or nil.
    public var lines: [Int32]? { rowLines?.all }
    private let rowLines: RowLines?
    /// What had to be assumed about the file's encoding, or nil.
    public let encodingNote: String?
    private let columns: [String: Column]

    /// A table from its columns.
    ///
    /// - Parameters:
    ///   - columns: Columns of equal length with distinct names.
    ///   - source: The file, which messages name.
    ///   - lines: The line of each row in the file.
    ///   - encodingNote: What had to be assumed about the file's encoding.
    /// - Throws: ``TableError/duplicateColumn(file:line:name:)`` or
    ///   ``TableError/unequalLengths(table:name:found:expected:)``.
    public init(
        columns: [(String, Column)], source: String? = nil, lines: RowLines? = nil, encodingNote: String? = nil
    ) throws(TableError) {
        let name = source ?? Self.defaultName
        let rowCount = columns.first?.1.count ?? lines?.count ?? 0
        precondition(lines.map { $0.count == rowCount } ?? true, "as many lines as rows")
        var byName: [String: Column] = [:]
        for (columnName, column) in columns {
            guard column.count == rowCount else {
                throw .unequalLengths(table: name, name: columnName, found: column.count, expected: rowCount)
            }
            guard byName.updateValue(column, forKey: columnName) == nil else {
                throw .duplicateColumn(file: name, line: 1, name: columnName)
            }
        }
        self.init(
            rowCount: rowCount, columnNames: columns.map(\.0), source: source, lines: lines,
            encodingNote: encodingNote, columns: byName)
    }

    /// A table from columns that come from no file.
    public init(_ columns: [(String, Column)]) throws(TableError) { try self.init(columns: columns) }

    private init(
        rowCount: Int, columnNames: [String], source: String?, lines: RowLines?, encodingNote: String?,
        columns: [String: Column]
    ) {
        self.rowCount = rowCount
        self.columnNames = columnNames
        self.source = source
        rowLines = lines
        self.encodingNote = encodingNote
        self.columns = columns
    }

    private static let defaultName = "table"

    /// A column by name, or nil.
    public subscript(name: String) -> Column? { columns[name] }

    /// A column that must be there.
    ///
    /// - Throws: ``TableError/unknownColumn(file:line:name:nearest:)``.
    public func column(_ name: String) throws(TableError) -> Column {
        guard let column = columns[name] else {
            throw .unknownColumn(
                file: source ?? Self.defaultName, line: 1, name: name,
                nearest: nearest(to: name, among: columnNames))
        }
        return column
    }

    /// The rows at some positions, in that order; a position may come twice. Factors keep their levels.
    ///
    /// - Parameter keep: Positions in `0..<rowCount`.
    public func rows(_ keep: [Int]) -> Table {
        precondition(keep.allSatisfy { $0 >= 0 && $0 < rowCount }, "a position is in 0..<rowCount")
        return Table(
            rowCount: keep.count, columnNames: columnNames, source: source,
            lines: rowLines.map { lines in .listed(keep.map { lines[$0] }) }, encodingNote: encodingNote,
            columns: columns.mapValues { $0.rows(keep) })
    }
}

/// The physical line of a file, from 1, on which each row's record begins.
public enum RowLines: Sendable {
    /// Every record is a line.
    case sequential(first: Int32, count: Int)
    /// Each row's line.
    case listed([Int32])

    /// The number of rows.
    public var count: Int {
        switch self {
        case .sequential(_, let count): count
        case .listed(let lines): lines.count
        }
    }

    /// The line of a row.
    public subscript(row: Int) -> Int32 {
        switch self {
        case .sequential(let first, _): Int32(clamping: Int(first) + row)
        case .listed(let lines): lines[row]
        }
    }

    /// The lines of all rows.
    public var all: [Int32] { (0..<count).map { self[$0] } }
}
