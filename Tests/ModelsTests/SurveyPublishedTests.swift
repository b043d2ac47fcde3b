import Tables
import TestSupport
import Testing

@testable import Models

/// Published counts: shares recomputed, printed percents checked, the response against the population.
@Suite struct SurveyPublishedTests {
    private static func findings(_ rows: String, _ more: String = "") throws -> SurveyFindings {
        try surveyFindings("tables:\n" + rows + more, data: "")
    }

    @Test("Wilson's interval of a count is R's prop.test without continuity correction (R 4.2.2)")
    func wilson() throws {
        let share = try #require(try Self.findings("  - {item: a, count: 15, base: 28}\n").shares.first)
        let interval = try #require(share.estimate.interval)
        #expect(relativeDifference(interval.lowerBound, 0.35812689234467909) < 1e-13)
        #expect(relativeDifference(interval.upperBound, 0.70468430017204620) < 1e-13)
        #expect(share.estimate.degreesOfFreedom == .infinity)
    }

    @Test("Exact intervals are R's binom.test (R 4.2.2); at a count of 0 whatever the method")
    func exact() throws {
        let rows = "  - {item: a, count: 8, base: 30}\n  - {item: b, count: 0, base: 12}\n"
        let exact = try Self.findings(rows, "interval: {method: beta}\n").shares
        let interval = try #require(exact[0].estimate.interval)
        #expect(relativeDifference(interval.lowerBound, 0.12279480987235490) < 1e-12)
        #expect(relativeDifference(interval.upperBound, 0.45889365139475125) < 1e-12)
        for method in ["beta", "wilson", "logit", "normal"] {
            let zero = try Self.findings(rows, "interval: {method: \(method)}\n").shares[1].estimate.interval
            #expect(zero?.lowerBound == 0)
            #expect(abs((zero?.upperBound ?? 0) - 0.26464846939705111) < 1e-13)
        }
    }

    @Test("A known population shrinks the error, to nothing when all of it answered")
    func finitePopulation() throws {
        let shares = try Self.findings(
            "  - {item: a, count: 30, base: 60, population: 100}\n  - {item: b, count: 30, base: 100, population: 100}\n"
        ).shares
        #expect(relativeDifference(shares[0].estimate.standardError, (0.25 / 60 * 40 / 99).squareRoot()) < 1e-15)
        #expect(shares[1].estimate.standardError == 0)
        #expect(shares[1].estimate.interval == 0.3...0.3)
    }

    @Test("Groups of counts: Pearson, Cochran and Armitage as R's prop.test and prop.trend.test (R 4.2.2)")
    func groups() throws {
        let rows = [(20, 50), (30, 60), (45, 70)].enumerated().map {
            "  - {item: a, split: quintile, group: \($0 + 1), count: \($1.0), base: \($1.1)}\n"
        }
        let findings = try Self.findings(
            rows.reversed().joined(), "by: [{column: quintile, order: ['1', '2', '3'], ordered: true}]\n")
        let tests = findings.tests
        #expect(tests.map(\.kind) == [.association, .trend, .difference, .difference, .difference])
        #expect(tests[0].method == "pearson_chi_squared")
        #expect(relativeDifference(tests[0].statistic, 7.1808934099955799) < 1e-13)
        #expect(relativeDifference(tests[0].pValue, 0.027586004864267918) < 1e-12)
        #expect(relativeDifference(tests[1].statistic * tests[1].statistic, 7.107891816110758) < 1e-13)
        #expect(relativeDifference(tests[1].pValue, 0.007674531413001659) < 1e-12)
        #expect(tests[1].statistic > 0)
        // 0.4 - 75 / 130, by hand.
        #expect(tests[2].cell.group == "1")
        #expect(abs((tests[2].estimate?.value ?? 0) - (0.4 - 75.0 / 130)) < 1e-15)
        #expect(tests.allSatisfy { $0.familySize == ($0.kind == .difference ? 3 : 1) })
    }

