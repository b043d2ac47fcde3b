import Probability
import TestSupport
import Testing

@testable import Scenarios

private func fixed(_ value: Double) -> String { ScenarioText.fixed(value) }

/// Goals on careers, and the table's rows.
@Suite struct CareerGoalTests {
    private func cube(_ goals: String, draws: Int = 60) throws -> ResultCube {
        var text = CareerText()
        text.text.outcomes[0].closures = "2020/21: 5"
        text.text.outcomes[0].parameters["loss_per_week"] = fixed(0.05)
        text.text.outcomes[0].parameters["effect_per_1000_eur"] = fixed(0.3)
        text.addSkill("passed: \(fixed(1)), retained: {distribution: normal, mean: -1, sd: 0.3, source: test}")
        text.text.lines.append("goals:\n" + goals)
        return try text.cube(draws: draws)
    }

    @Test func aGoalOnCareersIsTheDeviationFromTheBaselineInPercentagePoints() throws {
        let cube = try cube(
            """
              - {name: retention, figure: career, careers: [po.retention], at_most: 1.5, deadline: 2020/21, source: letter}
              - {name: passing, figure: career, careers: [po.pass_rate.high, po.without_delay_diploma], ses: low, at_least: -2, deadline: 2021/22, source: letter}
            """)
        let draws = CareerDraws(cube)
        let goals = cube.result.summary(cube.plan).goals
        #expect(goals.count == 2 * (2 + 3))
        func differences(
            _ indicator: CareerIndicator, _ track: Int?, _ groups: [Int], _ year: Int, world: Int
        ) throws -> [Double] {
            let figure = CareerFigure(indicator: indicator, track: track, groups: groups, year: year)
            return zip(
                try #require(draws.values(figure, world: world)), try #require(draws.values(figure, world: 2))
            ).map { 100 * ($0 - $1) }
        }
        for (world, scenario) in ["none", "money"].enumerated() {
            let retention = try differences(.retention, nil, [0, 1], 0, world: world)
            let own = goals.filter { $0.scenario == scenario && $0.goal.name == "retention" }
            #expect(own.map(\.outcome) == ["all", "retention"] && own.map(\.sector) == ["all", "po"])
            let share = Double(retention.count { $0 <= 1.5 }) / 60
            #expect(own.allSatisfy { $0.probability == share })
            #expect(own[0].summary?.mean == DrawSummary(retention).mean && own[0].goal.isAtMost)

            let first = try differences(.passRate, 1, [0], 1, world: world)
            let second = try differences(.promptDiploma, nil, [0], 1, world: world)
            let both = goals.filter { $0.scenario == scenario && $0.goal.name == "passing" }
            #expect(both.map(\.outcome) == ["all", "pass_rate.high", "without_delay_diploma"])
            #expect(both.map(\.group) == ["practical", "practical", "practical"])
            let worst = zip(first, second).map { min($0, $1) }
            #expect(both[0].probability == Double(worst.count { $0 >= -2 }) / 60)
            #expect(both[0].summary?.mean == DrawSummary(worst).mean)
            #expect(both[1].summary?.mean == DrawSummary(first).mean)
        }
        // The crisis of 0.25 SD costs about 0.1 * 0.9 * 0.25 of retention: some draws meet the goal, some do not.
        let p = try #require(goals.first?.probability)
        #expect(p > 0 && p < 1)
    }

    @Test func rowsStandBesideBaselineAndReference() throws {
        let cube = try cube(
            "  - {name: r, figure: career, careers: [po.left], at_most: 0, deadline: 2020/21, source: s}")
        let rows = cube.careerTrajectories()
        let draws = CareerDraws(cube)
        // Ten indicators by track and all, two for all only, of three groups and four years; the low track has no grade 3.
        #expect(rows.count == 2 * (10 * 3 - 3 + 2) * 3 * 4)
        let row = try #require(
            rows.first {
                $0.scenario == "money" && $0.indicator == .passRate && $0.track == "low" && $0.group == "theoretical"
                    && $0.year.start == 2021
            })
        let figure = CareerFigure(indicator: .passRate, track: 0, groups: [1], year: 1)
        let values = try (0..<3).map { try #require(draws.values(figure, world: $0)) }
        let beside = zip(values[1], values[0]).map { $0 - $1 }
        #expect(row.summary.mean == DrawSummary(values[1]).mean)
        #expect(row.deviation.mean == DrawSummary(zip(values[1], values[2]).map { $0 - $1 }).mean)
        #expect(row.difference?.summary.mean == DrawSummary(beside).mean && row.difference?.reference == "none")
        #expect(row.difference?.probabilityBetter == DrawShare.above(beside).value)
        #expect(rows.allSatisfy { ($0.difference == nil) == ($0.scenario == "none") })
        // Less retention is better; money gives less.
        let retention = try #require(
            rows.first {
                $0.scenario == "money" && $0.indicator == .retention && $0.track == "all" && $0.group == "all"
                    && $0.year.start == 2021
            })
        #expect((retention.difference?.summary.mean ?? 0) < 0 && (retention.difference?.probabilityBetter ?? 0) > 0.5)
        #expect(rows.first { $0.indicator == .pupils && $0.scenario == "money" }?.difference?.probabilityBetter == nil)
    }

    @Test func sensitivityLeavesCareersOut() throws {
        let cube = try cube(
            "  - {name: r, figure: career, careers: [po.left], at_most: 0, deadline: 2020/21, source: s}", draws: 8)
        let plan = cube.plan
        let expectation = DrawSimulation(plan, layout: cube.result.layout, isExpectation: true)
        let record = expectation.record(plan.inputs(draw: 0), 0, expectation.makeWorkspaces())
        #expect(record[cube.result.layout.careers(0)...].allSatisfy { $0 == 0 })
        let rows = try SensitivityAnalysis(plan, samples: 16).rows
        #expect(!rows.contains { $0.input.contains("careers.") })
        #expect(rows.filter { $0.input == "careers" }.allSatisfy { ($0.total?.estimate ?? 0) == 0 })
    }
}
