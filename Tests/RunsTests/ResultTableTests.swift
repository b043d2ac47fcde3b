import Foundation
import Recovery
import TestSupport
import Testing

@testable import Runs
@testable import Scenarios

/// The tables of a small simulation without any randomness, so that every cell can be worked out.
@Suite struct ResultTableTests {
    /// One school of 40 low and 60 high pupils, 5 weeks of closure at 0.01 SD, nothing persists after a year; with money
    /// EUR 1,000 a pupil, all spent in 2021/22, for 0.02 SD that stays.
    private static func scenario(goals: String) -> String {
        func fixed(_ value: Double) -> String { "{distribution: fixed, value: \(value), source: test}" }
        return """
            seed: 1
            reference: none
            margin_sd: 0.02
            groups: {low: practical, high: theoretical}
            calendar: {first: 2020/21, last: 2022/23}
            sectors: [po]
            schools: {file: schools.csv, id: id, pupils: pupils, score: score, low_pupils: low, sector_column: sector}
            outcomes:
              - outcome: reading
                sector: po
                stream: 1
                start: {low: \(fixed(0)), high: \(fixed(0))}
                closure_weeks: {2020/21: 5, source: test}
                parameters:
                  persistence: \(fixed(0.5))
                  loss_per_week: \(fixed(0.01))
                  low_extra: \(fixed(0.5))
                  school_sd: \(fixed(0))
                  drift: \(fixed(0))
                  effect_per_1000_eur: \(fixed(0.02))
                  effect_plateau: \(fixed(1))
                  effect_half_life: \(fixed(1))
                  low_multiplier: \(fixed(1))
                  noise_sd: \(fixed(0))
            scenarios:
              none: {rules: []}
              money:
                deadline: 2021/22
                rules:
                  - {name: base, kind: per_pupil, rate: 750, years: [2021/22], sectors: [po], source: test}
                  - {name: score, kind: per_score_point, rate: 500, years: [2021/22], sectors: [po], source: test}
            \(goals)
            """
    }

    private static let goals = """
        goals:
          - {name: learning, figure: deviation, benchmark: trend, outcomes: [reading.po], at_least: -0.02, deadline: 2021/22, source: "letter, goal 1"}
          - {name: money, figure: money_by_score, at_least: 0.22, deadline: 2021/22, source: letter}
        """

    private func run(_ folder: TemporaryFolder, goals: String = Self.goals) throws -> CompletedRun {
        try folder.write("id,sector,pupils,low,score\na,po,100,40,50\n", to: "schools.csv")
        let path = try folder.write(Self.scenario(goals: goals), to: "small.yaml")
        return try PreparedScenario(path: path).simulate(
            draws: 4, threads: 1, cancellation: Cancellation(), progress: { _, _ in })
    }

    private func lines(_ folder: TemporaryFolder, _ table: String) throws -> [String] {
        try contents(of: folder.file("run/\(table).csv")).split(separator: "\n").map(String.init)
    }

