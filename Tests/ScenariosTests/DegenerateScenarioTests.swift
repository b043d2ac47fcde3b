import Funding
import Recovery
import TestSupport
import Testing

@testable import Scenarios

private func fixed(_ value: Double) -> String { ScenarioText.fixed(value) }

/// Scenarios in which most of the simulator does nothing, so that what is left is known exactly.
@Suite struct DegenerateScenarioTests {
    /// A plan with a result.
    private struct Simulated {
        let plan: SimulationPlan
        let result: SimulationResult
        let cube: ResultCube

        init(_ text: ScenarioText, draws: Int = 6) throws {
            plan = try text.plan()
            result = try Simulator(plan).run(draws: draws, threads: 1)
            cube = ResultCube(plan, result)
        }

        /// All numbers of the records of a scenario, by draw.
        func records(_ scenario: Int) -> [[Double]] {
            let length = result.layout.length
            let all = result.records.prefix(result.draws)
            let positions = result.layout.positions(ofScenario: scenario)
            return (0..<result.draws).map { draw in positions.map { all[draw * length + $0] } }
        }

        /// The mean deviations of all pupils of a group, or of both, in the first draw, by moment.
        func path(
            _ groups: [Int] = [0, 1], scenario: Int = 0, outcome: Int = 0, benchmark: RecoveryBenchmark = .trend
        ) -> [Double] {
            let draws = OutcomeDraws(cube, scenario: scenario, outcome: outcome)
            return cube.moments.indices.map { draws.deviations(groups, moment: $0, benchmark: benchmark)[0] }
        }

        func path(grade: Int, scenario: Int = 0, outcome: Int = 0) -> [Double] {
            let draws = OutcomeDraws(cube, scenario: scenario, outcome: outcome)
            return cube.moments.indices.map {
                draws.deviations([0, 1], grade: grade, moment: $0, benchmark: .trend)[0]
            }
        }
    }

    /// Everything random: parameters, schools, years.
    private static var random: ScenarioText {
        var text = ScenarioText()
        text.outcomes[0].start =
            "{low: {distribution: normal, mean: -0.2, sd: 0.1, source: test}, high: \(fixed(-0.1))}"
        text.outcomes[0].closures = "2020/21: 8"
        text.outcomes[0].parameters["persistence"] = "{distribution: beta, mean: 0.8, sd: 0.1, source: test}"
        text.outcomes[0].parameters["loss_per_week"] = fixed(0.01)
        text.outcomes[0].parameters["school_sd"] = fixed(0.5)
        text.outcomes[0].parameters["noise_sd"] = fixed(0.1)
        text.outcomes[0].parameters["trend_per_year"] = "{distribution: normal, mean: -0.01, sd: 0.01, source: test}"
        return text
    }

    private func isClose(_ path: [Double], _ expected: [Double]) -> Bool {
        path.count == expected.count && zip(path, expected).allSatisfy { abs($0 - $1) < 1e-13 }
    }

    // MARK: No shock, no money

    @Test(arguments: ["", "grades: {po: 3}"]) func withoutShockAndMoneyAllIsZero(grades: String) throws {
        var text = ScenarioText()
        text.lines = [grades]
        text.outcomes[0].closures = "2020/21: 8"
        text.scenarios = [ScenarioText.none, "  other: {rules: []}\n"]
        let simulated = try Simulated(text)
        for row in simulated.result.trajectories(simulated.plan) {
            #expect(row.summary.mean == 0 && row.summary.standardDeviation == 0 && row.probabilityRecovered == 1)
        }
        let rows = simulated.result.comparisons(simulated.plan)
        #expect(rows.count > 20 && rows.allSatisfy { $0.value == 0 && ($0.standardDeviation ?? 0) == 0 })
        #expect(rows.filter { $0.measure != .spending }.allSatisfy { $0.probabilityBetter == 0.5 })
        // No SD-years to divide money by, no added gap to close.
        #expect(!rows.contains { $0.measure == .costPerSDYear || $0.measure == .gapClosure })
    }

