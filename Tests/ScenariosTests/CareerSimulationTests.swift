import Probability
import Recovery
import TestSupport
import Testing
import Transitions

@testable import Scenarios

private func fixed(_ value: Double) -> String { ScenarioText.fixed(value) }

private func logistic(_ x: Double) -> Double { 1 / (1 + Elementary.exp(-x)) }

private func logit(_ p: Double) -> Double { Elementary.log(p / (1 - p)) }

/// The share of a count's pupils in another count over all draws, and whether it is within 4 Monte Carlo errors of a number.
private func matches(_ of: [Double], _ over: [Double], _ p: Double) -> Bool {
    let (n, k) = (over.reduce(0, +), of.reduce(0, +))
    let isNear = n > 1000 && abs(k / n - p) < 4 * (p * (1 - p) / n).squareRoot()
    if !isNear { print("FOUND \(k / n) of \(n) EXPECTED \(p)") }
    return isNear
}

/// Careers in the simulator.
@Suite struct CareerSimulationTests {
    @Test func withoutShiftsScenariosAreTheBaselineAndFlowsHaveTheirProbabilities() throws {
        let draws = CareerDraws(try CareerText().cube(draws: 300))
        #expect(draws.layout.worlds == 3 && draws.layout.years == 4)
        for year in 0..<4 {
            for count in CareerLayout.Count.allCases {
                let base = draws.counts(count, world: draws.baseline, year: year)
                for world in 0..<2 { #expect(draws.counts(count, world: world, year: year) == base) }
            }
            let pupils = (0..<2).map { draws.counts(.pupils, world: 0, track: $0, year: year) }
            let exam = (0..<2).map { track in
                zip(
                    draws.counts(.passed, world: 0, track: track, year: year),
                    draws.counts(.failed, world: 0, track: track, year: year)
                ).map { $0 + $1 }
            }
            // In last grades: 0.03 leave, 0.9 pass, the rest stays; of those who do not leave 0.9 / 0.97 pass.
            for track in 0..<2 {
                #expect(matches(draws.counts(.left, world: 0, track: track, year: year), pupils[track], 0.03))
                #expect(
                    matches(draws.counts(.passed, world: 0, track: track, year: year), exam[track], 0.9 / 0.97))
                let candidates = exam[track].map { $0 / 0.97 }
                let others = zip(pupils[track], candidates).map { $0 - $1 }
                let stay = zip(
                    draws.counts(.retained, world: 0, track: track, year: year),
                    draws.counts(.failed, world: 0, track: track, year: year)
                ).map { $0 - $1 }
                #expect(matches(stay, others, 0.1))
                let moved = draws.counts(track == 0 ? .up : .down, world: 0, track: track, year: year)
                #expect(matches(moved, others, track == 0 ? 0.05 : 0.08))
            }
        }
    }

    @Test func pupilsAreConservedToTheUnit() throws {
        var text = CareerText()
        text.text.outcomes[0].start = fixedStart(-0.4)
        text.addSkill("retained: \(fixed(-1)), passed: \(fixed(1)), left: \(fixed(-2))")
        text.lines.append("policy: {2021/22: {retained: \(fixed(-1)), passed: \(fixed(2))}}")
        let draws = CareerDraws(try text.cube(draws: 40))
        for world in 0..<3 {
            for group in 0..<2 {
                func of(_ count: CareerLayout.Count, _ year: Int) -> [Double] {
                    draws.counts(count, world: world, groups: [group], year: year)
                }
                // The schools' own pupils: 100 + 320 + 50 and 300 + 320 + 950.
                #expect(of(.pupils, 0).allSatisfy { $0 == (group == 0 ? 470 : 1570) })
                #expect(of(.entering, 0).allSatisfy { $0 == 0 })
                for year in 1..<4 {
                    let expected = zip(
                        zip(of(.pupils, year - 1), of(.entering, year)), zip(of(.passed, year - 1), of(.left, year - 1))
                    ).map { $0.0 + $0.1 - $1.0 - $1.1 }
                    #expect(of(.pupils, year) == expected)
                    #expect(of(.pupils, year).allSatisfy { $0 == $0.rounded() && $0 > 0 })
                }
            }
        }
        // Everybody goes somewhere within tracks too: with none entering, pupils of a year are those of the year before.
        #expect(draws.counts(.pupils, world: 0, year: 1) != draws.counts(.pupils, world: 2, year: 1))
    }

