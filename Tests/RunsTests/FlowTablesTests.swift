import Foundation
import Models
import TestSupport
import Testing

@testable import Runs

/// transitions.csv as it is written.
@Suite struct FlowTablesTests {
    private static func rows(_ path: String) throws -> [[String: String]] {
        // Where everything is withheld there is no table.
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let lines = try contents(of: path).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return lines.dropFirst().map { line in
            Dictionary(zip(lines[0], line), uniquingKeysWith: { first, _ in first })
        }
    }

    @Test("The shipped flows are written with their basis, and described") func shipped() throws {
        let schema = TableSchema.transitions
        #expect(Set(schema.columns.map(\.name)).count == schema.columns.count)
        #expect(TableSchema.all.contains { $0.name == schema.name })
        let folder = try TemporaryFolder()
        let tables = try FitResult(modelPaths: [repositoryFile("models/school-careers.yaml")])
            .write(to: folder.file("out"), command: ["fit"])
        #expect(tables.contains { $0.schema.name == "transitions" })
        let rows = try Self.rows(folder.file("out/transitions.csv"))
        #expect(Set(rows.compactMap { $0["basis"] }) == ["published", "assumed", "rest"])
        let pass = try #require(
            rows.first { $0["from"] == "havo_5" && $0["year"] == "2018/19" && $0["move"] == "passed" })
        let share = try #require(pass["probability"].flatMap(Double.init))
        #expect(relativeDifference(share, 48_195.0 / 54_615) < 1e-14)
        // Every state's probabilities of a year add up to 1.
        let states = Dictionary(grouping: rows) { ($0["year"] ?? "") + ($0["from"] ?? "") }
        for own in states.values {
            let sum = own.compactMap { $0["probability"].flatMap(Double.init) }.reduce(0, +)
            #expect(abs(sum - 1) < 1e-12)
        }
    }

    /// What subtraction can tell: a hidden count alone in its state, or alone among all pupils and the groups.
    @Test("No hidden count follows by subtraction", arguments: 1...12) func subtraction(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        var lines = ["year,ses,before,after,n"]
        for group in ["low", "middle", "high"] {
            for (from, to, mean) in [
                ("havo_1", "havo_2", 90), ("havo_1", "havo_1", 12), ("havo_1", "left", 5), ("havo_2", "havo_2", 14),
                ("havo_2", "diploma_havo", 80), ("havo_2", "left", 6), ("diploma_havo", "hbo", 60),
                ("diploma_havo", "left", 11),
            ] {
                lines.append("2018/19,\(group),\(from),\(to),\(Int.random(in: mean / 2...mean * 2, using: &random))")
            }
        }
        let folder = try TemporaryFolder()
        try folder.write(lines.joined(separator: "\n") + "\n", to: "d.csv")
        let path = try folder.write(
            """
            kind: transitions
            data: {file: d.csv}
            year: year
            group: ses
            flows:
              tracks: [{name: havo, grades: 2}]
              ends: [left, hbo]
              from: before
              to: after
              count: n
              indicators: [retention, left, pass_rate.havo, moved_on.hbo.havo]
            """, to: "m.yaml")
        try FitResult(modelPaths: [path]).write(to: folder.file("out"), command: ["fit"])
        let rows = try Self.rows(folder.file("out/transitions.csv"))
        func count(_ keys: [String]) -> [Int] {
            Dictionary(grouping: rows) { row in keys.map { row[$0] ?? "" } }.values.map { own in
                own.count { $0["suppressed"] != "" }
            }
        }
        #expect(!count(["group", "from"]).contains(1))
        #expect(!count(["from", "to"]).contains(1))
        for row in rows where row["suppressed"] != "" {
            #expect(row["count"] == "" && row["probability"] == "" && row["std_error"] == "" && row["conf_low"] == "")
        }
        #expect(rows.allSatisfy { Int($0["count"] ?? "").map { $0 >= 10 } ?? true })
        // What is published of the indicators does not hang on hidden rows.
        let levels = try Self.rows(folder.file("out/levels.csv"))
        let hidden = Set(rows.filter { $0["suppressed"] != "" && $0["from"] == "havo_2" }.compactMap { $0["group"] })
        for row in levels where row["outcome"] == "left" && hidden.contains(row["ses"] ?? "") {
            #expect(row["level"] == "" || row["level"] == nil || row["level"] == "NA")
        }
    }
}
