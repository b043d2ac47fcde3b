/// Named columns of equal length.
public struct Table: Sendable {
    /// The number of rows.
    public let rowCount: Int
    /// The columns' names in order.
    public let columnNames: [String]
    /// What had to be assumed about the file's encoding, or nil.
    public let encodingNote: String?
    private let columns: [String: Column]
    private let name: String

    /// A table from its columns.
    ///
    /// - Throws: ``TableError/duplicateColumn(file:line:name:)`` or ``TableError/unequalLengths(name:)``.
    public init(
        _ columns: [(String, Column)], name: String = "table", encodingNote: String? = nil
    ) throws(TableError) {
        var byName: [String: Column] = [:]
        for (columnName, column) in columns {
            guard column.count == columns[0].1.count else { throw .unequalLengths(name: columnName) }
            guard byName.updateValue(column, forKey: columnName) == nil else {
                throw .duplicateColumn(file: name, line: 1, name: columnName)
            }
        }
        self.columns = byName
        self.name = name
        self.encodingNote = encodingNote
        columnNames = columns.map(\.0)
        rowCount = columns.first?.1.count ?? 0
    }

    /// A column by name, or nil.
    public subscript(name: String) -> Column? { columns[name] }

    /// A column that must be there.
    ///
    /// - Throws: ``TableError/unknownColumn(file:name:nearest:)``.
    public func column(_ name: String) throws(TableError) -> Column {
        guard let column = columns[name] else {
            throw .unknownColumn(file: self.name, name: name, nearest: nearest(to: name, among: columnNames))
        }
        return column
    }
}
