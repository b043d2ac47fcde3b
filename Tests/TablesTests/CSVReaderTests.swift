import TestSupport
import Testing

@testable import Tables

private func read(_ text: String, _ options: CSVOptions = CSVOptions()) throws -> Table {
    try readCSV(bytes: Array(text.utf8), name: "t.csv", options: options)
}

@Suite struct CSVReaderTests {
    @Test func infersTypes() throws {
        let table = try read("n,x,code,word\n1,1.5,0010,a\n2,,0011,\n-3,2e3,0012,\"b,\"\"c\"\"\"\n")
        #expect(table["n"] == .int([1, 2, -3]))
        #expect(table["x"]?.doubles()?[2] == 2000)
        #expect(table["x"]?.isMissing(at: 1) == true)
        #expect(table["code"]?.text(at: 0) == "0010")
        #expect(table["word"]?.text(at: 2) == "b,\"c\"")
        #expect(table["word"]?.isMissing(at: 1) == true)
    }

    @Test func readsWhatStatisticsOfficesPublish() throws {
        // Byte order mark, semicolons, decimal commas without a leading zero, CRLF, Windows-1252.
        var bytes: [UInt8] = [0xEF, 0xBB, 0xBF]
        bytes += Array("naam;score\r\nDe ".utf8) + [0xEB] + Array("n;538,5\r\nTwee;,5\r\n".utf8)
        let table = try readCSV(bytes: bytes, name: "t.csv")
        #expect(table["naam"]?.text(at: 0) == "De ën")
        #expect(table["score"]?.doubles() == [538.5, 0.5])
        #expect(table.encodingNote == "the file is not UTF-8; it was read as Windows-1252")
    }

    @Test func keepsNewlinesAndSeparatorsInQuotes() throws {
        let table = try read("a,b\n\"one\ntwo\",1\n\"x,y\",2\n")
        #expect(table["a"]?.text(at: 0) == "one\ntwo")
        #expect(table["a"]?.text(at: 1) == "x,y")
        #expect(table.rowCount == 2)
    }

    @Test func quotedNumbersAreNumbers() throws {
        #expect(try read("a\n\"308\"\n\"309\"\n")["a"] == .int([308, 309]))
    }

    @Test func declaredLevelsKeepTheirOrder() throws {
        var options = CSVOptions()
        options.types["g"] = .factor
        options.levels["g"] = ["low", "high"]
        guard case .factor(let factor)? = try read("g\nhigh\nlow\nNA\n", options)["g"] else { return }
        #expect(factor.levels == ["low", "high"] && factor.codes == [1, 0, -1])
    }

    @Test func factorLevelsAreInScalarOrder() {
        let factor = TextColumn(["b", "É", "B", "a"]).factor
        #expect(factor.levels == ["B", "a", "b", "É"])
    }

    @Test(arguments: [
        ("", "t.csv: the file is empty; expected a header line with column names."),
        (
            "a,b\n1,2\n1,2,3\n",
            "t.csv:3: found 3 fields; the header has 2. Check for a separator inside an unquoted field, or another separator than the header's."
        ),
        (
            "a,b\n1\n",
            "t.csv:2: found 1 field; the header has 2. Check for a separator inside an unquoted field, or another separator than the header's."
        ),
        ("a,a\n1,2\n", "t.csv:1: column 'a' appears twice. Give each column its own name."),
        ("a,\n1,2\n", "t.csv:1: column 2 has no name. Name it in the header."),
        (
            "a,b\n\"x,2\n",
            "t.csv:2: the quote that opens here is not closed within 100 lines or 65536 bytes. Close it, or double quotes that belong to the text."
        ),
        ("a,b\n\"x\"y,2\n", "t.csv:2: text follows a closing quote. Double quotes that belong to the text."),
        ("a,b\nx\u{0},2\n", "t.csv:2: a byte of 0 was found; expected text. Is this a CSV file, in UTF-8?"),
    ])
    func refusesBrokenFiles(text: String, message: String) {
        #expect { try read(text) } throws: { "\($0)" == message }
    }

    @Test func namesTheCellThatIsNoNumber() {
        var options = CSVOptions()
        options.types["a"] = .double
        #expect { try read("b,a\n\"x\ny\",1\nz,n.v.t.\n", options) } throws: {
            "\($0)" == "t.csv:4: column 'a' has 'n.v.t.'; expected a number. Correct it, or declare it as missing."
        }
        options.types["a"] = .int
        #expect { try read("b,a\nx,1.5\n", options) } throws: {
            "\($0)" == "t.csv:2: column 'a' has '1.5'; expected a whole number. Correct it, or declare it as missing."
        }
    }

    @Test func suggestsTheColumnAndTheLevel() {
        var options = CSVOptions()
        options.columns = ["scor"]
        #expect { try read("score\n1\n", options) } throws: {
            "\($0)" == "t.csv:1: unknown column 'scor'. Did you mean 'score'?"
        }
        options = CSVOptions()
        options.types["g"] = .factor
        options.levels["g"] = ["practical", "theoretical"]
        #expect { try read("g\nprctical\n", options) } throws: {
            "\($0)"
                == "t.csv:2: column 'g' has 'prctical', which is not among its declared levels. Did you mean 'practical'?"
        }
    }

    @Test func saysWhyAFileCannotBeRead() {
        #expect { try readCSV(path: "/nonexistent/x.csv") } throws: {
            "\($0)" == "/nonexistent/x.csv: cannot be read: No such file or directory."
        }
        #expect { try readCSV(path: "/tmp") } throws: { "\($0)" == "/tmp: cannot be read: it is a folder." }
    }

    @Test(.enabled(if: hasSharedData)) func readsTheRealSchools() throws {
        let table = try readCSV(path: sharedData("nl_primary_schools_2019/primary_schools.csv"))
        #expect(table.rowCount == 6633)
        func sum(_ name: String) throws -> Double {
            try table.column(name).doubles()?.filter { !$0.isNaN }.reduce(0, +) ?? .nan
        }
        // The totals that the data set's README states.
        #expect(try sum("funded_pupils_2019") == 1_396_457)
        #expect(abs(try sum("disadv_score_2019") - 561_736.12) < 0.005)
    }
}

@Suite struct NumberTests {
    @Test(arguments: 1...200)
    func decimalNumbersAreCorrectlyRounded(seed: Int) throws {
        var random = SystemRandomNumberGeneratorFromSeed(seed)
        for _ in 0..<200 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            for text in ["\(value)", "\(Float(value))", "\(Int(truncatingIfNeeded: random.next()) % 1_000_000)"] {
                let bytes = Array(text.utf8)
                guard let expected = Double(text), expected.isFinite else { continue }
                #expect(
                    decimalNumber(bytes, 0, bytes.count, decimal: UInt8(ascii: "."))?.bitPattern == expected.bitPattern,
                    "\(text)")
            }
        }
    }

    @Test(arguments: ["", "-", ".", "1e", "e5", "1.2.3", "0x10", "NaN", "inf", "1 2", "1,5", "--1", "1e+"])
    func whatIsNoNumberIsRefused(text: String) {
        let bytes = Array(text.utf8)
        #expect(decimalNumber(bytes, 0, bytes.count, decimal: UInt8(ascii: ".")) == nil)
    }
}

/// A small generator with a seed, for generated cases (xorshift64*).
struct SystemRandomNumberGeneratorFromSeed: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
