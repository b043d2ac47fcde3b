/// What can go wrong with a table in a file: the place first, then what was found, what was expected, what to do.
public enum TableError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file cannot be opened or read.
    case unreadable(file: String, reason: String)
    /// The file cannot be written.
    case unwritable(file: String, reason: String)
    /// The file has no header line.
    case empty(file: String)
    /// A byte of 0 in a text file.
    case nulByte(file: String, line: Int)
    /// A column without a name.
    case emptyColumnName(file: String, position: Int)
    /// Two columns of the same name.
    case duplicateColumn(file: String, line: Int, name: String)
    /// A record with more or fewer fields than the header.
    case fieldCount(file: String, line: Int, found: Int, expected: Int)
    /// A quoted field that does not end, or not within reason.
    case unterminatedQuote(file: String, line: Int)
    /// Text after a closing quote.
    case textAfterQuote(file: String, line: Int)
    /// A cell that is not of its column's type.
    case badCell(file: String, line: Int, column: String, found: String, expected: String)
    /// A cell that is not among the declared factor levels.
    case unknownLevel(file: String, line: Int, column: String, found: String, nearest: String?)
    /// A wanted column that the file does not have.
    case unknownColumn(file: String, name: String, nearest: String?)
    /// Columns of different lengths.
    case unequalLengths(name: String)

    /// The message.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)."
        case .unwritable(let file, let reason):
            "\(file): cannot be written: \(reason). What was there before is unchanged."
        case .empty(let file): "\(file): the file is empty; expected a header line with column names."
        case .nulByte(let file, let line):
            "\(file):\(line): a byte of 0 was found; expected text. Is this a CSV file, in UTF-8?"
        case .emptyColumnName(let file, let position):
            "\(file):1: column \(position) has no name. Name it in the header."
        case .duplicateColumn(let file, let line, let name):
            "\(file):\(line): column '\(name)' appears twice. Give each column its own name."
        case .fieldCount(let file, let line, let found, let expected):
            "\(file):\(line): found \(found) \(found == 1 ? "field" : "fields"); the header has \(expected). Check for a "
                + "separator inside an unquoted field, or another separator than the header's."
        case .unterminatedQuote(let file, let line):
            "\(file):\(line): the quote that opens here is not closed within 100 lines or 65536 bytes. Close it, or "
                + "double quotes that belong to the text."
        case .textAfterQuote(let file, let line):
            "\(file):\(line): text follows a closing quote. Double quotes that belong to the text."
        case .badCell(let file, let line, let column, let found, let expected):
            "\(file):\(line): column '\(column)' has '\(Self.shortened(found))'; expected \(expected). Correct it, or "
                + "declare it as missing."
        case .unknownLevel(let file, let line, let column, let found, let nearest):
            "\(file):\(line): column '\(column)' has '\(Self.shortened(found))', which is not among its declared levels."
                + (nearest.map { " Did you mean '\($0)'?" } ?? "")
        case .unknownColumn(let file, let name, let nearest):
            "\(file):1: unknown column '\(name)'." + (nearest.map { " Did you mean '\($0)'?" } ?? "")
        case .unequalLengths(let name): "column '\(name)' has another number of rows than the first one."
        }
    }

    private static func shortened(_ text: String) -> String { text.count <= 60 ? text : text.prefix(59) + "…" }
}
