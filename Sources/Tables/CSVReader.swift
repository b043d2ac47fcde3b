import Glibc

/// Reads a CSV file: RFC 4180 and what statistics offices publish (semicolons, tabs, decimal commas, byte order mark,
/// CRLF, quoted newlines; UTF-8, or Windows-1252 when it is no UTF-8).
///
/// - Parameters:
///   - path: The file.
///   - options: Separator, missing texts, wanted columns, types.
/// - Throws: ``TableError`` with file and line.
public func readCSV(path: String, options: CSVOptions = CSVOptions()) throws(TableError) -> Table {
    try readCSV(bytes: try readFile(path), name: path, options: options)
}

/// Reads a CSV table from bytes.
///
/// - Parameter name: What messages call the file.
public func readCSV(bytes: [UInt8], name: String, options: CSVOptions = CSVOptions()) throws(TableError) -> Table {
    let (text, note) = utf8Text(bytes)
    var reader = try CSVReader(text, name: name, options: options)
    var columns: [(String, Column)] = []
    for (column, position) in try reader.wantedColumns() {
        columns.append((column, try reader.column(column, at: position)))
    }
    return try Table(columns, name: name, encodingNote: note)
}

/// The bytes of a file.
///
/// - Throws: ``TableError/unreadable(file:reason:)``.
public func readFile(_ path: String) throws(TableError) -> [UInt8] {
    func failure() -> TableError { .unreadable(file: path, reason: String(cString: strerror(errno))) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure() }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .unreadable(file: path, reason: "it is a folder") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count == 0 { return bytes }
        if count < 0 {
            if errno == EINTR { continue }
            throw failure()
        }
        bytes += buffer[..<count]
    }
}

/// The bytes as UTF-8 without byte order mark, translated from Windows-1252 when they are no UTF-8.
private func utf8Text(_ bytes: [UInt8]) -> (bytes: [UInt8], note: String?) {
    let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    if String(validating: body, as: UTF8.self) != nil { return (body, nil) }
    var translated: [UInt8] = []
    translated.reserveCapacity(body.count + body.count / 16)
    for byte in body { translated += Array(String(windows1252Scalar(byte)).utf8) }
    return (translated, "the file is not UTF-8; it was read as Windows-1252")
}

private func windows1252Scalar(_ byte: UInt8) -> Unicode.Scalar {
    let high: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]
    guard (0x80..<0xA0).contains(byte) else { return Unicode.Scalar(byte) }
    return Unicode.Scalar(high[Int(byte) - 0x80]) ?? Unicode.Scalar(byte)
}

/// A file cut into fields, columns of which are converted on demand.
struct CSVReader {
    let name: String
    let options: CSVOptions
    let header: [String]
    private let fields: CSVFields
    private let decimal: UInt8

    init(_ bytes: [UInt8], name: String, options: CSVOptions) throws(TableError) {
        self.name = name
        self.options = options
        let separator = Self.separator(of: bytes, options.separator)
        let fields = try CSVFields(bytes, separator: separator, name: name)
        self.fields = fields
        let header = (0..<fields.columnCount).map { fields.text(record: -1, column: $0) }
        self.header = header
        switch options.decimalMark {
        case .point: decimal = UInt8(ascii: ".")
        case .comma: decimal = UInt8(ascii: ",")
        case .detect:
            decimal = separator != UInt8(ascii: ",") && fields.hasDecimalComma() ? UInt8(ascii: ",") : UInt8(ascii: ".")
        }
        for (position, column) in header.enumerated() {
            if column.isEmpty { throw .emptyColumnName(file: name, position: position + 1) }
            if header[..<position].contains(column) { throw .duplicateColumn(file: name, line: 1, name: column) }
        }
    }

    private static func separator(of bytes: [UInt8], _ declared: CSVOptions.Separator) -> UInt8 {
        switch declared {
        case .comma: return UInt8(ascii: ",")
        case .semicolon: return UInt8(ascii: ";")
        case .tab: return UInt8(ascii: "\t")
        case .detect:
            let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
            func count(_ byte: UInt8) -> Int { line.reduce(0) { $0 + ($1 == byte ? 1 : 0) } }
            let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
            return candidates.max { count($0) < count($1) } ?? UInt8(ascii: ",")
        }
    }

