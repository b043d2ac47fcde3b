import TestSupport
import Testing

@testable import Models

/// Correlations of items and joint shares of their tops, against R.
@Suite struct SurveyAssociationTests {
    /// 200 respondents, weights 1 to 3, 50 schools of four; 23, 6, 5 and 166 in the 2 x 2 table of the tops.
    private static let data: String = {
        var text = "a,b,x,w,cl,sector,m1,m2\n"
        for i in 0..<200 {
            let a = i * i % 7 % 3
            let b = (a + (i % 5 == 0 ? 1 : 0) + (i % 7 == 3 ? 2 : 0)) % 3
            text += "\(a),\(b),\(i * 13 % 17),\(1 + i % 3),\(i / 4),\(i < 190 ? "po" : i < 199 ? "vo" : "so"),"
            text += "\(i % 2),\(i % 3 == 0 ? 1 : 0)\n"
        }
        return text
    }()

    static let items = """
        data: {file: d.csv}
        items:
          - {items: [a, b], categories: ["0", "1", "2"], top: ["1", "2"]}
          - {mean: x}
          - {multiple: [m1, m2], name: m}

        """

    private static func findings(_ yaml: String, data: String = data) throws -> SurveyFindings {
        try surveyFindings(items + yaml, data: data)
    }

    @Test("Three methods give R's cor and polycor's polychor in two steps (R 4.2.2, polycor 0.8-1)")
    func methods() throws {
        let rows = try Self.findings(
            "disclosure: none\ncorrelations:\n  - {items: [a, b], method: pearson}\n"
                + "  - {items: [a, b], method: spearman}\n  - {items: [a, b], method: polychoric, name: hidden}\n"
                + "  - {items: [a, x], method: spearman}\n"
        ).correlations
        #expect(rows.map(\.name) == ["a with b (pearson)", "a with b (spearman)", "hidden", "a with x (spearman)"])
        #expect(relativeDifference(rows[0].estimate.value, 0.54850748398764404) < 1e-13)
        #expect(relativeDifference(rows[1].estimate.value, 0.52128774127035205) < 1e-13)
        // polychor's own search stops at 0.661955, a step of 1e-4 wide: this is the likelihood's maximum, optimised to 1e-8 in R.
        #expect(abs(rows[2].estimate.value - 0.66194517065285874) < 5e-8)
        #expect(relativeDifference(rows[3].estimate.value, -0.016396066709758281) < 1e-11)
        #expect(rows.allSatisfy { $0.counts.respondents == 200 && $0.counts.missing == 0 && $0.suppressed.isEmpty })
        // The linearised variable's standard error, and Fisher's interval with t on 199 degrees of freedom, written out in R.
        #expect(relativeDifference(rows[0].estimate.standardError, 0.06627606403018256) < 1e-12)
        let interval = try #require(rows[0].estimate.interval)
        #expect(relativeDifference(interval.lowerBound, 0.40474384059415863) < 1e-11)
        #expect(relativeDifference(interval.upperBound, 0.66581016190673115) < 1e-11)
        #expect(relativeDifference(rows[0].pValue, 1.8192240493202638e-14) < 1e-8)
        #expect(rows[0].tops?.both.value == 0.83 && rows[3].tops == nil)
        let second = try #require(rows[0].tops?.secondAmongFirst)
        #expect(relativeDifference(second.value, 166.0 / 171) < 1e-15)
    }

