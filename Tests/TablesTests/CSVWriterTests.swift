import Foundation
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
        let expected = "a,\"b,c\"\n\"x \"\"y\"\"\",0.30000000000000004\n,3\n-4,\n\"two\nlines\",0\n"
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test("Written tables read back the same", arguments: 1...100)
    func roundTrip(seed: Int) throws {
        var random = SystemRandomNumberGeneratorFromSeed(seed)
        let alphabet = ["a", "B", "é", "\"", ",", "\n", ";", " ", "0", "🙂"]
        let texts = (0..<30).map { _ in
            "t"
                + (0..<Int.random(in: 0...8, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }
                .joined()
        }
        let numbers = (0..<30).map { _ in Double(bitPattern: random.next()) }.map { $0.isFinite ? $0 : 1.5 }
        var writer = CSVWriter(header: ["text", "number"])
        for (text, number) in zip(texts, numbers) { writer.append([.text(text), .double(number)]) }
        var options = CSVOptions()
        options.separator = .comma
        let table = try readCSV(bytes: writer.bytes, name: "t.csv", options: options)
        #expect((0..<30).map { table["text"]?.text(at: $0) } == texts)
        #expect(table["number"]?.doubles()?.map(\.bitPattern) == numbers.map { ($0 == 0 ? 0 : $0).bitPattern })
    }
}

@Suite struct AtomicFileTests {
    @Test func replacesAFileAndLeavesNoTemporaryOne() throws {
        let folder = try TemporaryFolder()
        try writeAtomically(Array("old".utf8), to: folder.file("x"))
        try writeAtomically(Array("new".utf8), to: folder.file("x"))
        #expect(try contents(of: folder.file("x")) == "new")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x"])
    }

    @Test func keepsTheOldFileWhenWritingFails() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "file")
        #expect { try writeAtomically([1], to: folder.file("file/x")) } throws: {
            "\($0)"
                == "\(folder.file("file/x")): cannot be written: Not a directory. What was there before is unchanged."
        }
        #expect { try writeAtomically([1], to: folder.file("none/x")) } throws: {
            "\($0)"
                == "\(folder.file("none/x")): cannot be written: No such file or directory. What was there before is unchanged."
        }
    }
}

@Suite struct NearestTests {
    @Test(arguments: [
        ("scor", "score"), ("budgett", "budget"), ("bugdet", "budget"), ("Cohort", "cohort"), ("per_pupl", "per_pupil"),
    ])
    func findsTheWordOneEditAway(typed: String, meant: String) {
        #expect(nearest(to: typed, among: ["score", "budget", "cohort", "per_pupil", "years"]) == meant)
    }

    @Test func staysSilentWhenNothingIsNear() {
        #expect(nearest(to: "zebra", among: ["score", "budget"]) == nil)
        #expect(nearest(to: "x", among: []) == nil)
    }
}
