import Glibc
import TestSupport
import Testing

@testable import Tables

@Suite struct TableErrorTests {
    @Test(arguments: [
        ("", "t.csv: the file is empty; expected a header line with column names."),
        ("\n\r\n", "t.csv: the file is empty; expected a header line with column names."),
        (
            "a,b\n1,2\n1,2,3\n",
            "t.csv:3: found 3 fields; the header has 2. Check for a separator inside an unquoted field, or another separator than the header's."
        ),
        (
            "a,b\n\"x\ny\",2\n1\n",
            "t.csv:4: found 1 field; the header has 2. Check for a separator inside an unquoted field, or another separator than the header's."
        ),
        ("a,a\n1,2\n", "t.csv:1: column 'a' appears twice. Give each column its own name."),
        ("a,\n1,2\n", "t.csv:1: column 2 has no name. Name it in the header."),
        ("\na,\n1,2\n", "t.csv:2: column 2 has no name. Name it in the header."),
        (
            "a,b\n1,2\n\"x,2\n3,4\n",
            "t.csv:3: the quote that opens here is not closed within 100 lines or 65536 bytes. Close it, or double quotes that belong to the text."
        ),
        (
            "a,b\n\"x\ny\"z,2\n",
            "t.csv:2: text follows a closing quote. Double quotes that belong to the text."
        ),
        ("a,b\n1,2\nx\u{0},2\n", "t.csv:3: a byte of 0 was found; expected text. Is this a CSV file, in UTF-8?"),
        ("a,b\n\"\n\u{0}\",2\n", "t.csv:3: a byte of 0 was found; expected text. Is this a CSV file, in UTF-8?"),
        (
            "a,b\r1,2\r",
            "t.csv:1: found a carriage return without a line feed; expected lines that end in LF or CRLF. Save the file with one of these."
        ),
    ])
    func namesTheLineOfABrokenFile(text: String, message: String) {
        #expect { try read(text) } throws: { "\($0)" == message }
    }

    @Test func aQuoteBeyondReasonWasNeverClosed() throws {
        let message =
            "t.csv:2: the quote that opens here is not closed within 100 lines or 65536 bytes. Close it, or double quotes that belong to the text."
        func cell(_ text: String) throws -> String? { try read("a,b\n\"\(text)\",1\n")["a"]?.text(at: 0) }
        let (lines, bytes) = (String(repeating: "\n", count: 99) + "x", String(repeating: "x", count: 65536))
        #expect(try cell(lines) == lines)
        #expect(try cell(bytes) == bytes)
        #expect { try cell("\n" + lines) } throws: { "\($0)" == message }
        #expect { try cell("x" + bytes) } throws: { "\($0)" == message }
    }

    @Test func aFieldBeyondReasonIsRefused() throws {
        let bytes = String(repeating: "x", count: 65536)
        #expect(try read("a,b\n\(bytes),1\n")["a"]?.text(at: 0) == bytes)
        #expect { try read("a,b\n\(bytes)x,1\n") } throws: {
            "\($0)"
                == "t.csv:2: a field is longer than 65536 bytes; expected a separator or the end of the line before. Is this a CSV file?"
        }
    }

    @Test func aByteThatIsNoTextIsNamed() {
        let bytes = Array("a,b\n1,2\nx".utf8) + [0x81] + Array(",2\n".utf8)
        #expect { try readCSV(bytes: bytes, name: "t.csv") } throws: {
            "\($0)" == "t.csv:3: byte 0x81 is neither UTF-8 nor Windows-1252. Save the file as UTF-8."
        }
    }

    @Test func namesTheCellThatIsNoNumber() {
        #expect { try read("b,a\n\"x\ny\",1\nz,n.v.t.\n", declared(["a": .double])) } throws: {
            "\($0)" == "t.csv:4: column 'a' has 'n.v.t.'; expected a number. Correct it, or declare it as missing."
        }
        #expect { try read("b,a\nx,1.5\n", declared(["a": .int])) } throws: {
            "\($0)" == "t.csv:2: column 'a' has '1.5'; expected a whole number. Correct it, or declare it as missing."
        }
        #expect { try read("a\nNaN\n", declared(["a": .double])) } throws: {
            "\($0)" == "t.csv:2: column 'a' has 'NaN'; expected a number. Correct it, or declare it as missing."
        }
    }

    @Test func countsTheOtherBadCells() {
        #expect { try read("a\n1\n<5\nNA\n<5\n2\n.\n", declared(["a": .double])) } throws: {
            "\($0)"
                == "t.csv:3: column 'a' has '<5' and 2 more such cells; expected a number. Correct it, or declare it as missing."
        }
        #expect { try read("a\n1.5\n2\n0.1\n", declared(["a": .int])) } throws: {
            "\($0)"
                == "t.csv:2: column 'a' has '1.5' and 1 more such cell; expected a whole number. Correct it, or declare it as missing."
        }
    }

    @Test func cutsALongCellToSixtyCharacters() {
        let cell = String(repeating: "é", count: 61)
        let shown = String(repeating: "é", count: 59) + "…"
        #expect { try read("a\n\(cell)\n", declared(["a": .double])) } throws: {
            "\($0)" == "t.csv:2: column 'a' has '\(shown)'; expected a number. Correct it, or declare it as missing."
        }
    }

    @Test func suggestsTheColumn() {
        var options = CSVOptions()
        options.columns = ["scor"]
        #expect { try read("score\n1\n", options) } throws: {
            "\($0)" == "t.csv:1: unknown column 'scor'. Did you mean 'score'?"
        }
        #expect { try read("\nweight\n1\n", options) } throws: { "\($0)" == "t.csv:2: unknown column 'scor'." }
    }

    @Test func suggestsTheLevel() {
        var options = CSVOptions()
        options.levels["g"] = ["practical", "theoretical"]
        #expect { try read("g\npractical\nprctical\n", options) } throws: {
            "\($0)"
                == "t.csv:3: column 'g' has 'prctical', which is not among its declared levels. Did you mean 'practical'?"
        }
        options.levels["g"] = ["a", "a"]
        #expect { try read("g\na\n", options) } throws: {
            "\($0)" == "column 'g': level 'a' is declared twice. Declare each level once."
        }
    }

    @Test func saysWhyAFileCannotBeRead() throws {
        #expect { try readCSV(path: "/nonexistent/x.csv") } throws: {
            "\($0)" == "/nonexistent/x.csv: cannot be read: No such file or directory."
        }
        #expect { try readCSV(path: "/tmp") } throws: { "\($0)" == "/tmp: cannot be read: it is a folder." }
        let folder = try TemporaryFolder()
        try folder.write("", to: "x")
        #expect { try readCSV(path: folder.file("x/y.csv")) } throws: {
            "\($0)" == "\(folder.file("x/y.csv")): cannot be read: Not a directory."
        }
    }

    @Test(.enabled(if: geteuid() != 0, "the superuser may read everything"))
    func saysThatAFileMayNotBeRead() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a\n", to: "x.csv")
        chmod(path, 0)
        #expect { try readCSV(path: path) } throws: { "\($0)" == "\(path): cannot be read: Permission denied." }
    }
}
