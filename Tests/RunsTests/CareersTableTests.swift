import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Runs

/// Careers in run directories.
@Suite struct CareersTableTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ text: ScenarioText, draws: Int = 40) throws -> CompletedRun {
        try PreparedScenario(path: text.write(to: folder)).simulate(
            draws: draws, threads: 2, sensitivitySamples: 0, cancellation: Cancellation(), progress: { _, _ in })
    }

    private func rows(_ table: ResultTable?) throws -> [[String: String]] {
        let lines = String(decoding: try #require(table).bytes, as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        return lines.dropFirst().map { Dictionary(zip(lines[0], $0)) { first, _ in first } }
    }

    @Test func theTableHoldsEveryIndicatorBesideBaselineAndReference() throws {
        let tables = try run(.withCareers).tables
        let table = try #require(tables.first { $0.schema.name == "careers" })
        let rows = try rows(table)
        #expect(rows.count == table.rowCount && rows.count == 2 * (10 * 3 - 3 + 2) * 3 * 4)
        #expect(Set(rows.compactMap { $0["indicator"] }).count == CareerIndicator.allCases.count)
        func number(_ row: [String: String], _ column: String) throws -> Double {
            try #require(Double(row[column] ?? ""))
        }
        var isFine = true
        for row in rows {
            // The mean of differences is the difference of means, to rounding of numbers of pupils.
            let (mean, base) = (try number(row, "mean"), try number(row, "baseline"))
            let (deviation, low, high) = (try number(row, "deviation"), try number(row, "q05"), try number(row, "q95"))
            isFine = isFine && abs(mean - base - deviation) < 1e-9 && low <= high
            isFine = isFine && (row["reference"] == "") == (row["scenario"] == "none")
        }
        #expect(isFine)
        // 2021/22 alone has a policy: fewer stay, in all scenarios.
        let dip = try #require(
            rows.first {
                $0["indicator"] == "retention" && $0["school_year"] == "2021/22" && $0["track"] == "all"
                    && $0["ses"] == "all" && $0["scenario"] == "none"
            })
        #expect(try number(dip, "deviation") < -0.01)
    }

    @Test func goalsSayAtMostOnlyWhereCareersAreAskedFor() throws {
        let tables = try run(.withCareers).tables
        let goals = try rows(tables.first { $0.schema.name == "goals" })
        let careers = goals.filter { $0["goal"] == "careers" && $0["scenario"] == "money" }
        #expect(careers.compactMap { $0["outcome"] } == ["all", "retention", "left"])
        #expect(careers.allSatisfy { $0["at_most"] == "1" && $0["at_least"] == "" && $0["benchmark"] == "" })
        #expect(careers.allSatisfy { $0["unit"] == "percentage points" && $0["figure"] == "career" })
        #expect(
            goals.filter { $0["goal"] == "learning" }.allSatisfy { $0["at_most"] == "" && $0["at_least"] == "-0.5" })

        var plain = ScenarioText()
        plain.lines = [
            "goals: [{name: g, figure: deviation, outcomes: [reading.po], at_least: 0, deadline: 2022/23, source: s}]"
        ]
        let other = try run(plain).tables
        #expect(!other.contains { $0.schema.name == "careers" })
        #expect(try rows(other.first { $0.schema.name == "goals" }).allSatisfy { $0["at_most"] == nil })
    }

    @Test func aRunInPartsHasTheSameCareers() throws {
        let path = try ScenarioText.withCareers.write(to: folder)
        let plain = try run(.withCareers, draws: 70).tables.map(\.bytes)
        let (_, store) = try PreparedScenario(path: path).keepingDraws(
            in: folder.file("out"), earlier: .continued
        ) { _ in }
        for part in 1...2 {
            try PreparedScenario(path: path).simulate(
                #require(ShardPart("\(part)/2")), of: 70, into: store, threads: 1, cancellation: Cancellation(),
                progress: { _ in })
        }
        let (scenario, again) = try PreparedScenario(path: path).keepingDraws(
            in: folder.file("out"), earlier: .continued
        ) { _ in }
        let resumed = try scenario.simulate(
            draws: 70, threads: 3, store: again, sensitivitySamples: 0, cancellation: Cancellation(),
            progress: { _, _ in })
        #expect(try resumed.tables.map(\.bytes) == plain)

        // Other careers are another simulation: draws kept before are not joined.
        var changed = ScenarioText.withCareers
        changed.lines = changed.lines.map { $0.replacing("mean: 0.1,", with: "mean: 0.11,") }
        let other = try changed.write(to: folder)
        #expect(throws: (any Error).self) {
            _ = try PreparedScenario(path: other).keepingDraws(in: folder.file("out"), earlier: .continued) { _ in }
        }
    }
}
