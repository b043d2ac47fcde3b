/// What can go wrong with a table in a file: the place first, then what was found, what was expected, what to do.
public enum TableError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A separator that fits a file, and how many columns it makes.
    public struct Reading: Sendable, Equatable {
        /// The separator in words.
        public let separator: String
        /// The number of columns of the header.
        public let columnCount: Int
    }

    /// The file cannot be opened or read.
    case unreadable(file: String, reason: String)
    /// The file cannot be written.
    case unwritable(file: String, reason: String)
    /// The file has no header line.
    case empty(file: String)
    /// A byte of 0 in a text file.
    case nulByte(file: String, line: Int)
    /// A byte with a meaning neither in UTF-8 nor in Windows-1252.
    case notText(file: String, line: Int, byte: UInt8)
    /// A carriage return outside quotes that no line feed follows.
    case loneCarriageReturn(file: String, line: Int)
    /// Two separators that each cut the file into equal records.
    case ambiguousSeparator(file: String, readings: [Reading])
    /// One column with decimal commas, another with decimal points.
    case ambiguousDecimalMark(file: String, line: Int, commaColumn: String, pointColumn: String)
    /// A column without a name.
    case emptyColumnName(file: String, line: Int, position: Int)
    /// Two columns of the same name.
    case duplicateColumn(file: String, line: Int, name: String)
    /// A record with more or fewer fields than the header.
    case fieldCount(file: String, line: Int, found: Int, expected: Int)
    /// An unquoted field beyond reason.
    case longField(file: String, line: Int)
    /// A quoted field that does not end, or not within reason; the line of the opening quote.
    case unterminatedQuote(file: String, line: Int)
    /// Text after a closing quote; the line of the opening quote.
    case textAfterQuote(file: String, line: Int)
    /// A cell that is not of its column's type, and how many more there are in the column.
    case badCell(file: String, line: Int, column: String, found: String, expected: String, more: Int)
    /// A cell that is not among the declared factor levels.
    case unknownLevel(file: String, line: Int, column: String, found: String, nearest: String?)
    /// A value of no file, in a row counted from 1, that is not among the declared factor levels.
    case undeclaredValue(row: Int, found: String, nearest: String?)
    /// A factor level declared twice.
    case duplicateLevel(column: String?, level: String)
    /// A wanted column that the file does not have.
    case unknownColumn(file: String, line: Int, name: String, nearest: String?)
    /// Columns of different lengths.
    case unequalLengths(table: String, name: String, found: Int, expected: Int)

    /// The message.
    public var description: String { place.map { "\($0): \(words)" } ?? words }

    /// The file and line, or as much of these as there is.
    private var place: String? {
        switch self {
        case .unreadable(let file, _), .unwritable(let file, _), .empty(let file): file
        case .nulByte(let file, let line), .notText(let file, let line, _), .loneCarriageReturn(let file, let line),
            .emptyColumnName(let file, let line, _), .duplicateColumn(let file, let line, _),
            .fieldCount(let file, let line, _, _), .longField(let file, let line),
            .unterminatedQuote(let file, let line), .textAfterQuote(let file, let line),
            .badCell(let file, let line, _, _, _, _), .unknownLevel(let file, let line, _, _, _),
            .unknownColumn(let file, let line, _, _), .ambiguousDecimalMark(let file, let line, _, _):
            "\(file):\(line)"
        case .ambiguousSeparator(let file, _): "\(file):1"
        case .undeclaredValue(let row, _, _): "row \(row)"
        case .unequalLengths(let table, _, _, _): table
        case .duplicateLevel: nil
        }
    }
}
