/// Reads a CSV file: RFC 4180 and what statistics offices publish (semicolons, tabs, decimal commas, byte order mark,
/// CRLF, quoted newlines; UTF-8, or Windows-1252 when it is no UTF-8, see ``Table/encodingNote``).
///
/// Lines without a byte are skipped where the file has several columns, and at its end. A file with only a header gives
/// a table without rows. Quotes do not matter to a value: a quoted number is a number, a quoted `NA` is missing. A
/// column without a declared type holds whole numbers when all its cells are written as such (also when all are
/// missing), else numbers when all are numbers, else texts; digits after a leading zero, such as `0010`, are text.
///
/// - Parameters:
///   - path: The file.
///   - options: Separator, missing texts, wanted columns, types.
/// - Throws: ``TableError`` with file and line.
/// - Complexity: One pass over the bytes and one over the wanted cells; eight bytes of memory for each of these.
public func readCSV(path: String, options: CSVOptions = CSVOptions()) throws(TableError) -> Table {
    try readCSV(bytes: try readFile(path), name: path, options: options)
}

/// Reads a CSV table from bytes.
///
/// - Parameter name: What messages call the file.
/// - SeeAlso: ``readCSV(path:options:)``.
public func readCSV(bytes: [UInt8], name: String, options: CSVOptions = CSVOptions()) throws(TableError) -> Table {
    let text = try DecodedBytes(bytes, name: name)
    let dialect = try CSVDialect(text.bytes, options.separator, name: name)
    let fields = try CSVFields(text.bytes, separator: dialect.separator, name: name, wanted: options.columns)
    let mark = try decimalMark(of: fields, dialect: dialect, options: options)
    let missing = MissingTexts(options.missing)
    var columns: [(String, Column)] = []
    for (index, column) in fields.columnNames.enumerated() {
        let values = try fields.withCells(index, missing: missing, mark: mark) { (cells) throws(TableError) in
            try ColumnReader(column: column, file: name, lines: fields.lines, cells: cells)
                .read(as: options.types[column], levels: options.levels[column])
        }
        columns.append((column, values))
    }
    return try Table(columns: columns, source: name, lines: fields.lines, encodingNote: text.note)
}

private func decimalMark(
    of fields: CSVFields, dialect: CSVDialect, options: CSVOptions
) throws(TableError) -> UInt8 {
    switch options.decimalMark {
    case .point: return UInt8(ascii: ".")
    case .comma: return UInt8(ascii: ",")
    case .detect:
        // Between commas, a quoted "1,234" is as often a thousand as a decimal: it stays text until declared.
        if dialect.separator == UInt8(ascii: ",") { return UInt8(ascii: ".") }
        return try DecimalMarkVote.mark(of: fields, options: options)
    }
}
