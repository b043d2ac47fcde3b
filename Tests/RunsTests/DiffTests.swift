import Foundation
import Scenarios
import Tables
import TestSupport
import Testing

@testable import Runs

/// A run directory with tables written by hand.
private struct WrittenRun {
    var seed: UInt64 = 1
    var draws = 100
    var sampling = SamplingDesign.independent
    var blas = "test"
    var command = ["simulate", "s.yaml"]
    var teachingWeeks: [String: Double] = [:]
    var inputs = [("s.yaml", "aaaa")]
    var tables: [ResultTable] = []

    func write(_ folder: TemporaryFolder, _ name: String) throws -> ComparedRun {
        let directory = try RunDirectory(folder.file(name))
        let written = try tables.map { try directory.write($0) }
        try directory.finish(
            package: DataPackage(name: name, title: name, tables: written),
            manifest: Manifest(
                version: "1", command: command, seed: seed, draws: draws,
                request: SimulationRequest(draws: draws, sampling: sampling), teachingWeeks: teachingWeeks,
                specificationDigest: "", inputs: inputs.map { .init(path: $0.0, sha256: $0.1, bytes: 1) },
                outputs: written.map { .init(path: $0.schema.fileName, sha256: $0.sha256, rows: $0.rowCount) },
                resultDigest: sha256(Array(written.map(\.sha256).joined().utf8)), blas: blas))
        return try ComparedRun(path: directory.path)
    }
}

/// A table by the values of some of its columns; the others are empty.
private func table(_ schema: TableSchema, _ rows: [[String: CSVWriter.Cell]]) -> ResultTable {
    var table = ResultTable(schema)
    for row in rows { table.append(schema.columns.map { row[$0.name] ?? .missing }) }
    return table
}

private func goal(
    _ p: Double, mcse: Double = 0.05, scenario: String = "money", outcome: String = "reading", atLeast: Double = -0.05
) -> [String: CSVWriter.Cell] {
    [
        "scenario": .text(scenario), "goal": .text("learning"), "sector": .text("po"), "outcome": .text(outcome),
        "at_least": .double(atLeast), "p_met": .double(p), "mcse_p_met": .double(mcse),
    ]
}

private func comparison(
    _ scenario: String, _ value: Double, _ low: Double, _ high: Double, mcse: Double = 0.1,
    measure: String = "sd_years_restored"
) -> [String: CSVWriter.Cell] {
    [
        "scenario": .text(scenario), "reference": .text("none"), "measure": .text(measure), "sector": .text("po"),
        "outcome": .text("reading"), "ses": .text("all"), "school_year": .text("all"), "value": .double(value),
        "conf_low": .double(low), "conf_high": .double(high), "mcse_value": .double(mcse),
        "mcse_conf_low": .double(mcse), "mcse_conf_high": .double(mcse),
    ]
}

