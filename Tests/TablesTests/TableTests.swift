import Testing

@testable import Tables

@Suite struct TableTests {
    @Test func rowsAreTakenInTheOrderGiven() throws {
        let table = try read("n,x,t,g\n1,1.5,a,p\n2,2.5,b,q\n\n3,NA,a,p\n", declared(["g": .factor]))
        let kept = table.rows([2, 0, 2])
        #expect(kept.rowCount == 3)
        #expect(kept.columnNames == ["n", "x", "t", "g"])
        #expect(kept["n"] == .int([3, 1, 3]))
        #expect(kept["x"]?.isMissing(at: 0) == true && kept["x"]?.text(at: 1) == "1.5")
        #expect(try texts(kept, "t") == ["a", "a", "a"])
        #expect(kept["g"] == .factor(Factor(levels: ["p", "q"], codes: [0, 0, 0])))
        #expect(kept.lines == [5, 2, 5])
        #expect(kept.source == "t.csv")
        #expect(table.rows([]).rowCount == 0)
    }

    @Test func refusesColumnsThatAreNoTable() {
        #expect { try Table([("a", .int([1, 2])), ("b", .int([1]))]) } throws: {
            "\($0)"
                == "table: column 'b' has 1 row; the first column has 2. Give all columns the same length."
        }
        #expect { try Table(columns: [("a", .int([1])), ("a", .int([1]))], source: "f.csv") } throws: {
            "\($0)" == "f.csv:1: column 'a' appears twice. Give each column its own name."
        }
    }

    @Test func suggestsTheColumn() throws {
        let table = try Table([("score", .int([1]))])
        #expect(table["scor"] == nil)
        #expect(try table.column("score") == .int([1]))
        #expect { try table.column("scor") } throws: {
            "\($0)" == "table:1: unknown column 'scor'. Did you mean 'score'?"
        }
    }
}

@Suite struct ColumnTests {
    private let columns: [Column] = [
        .double([1.5, .nan, -2]), .int([1, Column.missingInt, -2]), .text(TextColumn(["x", nil, "y"])),
        .factor(Factor(levels: ["y", "x"], codes: [1, -1, 0])),
    ]

    @Test func everyKindKnowsItsMissingValues() {
        for column in columns {
            #expect(column.count == 3)
            #expect((0..<3).map { column.isMissing(at: $0) } == [false, true, false])
            #expect(column.text(at: 1) == nil)
        }
        #expect(columns.map { $0.text(at: 2) } == ["-2", "-2", "y", "y"])
    }

    @Test func onlyNumbersHaveDoubles() {
        #expect(columns[0].doubles()?[0] == 1.5)
        #expect(columns[1].doubles()?[1].isNaN == true && columns[1].doubles()?[2] == -2)
        #expect(columns[2].doubles() == nil && columns[3].doubles() == nil)
    }

    @Test func aFactorOfNumbersIsInNumericOrder() {
        #expect(
            Column.int([10, 9, Column.missingInt, 10]).asFactor() == Factor(levels: ["9", "10"], codes: [1, 0, -1, 1]))
        #expect(
            Column.double([10, 9.5, .nan, -1e300]).asFactor()
                == Factor(levels: ["-1e+300", "9.5", "10"], codes: [2, 1, -1, 0]))
        #expect(Column.double([0, -0.0]).asFactor() == Factor(levels: ["0"], codes: [0, 0]))
        #expect(columns[2].asFactor() == Factor(levels: ["x", "y"], codes: [0, -1, 1]))
        #expect(columns[3].asFactor() == Factor(levels: ["y", "x"], codes: [1, -1, 0]))
    }
}

@Suite struct FactorTests {
    @Test func levelsAreInScalarOrder() throws {
        let texts = ["b", "É", nil, "B", "a", "🙂", "\u{FFFD}"]
        // Scalar values, not UTF-16 units: the emoji comes after U+FFFD.
        #expect(try Factor(values: texts).levels == ["B", "a", "b", "É", "\u{FFFD}", "🙂"])
        #expect(try TextColumn(texts).factor().codes == [2, 3, -1, 0, 1, 5, 4])
    }

    @Test func declaredLevelsKeepTheirOrderAlsoWhenUnused() throws {
        let factor = try Factor(values: ["x", nil], levels: ["z", "x"])
        #expect(factor == Factor(levels: ["z", "x"], codes: [1, -1]))
    }

    @Test func anUndeclaredValueIsNamedWithItsRow() {
        #expect { try Factor(values: ["low", nil, "hihg"], levels: ["low", "high"]) } throws: {
            "\($0)" == "row 3: found 'hihg', which is not among the declared levels. Did you mean 'high'?"
        }
        #expect { try Factor(values: ["low", "zzzzz"], levels: ["low", "high"]) } throws: {
            "\($0)" == "row 2: found 'zzzzz', which is not among the declared levels."
        }
    }

    @Test func aLevelIsDeclaredOnce() {
        #expect { try Factor(values: ["a"], levels: ["a", "b", "a"]) } throws: {
            "\($0)" == "level 'a' is declared twice. Declare each level once."
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
        #expect(nearest(to: "abc", among: ["xyc"]) == nil)
    }

    @Test func caseDecidesBetweenEquallyNearWords() {
        #expect(nearest(to: "Score", among: ["score", "Score"]) == "Score")
        #expect(nearest(to: "Scor", among: ["score", "Score"]) == "Score")
        #expect(nearest(to: "grid", among: ["grip", "grin"]) == "grip")
    }
}
