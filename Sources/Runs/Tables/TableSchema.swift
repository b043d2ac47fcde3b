import Tables

/// The declared shape of a result table: its file, its columns, their types, units and meanings.
public struct TableSchema: Sendable {
    /// A column's type in the data package.
    public enum ColumnType: String, Sendable {
        /// Text.
        case string
        /// A decimal number.
        case number
        /// A whole number.
        case integer
    }

    /// A column.
    public struct Column: Sendable {
        /// Its name.
        public let name: String
        /// Its type.
        public let type: ColumnType
        /// Its unit; empty for text and pure numbers.
        public let unit: String
        /// What it is.
        public let description: String

        init(_ name: String, _ type: ColumnType, _ unit: String = "", _ description: String) {
            self.name = name
            self.type = type
            self.unit = unit
            self.description = description
        }

        /// A column without a unit.
        init(_ name: String, _ type: ColumnType, _ description: String) {
            self.init(name, type, "", description)
        }
    }

    /// The file's name without extension.
    public let name: String
    /// What a row is.
    public let description: String
    /// The columns in order.
    public let columns: [Column]

    /// The file's name.
    public var fileName: String { name + ".csv" }
}

/// The rows of a result table, checked against its schema.
public struct ResultTable: Sendable {
    /// The shape.
    public let schema: TableSchema
    private var writer: CSVWriter

    init(_ schema: TableSchema) {
        self.schema = schema
        writer = CSVWriter(header: schema.columns.map(\.name))
    }

    mutating func append(_ cells: [CSVWriter.Cell]) { writer.append(cells) }

    /// The file's bytes.
    public var bytes: [UInt8] { writer.bytes }
    /// The number of rows.
    public var rowCount: Int { writer.rowCount }
}
