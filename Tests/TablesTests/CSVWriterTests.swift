import TestSupport
import Testing

@testable import Tables

@Suite struct CSVWriterTests {
    @Test func writesTheStandardForm() {
        var writer = CSVWriter(header: ["a", "b,c"])
        writer.append([.text("x \"y\""), .double(0.1 + 0.2)])
        writer.append([.missing, .double(3)])
        writer.append([.int(-4), .double(.nan)])
        writer.append([.text("two\nlines"), .double(-0.0)])
        writer.append([.text("cr\r"), .double(-.infinity)])
        writer.append([.double(1e16), .double(-2.5e-7)])
        let expected =
            "a,\"b,c\"\n\"x \"\"y\"\"\",0.30000000000000004\n,3\n-4,\n\"two\nlines\",0\n\"cr\r\",\n1e+16,-2.5e-07\n"
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
        #expect(writer.rowCount == 6)
    }

    @Test func aMissingCellAloneInARowIsNotABlankLine() throws {
        var writer = CSVWriter(header: ["a"])
        for cell in [CSVWriter.Cell.int(1), .missing, .double(.nan), .text("")] { writer.append([cell]) }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "a\n1\n\"\"\n\"\"\n\"\"\n")
        let missing = Column.missingInt
        #expect(try readCSV(bytes: writer.bytes, name: "t.csv")["a"] == .int([1, missing, missing, missing]))
    }

    @Test("Written tables read back the same, bit for bit", arguments: 1...200)
    func roundTrip(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let types: [ColumnType] = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            [.double, .int, .text, .factor].randomElement(using: &random) ?? .text
        }
        let rows = (0..<Int.random(in: 0...30, using: &random)).map { _ in types.map { cell($0, &random) } }
        var writer = CSVWriter(header: types.indices.map { "column,\"\($0)\"\n" })
        for row in rows { writer.append(row) }

        var options = CSVOptions()
        // One column of texts with other separators may be cut in two ways.
        options.separator = .comma
        for (index, type) in types.enumerated() { options.types["column,\"\(index)\"\n"] = type }
        let table = try readCSV(bytes: writer.bytes, name: "t.csv", options: options)
        #expect(table.rowCount == rows.count)
        for column in types.indices {
            let read = try table.column("column,\"\(column)\"\n")
            for row in rows.indices { #expect(written(rows[row][column]) == self.read(read, row)) }
        }
    }

    @Test("Written again, what was read gives the same bytes", arguments: 1...50)
    func isStable(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        var writer = CSVWriter(header: ["x", "n", "t"])
        for _ in 0..<20 { writer.append([cell(.double, &random), cell(.int, &random), cell(.text, &random)]) }
        // The first reading turns the texts that stand for missing values into these.
        let once = try rewritten(writer.bytes)
        let twice = try rewritten(once)
        #expect(String(decoding: twice, as: UTF8.self) == String(decoding: once, as: UTF8.self))
    }

    private func rewritten(_ bytes: [UInt8]) throws -> [UInt8] {
        let table = try readCSV(bytes: bytes, name: "t.csv", options: declared(["x": .double, "n": .int, "t": .text]))
        var writer = CSVWriter(header: table.columnNames)
        for row in 0..<table.rowCount {
            writer.append(try table.columnNames.map { read(try table.column($0), row) ?? .missing })
        }
        return writer.bytes
    }

    private func cell(_ type: ColumnType, _ random: inout SeededGenerator) -> CSVWriter.Cell {
        if Int.random(in: 0..<8, using: &random) == 0 { return .missing }
        switch type {
        case .double: return .double(Double(bitPattern: random.next()))
        case .int: return .int(Int(truncatingIfNeeded: random.next()) >> Int.random(in: 0...63, using: &random))
        case .text, .factor, .name:
            let alphabet = ["a", "B", "é", "e\u{301}", "\"", ",", "\n", "\r", "\r\n", ";", "\t", " ", "0", "🙂", "NA"]
            let letters = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? ""
            }
            return .text(letters.joined())
        }
    }

    /// What a cell must read as: the documented exceptions, and nothing else.
    private func written(_ cell: CSVWriter.Cell) -> CSVWriter.Cell? {
        switch cell {
        case .double(let value): value.isFinite ? .double(value == 0 ? 0 : value) : nil
        case .text(let text): text.allSatisfy { $0 == " " } || text == "NA" ? nil : cell
        case .int(let value): value == Column.missingInt ? nil : cell
        case .missing: nil
        }
    }

    private func read(_ column: Column, _ row: Int) -> CSVWriter.Cell? {
        if column.isMissing(at: row) { return nil }
        switch column {
        case .double(let values): return .double(values[row])
        case .int(let values): return .int(values[row])
        case .text, .factor: return column.text(at: row).map { .text($0) }
        }
    }
}