    @Test(arguments: ["", "grades: {po: 2}"]) func scenariosWithoutMoneyAreTheNoProgrammeOneBitForBit(grades: String)
        throws
    {
        var text = Self.random
        text.lines = [grades]
        text.scenarios = [
            ScenarioText.none, "  empty: {rules: []}\n",
            "  nothing:\n    deadline: 2022/23\n    rules:\n"
                + "      - {name: base, kind: per_pupil, rate: 0, years: [2021/22], sectors: [po], source: test}\n",
            ScenarioText.money, "  stripped: {extends: money, without: [base]}\n",
        ]
        let simulated = try Simulated(text)
        for scenario in [1, 2, 4] { #expect(simulated.records(scenario) == simulated.records(0)) }
        #expect(simulated.records(3) != simulated.records(0))
    }

    // MARK: Bounds of parameters

    /// With a persistence of 0 nothing is left but the year's own input; with 1 everything adds up. No heterogeneity.
    @Test(arguments: [0.0, 1.0]) func persistenceOfNothingAndOfEverything(rho: Double) throws {
        var text = ScenarioText()
        text.outcomes[0].start = "{low: \(fixed(-0.3)), high: \(fixed(-0.3))}"
        text.outcomes[0].closures = "2020/21: 8, 2022/23: 2"
        text.outcomes[0].parameters["loss_per_week"] = fixed(0.01)
        text.outcomes[0].parameters["persistence"] = fixed(rho)
        let stay = try Simulated(text)
        #expect(
            isClose(stay.path(), rho == 0 ? [-0.3, -0.08, 0, -0.02, 0] : [-0.3, -0.38, -0.38, -0.40, -0.40]))
        // Three grades: with everything lasting, a year's input leaves with the last of three cohorts.
        text.lines = ["grades: {po: 3}"]
        let flow = try Simulated(text)
        #expect(
            isClose(
                flow.path(),
                rho == 0
                    ? [-0.3, -0.08, 0, -0.02, 0]
                    : [
                        -0.3, (-0.08 - 0.38 - 0.38) / 3, (0 - 0.08 - 0.38) / 3, (-0.02 - 0.02 - 0.10) / 3,
                        (0 - 0.02 - 0.02) / 3,
                    ]))
        if rho == 1 { #expect(isClose(flow.path(grade: 2), [-0.3, -0.38, -0.38, -0.10, -0.02])) }
    }

    /// Of a gain of 0.01 in 2021/22 and one in 2022/23 nothing lasts but what has not decayed yet, or everything.
    @Test(arguments: [0.0, 1.0]) func plateauOfNothingAndOfEverything(plateau: Double) throws {
        var text = ScenarioText()
        text.calendar = "{first: 2020/21, last: 2025/26}"
        text.outcomes[0].parameters["effect_plateau"] = fixed(plateau)
        let simulated = try Simulated(text)
        let expected =
            plateau == 0
            ? [0, 0, 0.01, 0.015, 0.0075, 0.00375, 0.001875] : [0, 0, 0.01, 0.02, 0.02, 0.02, 0.02]
        // The half-life's decay is exp(-log 2), which is a half but for its last bits.
        #expect(isClose(simulated.path(scenario: 1), expected))
        #expect(simulated.path(scenario: 0) == expected.map { _ in 0 })
    }

    @Test(arguments: [0.0, 0.5, 1.0]) func entryShareOfNothingAndOfEverything(share: Double) throws {
        var text = ScenarioText()
        text.sectors = ["po", "vo"]
        text.lines = ["grades: {po: 2, vo: 2}"]
        text.schools += ["d,vo,north,30,30,1"]
        text.scenarios = [ScenarioText.none]
        text.outcomes[0].start = "{low: \(fixed(-0.4)), high: \(fixed(-0.4))}"
        var later = ScenarioText.Outcome("reading", sector: "vo", stream: 2)
        later.lines = ["entry: {outcome: reading, sector: po, share: \(fixed(share))}"]
        text.outcomes.append(later)
        let simulated = try Simulated(text)
        // Nothing wears off: in po the first grade is new, -0.4 leaves after one year and after two.
        #expect(isClose(simulated.path(outcome: 0), [-0.4, -0.2, 0, 0, 0]))
        let brought = -0.4 * share
        #expect(isClose(simulated.path(grade: 0, outcome: 1), [0, brought, brought, 0, 0]))
        #expect(isClose(simulated.path(grade: 1, outcome: 1), [0, 0, brought, brought, 0]))
        #expect(isClose(simulated.path(outcome: 1), [0, brought / 2, brought, brought / 2, 0]))
        // Those who enter had what they brought: they do not grow by it.
        let growth = OutcomeDraws(simulated.cube, scenario: 0, outcome: 1)
        for moment in 1...4 {
            #expect(growth.deviations([0, 1], moment: moment, benchmark: .growth).allSatisfy { abs($0) < 1e-15 })
        }
    }

    // MARK: Schools

