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
    try readCSV(bytes: bytes, name: name, options: options, blockSize: 1 << 20)
}

/// - Parameter blockSize: The length in bytes of the blocks that threads read; a shorter file is read as a whole.
func readCSV(
    bytes: [UInt8], name: String, options: CSVOptions, blockSize: Int
) throws(TableError) -> Table {
    let text = try DecodedBytes(bytes, name: name)
    let dialect = try CSVDialect(text.bytes, options.separator, name: name)
    if let table = try blockTable(text, dialect, name, options, blockSize: blockSize) { return table }
    let fields = try CSVFields(text.bytes, separator: dialect.separator, name: name, wanted: options.columns)
    let mark = try decimalMark(of: fields, dialect: dialect, options: options)
    return try Table(
        columns: try columns(of: fields, mark: mark, options: options), source: name, lines: .listed(fields.lines),
        encodingNote: text.note)
}

private func columns(
    of fields: CSVFields, mark: UInt8, options: CSVOptions
) throws(TableError) -> [(String, Column)] {
    let missing = MissingTexts(options.missing)
    var columns: [(String, Column)] = []
    for (index, column) in fields.columnNames.enumerated() {
        let values = try fields.withCells(index, missing: missing, mark: mark) { (cells) throws(TableError) in
            try ColumnReader(column: column, file: fields.name, lines: fields.lines, cells: cells)
                .read(as: options.types[column], levels: options.levels[column])
        }
        columns.append((column, values))
    }
    return columns
}

/// The table of a file without quotes and with nothing out of the ordinary, read on all threads; nil for another.
private func blockTable(
    _ text: DecodedBytes, _ dialect: CSVDialect, _ name: String, _ options: CSVOptions, blockSize: Int
) throws(TableError) -> Table? {
    let (separator, bytes) = (dialect.separator, text.bytes)
    guard bytes.count > blockSize else { return nil }
    // The first records tell the decimal mark and what kinds of columns to expect.
    guard let sample = try? CSVFields(head(of: bytes), separator: separator, name: name, wanted: options.columns) else {
        return nil
    }
    let mark = try decimalMark(of: sample, dialect: dialect, options: options)
    guard let expected = try? columns(of: sample, mark: mark, options: options) else { return nil }
    return try bytes.withUnsafeBufferPointer { (buffer) throws(TableError) -> Table? in
        var kernel = CSVKernel(buffer, separator: separator, name: name)
        let header = try CSVHeader(&kernel, buffer, name, wanted: options.columns)
        let plain = BlockCSV(
            buffer, header: header, first: kernel.position, separator: separator, mark: mark, options: options,
            blockSize: blockSize)
        guard let plain, let columns = plain.columns(expected: expected.map(\.1)) else { return nil }
        let lines = RowLines.sequential(first: Int32(clamping: kernel.line), count: plain.recordCount)
        return try Table(columns: columns, source: name, lines: lines, encodingNote: text.note)
    }
}

/// The bytes of the first lines of a file.
private func head(of bytes: [UInt8]) -> [UInt8] {
    var (position, lines) = (0, 0)
    while position < bytes.count, lines < 1001 {
        if bytes[position] == UInt8(ascii: "\n") { lines += 1 }
        position += 1
    }
    return Array(bytes[..<position])
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
