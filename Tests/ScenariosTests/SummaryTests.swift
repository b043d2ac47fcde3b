import Parallelism
import Probability
import Recovery
import TestSupport
import Testing

@testable import Scenarios

/// The measures on draws written down by hand, against closed forms.
@Suite struct SummaryTests {
    private func summary(_ plan: SimulationPlan, draws: Int, _ fill: (inout HandMadeRecords) -> Void)
        -> SimulationSummary
    {
        var records = HandMadeRecords(plan, draws: draws)
        fill(&records)
        return records.result.summary(plan)
    }

    @Test func trajectoriesCoverBenchmarksQuintilesAndGrades() throws {
        var file = HandMade()
        file.grades = "grades: {po: 3}"
        let plan = try file.plan()
        let rows = summary(plan, draws: 2) { records in
            for draw in 0...1 {
                records.setState(0, 0, 4, draw, -0.125)
                records[draw, records.layout.trend(0)] = draw == 0 ? 0.03125 : -0.03125
                for quintile in [1, 3] {
                    for group in 0...1 {
                        records[draw, records.layout.growth(0, 0, group, quintile, 4)] = draw == 0 ? 4 : -12
                    }
                }
                // 48 low pupils in 3 grades: 16 in each.
                records[draw, records.layout.grade(0, 0, 0, 2, 4)] = -16 * 0.5
            }
        }.trajectories.filter { $0.scenario == "none" && $0.outcome == "reading" }
        func row(
            _ benchmark: RecoveryBenchmark, group: String = "all", quintile: String = "all", grade: String = "all",
            year: Int = 2023
        ) throws -> Trajectory {
            try #require(
                rows.first {
                    $0.benchmark == benchmark && $0.group == group && $0.quintile == quintile && $0.grade == grade
                        && $0.year == SchoolYear(start: year)
                })
        }
        #expect(try row(.trend).summary.quantiles.allSatisfy { $0 == -0.125 })
        #expect(try row(.trend, quintile: "3").summary.mean == -0.125)
        #expect(try row(.trend).probabilityRecovered == 0)
        // Five years from 2018/19 to 2023/24: -0.125 and 5 / 32 in one draw, less 5 / 32 in the other.
        let level = try row(.level)
        #expect(level.summary.mean == -0.125 && level.probabilityRecovered == 0.5)
        #expect(abs(try #require(level.mcseOfProbability) - 0.5 / 2.0.squareRoot()) < 1e-15)
        #expect(abs(try #require(level.summary.standardDeviation) - 5.0 / 16 / 2.0.squareRoot()) < 1e-15)
        // The sums over pupils of both groups and quintiles, 16 and -48, over 128 pupils.
        #expect(try row(.growth).summary.mean == (16.0 - 48) / 2 / 128)
        #expect(try row(.trend, group: "practical", grade: "3").summary.mean == -0.5)
        #expect(try row(.level, group: "practical", grade: "3").summary.mean == -0.5)
        #expect(try row(.trend, group: "practical", grade: "3").pupils == 16)
        #expect(rows.allSatisfy { $0.benchmark != .growth || $0.year > SchoolYear(start: 2019) })
        #expect(rows.allSatisfy { $0.quintile == "all" || ($0.grade == "all" && $0.benchmark == .trend) })
        // Three groups: 5 + 4 + 5 rows by benchmark, two quintiles with pupils, 3 grades by 2 benchmarks.
        #expect(rows.count == 3 * (14 + 2 * 5 + 3 * 2 * 5))
    }

    @Test func quintilesAreTheirOwnPupils() throws {
        let plan = try HandMade().plan()
        let rows = summary(plan, draws: 2) { records in
            for draw in 0...1 { records[draw, records.layout.state(1, 1, 0, 3, 2)] = -32 * 0.25 }
        }.trajectories.filter {
            $0.scenario == "money" && $0.outcome == "mathematics" && $0.year == SchoolYear(start: 2021)
                && $0.benchmark == .trend
        }
        func mean(_ group: String, _ quintile: String) -> Double? {
            rows.first { $0.group == group && $0.quintile == quintile }?.summary.mean
        }
        #expect(mean("practical", "3") == -0.25 && mean("practical", "1") == 0)
        #expect(mean("practical", "all") == -0.25 * 32 / 48 && mean("all", "3") == -0.125)
        #expect(mean("practical", "5") == nil)
    }

    @Test func yearOfRecoveryIsThatAfterWhichNoDrawFallsBack() throws {
        let plan = try HandMade().plan()
        let none: [[Double]] = [
            [0, 0, 0, 0],  // never behind: 2020/21
            [-0.5, -0.5, -0.03125, 0],  // 2022/23
            [0, -0.5, 0, -0.125],  // ends below
            [-0.5, -0.03125, -0.125, -0.0625],  // a dip, then exactly at minus the margin: 2023/24
        ]
        let money: [[Double]] = [[0, 0, 0, 0], [-0.5, 0, 0, 0], [0, 0, -0.5, 0], [0, 0, 0, -0.5]]
        let rows = summary(plan, draws: 4) { records in
            for draw in 0..<4 {
                for moment in 1...4 {
                    records.setState(0, 0, moment, draw, none[draw][moment - 1])
                    records.setState(1, 0, moment, draw, money[draw][moment - 1])
                }
            }
        }.recoveries.filter { $0.outcome == "reading" && $0.group == "all" && $0.benchmark == .trend }
        let (own, other) = (try #require(rows.first), try #require(rows.first { $0.scenario == "money" }))
        #expect(own.scenario == "none" && own.difference == nil)
        #expect(own.probabilityRecovered == 0.75)
        #expect(own.mcseOfProbability == (0.75 * 0.25 / 4).squareRoot())
        // 2020/21, 2022/23 and 2023/24; the median is the second, the upper quartile the third.
        #expect(own.years?.quantiles.map(\.start) == [2020, 2020, 2022, 2023, 2023])
        // 2020/21, 2021/22 and 2023/24 in the same draws but the last, which does not recover.
        #expect(other.years?.quantiles.map(\.start) == [2020, 2020, 2021, 2023, 2023])
        let difference = try #require(other.difference)
        #expect(difference.reference == "none" && difference.probabilityBoth == 0.5)
        // 0 and -1 year where both recover; a tie, two earlier and one never.
        #expect(difference.years?.mean == -0.5)
        #expect(difference.years?.standardDeviation == 0.5.squareRoot())
        #expect(difference.probabilityEarlier == 2.5 / 4)
    }

    @Test func nobodyRecoversAndSoThereIsNoYear() throws {
        let plan = try HandMade().plan()
        let row = try #require(
            summary(plan, draws: 2) { records in
                for draw in 0...1 { records.setState(0, 0, 4, draw, -1) }
            }.recoveries.first { $0.benchmark == .trend })
        #expect(row.probabilityRecovered == 0 && row.years == nil)
    }

    @Test func gapClosureIsTheShareOfTheGapThatTheCrisisAdded() throws {
        let plan = try HandMade().plan()
        // The reference's gap is widest in 2020/21: 0.5 and 0.25; in 2023/24 it is half of that, with money a quarter.
        func rows(_ added: [Double]) -> [ScenarioComparison] {
            summary(plan, draws: 2) { records in
                for (draw, gap) in added.enumerated() {
                    for scenario in 0...1 {
                        records.setState(scenario, 0, 0, 1, draw, -gap)
                        records.setState(scenario, 0, 0, 4, draw, scenario == 0 ? -gap / 2 : -gap / 4)
                    }
                }
            }.comparisons.filter {
                $0.measure == .gapClosure && $0.scenario == "money" && $0.outcome == "reading"
            }
        }
        let closure = rows([0.5, 0.25])
        #expect(closure.map(\.year) == ["2020/21", "2021/22", "2022/23", "2023/24"])
        #expect(closure.map(\.value) == [0, 0, 0, 0.25])
        let last = try #require(closure.last)
        #expect(last.interval?.low == 0.25 && last.interval?.high == 0.25 && last.probabilityBetter == 1)
        #expect(last.mcse.value == 0 && last.standardDeviation == nil && last.benchmark == .level)
        // The gap was added on average, but not in every draw: a share of it has no meaning.
        #expect(rows([0.5, -0.25]).isEmpty)
        #expect(rows([-0.5, -0.5]).isEmpty)
    }

    @Test func ratioOfMeansHasTheErrorOfTheDeltaMethod() throws {
        // 2 / 2 = 1; residuals -1 and 1 with variance 2: sqrt(2 / 2) / 2.
        let ratio = try #require(RatioOfMeans([1, 3], over: [2, 2]))
        #expect(ratio.value == 1 && ratio.mcse == 0.5 && ratio.ratios == [0.5, 1.5])
        // One draw of a hundred may have the other sign, two may not.
        let ones = [Double](repeating: 1, count: 98)
        #expect(RatioOfMeans(ones + [1, 1], over: ones + [1, -1]) != nil)
        #expect(RatioOfMeans(ones + [1, 1], over: ones + [0, -1]) == nil)
        #expect(RatioOfMeans([1, 1], over: [-2, -2])?.value == -0.5)
        #expect(RatioOfMeans([1, 1], over: [0, 0]) == nil)
    }

    @Test func varianceReductionComparesWithIndependentRuns() {
        // Var a = 1, Var b = 4, Var(a - b) = 1.
        #expect(PairedDraws(own: [1, 2, 3], reference: [1, 3, 5]).varianceReduction == 5)
        #expect(PairedDraws(own: [1, 2, 3], reference: [1, 2, 3]).varianceReduction == nil)
        #expect(PairedDraws(own: [1], reference: [2]).varianceReduction == nil)
        // 1, 1/2, 0, 0: mean 0.375, variance (0.625^2 + 0.125^2 + 2 x 0.375^2) / 3 over 4 draws.
        let share = DrawShare.above([2, 0, -1, -1])
        #expect(share.value == 0.375)
        #expect(abs((share.mcse ?? 0) - (0.6875 / 12).squareRoot()) < 1e-15)
    }

    @Test func comparisonsAreByBenchmark() throws {
        let plan = try HandMade().plan()
        let rows = summary(plan, draws: 2) { records in
            for draw in 0...1 {
                records[draw, records.layout.trend(0)] = Double(draw)
                records.setState(0, 0, 2, draw, -0.5)
                records.setState(1, 0, 2, draw, draw == 0 ? -0.25 : -0.5)
                records[draw, records.layout.growth(1, 0, 1, 1, 3)] = 32
                for benchmark in RecoveryBenchmark.allCases {
                    records[draw, records.layout.schools(1, 0, benchmark, 4)] = benchmark == .level ? 1 : 2
                }
            }
        }.comparisons.filter { $0.scenario == "money" && $0.outcome == "reading" }
        func row(
            _ measure: ScenarioComparison.Measure, _ benchmark: RecoveryBenchmark, _ year: String
        ) throws -> ScenarioComparison {
            try #require(
                rows.first {
                    $0.measure == measure && $0.benchmark == benchmark && $0.year == year && $0.group == "all"
                })
        }
        for benchmark in [RecoveryBenchmark.level, .trend] {
            let deviation = try row(.deviation, benchmark, "2021/22")
            #expect(deviation.value == 0.125 && deviation.probabilityBetter == 0.75)
            #expect(deviation.varianceShares == nil)
        }
        // Trend: Var a = Var(a - b) = 1/32 and Var b = 0. Level: draws are -0.25 and 2.5 against -0.5 and 2.5.
        #expect(try row(.deviation, .trend, "2021/22").varianceReduction == 1)
        #expect(try row(.deviation, .level, "2021/22").varianceReduction == (2.75 * 2.75 + 9) / 2 * 32)
        #expect(try row(.deviation, .growth, "2022/23").value == 0.25)
        #expect(try row(.deviation, .growth, "2021/22").value == 0)
        #expect(try row(.schoolsRecovered, .level, "2023/24").value == 0.5)
        #expect(try row(.schoolsRecovered, .growth, "2023/24").value == 1)
        #expect(try row(.schoolsRecovered, .growth, "2023/24").varianceReduction == nil)
        // 128 pupils, 0.25 SD in one of two draws, one year; EUR 128,000 more. No cost per SD-year: one draw has none.
        let sdYears = try row(.sdYears, .trend, "all")
        #expect(sdYears.value == 16 && sdYears.interval?.high == 32 * 0.95)
        #expect(rows.allSatisfy { $0.measure != .costPerSDYear })
    }

    @Test func costPerSDYearDividesByTheMean() throws {
        let plan = try HandMade().plan()
        let rows = summary(plan, draws: 2) { records in
            for draw in 0...1 { records.setState(1, 0, 2, draw, draw == 0 ? 0.25 : 0.75) }
        }.comparisons.filter { $0.scenario == "money" }
        // EUR 128,000 over 32 and 96 SD-years.
        let cost = try #require(rows.first { $0.measure == .costPerSDYear })
        #expect(cost.value == 2000 && cost.measure.unit == "EUR per SD-year")
        // The sd of 32 and 96 is 64 / sqrt(2); over sqrt(2) draws it is 32, half of the mean of 64.
        #expect(abs(try #require(cost.mcse.value) - 1000) < 1e-9)
        #expect(rows.count { $0.measure == .costPerSDYear } == 1)
        #expect(try #require(rows.first { $0.measure == .spending }).value == 128_000)
    }

    @Test func regretBestAndParetoEfficiency() {
        func entry(_ spending: Double, _ sdYears: [Double], _ gap: [Double]) -> ScenarioField.Entry {
            ScenarioField.Entry(spending: spending, sdYears: sdYears, gap: gap)
        }
        let cheap = entry(0, [1, 5], [0, 0]), dear = entry(10, [3, 5], [0, 0]), gap = entry(10, [2, 4], [0, 1])
        let field = ScenarioField(entries: [cheap, dear, gap])
        #expect(field.regret(of: cheap) == [2, 0] && field.regret(of: dear) == [0, 0])
        #expect(field.regret(of: gap) == [1, 1])
        // The second draw is shared by two.
        #expect(
            field.best(of: cheap) == [0, 0.5] && field.best(of: dear) == [1, 0.5] && field.best(of: gap) == [0, 0])
        // In the second draw the dear one restores what the cheap one does; the last one has the smaller gap.
        #expect(
            field.efficient(cheap) == [1, 1] && field.efficient(dear) == [1, 0] && field.efficient(gap) == [0, 1])
    }

    @Test func rankingsHoldTheReferenceToo() throws {
        let plan = try HandMade().plan()
        let rows = summary(plan, draws: 2) { records in
            for draw in 0...1 { records.setState(2, 0, 3, draw, draw == 0 ? 0.5 : -0.5) }
        }.rankings.filter { $0.outcome == "reading" }
        #expect(rows.map(\.scenario) == ["none", "money", "more"])
        // 'more' has 64 SD-years more in one draw and 64 fewer in the other; the other two tie.
        #expect(rows.map(\.regret.mean) == [32, 32, 32])
        #expect(rows.map(\.probabilityBest) == [0.25, 0.25, 0.5])
        #expect(rows.map(\.probabilityEfficient) == [1, 0, 0.5])
        #expect(rows.map(\.spending) == [0, 128_000, 256_000])
    }

    @Test func figuresSideBySideAreThoseOfTheRecords() throws {
        var file = HandMade()
        file.grades = "grades: {po: 2}"
        let plan = try file.plan()
        var records = HandMadeRecords(plan, draws: 6)
        var random = SeededGenerator(seed: 7)
        for draw in 0..<6 {
            for position in 0..<records.layout.length {
                records[draw, position] = Double.random(in: -1...1, using: &random)
            }
        }
        let cube = ResultCube(plan, records.result)
        for scenario in 0..<3 {
            for outcome in 0..<2 {
                let read = OutcomeDraws(cube, scenario: scenario, outcome: outcome)
                let loaded = read.loaded()
                for moment in 1..<HandMade.moments {
                    for benchmark in RecoveryBenchmark.allCases {
                        for groups in [[0, 1], [0], [1]] {
                            #expect(
                                read.deviations(groups, moment: moment, benchmark: benchmark)
                                    == loaded.deviations(groups, moment: moment, benchmark: benchmark))
                            #expect(
                                read.deviations(groups, grade: 1, moment: moment, benchmark: .level)
                                    == loaded.deviations(groups, grade: 1, moment: moment, benchmark: .level))
                        }
                        #expect(
                            read.shareOfSchoolsRecovered(moment: moment, benchmark: benchmark)
                                == loaded.shareOfSchoolsRecovered(moment: moment, benchmark: benchmark))
                    }
                }
            }
        }
    }

    @Test func threadsChangeNoFigure() throws {
        let plan = try HandMade().plan()
        var records = HandMadeRecords(plan, draws: 40)
        var random = SeededGenerator(seed: 11)
        for draw in 0..<40 {
            for position in 0..<records.layout.length {
                records[draw, position] = Double.random(in: -9...9, using: &random)
            }
        }
        let result = records.result
        func summary(threads: Int) -> SimulationSummary {
            Threads.use(threads)
            defer { Threads.use(0) }
            return result.summary(plan)
        }
        let (one, three) = (summary(threads: 1), summary(threads: 3))
        #expect(one.trajectories.map(\.summary) == three.trajectories.map(\.summary))
        #expect(one.comparisons.map(\.value) == three.comparisons.map(\.value))
        #expect(one.comparisons.map(\.mcse) == three.comparisons.map(\.mcse))
        #expect(one.recoveries.map(\.years) == three.recoveries.map(\.years))
        #expect(one.rankings.map(\.regret) == three.rankings.map(\.regret))
        #expect(one.trajectories.map(\.scenario) == three.trajectories.map(\.scenario))
    }
}