    @Test(arguments: [["a,po,north,12,5,3"], ["a,po,north,1,0,3"], ["a,po,north,1,1,3"]])
    func oneSchoolAndOnePupil(schools: [String]) throws {
        var text = Self.random
        text.schools = schools
        text.lines = ["grades: {po: 3}"]
        let simulated = try Simulated(text)
        let rows = simulated.result.trajectories(simulated.plan)
        #expect(rows.contains { $0.summary.mean != 0 })
        #expect(rows.allSatisfy { $0.summary.quantiles.allSatisfy { $0.isFinite } && $0.pupils >= 0 })
        // One school is in the first quintile; the others have no rows.
        #expect(Set(rows.map(\.quintile)) == ["all", "1"])
        let groups = Set(rows.map(\.group))
        #expect(
            groups
                == (schools[0].contains(",12,")
                    ? ["all", "practical", "theoretical"]
                    : schools[0].contains("1,0") ? ["all", "theoretical"] : ["all", "practical"]))
        // The share of one school that is recovered is 0 or 1 in every draw, and agrees with its mean deviation.
        let own = OutcomeDraws(simulated.cube, scenario: 1, outcome: 0)
        for moment in simulated.cube.moments.indices {
            let share = own.shareOfSchoolsRecovered(moment: moment, benchmark: .trend)
            let mean = own.deviations([0, 1], moment: moment, benchmark: .trend)
            #expect(share == mean.map { $0 >= -0.05 ? 1 : 0 })
        }
    }

    @Test func quintilesWithoutSchoolsAndGroupsWithoutPupilsLeaveNoNumberThatIsNone() throws {
        var text = Self.random
        text.sectors = ["po", "vo"]
        text.lines = ["grades: {po: 2, vo: 3}"]
        // Two schools of five quintiles; nobody of the low group in po; one school without a pupil.
        text.schools = ["a,po,north,12,0,3", "b,po,north,30,0,9", "c,vo,north,4,4,1", "d,vo,north,0,0,2"]
        var later = text.outcomes[0]
        (later.sector, later.stream) = ("vo", 2)
        later.lines = ["entry: {outcome: reading, sector: po, share: \(fixed(0.9))}"]
        text.outcomes.append(later)
        let simulated = try Simulated(text)
        #expect(simulated.result.records.prefix(simulated.result.draws).allSatisfy { $0.isFinite })
        let rows = simulated.result.trajectories(simulated.plan)
        #expect(Set(rows.filter { $0.sector == "po" }.map(\.group)) == ["all", "theoretical"])
        #expect(Set(rows.filter { $0.sector == "po" }.map(\.quintile)) == ["all", "1", "3"])
        #expect(rows.allSatisfy { $0.pupils > 0 && $0.summary.quantiles.allSatisfy { $0.isFinite } })
        // In vo there are only pupils of the low group, none of whom had a place in po: they bring nothing.
        text.outcomes[1].start = "baseline"
        text.outcomes[1].closures = ""
        for key in ["noise_sd", "school_sd"] { text.outcomes[1].parameters[key] = fixed(0) }
        let quiet = try Simulated(text)
        #expect(quiet.path(outcome: 1) == [0, 0, 0, 0, 0])
    }

    // MARK: Grades and years

    /// Without grades nobody enters or leaves; with twenty, a deviation of all is gone in the twentieth part a year.
    @Test func noGradesAndTwenty() throws {
        var text = ScenarioText()
        text.outcomes[0].start = "{low: \(fixed(-0.4)), high: \(fixed(-0.4))}"
        text.calendar = "{first: 2020/21, last: 2044/45}"
        let stay = try Simulated(text, draws: 2)
        #expect(isClose(stay.path(), [Double](repeating: -0.4, count: 26)))
        #expect(stay.path(scenario: 1).last.map { abs($0 + 0.38) < 1e-13 } == true)
        text.lines = ["grades: {po: 20}"]
        let flow = try Simulated(text, draws: 2)
        #expect(isClose(flow.path(), (0...25).map { -0.4 * Double(max(0, 20 - $0)) / 20 }))
        // Everybody who had the 0.01 of 2021/22 (moment 2) and of 2022/23 (moment 3) has left in 2041/42 and 2042/43.
        let gains = zip(flow.path(scenario: 1), flow.path()).map { $0 - $1 }
        func left(of paid: Int, at moment: Int) -> Double {
            moment < paid ? 0 : 0.01 * Double(max(0, 20 - (moment - paid))) / 20
        }
        #expect(isClose(gains, (0...25).map { left(of: 2, at: $0) + left(of: 3, at: $0) }))
    }

    @Test func aCalendarOfOneYear() throws {
        var text = ScenarioText()
        text.calendar = "{first: 2021/22, last: 2021/22}"
        text.outcomes[0].closures = "2021/22: 10"
        text.outcomes[0].parameters["loss_per_week"] = fixed(0.01)
        text.scenarios[1] = text.scenarios[1].replacing("deadline: 2022/23", with: "deadline: 2021/22")
        for lines in [[], ["grades: {po: 4}"]] {
            text.lines = lines
            let simulated = try Simulated(text)
            #expect(isClose(simulated.path(), [0, -0.1]) && isClose(simulated.path(scenario: 1), [0, -0.08]))
            let rows = simulated.result.comparisons(simulated.plan).filter { $0.measure == .sdYears }
            #expect(rows.count == 1 && abs(rows[0].value - 0.02 * 180) < 1e-11)
        }
    }

    /// A state given in the middle of the calendar: 0 before by definition, then the recursion from there; money of that
    /// year has its gain on top, since the state is that of all scenarios alike.
    @Test func aStartInTheMiddle() throws {
        var text = ScenarioText()
        text.calendar = "{first: 2019/20, last: 2023/24}"
        text.outcomes[0].start = "{low: \(fixed(-0.2)), high: \(fixed(-0.2)), year: 2021/22}"
        text.outcomes[0].closures = "2022/23: 4"
        text.outcomes[0].parameters["loss_per_week"] = fixed(0.01)
        text.outcomes[0].parameters["persistence"] = fixed(0.5)
        text.outcomes[0].parameters["noise_sd"] = fixed(0)
        let simulated = try Simulated(text)
        #expect(isClose(simulated.path(), [0, 0, 0, -0.2, -0.14, -0.07]))
        #expect(isClose(simulated.path(scenario: 1), [0, 0, 0, -0.19, -0.12, -0.05]))
        text.lines = ["grades: {po: 2}"]
        let flow = try Simulated(text)
        // Who enters the first grade has 0: (-0.04 + 0.5 x -0.2 - 0.04) / 2, then (0 + 0.5 x -0.04) / 2.
        #expect(isClose(flow.path(), [0, 0, 0, -0.2, -0.09, -0.01]))
        // Noise begins after the start: the state itself is the same in every draw.
        text.outcomes[0].parameters["noise_sd"] = fixed(0.1)
        let noisy = try Simulated(text)
        for (moment, varies) in [(2, false), (3, false), (4, true)] {
            let values = OutcomeDraws(noisy.cube, scenario: 0, outcome: 0)
                .deviations([0, 1], moment: moment, benchmark: .trend)
            #expect((Set(values).count > 1) == varies)
        }
    }

    /// A trend known exactly: deviations from the level and from the trend differ by it, counted from the pre-crisis year.
    @Test func levelAndTrendDifferByTheTrendSinceThePreCrisisYear() throws {
        var text = ScenarioText()
        text.calendar = "{first: 2020/21, last: 2022/23, pre_crisis: 2018/19}"
        text.outcomes[0].parameters["trend_per_year"] = fixed(-0.02)
        text.scenarios = [ScenarioText.none]
        let fromTrend = try Simulated(text)
        #expect(fromTrend.path(benchmark: .trend) == [0, 0, 0, 0])
        #expect(isClose(fromTrend.path(benchmark: .level), [-0.02, -0.04, -0.06, -0.08]))
        text.outcomes[0].lines = ["baseline: level"]
        let fromLevel = try Simulated(text)
        #expect(isClose(fromLevel.path(benchmark: .level), [0, 0, 0, 0]))
        #expect(isClose(fromLevel.path(benchmark: .trend), [0.02, 0.04, 0.06, 0.08]))
        // 2018/19 is where both begin; the margin of 0.05 is reached in the third year.
        let shares = OutcomeDraws(fromTrend.cube, scenario: 0, outcome: 0)
        #expect((0...3).map { shares.shareOfSchoolsRecovered(moment: $0, benchmark: .level)[0] } == [1, 1, 0, 0])
        #expect((0...3).map { shares.shareOfSchoolsRecovered(moment: $0, benchmark: .trend)[0] } == [1, 1, 1, 1])
    }
}

extension RecordLayout {
    /// All positions of a scenario.
    fileprivate func positions(ofScenario scenario: Int) -> Range<Int> {
        let length = (length - outcomes) / scenarios
        return (scenario * length)..<((scenario + 1) * length)
    }
}
