import Foundation
import Funding
import Recovery
import TestSupport
import Testing

@testable import Scenarios

/// A menu of two interventions with effects known exactly: one by staff, one without.
private let menu = """
    kind: interventions
    versions: [v1]
    sectors: [po]
    outcomes: {learning: {stream: 1}}
    months_to_sd:
      {bands: {1: [0, 0.1]}, std_error_months: 0, between_study_sd: 0, source: test, uncertainty_source: test}
    evidence_strength: {strong: 1, source: test}
    interventions:
      tutoring:
        stream: 1
        sectors: [po]
        effects: {learning: {effect: 0.3, std_error: 0, between_study_sd: 0, source: s}}
        evidence_strength: strong
        cost: {eur_per_pupil: 500, source: s}
        staff: {fte_per_100_pupils: 1, source: s}
        low_multiplier: {value: 1.5, source: s}
      feedback:
        stream: 2
        sectors: [po]
        effects: {learning: {effect: 0.2, std_error: 0, between_study_sd: 0, source: s}}
        evidence_strength: strong
        cost: {eur_per_pupil: 100, source: s}
        staff: {fte_per_100_pupils: 0, source: s}
        fidelity: {value: 0.5, source: s}
    """

private func fixed(_ value: Double) -> String { ScenarioText.fixed(value) }

/// What `money_effect` says is what the simulation does.
@Suite struct MoneyEffectTests {
    /// EUR 400 a pupil in 2021/22: three quarters buy tutoring for 0.6 of the pupils, a quarter feedback for all.
    private var text: ScenarioText {
        var text = ScenarioText()
        text.outcomes[0].parameters["low_multiplier"] = fixed(2)
        text.scenarios = [
            ScenarioText.none,
            """
              money:
                deadline: 2021/22
                rules:
                  - {name: base, kind: per_pupil, rate: 400, years: [2021/22], sectors: [po], source: test}

            """,
        ]
        return text
    }

    private func interventions(
        unused: String = "unspent", staff: Double = 0.9, byQuintile: String = "[0.5, 0.5, 1, 1, 1]",
        byRegion: String = "{north: 0.8}"
    ) -> [String] {
        [
            "interventions:", "  menu: menu.yaml", "  version: v1", "  dosing: treated_share",
            "  unused_money: \(unused)", "  outcomes: {reading: learning}",
            "  mix: {po: {tutoring: {share: 0.75, source: s}, feedback: {share: 0.25, source: s}}}",
            "  capacity: {po: {stream: 1, fte_per_100_pupils: \(fixed(staff)), by_quintile: \(byQuintile), "
                + "by_region: \(byRegion), source: test}}",
            "  scale_down: \(fixed(0.5))", "  fidelity: \(fixed(0.8))", "  overlap: \(fixed(0.25))",
            "  persistence: {plateau: \(fixed(0.4)), half_life: \(fixed(1))}",
        ]
    }

    /// The mean deviations of a group in the first draw, by moment.
    private func path(
        _ text: ScenarioText, group: Int, quintiles: [Int] = ResultCube.allQuintiles, scenario: Int = 1,
        benchmark: RecoveryBenchmark = .trend
    ) throws -> [Double] {
        let plan = try text.plan(files: ["menu.yaml": menu])
        let cube = ResultCube(plan, try Simulator(plan).run(draws: 2, threads: 1))
        let draws = OutcomeDraws(cube, scenario: scenario, outcome: 0)
        return cube.moments.indices.dropFirst(benchmark == .growth ? 1 : 0).map {
            draws.deviations([group], quintiles: quintiles, moment: $0, benchmark: benchmark)[0]
        }
    }

    private func isClose(_ path: [Double], _ expected: [Double]) -> Bool {
        path.count == expected.count && zip(path, expected).allSatisfy { abs($0 - $1) < 1e-13 }
    }

