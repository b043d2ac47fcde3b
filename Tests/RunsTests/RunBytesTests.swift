import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Runs

private func fixed(_ value: Double) -> String { ScenarioText.fixed(value) }

/// What another scenario, another order and another number of threads leave as it is: every byte.
@Suite struct RunBytesTests {
    private static let more =
        "  more:\n    extends: money\n    rules:\n"
        + "      - {name: more, kind: per_score_point, rate: 10, years: [2021/22], sectors: [po, vo], source: test}\n"
    private static let later = "  later: {extends: money, delay_years: 1}\n"

    /// Two sectors with grades, everything random, and the money computed in both ways.
    private static var text: ScenarioText {
        var text = ScenarioText()
        text.sectors = ["po", "vo"]
        text.calendar = "{first: 2020/21, last: 2024/25}"
        text.schools = (0..<13).map {
            "s\($0),\($0 < 8 ? "po" : "vo"),\($0 % 3 == 0 ? "north" : "south"),\(30 + 17 * $0 % 90),\(4 + 5 * $0 % 29),\($0 * 7 % 11)"
        }
        var outcome = text.outcomes[0]
        outcome.start = "{low: {distribution: normal, mean: -0.2, sd: 0.05, source: s}, high: \(fixed(-0.1))}"
        outcome.closures = "2020/21: 8"
        outcome.lines = ["baseline: level"]
        for (key, value) in [
            ("persistence", "{distribution: beta, mean: 0.8, sd: 0.1, source: s}"), ("noise_sd", fixed(0.1)),
            ("school_sd", fixed(0.4)), ("trend_per_year", "{distribution: normal, mean: -0.01, sd: 0.01, source: s}"),
            ("loss_per_week", "{distribution: lognormal, mean: 0.01, sd: 0.003, source: s}"),
        ] {
            outcome.parameters[key] = value
        }
        var later = outcome
        (later.sector, later.stream) = ("vo", 2)
        later.lines = [
            "baseline: level",
            "entry: {outcome: reading, sector: po, share: {distribution: uniform, low: 0.5, high: 1, source: s}}",
        ]
        text.outcomes = [outcome, later]
        text.scenarios = [ScenarioText.none, ScenarioText.money.replacing("sectors: [po]", with: "sectors: [po, vo]")]
        text.lines = [
            "grades: {po: 3, vo: 2}",
            "correlations:",
            "  - {parameters: [reading.po.persistence, reading.vo.persistence], correlation: 0.7, source: s}",
            "goals:",
            "  - {name: learning, figure: deviation, benchmark: level, outcomes: [reading.po, reading.vo], at_least: -0.1, "
                + "deadline: 2023/24, source: s}",
            "  - {name: schools, figure: share_of_schools, outcomes: [reading.po], at_least: 0.5, deadline: 2024/25, "
                + "source: s}",
        ]
        return text
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The files of a run by name; every run of a test has the same paths.
    private func files(_ text: ScenarioText, draws: Int = 40, threads: Int = 1) throws -> [String: Data] {
        let output = folder.file("out")
        if FileManager.default.fileExists(atPath: output) { try FileManager.default.removeItem(atPath: output) }
        let run = try PreparedScenario(path: text.write(to: folder)).simulate(
            draws: draws, threads: threads, cancellation: Cancellation(), progress: { _, _ in })
        try run.write(to: output, command: ["run"])
        let names = try FileManager.default.contentsOfDirectory(atPath: output)
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: output + "/" + $0) ?? Data()) })
    }

    /// The lines of a table that are about some scenarios, in a table whose first column names the scenario.
    private func rows(_ files: [String: Data], _ table: String, of scenarios: Set<String>) throws -> [String] {
        let text = try #require(files[table].flatMap { String(data: $0, encoding: .utf8) })
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: true).flatMap { $0.split(separator: "\n") }
        #expect(lines.first?.hasPrefix("scenario,") == true, "\(table)")
        return lines.filter { scenarios.contains(String($0.prefix { $0 != "," })) }.map(String.init)
    }

    private static let tables = ["trajectories.csv", "comparison.csv", "goals.csv", "recovery.csv"]

    @Test func anotherScenarioChangesNoByteOfTheOthers() throws {
        var text = Self.text
        let shared: Set = ["none", "money"]
        let alone = try files(text)
        text.scenarios += [Self.more, Self.later]
        let together = try files(text)
        for table in Self.tables {
            let (own, other) = (
                try rows(alone, table, of: shared), try rows(together, table, of: shared)
            )
            #expect(own.count >= (table == "goals.csv" ? 4 : 8), "\(table)")
            #expect(own == other, "\(table)")
        }
        #expect(alone["trajectories.csv"] != together["trajectories.csv"])
    }

    @Test func scenariosInAnotherOrderAreTheSame() throws {
        var text = Self.text
        text.scenarios += [Self.more, Self.later]
        let forwards = try files(text)
        // A scenario comes after the one that it extends.
        text.scenarios = [text.scenarios[1], Self.later, Self.more, ScenarioText.none]
        let backwards = try files(text)
        for name in ["none", "money", "more", "later"] {
            for table in Self.tables {
                let (own, other) = (
                    try rows(forwards, table, of: [name]), try rows(backwards, table, of: [name])
                )
                #expect(own.isEmpty == (table == "comparison.csv" && name == "none"))
                #expect(own == other, "\(table) of \(name)")
            }
        }
    }

    @Test func schoolsInAnotherOrderAreTheSame() throws {
        var text = Self.text
        let own = try files(text)
        text.schools = text.schools.reversed()
        let reversed = try files(text)
        #expect(Set(own.keys) == Set(reversed.keys) && own.count >= 10)
        // The manifest has the digest of the school table.
        let differing = own.keys.filter { own[$0] != reversed[$0] }
        #expect(differing == ["run.json"])
    }

    @Test func threadsChangeNoByte() throws {
        var text = Self.text
        text.scenarios += [Self.more, Self.later]
        let own = try files(text, draws: 75)
        for threads in [2, 7] {
            let other = try files(text, draws: 75, threads: threads)
            #expect(Set(own.keys) == Set(other.keys))
            #expect(own.keys.filter { own[$0] != other[$0] } == [])
        }
    }

    /// Small and empty cells: two schools of five quintiles, nobody of the low group in one sector, a school without pupils, a
    /// single draw's worth of variation. Every table is numbers, words and `NA`.
    @Test(
        arguments: [
            ["a,po,north,12,0,3", "b,po,north,30,0,9", "c,vo,north,4,4,1", "d,vo,north,0,0,2"],
            ["a,po,north,1,1,3", "b,vo,north,1,0,3"], ["a,po,north,100,50,0", "b,vo,north,80,20,0"],
        ], [2, 20])
    func noTableHoldsANumberThatIsNone(schools: [String], draws: Int) throws {
        var text = Self.text
        text.schools = schools
        // No score, no money by score: per pupil only.
        text.scenarios.append(Self.later)
        let files = try files(text, draws: draws)
        #expect(files.keys.contains("trajectories.csv") && files.count >= 10)
        for (name, data) in files where name.hasSuffix(".csv") {
            let cells = String(decoding: data, as: UTF8.self).lowercased().split { ",\r\n".contains($0) }
            for word in ["nan", "-nan", "inf", "-inf", "infinity", "-infinity"] {
                #expect(!cells.contains { $0 == word }, "\(name)")
            }
        }
    }
}
