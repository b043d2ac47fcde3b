import Foundation
import Models
import TestSupport
import Testing

@testable import Disclosure
@testable import Runs

/// The tables of surveys as they are written: units, what is withheld, and what an attacker makes of the rest.
@Suite struct SurveyTablesTests {
    /// A written table: its rows by column.
    private static func rows(_ path: String) throws -> [[String: String]] {
        let lines = try contents(of: path).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return lines.dropFirst().map { line in
            Dictionary(zip(lines[0], line), uniquingKeysWith: { first, _ in first })
        }
    }

    private static func fit(_ yaml: String, data: String, in folder: TemporaryFolder) throws -> [ResultTable] {
        _ = try folder.write(data, to: "d.csv")
        let path = try folder.write("kind: survey\n" + yaml, to: "m.yaml")
        return try FitResult(modelPaths: [path]).write(to: folder.file("out"), command: ["fit"])
    }

    @Test("Shares are percent, with errors and intervals in the same unit; differences are percentage points")
    func percents() throws {
        let folder = try TemporaryFolder()
        let data = "q,g,x\n" + (0..<40).map { "\($0 % 4 == 0 ? "no" : "yes"),\($0 < 20 ? "a" : "b"),\($0)\n" }.joined()
        let tables = try Self.fit(
            "data: {file: d.csv}\nitems: [{item: q, categories: [no, yes]}, {mean: x}]\nby: [{column: g}]\n"
                + "disclosure: none\n", data: data, in: folder)
        #expect(
            tables.map(\.schema.name).filter { $0.hasPrefix("survey") } == [
                "survey_shares", "survey_means", "survey_tests",
            ])
        let shares = try Self.rows(folder.file("out/survey_shares.csv"))
        let yes = try #require(shares.first { $0["category"] == "yes" && $0["split"] == "" })
        #expect(yes["share"] == "75" && yes["n"] == "40" && yes["count"] == "30" && yes["suppressed"] == "")
        // sqrt(p (1 - p) / (n - 1)) of a simple random sample.
        let error = try #require(yes["std_error"].flatMap(Double.init))
        #expect(relativeDifference(error, 100 * (0.75 * 0.25 / 39).squareRoot()) < 1e-14)
        let (low, high) = (Double(yes["conf_low"] ?? ""), Double(yes["conf_high"] ?? ""))
        #expect(try #require(low) > 50 && #require(high) < 95)
        let mean = try #require(try Self.rows(folder.file("out/survey_means.csv")).first)
        #expect(mean["mean"] == "19.5" && mean["n"] == "40")
        let tests = try Self.rows(folder.file("out/survey_tests.csv"))
        let difference = try #require(tests.first { $0["kind"] == "difference" && $0["item"] == "x" })
        #expect(difference["estimate"] == "-20")
    }

    @Test("Every column of every survey table is described, and a row has as many cells")
    func schemas() throws {
        let schemas: [TableSchema] = [
            .surveyShares, .surveyMeans, .surveyTests, .surveyChanges, .surveyRanks, .representativeness,
            .responseComposition, .response, .inconsistencies,
        ]
        for schema in schemas {
            #expect(Set(schema.columns.map(\.name)).count == schema.columns.count, "\(schema.name)")
            #expect(schema.columns.allSatisfy { !$0.description.isEmpty }, "\(schema.name)")
            #expect(TableSchema.all.contains { $0.name == schema.name }, "\(schema.name)")
        }
        let folder = try TemporaryFolder()
        let tables = try FitResult(modelPaths: [repositoryFile("models/monitor-2023.yaml")])
            .write(to: folder.file("out"), command: ["fit"])
        #expect(tables.filter { $0.schema.name == "survey_shares" }.map(\.rowCount) == [96])
        let response = try Self.rows(folder.file("out/response.csv"))
        #expect(response.count == 8 && response.allSatisfy { $0.count == 12 })
    }

    // MARK: Disclosure

    /// A survey of which some groups and answers are few.
    private struct Monitor {
        var rows: [(q: String, m: [String], g: String, r: String)] = []

        init(seed: Int) {
            var random = SeededGenerator(seed: seed)
            func pick(_ weights: [(String, Int)]) -> String {
                var number = Int.random(in: 0..<weights.reduce(0) { $0 + $1.1 }, using: &random)
                for (word, weight) in weights {
                    if number < weight { return word }
                    number -= weight
                }
                return ""
            }
            for _ in 0..<Int.random(in: 120...400, using: &random) {
                let options = (0..<3).map { pick([("1", 3 + 5 * $0), ("0", 20)]) }
                rows.append(
                    (
                        pick([("never", 3), ("often", 30), ("always", 20), ("", 2)]), options,
                        pick([("a", 4), ("b", 20), ("c", 40), ("d", 10), ("", 3)]), pick([("x", 50), ("y", 8)])
                    ))
            }
        }

        var csv: String {
            "q,m1,m2,m3,g,r\n" + rows.map { "\($0.q),\($0.m.joined(separator: ",")),\($0.g),\($0.r)\n" }.joined()
        }

        static let yaml = """
            data: {file: d.csv}
            items:
              - {item: q, categories: [never, often, always], top: [often, always]}
              - {multiple: [m1, m2, m3], name: m}
            by: [{column: g, order: [a, b, c, d], ordered: true}, {column: r, order: [x, y]}]
            """

        /// All tables, counted here from the rows: what adds up, with those of unknown group.
        func problem() throws -> SuppressionProblem {
            let places: [(name: [String], isMember: (Int) -> Bool)] =
                [(["", ""], { _ in true })] + ["a", "b", "c", "d", ""].map { g in (["g", g], { rows[$0].g == g }) }
                + ["x", "y"].map { r in (["r", r], { rows[$0].r == r }) }
            var cells: [SuppressionCell] = []
            var relations: [SuppressionRelation] = []
            for (place, isMember) in places {
                let members = rows.indices.filter(isMember).map { rows[$0] }
                func add(_ name: [String], _ count: Int) {
                    cells.append(SuppressionCell(CellName(place + name), count: count))
                }
                func relate(_ total: [String], _ parts: [[String]]) {
                    relations.append(
                        SuppressionRelation(total: CellName(place + total), parts: parts.map { CellName(place + $0) }))
                }
                add(["q", "base", ""], members.count { !$0.q.isEmpty })
                for word in ["never", "often", "always"] {
                    add(["q", "category", word], members.count { $0.q == word })
                }
                add(["q", "top", "often + always"], members.count { ["often", "always"].contains($0.q) })
                relate(["q", "base", ""], ["never", "often", "always"].map { ["q", "category", $0] })
                relate(["q", "top", "often + always"], ["often", "always"].map { ["q", "category", $0] })
                add(["m", "base", ""], members.count)
                for option in 0..<3 {
                    add(["m", "option", "m\(option + 1)"], members.count { $0.m[option] == "1" })
                    add(["m", "rest", "m\(option + 1)"], members.count { $0.m[option] == "0" })
                    relate(["m", "base", ""], ["option", "rest"].map { ["m", $0, "m\(option + 1)"] })
                }
            }
            for cell in cells where cell.name.labels[0].isEmpty {
                for split in ["g", "r"] {
                    let parts = places.filter { $0.name[0] == split }.map {
                        CellName($0.name + cell.name.labels.dropFirst(2))
                    }
                    relations.append(SuppressionRelation(total: cell.name, parts: parts))
                }
            }
            return try SuppressionProblem(cells: cells, relations: relations)
        }
    }

    /// The cells that a written table gives away: counts of rows that are not withheld, and their bases.
    private static func published(_ rows: [[String: String]]) -> Set<CellName> {
        var names: Set<CellName> = []
        for row in rows where row["suppressed"] == "" {
            let cell = ["split", "group", "item", "kind", "category"].map { row[$0] ?? "" }
            names.insert(CellName(cell))
            names.insert(CellName(cell[0], cell[1], cell[2], "base", ""))
        }
        return names
    }

    @Test("From the written tables no small count is recovered more narrowly than the minimum", arguments: 1...12)
    func attacker(seed: Int) throws {
        let (folder, monitor) = (try TemporaryFolder(), Monitor(seed: seed))
        _ = try Self.fit(Monitor.yaml, data: monitor.csv, in: folder)
        let rows = try Self.rows(folder.file("out/survey_shares.csv"))
        let (problem, rule) = (try monitor.problem(), try DisclosureRule())
        let mask = SuppressionMask(published: Self.published(rows))
        let counts = Dictionary(uniqueKeysWithValues: problem.cells.map { ($0.name, $0.count) })
        var small = 0
        for recovery in try problem.recoveries(from: mask, rule: rule, attacker: .readsNumbers) {
            guard let count = counts[recovery.name], count < rule.minimumCount else { continue }
            small += 1
            #expect(recovery.width.map { $0 >= rule.minimumCount } ?? true, "\(recovery)")
        }
        #expect(small > 0)
        #expect(mask.published.allSatisfy { (counts[$0] ?? 0) >= rule.minimumCount })
        // Withholding no more than the small counts would let subtraction give some away.
        let plain = SuppressionMask(published: Set(counts.filter { $0.value >= rule.minimumCount }.keys))
        let naive = try problem.recoveries(from: plain, rule: rule, attacker: .readsNumbers)
        #expect(naive.contains { $0.width.map { $0 < rule.minimumCount } ?? false })
    }

    @Test("A withheld row has labels and a reason and no number; what rests on it is withheld", arguments: 1...4)
    func withheldRows(seed: Int) throws {
        let folder = try TemporaryFolder()
        _ = try Self.fit(Monitor.yaml, data: Monitor(seed: seed).csv, in: folder)
        let shares = try Self.rows(folder.file("out/survey_shares.csv"))
        let withheld = shares.filter { $0["suppressed"] != "" }
        #expect(!withheld.isEmpty && withheld.contains { $0["suppressed"] == "complementary" })
        let numbers = [
            "n", "missing", "clusters", "n_weighted", "count", "share", "std_error", "df", "conf_low", "conf_high",
            "design_effect", "printed_percent",
        ]
        for row in withheld {
            #expect(numbers.allSatisfy { row[$0] == "" })
            #expect(["count", "clusters", "complementary"].contains(row["suppressed"] ?? ""))
        }
        #expect(shares.allSatisfy { $0["missing"] == "" })
        let keys = Set(withheld.map { [$0["item"], $0["split"]] })
        let tests = try Self.rows(folder.file("out/survey_tests.csv"))
        for row in tests where keys.contains([row["item"], row["split"]]) {
            #expect(row["suppressed"] == "suppressed_row")
            #expect(
                ["n", "estimate", "statistic", "df", "p_value", "adjusted_p_value", "significant"].allSatisfy {
                    row[$0] == ""
                })
        }
        let diagnostics = try contents(of: folder.file("out/diagnostics.csv"))
        #expect(diagnostics.contains("suppressed_rows,\(withheld.count)"))
        #expect(!diagnostics.contains("missing_answers"))
    }

    @Test("Means of a small group are withheld with a second group, and their test; published counts are public")
    func meansAndCounts() throws {
        let folder = try TemporaryFolder()
        let data = "x,g\n" + (0..<60).map { "\($0 % 7),\($0 < 5 ? "a" : $0 < 20 ? "b" : "c")\n" }.joined()
        _ = try Self.fit("data: {file: d.csv}\nitems: [{mean: x}]\nby: [{column: g}]\n", data: data, in: folder)
        let means = try Self.rows(folder.file("out/survey_means.csv"))
        #expect(means.map { $0["suppressed"] } == ["", "count", "complementary", ""])
        #expect(means.map { $0["n"] } == ["60", "", "", "40"])
        let test = try #require(try Self.rows(folder.file("out/survey_tests.csv")).first)
        #expect(test["suppressed"] == "suppressed_row" && test["p_value"] == "")
        let printed = try TemporaryFolder()
        _ = try Self.fit("tables:\n  - {item: a, count: 3, base: 8, percent: 38}\n", data: "", in: printed)
        let share = try #require(try Self.rows(printed.file("out/survey_shares.csv")).first)
        #expect(share["n"] == "8" && share["share"] == "37.5" && share["printed_percent"] == "38")
    }

    @Test("A change from or to a withheld row, and ranks with a withheld option, are withheld")
    func changesAndRanks() throws {
        let folder = try TemporaryFolder()
        var data = "m1,m2,wave\n"
        for row in 0..<80 {
            data += "\(row % 2),\(row < 40 && row < 3 || row >= 40 && row % 3 == 0 ? 1 : 0),\(1 + row / 40)\n"
        }
        _ = try Self.fit(
            "data: {file: d.csv}\nitems: [{multiple: [m1, m2], name: m}]\nwave: {column: wave, order: ['1', '2']}\n",
            data: data, in: folder)
        let changes = try Self.rows(folder.file("out/survey_changes.csv"))
        #expect(changes.map { $0["category"] } == ["m1", "m2"])
        #expect(changes.map { $0["suppressed"] } == ["", "suppressed_row"])
        #expect(changes[1]["from_estimate"] == "" && changes[1]["change"] == "" && changes[1]["from_n"] == "")
        #expect(changes[0]["from_n"] == "40")
        let ranks = try Self.rows(folder.file("out/survey_ranks.csv"))
        #expect(ranks.map { $0["suppressed"] } == ["suppressed_row", "suppressed_row", "", ""])
        #expect(ranks[0]["rank"] == "" && ranks[0]["lowest_rank"] == "" && ranks[2]["rank"] == "1")
    }
}