    /// One school of quintile 1 in the north: of 0.9 FTE per 100 pupils it finds 0.9 x 0.5 x 0.8 = 0.36, where tutoring 0.6 of
    /// the pupils would take 0.6; 0.36 are tutored. At half scale and a fidelity of 0.8:
    /// tutoring 0.3 x 0.4 x 0.36 = 0.0432 (low group 1.5 times: 0.0648), feedback 0.2 x 0.5 x 0.4 = 0.04;
    /// together the largest and three quarters of the other. A year later 0.4 + 0.6 / 2 of it is left, then 0.4 + 0.6 / 4.
    @Test func oneSchoolAndTwoInterventionsByHand() throws {
        var text = text
        text.schools = ["a,po,north,100,40,3"]
        text.lines = ["money_effect: bottom_up"] + interventions()
        let (low, high) = (0.0648 + 0.75 * 0.04, 0.0432 + 0.75 * 0.04)
        for (group, gain) in [(0, low), (1, high)] {
            #expect(try isClose(path(text, group: group), [0, 0, gain, 0.7 * gain, 0.55 * gain]))
            #expect(try isClose(path(text, group: group, benchmark: .growth), [0, gain, -0.3 * gain, -0.15 * gain]))
            #expect(try isClose(path(text, group: group, scenario: 0), [0, 0, 0, 0, 0]))
        }
        // Twice the money in two years is the same each year, and the years' gains add up.
        text.scenarios[1] = text.scenarios[1].replacing("rate: 400", with: "rate: 800").replacing(
            "deadline: 2021/22", with: "deadline: 2022/23")
        #expect(try isClose(path(text, group: 1), [0, 0, high, 1.7 * high, 1.25 * high]))
    }

    /// The money of the 0.24 of the pupils for whom there is no tutor buys feedback: EUR 120 more on EUR 100. A dose of 2.2
    /// gives (1 - exp(-2.2)) / (1 - exp(-1)) of the effect, so that feedback is the largest for the high group.
    @Test func moneyWithoutStaffBuysWhatNeedsNone() throws {
        var text = text
        text.schools = ["a,po,north,100,40,3"]
        text.lines = ["money_effect: bottom_up"] + interventions(unused: "unstaffed")
        let feedback = 0.04 * (1 - exp(-2.2)) / (1 - exp(-1.0))
        #expect(abs(try path(text, group: 1)[2] - (feedback + 0.75 * 0.0432)) < 1e-13)
        #expect(abs(try path(text, group: 0)[2] - (0.0648 + 0.75 * feedback)) < 1e-13)
    }

    /// Five schools, one in each quintile, in two regions: each finds its own share of 0.9 FTE per 100 pupils.
    @Test func staffIsThatOfTheQuintileAndTheRegion() throws {
        var text = text
        text.schools = (0..<5).map { "s\($0),po,\($0 % 2 == 0 ? "north" : "south"),100,40,\($0)" }
        text.lines =
            ["money_effect: bottom_up"]
            + interventions(byQuintile: "[0.1, 0.2, 0.3, 0.4, 1]", byRegion: "{north: 0.5}")
        // 0.9 times quintile times region, at most the 0.6 that the money pays for.
        let tutored = [0.9 * 0.1 * 0.5, 0.9 * 0.2, 0.9 * 0.3 * 0.5, 0.9 * 0.4, 0.9 * 1 * 0.5]
        for quintile in 1...5 {
            let (tutoring, feedback) = (0.12 * tutored[quintile - 1], 0.04)
            let expected = max(tutoring, feedback) + 0.75 * min(tutoring, feedback)
            #expect(abs(try path(text, group: 1, quintiles: [quintile])[2] - expected) < 1e-13)
        }
        text.lines = ["money_effect: bottom_up"] + interventions(byQuintile: "[1, 1, 1, 1, 1]", byRegion: "{}")
        for quintile in 1...5 {
            #expect(abs(try path(text, group: 1, quintiles: [quintile])[2] - (0.072 + 0.03)) < 1e-13)
        }
    }

    /// The two ends of `money_effect`, and what a file says when it says nothing.
    @Test func theEffectPerEuroIsTheDefault() throws {
        var text = text
        let perEuro = [0, 0, 0.008, 0.008, 0.008]
        #expect(try isClose(path(text, group: 1), perEuro))
        text.lines = interventions()
        #expect(try isClose(path(text, group: 1), perEuro))
        text.lines = ["money_effect: top_down"] + interventions()
        #expect(try isClose(path(text, group: 0), perEuro.map { 2 * $0 }))
        text.lines = ["money_effect: {top_down: 1, bottom_up: 0, source: test}"] + interventions()
        #expect(try isClose(path(text, group: 1), perEuro))
        text.lines = ["money_effect: {top_down: 0, bottom_up: 1, source: test}"] + interventions()
        #expect(abs(try path(text, group: 1)[2] - 0.008) > 1e-3)
    }