@Suite struct DiffTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func difference(
        _ first: [ResultTable], _ second: [ResultTable], change: (inout WrittenRun) -> Void = { _ in },
        allowsUnpaired: Bool = false
    ) throws -> RunDifference {
        var after = WrittenRun(tables: second)
        change(&after)
        return try RunDifference(
            WrittenRun(tables: first).write(folder, "first"), after.write(folder, "second"),
            allowsUnpaired: allowsUnpaired)
    }

    // MARK: Conclusions

    /// Two errors of 0.05 make one of 0.0707 for the difference: twice that is 0.1414.
    @Test(arguments: [
        (0.61, 0.44, "changed", "met in 50% to 90% of draws", "met in 10% to 50% of draws"),
        (0.52, 0.48, "near_border", "met in 50% to 90% of draws", "met in 10% to 50% of draws"),
        (0.95, 0.05, "changed", "met in at least 90% of draws", "met in under 10% of draws"),
        (0.55, 0.70, "moved", "met in 50% to 90% of draws", "met in 50% to 90% of draws"),
        (0.55, 0.69, "within_monte_carlo_error", "met in 50% to 90% of draws", "met in 50% to 90% of draws"),
    ])
    func aGoalChangesWhenItsProbabilityMovesByMoreThanTheMonteCarloError(
        _ first: Double, _ second: Double, status: String, before: String, after: String
    ) throws {
        let result = try difference([table(.goals, [goal(first)])], [table(.goals, [goal(second)])])
        let change = try #require(result.conclusions.first)
        #expect(result.conclusions.count == 1 && result.comparedConclusions == 1)
        #expect(change.status.rawValue == status && change.kind == "goal" && change.table == "goals.csv")
        #expect(change.first == before && change.second == after)
        #expect(change.key.text == "money, learning, po, reading")
        let move = try #require(change.move)
        #expect(move.figure == "p_met" && move.first == first && move.second == second)
        #expect(abs(move.mcse - 0.005.squareRoot()) < 1e-15)
    }

    @Test func verdictsHaveNoMonteCarloError() throws {
        func growth(_ verdict: String, _ deviation: Double) -> ResultTable {
            let cell: [String: CSVWriter.Cell] = [
                "outcome": .text("reading"), "sector": .text("po"), "cohort": .text("2020/21"), "ses": .text("all"),
                "baseline_kind": .text("mean"), "deviation": .double(deviation),
                "delay_weeks": .double(-10 * deviation), "verdict": .text(verdict),
            ]
            return table(.growth, [cell, cell.merging(["cohort": .text("base"), "verdict": .missing]) { $1 }])
        }
        let result = try difference([growth("behind", -2.5)], [growth("undetermined", -2.4)])
        #expect(result.comparedConclusions == 1)
        let change = try #require(result.conclusions.first)
        #expect(change.status == .changed && change.first == "behind" && change.second == "undetermined")
        #expect(change.key.text == "po, reading, 2020/21, baseline mean")
        let move = try #require(result.moves.first)
        #expect(result.moves.map(\.figure) == ["growth's deviation from the baseline", "growth's delay"])
        #expect(move.move.first == -2.5 && move.move.second == -2.4 && move.move.mcse == 0)
        #expect(result.moves[1].move.first == 25 && result.moves[1].unit == "weeks")
    }

    /// The 90% interval decides; errors of 0.1 twice make 0.28.
    @Test(arguments: [
        (0.5, 2.0, -0.5, 2.0, "changed", "better", "undetermined"),
        (0.1, 2.0, -0.1, 2.0, "near_border", "better", "undetermined"),
        (-3.0, -0.1, 0.5, 4.0, "changed", "worse", "better"),
        (0.5, 2.0, 0.6, 2.0, "within_monte_carlo_error", "better", "better"),
    ])
    func directionsFollowTheInterval(
        _ low: Double, _ high: Double, _ newLow: Double, _ newHigh: Double, status: String, before: String,
        after: String
    ) throws {
        let result = try difference(
            [table(.comparison, [comparison("money", 1, low, high)])],
            [table(.comparison, [comparison("money", 1.1, newLow, newHigh)])])
        let change = try #require(result.conclusions.first { $0.kind == "direction" })
        #expect(change.status.rawValue == status && change.first == before && change.second == after)
        #expect(change.move?.figure == (before == after ? "value" : "conf_low"))
    }

    @Test func theOrderOfScenariosIncludesTheReferenceAndOnlySharedScenarios() throws {
        func tables(_ late: Double, _ others: [String] = []) -> [ResultTable] {
            [
                table(
                    .comparison,
                    [comparison("late", late, -1, 1), comparison("money", 2, 1, 3)]
                        + others.map { comparison($0, 1, 0.5, 2) }),
                table(.goals, (["none", "late", "money"] + others).map { goal(0.5, scenario: $0) }),
            ]
        }
        let result = try difference(tables(0.5), tables(-0.5, ["extra"]))
        let order = try #require(result.conclusions.first { $0.kind == "order_by_sd_years" })
        #expect(order.first == "money > late > none" && order.second == "money > none > late")
        // One below the other by 0.5, then above by 0.5; the error of each is 0.1 (the reference has none): 2 x 0.141.
        #expect(order.status == .changed && order.move?.figure == "late minus none")
        #expect(result.absences == [.init(what: "scenario", name: "extra", isInFirst: false)])
        #expect(!result.conclusions.contains { $0.key[.scenario] == "extra" })
        let near = try RunDifference(
            WrittenRun(tables: tables(0.1)).write(folder, "x"), WrittenRun(tables: tables(-0.1)).write(folder, "y"))
        #expect(near.conclusions.first { $0.kind == "order_by_sd_years" }?.status == .nearBorder)
    }

    @Test func theOrderByCostPutsTheCheapestFirst() throws {
        func costs(_ late: Double) -> [ResultTable] {
            [
                table(
                    .comparison,
                    [("late", late), ("money", 20)].map {
                        comparison($0.0, $0.1, 1, 90, measure: "cost_per_sd_year_eur")
                    }),
                table(.goals, ["none", "late", "money"].map { goal(0.5, scenario: $0) }),
            ]
        }
        let result = try difference(costs(10), costs(30))
        let order = try #require(result.conclusions.first { $0.kind == "order_by_cost" })
        #expect(order.first == "late < money" && order.second == "money < late" && order.status == .changed)
        #expect(result.moves.map(\.figure) == ["cost per SD-year"])
    }

    @Test(arguments: [(0.3, 0.7, "changed"), (0.47, 0.53, "near_border")])
    func theBestScenarioIsTheOneMostOftenBest(late: Double, newLate: Double, status: String) throws {
        func ranking(_ late: Double) -> ResultTable {
            table(
                .ranking,
                [("late", late), ("money", 1 - late)].map {
                    [
                        "scenario": .text($0.0), "sector": .text("po"), "outcome": .text("reading"),
                        "p_best": .double($0.1), "mcse_p_best": .double(0.05),
                    ]
                })
        }
        let result = try difference([ranking(late)], [ranking(newLate)])
        let change = try #require(result.conclusions.first)
        // Leads -0.4 and 0.4 with errors of at most 0.1 each: 2 x 0.1414.
        #expect(change.kind == "best_scenario" && change.status.rawValue == status)
        #expect(change.first == "money" && change.second == "late")
    }

    @Test func theYearOfRecoveryCountsWhereMostDrawsRecover() throws {
        func recovery(_ p: Double, _ year: String, _ mcse: Double) -> ResultTable {
            table(
                .recovery,
                [
                    [
                        "scenario": .text("money"), "benchmark": .text("level"), "sector": .text("po"),
                        "outcome": .text("reading"), "ses": .text("all"), "p_recovered": .double(p),
                        "mcse_p_recovered": .double(0.03), "year_q50": .text(year), "mcse_year_q50": .double(mcse),
                    ]
                ])
        }
        func change(_ first: ResultTable, _ second: ResultTable, _ name: String) throws -> ConclusionChange? {
            try RunDifference(
                WrittenRun(tables: [first]).write(folder, name + "1"),
                WrittenRun(tables: [second]).write(folder, name + "2")
            ).conclusions.first
        }
        let later = try change(recovery(0.8, "2021/22", 0), recovery(0.8, "2023/24", 0.5), "a")
        #expect(later?.status == .changed && later?.first == "recovered in most draws, median year 2021/22")
        #expect(later?.second == "recovered in most draws, median year 2023/24" && later?.move?.figure == "year_q50")
        let near = try change(recovery(0.8, "2021/22", 0.5), recovery(0.8, "2022/23", 0.5), "b")
        #expect(near?.status == .nearBorder)
        let lost = try change(recovery(0.8, "2021/22", 0), recovery(0.3, "2021/22", 0), "c")
        #expect(lost?.status == .changed && lost?.second == "not recovered in most draws")
        #expect(lost?.move?.figure == "p_recovered")
        #expect(try change(recovery(0.3, "2021/22", 0), recovery(0.3, "2022/23", 0), "d") == nil)
    }

    @Test func theLastYearIsTheLastThatBothSimulated() throws {
        func trajectories(_ rows: [(String, Double)]) -> ResultTable {
            table(
                .trajectories,
                rows.map {
                    [
                        "scenario": .text("money"), "benchmark": .text("level"), "sector": .text("po"),
                        "outcome": .text("reading"), "ses": .text("all"), "disadvantage_quintile": .text("all"),
                        "grade": .text("all"), "school_year": .text($0.0), "mean": .double($0.1 / 10),
                        "mcse_mean": .double(0.001), "p_recovered": .double($0.1), "mcse_p_recovered": .double(0.01),
                    ]
                })
        }
        let result = try difference(
            [trajectories([("2021/22", 0.2), ("2022/23", 0.3), ("2023/24", 0.9)])],
            [trajectories([("2021/22", 0.4), ("2022/23", 0.6)])])
        #expect(result.comparedConclusions == 1 && result.conclusions.count == 1)
        #expect(result.conclusions[0].key[.schoolYear] == "2022/23" && result.conclusions[0].status == .changed)
        let move = try #require(result.moves.first)
        #expect(result.moves.count == 1 && move.key[.schoolYear] == "2022/23" && move.unit == "SD")
        #expect(move.move.first == 0.03 && move.move.second == 0.06)
    }

    @Test func rowsOfOneRunAreToldAndTheirOrderDoesNotMatter() throws {
        let result = try difference(
            [table(.goals, [goal(0.5), goal(0.6, outcome: "spelling"), goal(0.1, outcome: "old")])],
            [table(.goals, [goal(0.7, outcome: "new"), goal(0.6, outcome: "spelling"), goal(0.5)])])
        #expect(result.comparedConclusions == 2 && result.conclusions.count == 2)
        #expect(result.conclusions(.onlyInFirst).map { $0.key[.outcome] } == ["old"])
        #expect(result.conclusions(.onlyInSecond).map { $0.key[.outcome] } == ["new"])
        #expect(throws: DiffError.duplicateRow(path: folder.file("y/goals.csv"), key: "money, learning, po, reading")) {
            try RunDifference(
                WrittenRun(tables: [table(.goals, [goal(0.5)])]).write(folder, "x"),
                WrittenRun(tables: [table(.goals, [goal(0.5), goal(0.6)])]).write(folder, "y"))
        }
    }

    // MARK: Inputs

    private func assumption(_ name: String, mean: Double, sd: Double = 0, source: String = "s.yaml") -> [String:
        CSVWriter.Cell]
    {
        [
            "parameter": .text(name), "distribution": .text(sd == 0 ? "fixed" : "normal"), "mean": .double(mean),
            "sd": .double(sd), "low": .double(mean), "high": .double(mean), "origin": .text("assumption"),
            "source": .text(source), "note": .text("n"),
        ]
    }

    @Test func inputsThatDifferAreNamed() throws {
        let result = try difference(
            [
                table(
                    .assumptions,
                    [assumption("margin_sd", mean: 0.05), assumption("a", mean: 1), assumption("b", mean: 2)]),
                table(.goals, [goal(0.5), goal(0.5, outcome: "spelling")]),
            ],
            [
                table(
                    .assumptions,
                    [
                        assumption("margin_sd", mean: 0.05, source: "copy.yaml"), assumption("a", mean: 1.5, sd: 0.1),
                        assumption("c", mean: 3, sd: 1),
                    ]),
                table(.goals, [goal(0.5, atLeast: -0.02), goal(0.5, outcome: "spelling", atLeast: -0.02)]),
            ]
        ) {
            $0.draws = 200
            $0.inputs = [("copy.yaml", "bbbb"), ("new.yaml", "cccc")]
            $0.teachingWeeks = ["m": 38]
        }
        let expected = [
            InputDifference(.request, "draws", "value", "100", "200"),
            InputDifference(.file, "s.yaml -> copy.yaml", "sha256", "aaaa", "bbbb"),
            InputDifference(.file, "new.yaml", "", nil, "cccc"),
            InputDifference(.parameter, "a", "distribution", "fixed", "normal"),
            InputDifference(.parameter, "a", "mean", "1", "1.5"),
            InputDifference(.parameter, "a", "sd", "0", "0.1"),
            InputDifference(.parameter, "a", "low", "1", "1.5"),
            InputDifference(.parameter, "a", "high", "1", "1.5"),
            InputDifference(.parameter, "c", "", nil, "normal, mean 3, sd 1"),
            InputDifference(.parameter, "b", "", "fixed, mean 2", nil),
            InputDifference(.goal, "learning", "at_least", "-0.05", "-0.02"),
            InputDifference(.model, "m", "teaching_weeks", nil, "38"),
        ]
        #expect(result.inputs == expected)
        #expect(result.inputs.map(\.status).filter { $0 != "changed" } == ["added", "added", "removed", "added"])
    }

    @Test func theLastDigitsOfAnotherBLASAreNoDifference() throws {
        func tables(_ mean: Double) -> [ResultTable] { [table(.assumptions, [assumption("a", mean: mean)])] }
        let other = try difference(tables(1), tables(1 + 1e-12)) { $0.blas = "another" }
        #expect(other.inputs == [InputDifference(.program, "BLAS", "library", "test", "another")])
        let same = try RunDifference(
            WrittenRun(tables: tables(1)).write(folder, "x"), WrittenRun(tables: tables(1 + 1e-12)).write(folder, "y"))
        #expect(same.inputs.map(\.field) == ["mean", "low", "high"])
    }

    // MARK: Runs that cannot be compared

    @Test func runsWithoutCommonRandomNumbersAreRefused() throws {
        func reason(_ change: (inout WrittenRun) -> Void) throws -> String? {
            let tables = [table(.assumptions, [assumption("a", mean: 1, sd: 1)])]
            return try difference(tables, tables, change: change, allowsUnpaired: true).unpairedReason
        }
        #expect(try reason { $0.seed = 2 } == "the seed is 1 in the first and 2 in the second")
        #expect(
            try reason { $0.sampling = .antithetic }
                == "draws are sampled as 'independent' in the first and as 'antithetic' in the second")
        // Fewer draws are the first ones of more.
        #expect(try reason { $0.draws = 7 } == nil)
        let expected = DiffError.notPaired(
            first: folder.file("first"), second: folder.file("second"),
            reason: "the seed is 1 in the first and 2 in the second")
        #expect(throws: expected) { try difference([], []) { $0.seed = 2 } }
    }

    @Test func sobolSequencesNeedTheSameUncertainParameters() throws {
        func run(_ name: String, _ parameters: [String]) throws -> ComparedRun {
            let rows = parameters.map { assumption($0, mean: 1, sd: $0 == "fixed" ? 0 : 1) }
            return try WrittenRun(sampling: .sobol, tables: [table(.assumptions, rows)]).write(folder, name)
        }
        let plain = try run("plain", ["a", "b"])
        #expect(try RunDifference(plain, run("fixed", ["a", "fixed", "b"])).unpairedReason == nil)
        #expect(throws: DiffError.self) { try RunDifference(plain, run("more", ["a", "c", "b"])) }
    }

    @Test func foldersThatHoldNoFinishedRunAreRefused() throws {
        let run = WrittenRun(tables: [table(.goals, [goal(0.5)])])
        #expect(throws: DiffError.noFolder(path: folder.file("none"))) { try ComparedRun(path: folder.file("none")) }
        #expect(throws: DiffError.noRun(path: folder.path)) { try ComparedRun(path: folder.path + "/") }
        let path = try run.write(folder, "run").path
        try folder.write("", to: "run/.unfinished-run")
        #expect(try ComparedRun(path: path).tableNames == ["goals.csv"])
        let text = try contents(of: path + "/run.json")
        try FileManager.default.removeItem(atPath: path + "/run.json")
        #expect(throws: DiffError.unfinished(path: path)) { try ComparedRun(path: path) }
        try folder.write("{", to: "run/run.json")
        #expect(throws: DiffError.unreadableDescription(path: path + "/run.json")) { try ComparedRun(path: path) }
        try folder.write(
            text.replacingOccurrences(of: "\"format_version\" : 1", with: "\"format_version\" : 2"), to: "run/run.json")
        #expect(throws: DiffError.otherFormat(path: path + "/run.json", found: 2)) { try ComparedRun(path: path) }
        try folder.write(text, to: "run/run.json")
        try folder.write("scenario\n", to: "run/goals.csv")
        #expect(throws: DiffError.self) { try ComparedRun(path: path) }
        try FileManager.default.removeItem(atPath: path + "/goals.csv")
        #expect(throws: DiffError.missingTable(path: path + "/goals.csv")) { try ComparedRun(path: path) }
    }

    // MARK: Files

    @Test func theTablesAreDescribedAndReplaceEarlierOnes() throws {
        let result = try difference([table(.goals, [goal(0.61)])], [table(.goals, [goal(0.44)])]) {
            $0.inputs = [("s.yaml", "bbbb")]
        }
        let output = folder.file("diff")
        for _ in 1...2 { try result.write(to: output) }
        let rows = try contents(of: output + "/conclusions.csv").split(separator: "\n")
        #expect(rows.count == 2)
        #expect(
            rows[1].hasPrefix(
                "goal,goals.csv,changed,money,,,learning,,po,reading,,,,,,,met in 50% to 90% of draws,met in 10% to 50% of draws,p_met,0.61,0.44,"
            ))
        #expect(
            try contents(of: output + "/inputs.csv")
                == "kind,name,field,status,first,second,note\nfile,s.yaml,sha256,changed,aaaa,bbbb,\n")
        let package = try contents(of: output + "/datapackage.json")
        #expect(package.contains(sha256(Array(try contents(of: output + "/conclusions.csv").utf8))))
        #expect(throws: DiffError.foreignFolder(path: folder.file("first"))) {
            try result.write(to: folder.file("first"))
        }
    }
}