    @Test("Weights and schools: R survey's svyvar by the delta method, svymean and its subset (survey 4.1-1)")
    func design() throws {
        let row = try #require(
            try Self.findings(
                "design: {weights: w, clusters: cl}\ndisclosure: none\ncorrelations: [{items: [a, b], method: pearson}]\n"
            ).correlations.first)
        #expect(relativeDifference(row.estimate.value, 0.55866186470378099) < 1e-13)
        #expect(relativeDifference(row.estimate.standardError, 0.064243899380249214) < 1e-10)
        #expect(row.estimate.degreesOfFreedom == 49 && row.counts.clusters == 50)
        let tops = try #require(row.tops)
        #expect(relativeDifference(tops.both.value, 0.83458646616541343) < 1e-14)
        #expect(relativeDifference(tops.both.standardError, 0.020257227099379761) < 1e-12)
        #expect(relativeDifference(tops.secondAmongFirst?.value ?? 0, 0.97368421052631571) < 1e-14)
        #expect(relativeDifference(tops.secondAmongFirst?.standardError ?? 0, 0.012103119181837868) < 1e-11)
    }

    @Test(
        "A sector is a domain of the design with its own degrees of freedom: svyvar and degf of R's subset (survey 4.1-1)"
    )
    func domain() throws {
        let row = try #require(
            try Self.findings(
                "design: {weights: w, clusters: cl}\nsector: {column: sector, order: [po, vo, so]}\n"
                    + "disclosure: {minimum_count: 5}\ncorrelations: [{items: [a, b], method: pearson}]\n"
            ).correlations.first)
        #expect(row.first.sector == "po" && row.counts.respondents == 190)
        #expect(relativeDifference(row.estimate.value, 0.55939221936152905) < 1e-13)
        #expect(relativeDifference(row.estimate.standardError, 0.066997169669564233) < 1e-10)
        #expect(row.estimate.degreesOfFreedom == 47)
    }

    @Test("Where nothing of an item is published, nothing that it goes together with is")
    func withheldItem() throws {
        let data = "p,q\n" + (0..<60).map { "\($0 < 3 ? "y" : "n"),\($0 % 3)\n" }.joined()
        let findings = try surveyFindings(
            "data: {file: d.csv}\nitems: [{item: p, categories: [n, y]}, {mean: q}]\n"
                + "disclosure: {minimum_count: 10}\ncorrelations: [{items: [p, q], method: pearson}]\n", data: data)
        #expect(findings.shares.allSatisfy { !$0.suppressed.isEmpty })
        let row = try #require(findings.correlations.first)
        #expect(row.suppressed == "suppressed_row" && row.estimate.value.isNaN && row.counts.respondents == 0)
    }

    @Test("Joint shares are withheld when any of the four cells is below the minimum", arguments: [5, 6])
    func smallCells(minimum: Int) throws {
        let row = try #require(
            try Self.findings(
                "disclosure: {minimum_count: \(minimum)}\ncorrelations: [{items: [a, b], method: polychoric}]\n"
            ).correlations.first)
        let tops = try #require(row.tops)
        #expect(row.suppressed.isEmpty && row.estimate.value.isFinite)
        #expect(tops.suppressed == (minimum == 5 ? "" : "count"))
        #expect(tops.both.value.isNaN == (minimum == 6) && (tops.secondAmongFirst == nil) == (minimum == 6))
    }

    @Test("A sector of nine is withheld; one of a single respondent is, too, before it could be undefined")
    func smallSectors() throws {
        let rows = try Self.findings(
            "disclosure: {minimum_count: 10}\nsector: {column: sector, order: [po, vo, so]}\n"
                + "correlations: [{items: [a, b], method: spearman}]\n"
        ).correlations
        #expect(rows.map(\.first.sector) == ["po", "vo", "so"])
        #expect(rows.map(\.suppressed) == ["", "count", "count"])
        #expect(
            rows[0].counts.respondents == 190 && rows[1].counts.respondents == 0 && rows[1].tops?.suppressed == "count")
        #expect(rows[1].estimate.value.isNaN && rows[1].pValue.isNaN && rows[1].isBelowMinimum)
        // Rows of the sector are withheld, but none of po: its missing answers are told.
        #expect(rows[0].counts.missing == 0)
    }

    @Test("Two answers each: the correlation tells the four counts, and is withheld where one of them is small")
    func fourCells() throws {
        var data = "p,q\n"
        for (count, answers) in [(40, "y,y"), (3, "y,n"), (30, "n,y"), (40, "n,n")] {
            data += String(repeating: answers + "\n", count: count)
        }
        let yaml =
            "data: {file: d.csv}\nitems: [{items: [p, q], categories: [n, y]}]\n"
            + "correlations: [{items: [p, q], method: pearson}]\n"
        let rule = "disclosure: {minimum_count: 10}\n"
        let row = try #require(try surveyFindings(yaml + rule, data: data).correlations.first)
        #expect(row.suppressed == "count" && row.estimate.value.isNaN && !row.isBelowMinimum)
        let open = try #require(try surveyFindings(yaml + "disclosure: none\n", data: data).correlations.first)
        // Phi: (ad - bc) over the root of the product of the margins, (1600 - 90) / (43 * 70).
        let phi = 1510.0 / 3010
        #expect(relativeDifference(open.estimate.value, phi) < 1e-13)
    }

    @Test("A sector in which a correlation is not defined is left out and counted")
    func undefinedInASector() throws {
        var data = "p,q,s\n"
        for row in 0..<20 { data += "\(row % 3),\(row % 4),po\n1,\(row % 4),vo\n" }
        let fit = try surveyFit(
            "data: {file: d.csv}\nitems: [{mean: p}, {mean: q}]\nsector: {column: s}\ndisclosure: none\n"
                + "correlations: [{items: [p, q], method: pearson}]\n", data: data)
        #expect(fit.survey?.correlations.map(\.first.sector) == ["po"])
        #expect(
            fit.fit.diagnostics.contains {
                $0.name == "tests_not_made" && $0.note.contains("correlation p with q (pearson) vo")
            })
    }

    static let mistakes: [(String, String)] = [
        ("[{items: [a, bb], method: pearson}]", "m.yaml:7:24: no item is named 'bb'. Did you mean 'b'?"),
        ("[{items: [a], method: pearson}]", "m.yaml:7:24: found 1 items; a correlation is of two."),
        (
            "[{items: [a, x], method: polychoric}]",
            "m.yaml:7:24: item 'x' is a number; a polychoric correlation needs answers in order. Take pearson or spearman."
        ),
        (
            "[{items: [a, m], method: pearson}]",
            "m.yaml:7:24: item 'm' has several options; a correlation needs answers in order, or numbers. Choose another item."
        ),
        (
            "[{items: [a, b], method: polychor}]",
            "m.yaml:7:40: found 'polychor'; expected 'pearson', 'spearman' or 'polychoric'. "
                + "Did you mean 'polychoric'?"
        ),
        (
            "[{items: [a, b], method: pearson, name: n}, {items: [a, x], method: pearson, name: n}]",
            "m.yaml:7:15: two correlations are named 'n'. Give each its own 'name'."
        ),
    ]

    @Test("What is no correlation is refused where it stands", arguments: mistakes)
    func refused(yaml: String, message: String) {
        #expect(message == Self.message { try Self.findings("correlations: \(yaml)\n") })
    }

    /// The words of what is thrown.
    private static func message(_ body: () throws -> some Any) -> String {
        do {
            _ = try body()
            return "nothing thrown"
        } catch {
            let text = "\(error)"
            return text.range(of: "m.yaml").map { String(text[$0.lowerBound...]) } ?? text
        }
    }

    @Test("An item with one answer, a single respondent, and none with both answers are told apart in words")
    func undefined() {
        func message(_ rows: String, _ method: String = "pearson") -> String {
            Self.message {
                try surveyFindings(
                    "data: {file: d.csv}\nitems: [{mean: p}, {mean: q}]\ndisclosure: none\n"
                        + "correlations: [{items: [p, q], method: \(method)}]\n", data: "p,q\n" + rows)
            }
        }
        #expect(
            message("1,2\n1,3\n1,4\n")
                == "m.yaml: item 'p' has one answer only among the 3 respondents who answered it and 'q', so nothing goes together with "
                + "it. Drop the correlation, or correlate another item.")
        #expect(
            message("1,2\n1,NA\nNA,4\n")
                == "m.yaml: the correlation of 'p' and 'q': found 1 rows with a weight and all values; the analysis needs 2 or more. "
                + "Check for missing values, or ask for less.")
        #expect(
            message("1,NA\n2,NA\nNA,4\n")
                == "m.yaml: nobody in any sector and wave answered both 'p' and 'q', so they have no correlation. Check the columns, or "
                + "drop the correlation.")
    }

    @Test("Items without an order of answers, and counts without respondents, have no correlation")
    func noOrder() {
        #expect(
            Self.message {
                try surveyFindings(
                    "data: {file: d.csv}\nitems: [{item: p}, {item: q}]\ncorrelations: [{items: [p, q], method: pearson}]\n",
                    data: "p,q\n1,2\n")
            } == "m.yaml:4:24: item 'p' has no 'categories'; a correlation needs its answers in order. Give them.")
        #expect(
            Self.message {
                try surveyFindings(
                    "tables: [{item: a, count: 1, base: 2}]\ncorrelations: [{items: [a, b], method: pearson}]\n",
                    data: "")
            }
                == "m.yaml:3:15: a correlation needs respondents, and the file has none. Leave 'correlations' out.")
    }
}