    /// The cells of a row by column; no cell of these tables but the last holds a comma.
    private func cells(_ folder: TemporaryFolder, _ table: String, _ isWanted: ([String: String]) -> Bool) throws
        -> [String: String]
    {
        let lines = try lines(folder, table)
        let names = lines[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let rows = lines.dropFirst().map { line in
            let cells = line.split(separator: ",", maxSplits: names.count - 1, omittingEmptySubsequences: false)
            return Dictionary(uniqueKeysWithValues: zip(names, cells.map(String.init)))
        }
        let found = rows.first(where: isWanted)
        return try #require(found)
    }

    @Test func goalsAreWrittenWithTheirFigures() throws {
        let folder = try TemporaryFolder()
        try run(folder).write(to: folder.file("run"), command: ["test"])
        #expect(try lines(folder, "goals").count == 1 + 2 * 3)
        // Low -0.075 and high -0.05 after the closure, -0.06 together; half of it is left a year later.
        let none = try cells(folder, "goals") { $0["scenario"] == "none" && $0["outcome"] == "all" }
        #expect(none["p_met"] == "0" && none["mcse_p_met"] == "0" && none["deadline"] == "2021/22")
        #expect(abs((Double(none["mean"] ?? "") ?? 0) + 0.03) < 1e-12)
        #expect(none["source"] == "\"letter, goal 1\"" && none["benchmark"] == "trend" && none["unit"] == "SD")
        let money = try cells(folder, "goals") { $0["scenario"] == "money" && $0["outcome"] == "reading" }
        #expect(money["p_met"] == "1" && abs((Double(money["mean"] ?? "") ?? 0) + 0.01) < 1e-12)
        // 50 points of EUR 500 of EUR 100,000; nothing to divide without money.
        let score = try cells(folder, "goals") { $0["scenario"] == "money" && $0["figure"] == "money_by_score" }
        #expect(score["mean"] == "0.25" && score["p_met"] == "1" && score["mcse_p_met"] == "")
        let without = try cells(folder, "goals") { $0["scenario"] == "none" && $0["figure"] == "money_by_score" }
        #expect(without["mean"] == "" && without["p_met"] == "" && without["benchmark"] == "")
    }

    @Test func recoveryComesAYearEarlierWithMoney() throws {
        let folder = try TemporaryFolder()
        try run(folder).write(to: folder.file("run"), command: ["test"])
        func row(_ scenario: String) throws -> [String: String] {
            try cells(folder, "recovery") {
                $0["scenario"] == scenario && $0["ses"] == "all" && $0["benchmark"] == "trend"
            }
        }
        // -0.03 in 2021/22 and -0.015 in 2022/23 against a margin of 0.02; with money -0.01 in 2021/22.
        #expect(try row("none")["year_q50"] == "2022/23" && row("none")["reference"] == "")
        let money = try row("money")
        #expect(money["year_q50"] == "2021/22" && money["years_later"] == "-1" && money["p_earlier"] == "1")
        #expect(money["p_recovered"] == "1" && money["p_not_recovered"] == "0" && money["p_both_recovered"] == "1")
    }

    @Test func comparisonsNameUnitAndBenchmarkAndLeaveTheSplitOpen() throws {
        let folder = try TemporaryFolder()
        let run = try run(folder)
        try run.write(to: folder.file("run"), command: ["test"])
        let sdYears = try cells(folder, "comparison") { $0["measure"] == "sd_years_restored" }
        #expect(sdYears["unit"] == "SD-years" && sdYears["benchmark"] == "trend" && sdYears["share_sampling"] == "")
        // 0.02 SD in two years over 100 pupils; EUR 100,000 / 4.
        #expect(abs((Double(sdYears["value"] ?? "") ?? 0) - 4) < 1e-9)
        let cost = try cells(folder, "comparison") { $0["measure"] == "cost_per_sd_year_eur" }
        #expect(abs((Double(cost["value"] ?? "") ?? 0) - 25_000) < 1e-6 && cost["sd"] == "")
        let money = try cells(folder, "comparison") { $0["measure"] == "spending_eur" }
        #expect(money["value"] == "100000" && money["benchmark"] == "" && money["unit"] == "EUR")
        // The gap of 0.025 in 2020/21 halves each year whatever the money: no part of it is closed by money.
        let closure = try cells(folder, "comparison") {
            $0["measure"] == "equity_gap_closure" && $0["school_year"] == "2022/23"
        }
        #expect(abs(Double(closure["value"] ?? "") ?? 1) < 1e-12 && closure["unit"] == "share")
        // The split is written when it is known.
        var row = try #require(run.comparisons.first)
        row.varianceShares = .init(
            sampling: 0.5, parameter: 0.25, betweenStudy: 0.125, structure: 0.0625, interaction: 0.03125,
            monteCarlo: 0.03125)
        let text = String(decoding: ResultTable.comparison([row]).bytes, as: UTF8.self)
        #expect(text.hasSuffix(",0.5,0.25,0.125,0.0625,0.03125,0.03125\n"))
    }

    @Test func withoutGoalsThereIsNoTableOfThem() throws {
        let folder = try TemporaryFolder()
        try run(folder).write(to: folder.file("run"), command: ["test"])
        #expect(FileManager.default.fileExists(atPath: folder.file("run/goals.csv")))
        try run(folder, goals: "").write(to: folder.file("run"), command: ["test"])
        #expect(!FileManager.default.fileExists(atPath: folder.file("run/goals.csv")))
    }

    /// The shares of the shipped programme, worked out from its payments in ``ShippedMoneyTests``: 12 and 22%.
    @Test func theProgrammeMeetsItsGoalForMoneyByScoreIn2022() throws {
        let plan = try AllocatedMoney(path: repositoryFile("scenarios/np-onderwijs.yaml")).plan
        func share(_ scenario: String, _ year: Int) throws -> Double? {
            let position = try #require(plan.scenarios.firstIndex { $0.declaration.name == scenario })
            return plan.shareByScore(scenario: position, in: SchoolYear(start: year))
        }
        #expect(abs(try #require(try share("programme", 2021)) - 0.12) < 0.01)
        #expect(abs(try #require(try share("programme", 2022)) - 0.22) < 0.002)
        #expect(try share("no_programme", 2022) == nil && share("equal_per_pupil", 2022) == 0)
        #expect(try share("one_year_later", 2022) == share("programme", 2021))
        #expect(try #require(try share("all_by_disadvantage", 2022)) > 0.9)
    }

    @Test func diagnosticsSayWherePairingHelpsLittle() throws {
        let run = try PreparedScenario(path: repositoryFile("scenarios/np-onderwijs.yaml")).simulate(
            draws: 8, threads: 2, cancellation: Cancellation(), progress: { _, _ in })
        let scenarios = run.prepared.file.scenarios.map(\.name).filter { $0 != run.prepared.file.reference }
        for scenario in scenarios {
            let own = run.diagnostics.filter { $0.subject == scenario }.map(\.diagnostic)
            let factors = own.filter { $0.name == "variance_reduction" }.compactMap(\.value).sorted()
            #expect(factors.count == 11)
            let least = try #require(own.first { $0.name == "smallest_variance_reduction" })
            #expect(least.value == factors[0] && least.isWarning == (factors[0] < 10))
            #expect(least.note.contains("below 10") == least.isWarning)
            let median = try #require(own.first { $0.name == "median_variance_reduction" })
            #expect(median.value == factors[5])
        }
    }
}