    /// Every draw takes one of the two computations, the same in every scenario, as often as declared: within 4 standard
    /// errors of a share, sqrt(p (1 - p) / n), which a binomial number leaves once in 16,000 times; the seed is fixed.
    @Test(arguments: [0.1, 0.3, 0.5, 0.9]) func drawsTakeOneComputationAsOftenAsDeclared(share: Double) throws {
        var text = text
        text.schools = ["a,po,north,100,40,3"]
        text.outcomes[0].parameters["noise_sd"] = fixed(0.1)
        text.lines = ["money_effect: {top_down: \(share), bottom_up: \(1 - share), source: test}"] + interventions()
        text.scenarios += [
            "  twin: {extends: money}\n",
            "  half:\n    extends: money\n    rules:\n"
                + "      - {name: base, kind: per_pupil, rate: 200, years: [2021/22], sectors: [po], source: test}\n",
        ]
        let (plan, draws) = (try text.plan(files: ["menu.yaml": menu]), 2000)
        let cube = ResultCube(plan, try Simulator(plan).run(draws: draws, threads: 2))
        func values(_ scenario: Int) -> [Double] {
            OutcomeDraws(cube, scenario: scenario, outcome: 0).deviations([1], moment: 2, benchmark: .trend)
        }
        let none = values(0)
        let (money, half) = (
            zip(values(1), none).map { $0 - $1 }, zip(values(3), none).map { $0 - $1 }
        )
        #expect(values(1) == values(2))
        // At half the money tutoring for 0.3 finds its staff: 0.12 x 0.3, and feedback for half of the pupils.
        let bottomUp = (full: 0.0432 + 0.75 * 0.04, half: 0.036 + 0.75 * 0.02)
        var topDown = 0
        for (full, part) in zip(money, half) {
            let isTopDown = abs(full - 0.008) < 1e-12
            if isTopDown { topDown += 1 }
            #expect(isTopDown || abs(full - bottomUp.full) < 1e-12)
            #expect(abs(part - (isTopDown ? 0.004 : bottomUp.half)) < 1e-12)
        }
        let found = Double(topDown) / Double(draws)
        #expect(abs(found - share) <= 4 * (share * (1 - share) / Double(draws)).squareRoot())
    }

    /// Staff of a region that no school is in would be a share that does nothing.
    @Test(arguments: [
        ("{nort: 0.8}", true, "no school is in region 'nort'. Did you mean 'north'?"),
        ("{west: 0.8}", true, "no school is in region 'west'."),
        (
            "{north: 0.8}", false,
            "no school is in region 'north'. The schools have no regions: name their column with 'region' under 'schools', or "
                + "leave 'by_region' out."
        ),
        ("{north: 1.5}", true, "found 1.5; expected a share from 0 to 1."),
    ])
    func regionsAreThoseOfSchools(byRegion: String, hasRegions: Bool, message: String) {
        var text = text
        text.lines = interventions(byRegion: byRegion)
        if !hasRegions { text.regionColumn = nil }
        let fault = byRegion.dropFirst(message.hasPrefix("found") ? 8 : 1)
        let place = place(of: String(fault), in: text.text)
        #expect { try text.plan(files: ["menu.yaml": menu]) } throws: { said("\($0)", place + ": " + message) }
    }

    /// `effects.csv` explains what the simulation does: without noise, and with the same money for all pupils of a cell, both
    /// give the same bottom-up effect, of all pupils, of each group and of each quintile.
    @Test func theEffectsTableIsThatOfTheSimulation() throws {
        var text = text
        text.schools = (0..<10).map { "s\($0),po,\($0 % 2 == 0 ? "north" : "south"),100,\(20 + 3 * $0),\($0)" }
        text.lines =
            ["money_effect: bottom_up"]
            + interventions(byQuintile: "[0.1, 0.2, 0.3, 0.4, 1]", byRegion: "{north: 0.5}")
        let plan = try text.plan(files: ["menu.yaml": menu])
        let cube = ResultCube(plan, try Simulator(plan).run(draws: 2, threads: 1))
        let effects = plan.effects(draws: 2).filter {
            $0.subject.scenario == "money" && $0.subject.intervention == "all"
        }
        func effect(_ group: String, _ quintile: String) throws -> Double {
            let row = effects.first {
                $0.approach == .bottomUp && $0.step == "overlap" && $0.subject.group == group
                    && $0.subject.quintile == quintile
            }
            return try #require(row?.summary?.mean)
        }
        let draws = OutcomeDraws(cube, scenario: 1, outcome: 0)
        for (name, groups) in cube.groupChoices {
            let simulated = draws.deviations(groups, moment: 2, benchmark: .trend)[0]
            #expect(abs(try effect(name, "all") - simulated) < 1e-13)
        }
        for quintile in 1...5 {
            let simulated = draws.deviations([0, 1], quintiles: [quintile], moment: 2, benchmark: .trend)[0]
            #expect(abs(try effect("all", String(quintile)) - simulated) < 1e-13)
        }
        let stated = plan.assumptions.first { $0.parameter == "interventions.capacity.po.region_north" }
        #expect(stated?.mean == 0.5 && stated?.source == "test")
    }
}
