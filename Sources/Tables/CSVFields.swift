/// Where each field of a CSV file begins and ends, found in one pass.
struct CSVFields {
    /// The number of fields of the header.
    let columnCount: Int
    /// The number of records after the header.
    let recordCount: Int
    private let bytes: [UInt8]
    /// The first byte of each field, header included, record by record; a quoted field begins after its quote.
    private let starts: [Int]
    /// The byte after each field's last one.
    private let ends: [Int]
    /// The positions, in ``starts``, of fields that hold doubled quotes.
    private let escaped: Set<Int>
    /// The physical line of each record, the header first.
    private let lines: [Int32]

    /// The longest quoted field: a longer one is a quote that was never closed.
    private static let longestQuote = (bytes: 1 << 16, lines: 100)

    init(_ bytes: [UInt8], separator: UInt8, name: String) throws(TableError) {
        var scanner = Scanner(bytes: bytes, separator: separator, name: name)
        try scanner.scan()
        guard !scanner.lines.isEmpty else { throw .empty(file: name) }
        self.bytes = bytes
        columnCount = scanner.columnCount
        recordCount = scanner.lines.count - 1
        starts = scanner.starts
        ends = scanner.ends
        escaped = scanner.escaped
        lines = scanner.lines
    }

    /// The physical line, from 1, on which a record begins.
    func line(of record: Int) -> Int { Int(lines[record + 1]) }

    private func field(_ record: Int, _ column: Int) -> Int { (record + 1) * columnCount + column }

    /// The number of bytes of a field.
    func length(record: Int, column: Int) -> Int {
        let field = field(record, column)
        return ends[field] - starts[field]
    }

    /// A field's text; record -1 is the header.
    func text(record: Int, column: Int) -> String {
        let field = field(record, column)
        let slice = bytes[starts[field]..<ends[field]]
        let text = String(decoding: slice, as: UTF8.self)
        guard escaped.contains(field) else { return text }
        var result = ""
        var isSecond = false
        for character in text.unicodeScalars {
            isSecond = character == "\"" && !isSecond
            if !isSecond || character != "\"" { result.unicodeScalars.append(character) }
        }
        return result
    }

    /// A field as a decimal number; nil when it is anything else.
    func number(record: Int, column: Int, decimal: UInt8) -> Double? {
        let field = field(record, column)
        return decimalNumber(bytes, starts[field], ends[field], decimal: decimal)
    }

    /// Whether a field is digits with a leading zero, such as a postcode or a school code.
    func hasLeadingZero(record: Int, column: Int) -> Bool {
        let field = field(record, column)
        let (start, end) = (starts[field], ends[field])
        guard end - start > 1, bytes[start] == UInt8(ascii: "0") else { return false }
        return bytes[(start + 1)..<end].allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Whether, in the first thousand records, fields that look like numbers have a comma and none a point.
    func hasDecimalComma() -> Bool {
        var hasComma = false
        for record in 0..<min(recordCount, 1000) {
            for column in 0..<columnCount {
                if number(record: record, column: column, decimal: UInt8(ascii: ",")) != nil {
                    let field = field(record, column)
                    if bytes[starts[field]..<ends[field]].contains(UInt8(ascii: ",")) { hasComma = true }
                }
            }
        }
        return hasComma
    }

    /// The pass over the bytes.
    private struct Scanner {
        let bytes: [UInt8]
        let separator: UInt8
        let name: String
        var starts: [Int] = []
        var ends: [Int] = []
        var escaped: Set<Int> = []
        var lines: [Int32] = []
        var columnCount = 0
        private var position = 0
        private var line = 1

        init(bytes: [UInt8], separator: UInt8, name: String) {
            self.bytes = bytes
            self.separator = separator
            self.name = name
        }

        mutating func scan() throws(TableError) {
            while position < bytes.count {
                let recordLine = line
                let first = starts.count
                if isBlankLine() { continue }
                try record()
                let count = starts.count - first
                if lines.isEmpty { columnCount = count }
                guard count == columnCount else {
                    throw .fieldCount(file: name, line: recordLine, found: count, expected: columnCount)
                }
                lines.append(Int32(recordLine))
            }
        }

        /// Skips an empty line, which holds no record unless the file has a single column.
        private mutating func isBlankLine() -> Bool {
            var end = position
            if end < bytes.count, bytes[end] == UInt8(ascii: "\r") { end += 1 }
            guard end < bytes.count, bytes[end] == UInt8(ascii: "\n") else { return false }
            guard lines.isEmpty || columnCount > 1 || end + 1 == bytes.count else { return false }
            position = end + 1
            line += 1
            return true
        }

        private mutating func record() throws(TableError) {
            while true {
                if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                    try quotedField()
                } else {
                    try plainField()
                }
                guard position < bytes.count else { return }
                if bytes[position] == separator {
                    position += 1
                    continue
                }
                position += bytes[position] == UInt8(ascii: "\r") ? 2 : 1
                line += 1
                return
            }
        }

        private mutating func plainField() throws(TableError) {
            let start = position
            while position < bytes.count {
                let byte = bytes[position]
                if byte == separator || byte == UInt8(ascii: "\n") || isLineEnd(position) { break }
                if byte == 0 { throw .nulByte(file: name, line: line) }
                position += 1
            }
            starts.append(start)
            ends.append(position)
        }

        private mutating func quotedField() throws(TableError) {
            let (opening, openingLine) = (position, line)
            position += 1
            starts.append(position)
            while true {
                guard position < bytes.count, position - opening <= CSVFields.longestQuote.bytes,
                    line - openingLine <= CSVFields.longestQuote.lines
                else { throw .unterminatedQuote(file: name, line: openingLine) }
                let byte = bytes[position]
                if byte == 0 { throw .nulByte(file: name, line: line) }
                if byte == UInt8(ascii: "\n") { line += 1 }
                if byte == UInt8(ascii: "\"") {
                    guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") else { break }
                    escaped.insert(starts.count - 1)
                    position += 1
                }
                position += 1
            }
            ends.append(position)
            position += 1
            guard
                position >= bytes.count || bytes[position] == separator || bytes[position] == UInt8(ascii: "\n")
                    || isLineEnd(position)
            else { throw .textAfterQuote(file: name, line: line) }
        }

        /// Whether a carriage return and a line feed stand here.
        private func isLineEnd(_ position: Int) -> Bool {
            bytes[position] == UInt8(ascii: "\r") && position + 1 < bytes.count
                && bytes[position + 1] == UInt8(ascii: "\n")
        }
    }
}
