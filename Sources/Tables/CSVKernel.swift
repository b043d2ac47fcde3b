/// Cuts the bytes of a CSV file into records and fields, in one pass.
///
/// The bytes must outlive the value, which lives only inside the `withUnsafeBufferPointer` of ``CSVFields`` and
/// ``CSVDialect``. Every read is behind `position < bytes.count`. The plain twin is `PlainCSV` in the tests.
struct CSVKernel {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let separator: UInt8
    private let name: String
    /// The byte that comes next.
    private(set) var position = 0
    /// The physical line, from 1, that comes next.
    private(set) var line = 1

    /// The most lines of a quoted field: a longer one is a quote that was never closed.
    private static let longestQuote = 100

    init(_ bytes: UnsafeBufferPointer<UInt8>, separator: UInt8, name: String) {
        self.bytes = bytes
        self.separator = separator
        self.name = name
    }

    /// Adds the fields of the next record; false at the end of the file.
    mutating func appendRecord(to places: inout [FieldPlace]) throws(TableError) -> Bool {
        guard position < bytes.count else { return false }
        while true {
            if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                places.append(try quotedField())
            } else {
                places.append(try plainField())
            }
            guard position < bytes.count else { return true }
            if bytes[position] == separator {
                position += 1
                continue
            }
            position += bytes[position] == UInt8(ascii: "\r") ? 2 : 1
            line += 1
            return true
        }
    }

    /// Skips lines without a byte, which hold no record unless the file has a single column.
    ///
    /// - Parameter columnCount: The header's; 0 before the header.
    mutating func skipBlankLines(columnCount: Int) {
        while let end = blankLineEnd(), columnCount != 1 || end == bytes.count {
            position = end
            line += 1
        }
    }

    private func blankLineEnd() -> Int? {
        var end = position
        if end < bytes.count, bytes[end] == UInt8(ascii: "\r") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\n") else { return nil }
        return end + 1
    }

    private mutating func plainField() throws(TableError) -> FieldPlace {
        let start = position
        var here = position
        while here < bytes.count {
            let byte = bytes[here]
            // Nearly all bytes are past the first test: control characters are below, and so is the tab.
            if byte < UInt8(ascii: " ") {
                if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte == 0 { break }
            }
            if byte == separator { break }
            here += 1
        }
        position = here
        if here < bytes.count { try checkEnd(of: start) }
        guard here - start <= FieldPlace.longest else { throw .longField(file: name, line: line) }
        return FieldPlace(start: start, end: here, isEscaped: false)
    }

    /// Refuses the bytes that end a plain field wrongly.
    @inline(__always)
    private func checkEnd(of start: Int) throws(TableError) {
        let byte = bytes[position]
        if byte == 0 { throw .nulByte(file: name, line: line) }
        if byte == UInt8(ascii: "\r"), !isLineEnd { throw .loneCarriageReturn(file: name, line: line) }
    }

    private mutating func quotedField() throws(TableError) -> FieldPlace {
        let openingLine = line
        position += 1
        let start = position
        var isEscaped = false
        while true {
            guard position < bytes.count, position - start <= FieldPlace.longest,
                line - openingLine < Self.longestQuote
            else { throw .unterminatedQuote(file: name, line: openingLine) }
            let byte = bytes[position]
            if byte == 0 { throw .nulByte(file: name, line: line) }
            if byte == UInt8(ascii: "\n") { line += 1 }
            if byte == UInt8(ascii: "\"") {
                guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") else { break }
                isEscaped = true
                position += 1
            }
            position += 1
        }
        let place = FieldPlace(start: start, end: position, isEscaped: isEscaped)
        position += 1
        guard position >= bytes.count || bytes[position] == separator || isLineEnd else {
            throw .textAfterQuote(file: name, line: openingLine)
        }
        return place
    }

    /// Whether a line feed, or a carriage return and a line feed, stand here.
    private var isLineEnd: Bool {
        if bytes[position] == UInt8(ascii: "\n") { return true }
        return bytes[position] == UInt8(ascii: "\r") && position + 1 < bytes.count
            && bytes[position + 1] == UInt8(ascii: "\n")
    }
}