    private func fixedStart(_ value: Double) -> String { "{low: \(fixed(value)), high: \(fixed(value))}" }

    @Test func skillShiftsTheLogOddsAsDeclared() throws {
        var text = CareerText()
        text.text.scenarios = [ScenarioText.none]
        text.text.outcomes[0].start = "{low: \(fixed(-0.5)), high: \(fixed(0.25))}"
        text.addSkill("retained: \(fixed(-1.5)), passed: \(fixed(2)), up: \(fixed(1)), left: \(fixed(-0.8))")
        // The start is of those who are there; who enters has none, so the first year is looked at.
        let draws = CareerDraws(try text.cube(draws: 400))
        for (group, x) in [(0, -0.5), (1, 0.25)] {
            func of(_ count: CareerLayout.Count, _ track: Int, _ world: Int = 0) -> [Double] {
                draws.counts(count, world: world, groups: [group], track: track, year: 0)
            }
            // The first grade of the sector enters at the baseline; the last grades of the tracks are its second and third.
            let passing = 0.9 / (0.9 + 0.07 * Elementary.exp(-2 * x))
            let exam = zip(of(.passed, 1), of(.failed, 1)).map { $0 + $1 }
            #expect(matches(of(.passed, 1), exam, passing))
            #expect(matches(of(.passed, 1, 1), zip(of(.passed, 1, 1), of(.failed, 1, 1)).map { $0 + $1 }, 0.9 / 0.97))
        }
    }

    @Test func worseSkillNeverHelpsInAnyDrawOfASchoolsFirstYear() throws {
        var text = CareerText()
        text.text.scenarios = [ScenarioText.none]
        text.text.outcomes[0].start = fixedStart(-0.6)
        text.addSkill("passed: \(fixed(1)), retained: \(fixed(-1))")
        let draws = CareerDraws(try text.cube(draws: 60))
        for (worse, better) in zip(
            draws.counts(.passed, world: 0, year: 0), draws.counts(.passed, world: 1, year: 0))
        {
            #expect(worse <= better)
        }
        #expect(draws.counts(.passed, world: 0, year: 0) != draws.counts(.passed, world: 1, year: 0))
        // Delay is the other way round, in later years too, on average.
        let figure = CareerFigure(indicator: .promptGrade3, track: nil, groups: [0, 1], year: 2)
        let (own, base) = (
            try #require(draws.values(figure, world: 0)), try #require(draws.values(figure, world: 1))
        )
        #expect(own.reduce(0, +) < base.reduce(0, +))
    }

    @Test func moneyHelpsThoseWhoWereThere() throws {
        var text = CareerText()
        text.text.outcomes[0].parameters["effect_per_1000_eur"] = fixed(0.5)
        // Only first-graders are ever retained, so their number is known: who entered and who was retained before.
        text.retained = "{all: \(fixed(0)), low_1: \(fixed(0.1)), high_1: \(fixed(0.1))}"
        (text.passed, text.left) = (fixed(1), fixed(0))
        text.addSkill("retained: \(fixed(-2))")
        let draws = CareerDraws(try text.cube(draws: 300))
        func first(_ world: Int, _ year: Int) -> [Double] {
            zip(
                draws.counts(.entering, world: world, year: year), draws.counts(.retained, world: world, year: year - 1)
            )
            .map { $0 + $1 }
        }
        func retained(_ world: Int, _ year: Int) -> [Double] { draws.counts(.retained, world: world, year: year) }
        #expect(retained(0, 0) == retained(2, 0) && retained(1, 0) == retained(2, 0))
        // EUR 500 a pupil in 2021/22 and in 2022/23, 0.25 SD each; of first-graders nobody was there for both. Moving up or
        // down or on has the odds 0.9 together.
        let odds = 0.1 * Elementary.exp(-0.5)
        #expect(matches(retained(1, 1), first(1, 1), odds / (odds + 0.9)))
        #expect(matches(retained(1, 2), first(1, 2), odds / (odds + 0.9)))
        #expect(zip(retained(1, 1), retained(0, 1)).allSatisfy { $0 <= $1 })
        // In 2023/24 first-graders have had no money.
        #expect(matches(retained(1, 3), first(1, 3), 0.1))
        #expect(matches(retained(0, 3), first(0, 3), 0.1))
    }

