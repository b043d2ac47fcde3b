/// Builds a CSV file in memory: RFC 4180 with line feeds, UTF-8, commas, decimal points, missing values empty, doubles
/// as the shortest text that reads back.
///
/// ``readCSV(path:options:)`` gives the same cells back, bit for bit, but for these: negative zero is written as 0,
/// whole doubles read as whole numbers, and a text that is empty, blank or `NA` reads as missing.
public struct CSVWriter: Sendable {
    /// A value of a row.
    public enum Cell: Sendable, Equatable {
        /// A text, quoted where it must be.
        case text(String)
        /// A number; not-a-number and infinity are written as missing.
        case double(Double)
        /// A whole number.
        case int(Int)
        /// Nothing.
        case missing

        /// A number that may be missing.
        public static func optional(_ value: Double?) -> Cell { value.map { .double($0) } ?? .missing }

        /// A text that may be missing.
        public static func optional(_ value: String?) -> Cell { value.map { .text($0) } ?? .missing }
    }

    /// The file so far.
    public private(set) var bytes: [UInt8] = []
    /// The number of rows so far.
    public private(set) var rowCount = 0
    private let width: Int

    /// A file with a header.
    public init(header: [String]) {
        width = header.count
        write(header.map { .text($0) })
    }

    /// Adds a row, which needs a cell for each column.
    public mutating func append(_ cells: [Cell]) {
        precondition(cells.count == width, "a row needs a cell for each column")
        write(cells)
        rowCount += 1
    }

    private mutating func write(_ cells: [Cell]) {
        let start = bytes.count
        for (position, cell) in cells.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            switch cell {
            case .text(let text): write(text)
            case .double(let value): if value.isFinite { bytes.append(contentsOf: shortestText(value).utf8) }
            case .int(let value): bytes.append(contentsOf: String(value).utf8)
            case .missing: break
            }
        }
        // An empty last line would be no record.
        if width == 1, bytes.count == start { bytes += [UInt8(ascii: "\""), UInt8(ascii: "\"")] }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func write(_ text: String) {
        let mustQuote = text.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
        }
        guard mustQuote else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
