import Testing

@testable import Tables

@Suite struct CSVDialectTests {
    @Test func readsWhatStatisticsOfficesPublish() throws {
        // Byte order mark, semicolons, decimal commas without a leading zero, CRLF, Windows-1252.
        var bytes: [UInt8] = [0xEF, 0xBB, 0xBF]
        bytes += Array("naam;brin;score\r\nDe ".utf8) + [0xEB] + Array("n;00AH;538,5\r\nTwee;01;,5\r\nCaf".utf8)
        bytes += [0xE9, 0x20, 0x92] + Array("t;02; \r\n".utf8)
        let table = try readCSV(bytes: bytes, name: "t.csv")
        #expect(try texts(table, "naam") == ["De ën", "Twee", "Café ’t"])
        #expect(try texts(table, "brin") == ["00AH", "01", "02"])
        #expect(table["score"]?.doubles()?.prefix(2) == [538.5, 0.5])
        #expect(table["score"]?.isMissing(at: 2) == true)
        #expect(table.encodingNote == "the file is not UTF-8; it was read as Windows-1252")
    }

    @Test func utf8NeedsNoNote() throws {
        #expect(try read("naam,x\nDe ën,1\n").encodingNote == nil)
    }

    @Test(arguments: [",", ";", "\t"])
    func findsTheSeparatorThatCutsEqualRecords(separator: String) throws {
        // Each row has other separators inside quotes or text.
        let text = "a|b|c\n1|\"x,y;z\tw\"|2\n3|plain|4\n".split(separator: "|").joined(separator: separator)
        #expect(try read(text)["c"] == .int([2, 4]))
    }

    @Test func aHeaderNameWithAnotherSeparatorDoesNotMislead() throws {
        #expect(try read("time; hours,score\n1,2\n").columnNames == ["time; hours", "score"])
    }

    @Test func decimalCommasNeedAnotherSeparator() throws {
        #expect(try texts(read("a,b\n\"1,5\",2\n"), "a") == ["1,5"])
        var options = CSVOptions()
        options.decimalMark = .comma
        #expect(try read("a,b\n\"1,5\",2\n", options)["a"] == .double([1.5]))
    }

    @Test func pointsBetweenSemicolonsAreDecimal() throws {
        #expect(try read("a;b\n1.5;2\n")["a"] == .double([1.5]))
    }

    @Test func wordsWithCommasDoNotDecideTheMark() throws {
        #expect(try read("a;b\n1.5;x, y\n2;1,5\n")["a"] == .double([1.5, 2]))
    }

    @Test func columnsDeclaredAsTextDoNotDecideTheMark() throws {
        #expect(try read("a;b\n1,5;1.10\n", declared(["b": .text]))["a"] == .double([1.5]))
    }

    @Test func twoSeparatorsThatFitAreRefused() {
        #expect { try read("a,b;c\n1,5;2\n") } throws: {
            "\($0)"
                == "t.csv:1: the separator may be a comma (2 columns) or a semicolon (2 columns). Declare the separator."
        }
    }

    @Test func twoDecimalMarksAreRefused() {
        #expect { try read("a;b\n1;\n1,5;2.5\n") } throws: {
            "\($0)"
                == "t.csv:3: column 'a' has decimal commas and column 'b' decimal points. Declare the decimal mark, or the column that holds no numbers as text."
        }
    }

    @Test func aBrokenRecordIsNamedAlsoWhenTheSeparatorIsDetected() {
        // The real case of RELIABILITY.md 1.1: a comma version in which decimal commas split the fields.
        #expect { try read("id,score\n1,538\n2,538,6\n") } throws: {
            "\($0)"
                == "t.csv:3: found 3 fields; the header has 2. Check for a separator inside an unquoted field, or another separator than the header's."
        }
    }
}