    @Test func policyShiftsItsYearOnlyAndCanBeTakenAway() throws {
        var text = CareerText()
        text.text.scenarios = [
            ScenarioText.none, "  without: {extends: none, careers: {policy: none}}\n",
            "  again: {extends: without, careers: {policy: declared}}\n",
        ]
        text.lines.append(
            "policy: {2021/22: {retained: {all: \(fixed(-1)), high: \(fixed(-2))}, passed: \(fixed(1.5))}}")
        let draws = CareerDraws(try text.cube(draws: 200))
        for count in CareerLayout.Count.allCases {
            #expect(draws.counts(count, world: 0, year: 0) == draws.counts(count, world: 3, year: 0))
            for year in 0..<4 {
                #expect(draws.counts(count, world: 1, year: year) == draws.counts(count, world: 3, year: year))
                #expect(draws.counts(count, world: 2, year: year) == draws.counts(count, world: 0, year: year))
            }
        }
        let exam = zip(
            draws.counts(.passed, world: 0, track: 0, year: 1), draws.counts(.failed, world: 0, track: 0, year: 1)
        ).map { $0 + $1 }
        #expect(
            matches(
                draws.counts(.passed, world: 0, track: 0, year: 1), exam, logistic(logit(0.9 / 0.97) + 1.5)))
        // First grades alone: pupils of the low track who are no candidates.
        let stay = zip(
            draws.counts(.retained, world: 0, track: 0, year: 1), draws.counts(.failed, world: 0, track: 0, year: 1)
        ).map { $0 - $1 }
        let leftOfExam = 0.03 / (0.03 + 0.07 * Elementary.exp(-1.5) + 0.9)
        let others = zip(draws.counts(.pupils, world: 0, track: 0, year: 1), exam).map { $0 - $1 / (1 - leftOfExam) }
        let odds = 0.1 * Elementary.exp(-1.0)
        #expect(matches(stay, others, odds / (odds + 0.03 + 0.05 + 0.82)))
        // After the year its pupils are other ones, the probabilities the same again.
        let later = zip(
            draws.counts(.passed, world: 0, track: 1, year: 2), draws.counts(.failed, world: 0, track: 1, year: 2)
        ).map { $0 + $1 }
        #expect(matches(draws.counts(.passed, world: 0, track: 1, year: 2), later, 0.9 / 0.97))
    }

    @Test func theStartIsStationaryAndTheIntakeKeepsNumbers() throws {
        let draws = CareerDraws(try CareerText().cube(draws: 300))
        let numbers = (0..<4).map { draws.counts(.pupils, world: 2, year: $0) }
        // 2,040 pupils; the SD of a draw's later number is about 20, so the mean of 300 is known to about 1.2.
        for year in 1..<4 { #expect(abs(numbers[year].reduce(0, +) / 300 - 2040) < 5) }
        for indicator in [CareerIndicator.retention, .promptGrade3, .promptDiploma, .aboveGrade3, .yearsToDiploma] {
            let byYear = try (0..<4).map { year in
                try #require(
                    draws.values(
                        CareerFigure(indicator: indicator, track: nil, groups: [0, 1], year: year), world: 2))
            }
            for year in 1..<4 {
                let differences = zip(byYear[year], byYear[0]).map { $0 - $1 }
                let variance = try #require(sampleVariance(differences))
                #expect(
                    abs(differences.reduce(0, +) / 300) < 4 * (variance / 300).squareRoot(), "\(indicator) \(year)")
            }
        }
    }

    @Test func bitsHangOnNeitherThreadsNorBlocks() throws {
        var text = CareerText()
        text.addSkill("passed: {distribution: normal, mean: 1, sd: 0.2, source: test}")
        text.text.outcomes[0].parameters["noise_sd"] = fixed(0.1)
        let simulator = Simulator(try text.plan())
        let whole = try simulator.run(draws: 70, threads: 1)
        let parted = try simulator.run(draws: 70, threads: 5)
        #expect(whole.records == parted.records)
        let blocks = try simulator.blocks(
            33..<41, kept: [], threads: 1, store: nil, cancellation: Cancellation(), progress: { _ in })
        #expect(blocks.count == 1)
        let position =
            simulator.layout.careers(0)
            + simulator.layout.careers[0].place(
                .retained, world: 1, group: 1, year: 2, track: 0)
        let all = whole.records.sums(at: [position])
        blocks[0].withValues { values in
            for draw in 33..<41 { #expect(values[(draw - 33) * simulator.layout.length + position] == all[draw]) }
        }
        #expect(Set(all).count > 5)
    }

    @Test func filesWithoutCareersKeepTheirRecordsAndOtherFiguresDoNotHangOnCareers() throws {
        var text = CareerText()
        text.text.outcomes[0].parameters["noise_sd"] = fixed(0.1)
        text.text.outcomes[0].parameters["drift"] = "{distribution: normal, mean: 0, sd: 0.1, source: test}"
        text.addSkill("passed: {distribution: normal, mean: 1, sd: 0.2, source: test}")
        let (without, with) = (Simulator(try text.text.plan()), Simulator(try text.plan()))
        // Two scenarios, five moments of two groups in twelve means by quintile and three grades, three counts; a trend.
        #expect(without.layout.length == 2 * 5 * (2 * (12 + 3) + 3) + 1 && without.layout.careers.isEmpty)
        #expect(with.layout.length == without.layout.length + with.layout.careers[0].length)
        let (short, long) = (try without.run(draws: 8, threads: 1), try with.run(draws: 8, threads: 1))
        for place in 0..<without.layout.length {
            #expect(short.records.sums(at: [place]) == long.records.sums(at: [place]))
        }
    }

    @Test func parametersAreInputsWithNamesAndSources() throws {
        var text = CareerText()
        text.retained =
            "{all: {distribution: beta, mean: 0.1, sd: 0.01, source: register}, high_2.practical: \(fixed(0.2))}"
        text.addSkill("passed: {distribution: normal, mean: 1, sd: 0.2, source: study}")
        text.lines.append("policy: {2021/22: {left: {distribution: normal, mean: -1, sd: 0.1, source: law}}}")
        text.text.lines.append(
            "correlations: [{parameters: [careers.po.skill.passed.all, careers.po.declared.retained.all], correlation: 0.5, "
                + "source: test}]")
        let plan = try text.plan()
        let names = [
            "careers.po.declared.retained.all", "careers.po.skill.passed.all", "careers.po.policy.2021/22.left.all",
        ]
        #expect(plan.space.inputs.map(\.name) == names)
        #expect(plan.space.correlations != nil)
        let rows = plan.assumptions.filter { $0.parameter.hasPrefix("careers.") }
        #expect(
            rows.map(\.parameter) == [
                "careers.po.entering.low.practical", "careers.po.entering.low.theoretical",
                "careers.po.entering.high.practical", "careers.po.entering.high.theoretical", names[0],
                "careers.po.declared.retained.high_2.practical", "careers.po.declared.up.all",
                "careers.po.declared.down.all", "careers.po.declared.left.all", "careers.po.declared.passed.all",
                names[1], names[2],
            ])
        #expect(rows[4].source == "register" && rows[4].distribution == "beta" && rows[11].source == "law")
        #expect(
            rows[10].note == "shift of the move's log-odds against going on, per SD of skill")
        // A number of one group's grade comes before that of all.
        let drawn = plan.inputs(draw: 0)
        let weights = CareerDraw(plan.careers[0], drawn, years: 4).weights
        let flow = plan.careers[0].flow
        let route = try #require(flow.routes.firstIndex { $0.from == 3 && $0.to == 3 })
        #expect(weights[0][route] == 0.2 && weights[1][route] != 0.2 && weights[1][route] < 0.2)
    }

    @Test func aTrackThatNobodyEntersStaysEmpty() throws {
        var text = CareerText()
        text.text.regionColumn = nil
        text.tracks = """
                  - {name: low, grades: 2, share: {practical: 1, theoretical: 1}}
                  - {name: high, grades: 3, share: {practical: 0, theoretical: 0}}
            """
        text.up = fixed(0)
        let draws = CareerDraws(try text.cube(draws: 3))
        #expect(draws.counts(.pupils, world: 0, track: 1, year: 3).allSatisfy { $0 == 0 })
        #expect(draws.counts(.pupils, world: 0, track: 0, year: 0).allSatisfy { $0 == 2040 })
        // Rows of which there is nobody are left out.
        let rows = draws.trajectories(scenario: 0)
        #expect(!rows.contains { $0.track == "high" && $0.indicator != .pupils })
        #expect(rows.contains { $0.track == "high" && $0.indicator == .pupils && $0.summary.mean == 0 })
    }
}
