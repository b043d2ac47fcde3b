import Recovery
import Specifications
import TestSupport
import Testing

@testable import Scenarios

@Suite struct GoalTests {
    private func results(
        _ goals: String, draws: Int, scenarios: String? = nil, _ fill: (inout HandMadeRecords) -> Void = { _ in }
    ) throws -> [GoalResult] {
        var file = HandMade()
        file.goals = "goals:\n  - " + goals
        if let scenarios { file.scenarios = scenarios }
        let plan = try file.plan()
        var records = HandMadeRecords(plan, draws: draws)
        fill(&records)
        return records.result.summary(plan).goals
    }

    @Test func allOutcomesMustMeetItInTheSameDraw() throws {
        let goal =
            "{name: learning, figure: deviation, benchmark: trend, outcomes: [reading.po, mathematics.po], at_least: -0.0625, "
            + "deadline: 2022/23, source: letter}"
        let rows = try results(goal, draws: 4) { records in
            // Reading meets it in draws 0 and 1 (exactly in 1), mathematics in draws 1 and 2.
            for (draw, value) in [0.5, -0.0625, -0.125, -0.25].enumerated() { records.setState(0, 0, 3, draw, value) }
            for (draw, value) in [-0.5, 0, 0, -0.125].enumerated() { records.setState(0, 1, 3, draw, value) }
        }
        #expect(rows.count == 9)
        let none = rows.filter { $0.scenario == "none" }
        #expect(none.map(\.outcome) == ["all", "reading", "mathematics"])
        #expect(none.map(\.sector) == ["all", "po", "po"] && none.map(\.isWhole) == [true, false, false])
        #expect(none.map(\.probability) == [0.25, 0.5, 0.5])
        #expect(none.first?.mcse == (0.25 * 0.75 / 4).squareRoot())
        // The least in each draw: -0.5, -0.0625, -0.125, -0.25.
        #expect(none.first?.summary?.mean == -0.9375 / 4)
        #expect(rows.first { $0.scenario == "money" && $0.isWhole }?.probability == 1)
        #expect(none.first?.goal.title == "learning" && none.first?.goal.source == "letter")
    }

    @Test func gapsGroupsSchoolsAndTheLevelAreRead() throws {
        func probability(_ keys: String) throws -> Double? {
            let goal = "{name: g, \(keys), outcomes: [reading.po], deadline: 2023/24, source: s}"
            return try results(goal, draws: 2) { records in
                for draw in 0...1 {
                    records.setState(0, 0, 0, 4, draw, -0.5)
                    records.setState(0, 0, 1, 4, draw, draw == 0 ? -0.25 : 0.25)
                    // Five years of trend from 2018/19: +0.625 in draw 1.
                    records[draw, records.layout.trend(0)] = draw == 0 ? 0 : 0.125
                    records[draw, records.layout.growth(0, 0, 1, 1, 4)] = draw == 0 ? 1 : -1
                    records[draw, records.layout.schools(0, 0, .level, 4)] = draw == 0 ? 1 : 2
                }
            }.first?.probability
        }
        // Gaps -0.25 and -0.75.
        #expect(try probability("figure: gap, at_least: -0.25") == 0.5)
        #expect(try probability("figure: gap, at_least: -0.75") == 1)
        #expect(try probability("figure: deviation, ses: low, benchmark: trend, at_least: -0.5") == 1)
        #expect(try probability("figure: deviation, ses: low, at_least: 0.125") == 0.5)
        #expect(try probability("figure: deviation, ses: high, benchmark: trend, at_least: 0.25") == 0.5)
        #expect(try probability("figure: deviation, benchmark: growth, at_least: 0") == 0.5)
        #expect(try probability("figure: share_of_schools, at_least: 0.75") == 0.5)
        #expect(try probability("figure: share_of_schools, benchmark: growth, at_least: 0") == 1)
    }

