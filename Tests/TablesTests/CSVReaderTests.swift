import TestSupport
import Testing

@testable import Tables

/// Reads a table from text.
func read(_ text: String, _ options: CSVOptions = CSVOptions()) throws -> Table {
    try readCSV(bytes: Array(text.utf8), name: "t.csv", options: options)
}

/// Options with some types.
func declared(_ types: [String: ColumnType]) -> CSVOptions {
    var options = CSVOptions()
    options.types = types
    return options
}

/// The texts of a column, nil where missing.
func texts(_ table: Table, _ name: String) throws -> [String?] {
    let column = try table.column(name)
    return (0..<table.rowCount).map { column.text(at: $0) }
}

@Suite struct CSVReaderTests {
    @Test func infersTypes() throws {
        let table = try read("n,x,code,word\n1,1.5,0010,a\n2,,0011,\n-3,2e3,0012,\"b,\"\"c\"\"\"\n")
        #expect(table["n"] == .int([1, 2, -3]))
        #expect(table["x"]?.doubles()?[2] == 2000)
        #expect(table["x"]?.isMissing(at: 1) == true)
        #expect(try texts(table, "code") == ["0010", "0011", "0012"])
        #expect(try texts(table, "word") == ["a", nil, "b,\"c\""])
    }

    @Test func wholeNumbersKeepAllTheirDigits() throws {
        let table = try read("id\n9007199254740993\n-9223372036854775807\nNA\n")
        #expect(table["id"] == .int([9_007_199_254_740_993, -9_223_372_036_854_775_807, Column.missingInt]))
    }

    @Test func aNumberTooLargeForAWholeOneMakesTheColumnDouble() throws {
        #expect(try read("id\n1\n9223372036854775808\n")["id"] == .double([1, 0x1p63]))
        #expect(try read("id\n-9223372036854775808\n")["id"] == .double([-0x1p63]))
        #expect(try read("id\n12345678901234567890\n")["id"] == .double([12_345_678_901_234_567_168]))
    }

    @Test func aCodeLateInAColumnMakesItText() throws {
        #expect(try texts(read("a\n1\n2.5\n007\n"), "a") == ["1", "2.5", "007"])
        #expect(try texts(read("a\n1\n-007\n"), "a") == ["1", "-007"])
        #expect(try read("a\n0\n0.5\n-0.25\n")["a"] == .double([0, 0.5, -0.25]))
    }

    @Test func aDeclaredNumberMayHaveLeadingZeros() throws {
        #expect(try read("a\n0010\n", declared(["a": .int]))["a"] == .int([10]))
        #expect(try read("a\n0010\n", declared(["a": .double]))["a"] == .double([10]))
    }

    @Test func aDeclaredWholeNumberMayBeWrittenWithDecimals() throws {
        #expect(try read("a\n3.0\n1e3\n", declared(["a": .int]))["a"] == .int([3, 1000]))
    }

    @Test(arguments: ["NaN", "Inf", "-inf", "0x1F", "1d", "TRUE"])
    func wordsForNumbersStayText(cell: String) throws {
        #expect(try texts(read("a\n1\n\(cell)\n"), "a") == ["1", cell])
    }

    @Test func quotedNumbersAreNumbers() throws {
        #expect(try read("a\n\"308\"\n\"309\"\n")["a"] == .int([308, 309]))
    }

    @Test func keepsNewlinesAndSeparatorsInQuotes() throws {
        let table = try read("a,b\n\"one\ntwo\",1\n\"x,y\",2\n")
        #expect(try texts(table, "a") == ["one\ntwo", "x,y"])
        #expect(table.lines == [2, 4])
        #expect(table.source == "t.csv")
    }

    @Test func linesArePhysicalAlsoAfterBlankOnes() throws {
        let table = try read("\r\na,b\r\n1,2\r\n\r\n3,4\r\n\r\n")
        #expect(table["a"] == .int([1, 3]))
        #expect(table.lines == [3, 5])
    }

    @Test func aBlankLineInASingleColumnIsAMissingCell() throws {
        #expect(try read("a\n1\n\n3\n\n")["a"] == .int([1, Column.missingInt, 3]))
    }

    @Test func theLastLineNeedsNoEnd() throws {
        #expect(try read("a,b\n1,")["b"]?.isMissing(at: 0) == true)
        #expect(try read("a,b\n1,\"x\"")["b"]?.text(at: 0) == "x")
    }

    @Test func aHeaderAloneIsATableWithoutRows() throws {
        let table = try read("a,b\n")
        #expect(table.rowCount == 0)
        #expect(table.columnNames == ["a", "b"])
        #expect(table.lines == [])
    }

    @Test func onlyWantedColumnsAreConvertedInTheOrderWanted() throws {
        var options = declared(["b": .double])
        options.columns = ["c", "a", "c"]
        let table = try read("a,b,c\n1,no number,3\n", options)
        #expect(table.columnNames == ["c", "a"])
        #expect(table["a"] == .int([1]) && table["c"] == .int([3]))
    }

    @Test func missingTextsAreThoseDeclared() throws {
        var options = CSVOptions()
        options.missing = ["", "NA", "-99", "N.v.t.", "a \"b\""]
        let table = try read("a,b\n-99,x\n 1 ,N.v.t.\n  ,\"a \"\"b\"\"\"\n\"NA\",-999\n", options)
        #expect(table["a"] == .int([Column.missingInt, 1, Column.missingInt, Column.missingInt]))
        #expect(try texts(table, "b") == ["x", nil, nil, "-999"])
    }

    @Test func withoutMissingTextsEmptyIsAText() throws {
        var options = CSVOptions()
        options.missing = []
        #expect(try texts(read("a,b\n,1\nNA,2\n", options), "a") == ["", "NA"])
    }

    @Test func aColumnOfMissingCellsIsWhole() throws {
        #expect(try read("a,b\n,1\nNA,2\n")["a"] == .int([Column.missingInt, Column.missingInt]))
    }

    @Test func declaredLevelsKeepTheirOrder() throws {
        var options = CSVOptions()
        options.levels["g"] = ["low", "high"]
        #expect(
            try read("g\nhigh\nlow\nNA\n", options)["g"]
                == .factor(Factor(levels: ["low", "high"], codes: [1, 0, -1])))
    }

    @Test func aFactorColumnIsNeverReadAsNumbers() throws {
        let table = try read("g\n10\n9\n010\n", declared(["g": .factor]))
        #expect(table["g"] == .factor(Factor(levels: ["010", "10", "9"], codes: [1, 2, 0])))
    }

    @Test func equalTextsWrittenInTwoWaysAreOneValue() throws {
        // Doubled quotes or a quote within plain text; an accent composed or combined.
        let table = try read("a,n\n\"5\"\"\",1\n5\",2\nCaf\u{E9},3\nCafe\u{301},4\n")
        guard case .text(let column)? = table["a"] else { throw TableError.empty(file: "no text column") }
        #expect(column.values == ["5\"", "Caf\u{E9}"])
        #expect(column.codes == [0, 0, 1, 1])
    }

    @Test func doubledQuotesOutsideQuotesStayTwo() throws {
        // The same bytes, which only mean one quote where the field is quoted.
        let table = try read("a,n\nx\"\"y,1\n\"x\"\"y\",2\n")
        #expect(try texts(table, "a") == ["x\"\"y", "x\"y"])
    }

    @Test func manyDistinctTextsKeepTheirOrder() throws {
        let names = (0..<5000).map { "pupil \($0 * 7919 % 5000)" }
        let column = try texts(read("a\n" + (names + names).joined(separator: "\n") + "\n"), "a")
        #expect(column == names + names)
    }
}
