extension TableError {
    /// The message without its place.
    var words: String {
        switch self {
        case .unreadable, .unwritable, .empty, .nulByte, .notText, .loneCarriageReturn, .ambiguousSeparator,
            .ambiguousDecimalMark:
            wordsOfTheFile
        case .emptyColumnName, .duplicateColumn, .fieldCount, .longField, .unterminatedQuote, .textAfterQuote,
            .unknownColumn, .unequalLengths:
            wordsOfTheShape
        case .badCell, .unknownLevel, .undeclaredValue, .duplicateLevel: wordsOfTheCell
        }
    }

    private var wordsOfTheFile: String {
        switch self {
        case .unreadable(_, let reason): "cannot be read: \(reason)."
        case .unwritable(_, let reason): "cannot be written: \(reason). What was there before is unchanged."
        case .empty: "the file is empty; expected a header line with column names."
        case .nulByte: "a byte of 0 was found; expected text. Is this a CSV file, in UTF-8?"
        case .notText(_, _, let byte):
            "byte 0x\(String(byte, radix: 16, uppercase: true)) is neither UTF-8 nor Windows-1252. Save the file as UTF-8."
        case .loneCarriageReturn:
            "found a carriage return without a line feed; expected lines that end in LF or CRLF. Save the file with one "
                + "of these."
        case .ambiguousSeparator(_, let readings):
            "the separator may be "
                + readings.map { "a \($0.separator) (\($0.columnCount) columns)" }.joined(separator: " or ")
                + ". Declare the separator."
        case .ambiguousDecimalMark(_, _, let comma, let point):
            "column '\(comma)' has decimal commas and column '\(point)' decimal points. Declare the decimal mark, or "
                + "the column that holds no numbers as text."
        default: ""
        }
    }

    private var wordsOfTheShape: String {
        switch self {
        case .emptyColumnName(_, _, let position): "column \(position) has no name. Name it in the header."
        case .duplicateColumn(_, _, let name): "column '\(name)' appears twice. Give each column its own name."
        case .fieldCount(_, _, let found, let expected):
            "found \(found) \(found == 1 ? "field" : "fields"); the header has \(expected). Check for a separator "
                + "inside an unquoted field, or another separator than the header's."
        case .longField:
            "a field is longer than \(FieldPlace.longest) bytes; expected a separator or the end of the line before. Is "
                + "this a CSV file?"
        case .unterminatedQuote:
            "the quote that opens here is not closed within 100 lines or 65536 bytes. Close it, or double quotes that "
                + "belong to the text."
        case .textAfterQuote: "text follows a closing quote. Double quotes that belong to the text."
        case .unknownColumn(_, _, let name, let nearest): "unknown column '\(name)'." + Self.hint(nearest)
        case .unequalLengths(_, let name, let found, let expected):
            "column '\(name)' has \(found) \(found == 1 ? "row" : "rows"); the first column has \(expected). Give all "
                + "columns the same length."
        default: ""
        }
    }

    private var wordsOfTheCell: String {
        switch self {
        case .badCell(_, _, let column, let found, let expected, let more):
            "column '\(column)' has '\(Self.shortened(found))'"
                + (more == 0 ? "" : " and \(more) more such \(more == 1 ? "cell" : "cells")")
                + "; expected \(expected). Correct it, or declare it as missing."
        case .unknownLevel(_, _, let column, let found, let nearest):
            "column '\(column)' has '\(Self.shortened(found))', which is not among its declared levels."
                + Self.hint(nearest)
        case .undeclaredValue(_, let found, let nearest):
            "found '\(Self.shortened(found))', which is not among the declared levels." + Self.hint(nearest)
        case .duplicateLevel(let column, let level):
            (column.map { "column '\($0)': " } ?? "") + "level '\(level)' is declared twice. Declare each level once."
        default: ""
        }
    }

    private static func hint(_ nearest: String?) -> String { nearest.map { " Did you mean '\($0)'?" } ?? "" }

    private static func shortened(_ text: String) -> String { text.count <= 60 ? text : text.prefix(59) + "…" }
}