    /// The wanted columns with their positions in the file.
    func wantedColumns() throws(TableError) -> [(String, Int)] {
        var wanted: [(String, Int)] = []
        for column in options.columns ?? header where !wanted.contains(where: { $0.0 == column }) {
            guard let position = header.firstIndex(of: column) else {
                throw .unknownColumn(file: name, name: column, nearest: nearest(to: column, among: header))
            }
            wanted.append((column, position))
        }
        return wanted
    }

    /// Converts a column.
    mutating func column(_ column: String, at position: Int) throws(TableError) -> Column {
        switch options.types[column] {
        case .double: return .double(try numbers(column, position))
        case .int: return .int(try integers(column, position))
        case .text: return .text(texts(position))
        case .factor: return .factor(try factor(column, position))
        case nil: return inferred(position)
        }
    }

    private func isMissing(_ record: Int, _ position: Int) -> Bool {
        // Nearly all cells are longer than any missing code, or plain numbers: look at the bytes first.
        let length = fields.length(record: record, column: position)
        if length == 0 { return options.missing.contains("") }
        return length <= longestMissing && options.missing.contains(fields.text(record: record, column: position))
    }

    private var longestMissing: Int { options.missing.reduce(0) { max($0, $1.utf8.count) } }

    private func numbers(_ column: String, _ position: Int) throws(TableError) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(fields.recordCount)
        for record in 0..<fields.recordCount {
            if isMissing(record, position) {
                values.append(.nan)
            } else if let value = number(record, position) {
                values.append(value)
            } else {
                throw bad(column, record, position, "a number")
            }
        }
        return values
    }

    private func number(_ record: Int, _ position: Int) -> Double? {
        fields.number(record: record, column: position, decimal: decimal)
    }

    private func integers(_ column: String, _ position: Int) throws(TableError) -> [Int] {
        var values: [Int] = []
        values.reserveCapacity(fields.recordCount)
        for record in 0..<fields.recordCount {
            if isMissing(record, position) {
                values.append(Column.missingInt)
            } else if let value = number(record, position), let whole = Int(exactly: value) {
                values.append(whole)
            } else {
                throw bad(column, record, position, "a whole number")
            }
        }
        return values
    }

    private func texts(_ position: Int) -> TextColumn {
        var positions: [String: Int32] = [:]
        var values: [String] = []
        var codes: [Int32] = []
        codes.reserveCapacity(fields.recordCount)
        for record in 0..<fields.recordCount {
            let text = fields.text(record: record, column: position)
            if options.missing.contains(text) {
                codes.append(-1)
            } else if let known = positions[text] {
                codes.append(known)
            } else {
                positions[text] = Int32(values.count)
                codes.append(Int32(values.count))
                values.append(text)
            }
        }
        return TextColumn(values: values, codes: codes)
    }

    private func factor(_ column: String, _ position: Int) throws(TableError) -> Factor {
        let texts = texts(position)
        guard let levels = options.levels[column] else { return texts.factor }
        var codes: [Int32] = []
        let known = texts.values.map { levels.firstIndex(of: $0).map { Int32($0) } }
        for (record, code) in texts.codes.enumerated() {
            guard code >= 0 else {
                codes.append(-1)
                continue
            }
            guard let level = known[Int(code)] else {
                let found = texts.values[Int(code)]
                throw .unknownLevel(
                    file: name, line: fields.line(of: record), column: column, found: found,
                    nearest: nearest(to: found, among: levels))
            }
            codes.append(level)
        }
        return Factor(levels: levels, codes: codes)
    }

    /// Numbers when every cell is one, whole where all are whole; codes with leading zeros are names.
    private func inferred(_ position: Int) -> Column {
        var values: [Double] = []
        var isWhole = true
        for record in 0..<fields.recordCount {
            if isMissing(record, position) {
                values.append(.nan)
                continue
            }
            guard let value = number(record, position), !fields.hasLeadingZero(record: record, column: position) else {
                return .text(texts(position))
            }
            if isWhole, value != value.rounded() || abs(value) >= 1e15 { isWhole = false }
            values.append(value)
        }
        return isWhole ? .int(values.map { $0.isNaN ? Column.missingInt : Int($0) }) : .double(values)
    }

    private func bad(_ column: String, _ record: Int, _ position: Int, _ expected: String) -> TableError {
        .badCell(
            file: name, line: fields.line(of: record), column: column,
            found: fields.text(record: record, column: position), expected: expected)
    }
}