    @Test func moneyByScoreIsTheShareOfTheYear() throws {
        let scenarios = """
              none: {rules: []}
              rules:
                deadline: 2022/23
                rules:
                  - {name: base, kind: per_pupil, total: 300, years: [2021/22, 2022/23], sectors: [po], source: test}
                  - {name: score, kind: per_score_point, total: 100, years: [2022/23], sectors: [po], source: test}
              parts:
                deadline: 2023/24
                rules: [{name: both, kind: target_share, share: 0.125, total: 400, years: [2022/23], sectors: [po], source: test}]
              added:
                deadline: 2023/24
                rules:
                  - {name: base, kind: per_pupil, total: 300, years: [2022/23], sectors: [po], source: test}
                  - {name: share, kind: target_share, share: 0.5, years: [2022/23], sectors: [po], source: test}
              equal: {extends: rules, redistribute: per_pupil}
              all: {extends: rules, redistribute: per_score_point}
              later: {extends: rules, delay_years: 1}
              later_still: {extends: all, deadline: 2023/24, delay_years: 0}
            """
        let rows = try results(
            "{name: money, figure: money_by_score, at_least: 0.25, deadline: 2022/23, source: s}", draws: 2,
            scenarios: scenarios)
        #expect(rows.map(\.scenario) == ["none", "rules", "parts", "added", "equal", "all", "later", "later_still"])
        // 'later' gets in 2022/23 what 'rules' got in 2021/22: nothing by score.
        #expect(rows.map { $0.summary?.mean } == [nil, 0.25, 0.125, 0.5, 0, 1, 0, 1])
        #expect(rows.map(\.probability) == [nil, 1, 0, 1, 0, 1, 0, 1])
        #expect(rows.allSatisfy { $0.mcse == nil && $0.outcome == "all" })
    }

    @Test(arguments: [
        (
            "{name: g, figure: deviation, outcomes: [raeding.po], at_least: 0, deadline: 2022/23, source: s}",
            "45: found 'raeding.po'; expected 'reading.po' or 'mathematics.po'. Did you mean 'reading.po'?"
        ),
        (
            "{name: g, figure: deviation, outcomes: [reading.po, reading.po], at_least: 0, deadline: 2022/23, source: s}",
            "57: outcome 'reading.po' is named twice."
        ),
        (
            "{name: g, figure: gpa, outcomes: [reading.po], at_least: 0, deadline: 2022/23, source: s}",
            "23: found 'gpa'; expected 'deviation', 'gap', 'share_of_schools', 'money_by_score' or 'career'. Did you mean 'gap'?"
        ),
        (
            "{name: g, figure: gap, outcomes: [reading.po], at_least: 0, deadline: 2024/25, source: s}",
            "75: found 2024/25; expected a simulated school year, 2020/21 to 2023/24. Extend the calendar, or move the deadline."
        ),
        (
            "{name: g, figure: gap, outcomes: [reading.po], at_least: 0, deadline: soon, source: s}",
            "75: found 'soon'; expected a school year such as 2021/22."
        ),
        (
            "{name: g, figure: gap, ses: low, outcomes: [reading.po], at_least: 0, deadline: 2022/23, source: s}",
            "33: 'ses' does not go with figure 'gap': it compares the low group with the high group. Remove it."
        ),
        (
            "{name: g, figure: money_by_score, outcomes: [reading.po], at_least: 0, deadline: 2022/23, source: s}",
            "49: 'outcomes' does not go with figure 'money_by_score': it is about money. Remove it."
        ),
        (
            "{name: g, figure: share_of_schools, outcomes: [reading.po], at_least: 70, deadline: 2022/23, source: s}",
            "75: found 70; expected a share from 0 to 1."
        ),
        (
            "{name: g, figure: deviation, ses: lo, outcomes: [reading.po], at_least: 0, deadline: 2022/23, source: s}",
            "39: found 'lo'; expected 'all', 'low' or 'high'. Did you mean 'low'?"
        ),
        (
            "{name: g, figure: deviation, benchmark: levle, outcomes: [reading.po], at_least: 0, deadline: 2022/23, source: s}",
            "45: found 'levle'; expected 'level', 'growth' or 'trend'. Did you mean 'level'?"
        ),
        (
            "{name: g, figure: deviation, at_least: 0, deadline: 2022/23, source: s}",
            "5: missing key 'outcomes' in goal."
        ),
        (
            "{name: g, figure: deviation, outcomes: [reading.po], at_least: 0, deadline: 2022/23}",
            "5: missing key 'source' in goal."
        ),
        (
            "{name: g, figure: gap, outcomes: [reading.po], atleast: 0, at_least: 0, deadline: 2022/23, source: s}",
            "52: unknown key 'atleast' in goal; did you mean 'at_least'?"
        ),
        (
            "{name: g, figure: money_by_score, at_least: 0, deadline: 2022/23, source: s}\n"
                + "  - {name: g, figure: money_by_score, at_least: 1, deadline: 2022/23, source: s}",
            "5: two goals are named 'g'. Give each a name of its own."
        ),
    ])
    func mistakesAreLocated(goal: String, message: String) throws {
        var file = HandMade()
        file.goals = "goals:\n  - " + goal
        // The last line of the file is that of the last goal.
        let line = file.text.split(separator: "\n", omittingEmptySubsequences: false).count
        #expect {
            try file.plan()
        } throws: { error in
            guard let problems = (error as? SpecificationError)?.problems, problems.count == 1 else { return false }
            return "\(problems[0])".hasSuffix("s.yaml:\(line):\(message)")
        }
    }
}