    static let printed: [(String, Int, Int, fits: Bool)] = [
        ("61", 1876, 3073, true), ("62", 1876, 3073, false), ("61.0", 1876, 3073, true), ("61.1", 1876, 3073, false),
        // Ties round either way.
        ("12", 1, 8, true), ("13", 1, 8, true), ("12,5", 1, 8, true), ("0", 0, 8, true), ("100", 8, 8, true),
    ]

    @Test("A printed percent fits when it is within half a unit of its last digit", arguments: printed)
    func rounding(text: String, count: Int, base: Int, fits: Bool) throws {
        #expect(try #require(PrintedPercent(text)).fits(count: count, base: base) == fits)
    }

    @Test("What is no percent is refused", arguments: ["", "-1", "101", "100.1", "6e1", "6.1.2", ".5", "5.", "half"])
    func badPercents(text: String) { #expect(PrintedPercent(text) == nil) }

    @Test("The bases with which a percent fits are exactly those whose share rounds to it", arguments: 1...12)
    func bases(count: Int) throws {
        for percent in 1...100 {
            let printed = try #require(PrintedPercent("\(percent)"))
            let fitting = (count...(count * 200 + 200)).filter { printed.fits(count: count, base: $0) }
            let range = printed.bases(of: count)
            #expect(range?.lowerBound == fitting.first && range?.upperBound == fitting.last)
            #expect(range.map { Array($0) } ?? [] == fitting)
        }
    }

    @Test("Percents near 0 with any number of digits fit with no base that can be")
    func manyDigits() throws {
        let printed = try #require(PrintedPercent("0." + String(repeating: "0", count: 30)))
        #expect(printed.bases(of: 5) == nil)
    }

    @Test("Answers that exclude each other cannot add up to more than the base")
    func sums() throws {
        let rows = "  - {table: t, item: a, count: 8, base: 12, multiple: false}\n"
        let fine = try Self.findings(rows + "  - {table: t, item: b, count: 4, base: 12, multiple: false}\n")
        #expect(fine.inconsistencies.isEmpty)
        let wrong = try Self.findings(rows + "  - {table: t, item: b, count: 5, base: 12, multiple: false}\n")
        #expect(wrong.inconsistencies.map(\.kind) == [.moreThanBase])
        #expect(wrong.inconsistencies[0].count == 13)
    }

    /// The monitor's tables as they are: 262 rows of five documents.
    private static func monitor(_ more: String = "") throws -> FittedModel {
        let folder = try TemporaryFolder()
        return try ModelFile(
            path: try folder.write(
                "kind: survey\ndata: {file: \(sharedData("nponderwijs/survey_tables.csv"))}\n"
                    + "counts: {item: item_en, label: item_nl, table: table, count: count, base: n_base, percent: percent}\n"
                    + "sector: {column: sector}\nwave: {column: wave, overlap: {share: 0.6}}\n" + more, to: "m.yaml")
        ).fit()
    }

    @Test(
        "The monitor's 262 printed rows: inconsistencies 1, 2, 4 and 8 of the data's README, and no others",
        .enabled(if: hasSharedData))
    func nponderwijs() throws {
        let fit = try Self.monitor()
        let findings = try #require(fit.survey)
        #expect(findings.shares.count == 259)
        let wrong = findings.inconsistencies.filter { $0.kind == .percent }
        #expect(wrong.map(\.cell.table) == ["5.3", "5.3", "5.3", "5.4", "5.4", "B1.5"])
        #expect(wrong.prefix(3).map(\.count) == [82, 71, 66])
        #expect(wrong.prefix(3).map { ($0.recomputed ?? 0).rounded() } == [60, 52, 49])
        #expect(wrong.prefix(3).allSatisfy { $0.tableBases == 138...138 && $0.base == 136 })
        #expect(wrong.last?.tableBases == 145...145 && wrong.last?.base == 143)
        #expect(wrong[3..<5].allSatisfy { $0.tableBases == 101...101 && $0.base == 99 })
        let bases = findings.inconsistencies.filter { $0.kind == .missingBase }
        #expect(bases.map(\.count) == [148, 140, 131])
        #expect(bases.last?.rowBases == 359...369)
        #expect(fit.fit.diagnostics.contains { $0.name == "missing_bases" && $0.value == 3 })
    }

    @Test(
        "Municipalities' plans over four waves: 32 to 83 percent started, bounded by the overlap",
        .enabled(if: hasSharedData))
    func plans() throws {
        let findings = try #require(try Self.monitor("subset: table == \"5.1\"\n").survey)
        let started = findings.changes.filter { $0.cell.item == "execution of plans started" }
        #expect(started.map { [$0.fromWave, $0.cell.wave] } == [["2", "3"], ["3", "4"], ["4", "5"]])
        #expect(abs(started[0].change.value - (116.0 / 139 - 47.0 / 148)) < 1e-15)
        #expect(started.map(\.isSignificant) == [true, false, false])
        #expect(started.allSatisfy { $0.smallestStandardError < $0.change.standardError && $0.covariance == "bounded" })
    }

    @Test(
        "Ranks of the municipal measures: the first is surely first, the last surely last", .enabled(if: hasSharedData))
    func ranks() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "kind: survey\ndata: {file: \(sharedData("nponderwijs/survey_tables.csv"))}\nsubset: table == \"5.2\"\n"
                + "counts: {item: item_en, table: table, count: count, base: n_base, multiple: multiple_response}\n",
            to: "m.yaml")
        let ranks = try #require(try ModelFile(path: path).fit().survey).ranks
        #expect(ranks.map(\.rank) == [1, 2, 3, 4, 5, 6])
        #expect(ranks.first?.plausibleRanks == 1...1)
        #expect(ranks.last?.plausibleRanks == 6...6)
    }

    // Tabel B1.5 of the fifth measurement: municipalities by region.
    private static let regions = """
        response:
          categories:
            - {stratifier: region, category: north, response_n: 16, population_n: 40}
            - {stratifier: region, category: east, response_n: 42, population_n: 82}
            - {stratifier: region, category: west, response_n: 49, population_n: 120}
            - {stratifier: region, category: south, response_n: 44, population_n: 100}
          accounting:
            - {sector: po, wave: 5, frame: 6427, gross: 3534, net: 3073}

        """

    @Test("The response by region: chi-squared as R's chisq.test, with and without the finite population (R 4.2.2)")
    func representativeness() throws {
        let findings = try surveyFindings(Self.regions, data: "")
        let row = try #require(findings.representativeness.first)
        #expect(relativeDifference(row.chiSquared, 1.3837134550153449) < 1e-13)
        #expect(relativeDifference(row.pValue, 0.70935678947106062) < 1e-13)
        #expect(relativeDifference(row.finiteChiSquared ?? 0, 2.4776439875143872) < 1e-13)
        #expect(relativeDifference(row.finitePValue ?? 0, 0.47934486709071844) < 1e-13)
        // The spread of rates is less than their own noise: adjusted to none.
        #expect(row.rIndicator == 1)
        #expect(!row.isFromPercents)
        let east = findings.standardisedDifferences[1]
        let (r, p) = (42.0 / 151, 82.0 / 342)
        #expect(relativeDifference(east.standardisedDifference, (r - p) / (p * (1 - p)).squareRoot()) < 1e-14)
        #expect(east.rate == 42.0 / 82)
        let response = try #require(findings.response.first)
        #expect((response.grossRate.map { ($0 * 100).rounded() }, (response.netRate.value * 100).rounded()) == (55, 48))
        #expect(relativeDifference(response.unusable ?? 0, 461.0 / 3534) < 1e-14)
    }

    @Test("Rounded percents with totals give the counts' tests up to rounding, and say so")
    func percents() throws {
        let rows = [(11, 12), (28, 24), (32, 35), (29, 29)].enumerated().map { position, shares in
            "    - {stratifier: region, category: c\(position), response_n: 151, population_n: 342, "
                + "response_percent: \(shares.0), population_percent: \(shares.1)}\n"
        }
        let fit = try surveyFit("response:\n  categories:\n" + rows.joined(), data: "")
        let row = try #require(fit.survey?.representativeness.first)
        #expect(row.isFromPercents && row.response == 151)
        #expect(abs(row.pValue - 0.709) < 0.05)
        #expect(fit.fit.diagnostics.contains { $0.name == "rounded_response" })
    }

    @Test("A response file by columns is the same as rows in the model file")
    func responseFile() throws {
        let data = "region,r,n\nnorth,16,40\neast,42,82\nwest,49,120\nsouth,44,100\n"
        let yaml = """
            response:
              data: {file: d.csv}
              columns: {stratifier: s, category: region, response_n: r, population_n: n}

            """
        let lines = data.split(separator: "\n").enumerated().map { $1 + ($0 == 0 ? ",s" : ",region") }
        let file = try surveyFindings(yaml, data: lines.joined(separator: "\n") + "\n")
        let inline = try surveyFindings(Self.regions, data: "")
        #expect(file.representativeness == inline.representativeness)
        #expect(file.standardisedDifferences == inline.standardisedDifferences)
    }

    /// Tabel B1.1-B1.3 (whole percents with totals) and B1.5 (counts) of the fifth measurement, one row a category.
    private static func printedResponse() throws -> String {
        var options = CSVOptions()
        for name in ["table", "sector", "stratifier", "category", "statistic"] { options.types[name] = .text }
        options.types["value"] = .double
        let table = try readCSV(path: sharedData("nponderwijs/survey_response.csv"), options: options)
        var values: [[String]: Double] = [:]
        var categories: [[String]] = []
        let numbers = try #require(try table.column("value").doubles())
        for row in 0..<table.rowCount {
            func text(_ name: String) -> String { table[name]?.text(at: row) ?? "" }
            let key = [text("table"), text("sector"), text("stratifier"), text("category")]
            guard key[0].hasPrefix("B1"), key[0] != "B1.4" else { continue }
            values[key + [text("statistic")]] = numbers[row]
            if key[3] != "all", key[3] != "total", !categories.contains(key) { categories.append(key) }
        }
        var rows = "sector,stratifier,category,response_n,population_n,response_percent,population_percent\n"
        for key in categories {
            let isCounted = key[0] == "B1.5"
            let total = isCounted ? key : Array(key[..<3]) + ["all"]
            let counts = ["response_n", "population_n"].map { values[total + [$0]].map { "\(Int($0))" } ?? "" }
            let shares = ["response_share", "population_share"].map { values[key + [$0]].map { "\(Int($0))" } ?? "" }
            rows +=
                ([key[1], key[2], key[3]] + counts + (isCounted ? ["", ""] : shares)).joined(separator: ",") + "\n"
        }
        return rows
    }

    @Test("The monitor's response tables B1.1-B1.3 and B1.5 against the population", .enabled(if: hasSharedData))
    func printedTables() throws {
        let names = ["response_percent", "population_percent", "sector"].map { "\($0): \($0)" }.joined(separator: ", ")
        let findings = try surveyFindings(
            "response:\n  data: {file: d.csv}\n  columns: {\(names)}\n", data: try Self.printedResponse())
        let rows = findings.representativeness
        #expect(
            rows.filter { $0.sector == "municipality" }.map(\.stratifier) == [
                "inhabitants", "disadvantage_score", "region",
            ])
        #expect(rows.filter { $0.sector == "municipality" }.allSatisfy { !$0.isFromPercents })
        let urbanity = try #require(rows.first { $0.sector == "po" && $0.stratifier == "urbanity" })
        // By hand: 3073 (0.02^2 / 0.11 + 0.01^2 / 0.26 + 0.01^2 / 0.19), over 1 - 3073 / 6488.
        let chiSquared = 3073 * (0.0004 / 0.11 + 0.0001 / 0.26 + 0.0001 / 0.19)
        #expect(relativeDifference(urbanity.chiSquared, chiSquared) < 1e-12)
        #expect(relativeDifference(urbanity.finiteChiSquared ?? 0, chiSquared / (1 - 3073.0 / 6488)) < 1e-12)
        #expect(urbanity.isFromPercents && urbanity.categories == 5)
        // The disadvantage scores of 145 municipalities, not the 143 that are printed as their total.
        let scores = try #require(rows.first { $0.stratifier == "disadvantage_score" })
        #expect(scores.response == 145 && scores.population == 329)
        #expect(rows.count == 11)
    }
}
