import Parallelism
import TestSupport
import Testing

@testable import Tables

@Suite struct BlockCSVTests {
    /// The table by blocks of some bytes and by the general reader.
    private func both(_ text: String, _ options: CSVOptions = CSVOptions(), block: Int = 16) throws -> (Table, Table) {
        let bytes = Array(text.utf8)
        return (
            try readCSV(bytes: bytes, name: "t.csv", options: options, blockSize: block),
            try readCSV(bytes: bytes, name: "t.csv", options: options, blockSize: .max)
        )
    }

    private func expectEqual(_ tables: (Table, Table)) {
        #expect(tables.0.columnNames == tables.1.columnNames)
        for name in tables.1.columnNames {
            if case .double(let left) = tables.0[name], case .double(let right) = tables.1[name] {
                // Adding zero: the general reader takes -0 for 0 while a column may still be of whole numbers.
                let isSame = zip(left, right).allSatisfy { ($0 + 0).bitPattern == ($1 + 0).bitPattern }
                #expect(isSame && left.count == right.count, "\(name)")
            } else {
                let isSame = tables.0[name] == tables.1[name]
                #expect(isSame, "\(name)")
            }
        }
        #expect(tables.0.lines == tables.1.lines)
    }

    @Test("Blocks give what the general reader gives", arguments: 1...300)
    func agreesWithTheGeneralReader(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let kinds: [[String]] = [
            ["1", "22", "-3", "0", "", "NA", " 4 ", "+5", "999999999999999999"],
            ["1.5", "-0.25", "2e3", "", "12", "123456789012345678.5", ".5", "-0", "NA", "0.1"],
            ["a", "b b", "é", "", "NA", "0010", "1", "x", "e\u{301}", "\u{E9}", " "],
            ["1", "2", "3", "007", "12345678901234567890", "-9223372036854775808"],
        ]
        let columns = (0..<Int.random(in: 2...5, using: &random)).map { _ in kinds.randomElement(using: &random) ?? [] }
        let end = Bool.random(using: &random) ? "\n" : "\r\n"
        var text = columns.indices.map { "c\($0)" }.joined(separator: ",") + end
        for _ in 0..<Int.random(in: 1...60, using: &random) {
            text += columns.map { $0.randomElement(using: &random) ?? "" }.joined(separator: ",") + end
        }
        if Bool.random(using: &random) { text.removeLast() }
        var options = CSVOptions()
        options.types["c0"] = [nil, .name, .text, .factor, nil].randomElement(using: &random) ?? nil
        expectEqual(try both(text, options, block: Int.random(in: 1...200, using: &random)))
    }

    @Test func lateSurprisesWidenAColumn() throws {
        let numbers = (0..<2000).map { "\($0),\($0)" }.joined(separator: "\n")
        expectEqual(try both("a,b\n" + numbers + "\n1.5,x\n", block: 64))
        expectEqual(try both("a,b\n" + numbers + "\n007,1e400\n", block: 64))
    }

    @Test func errorsAreThoseOfTheGeneralReader() throws {
        let rows = (0..<50).map { "\($0),\($0)\n" }.joined()
        for broken in ["1,2,3\n", "1\n", "1,x\u{0}\n", "\"a,2\n", "1,2\r3,4\n"] {
            let bytes = Array(("a,b\n" + rows + broken + rows).utf8)
            var options = CSVOptions()
            options.types["b"] = .int
            var messages: [String] = []
            for block in [16, Int.max] {
                do {
                    _ = try readCSV(bytes: bytes, name: "t.csv", options: options, blockSize: block)
                    messages.append("none")
                } catch {
                    messages.append("\(error)")
                }
            }
            #expect(messages[0] == messages[1] && messages[0] != "none")
        }
    }

    @Test func namesAreNumbersOnlyWhenAllAre() throws {
        var options = CSVOptions()
        options.types["a"] = .name
        #expect(try both("a,b\n10,1\n9,2\n10,3\n", options).0["a"] == .int([10, 9, 10]))
        let mixed = try both("a,b\n10,1\n1.0,2\n", options)
        #expect(mixed.0["a"]?.text(at: 1) == "1.0" && mixed.1["a"]?.text(at: 1) == "1.0")
    }
}
