import Recovery
import Scenarios
import TestSupport
import Testing

@testable import Runs

/// The shipped scenario files: what they start from against the published figures, and what comes out against what was
/// observed and not put in.
@Suite struct ShippedScenarioTests {
    private func prepared(_ name: String) throws -> PreparedScenario {
        try PreparedScenario(path: repositoryFile("scenarios/\(name).yaml"))
    }

    @Test(arguments: ["np-onderwijs", "next-crisis"])
    func everyNumberHasASource(name: String) throws {
        let assumptions = try prepared(name).plan.assumptions
        #expect(assumptions.count > 100)
        for assumption in assumptions { #expect(!assumption.source.isEmpty, "\(assumption.parameter)") }
    }

    /// Delays of all pupils in summer 2021 (first progress report to parliament): 7 and 10 weeks at 0.01 SD in primary
    /// schools; 27 and 14 weeks at 0.25 / 40 SD less two years of PISA's trend in secondary schools. Delays of pupils with
    /// parents of low education are 2 and 1.75 times those of the others, who are 91% of pupils.
    @Test(arguments: [
        ("reading.po", -0.07, 2), ("mathematics.po", -0.10, 2),
        ("dutch_reading.vo", -27 * 0.25 / 40 + 2 * 0.0138, 1.75),
        ("mathematics.vo", -14 * 0.25 / 40 + 2 * 0.0157, 1.75),
    ])
    func startsAreThePublishedDelays(outcome: String, all: Double, ratio: Double) throws {
        let starts = try prepared("np-onderwijs").plan.startingEstimates.filter { $0.outcome.name == outcome }
        let low = try #require(starts.first { $0.isLow }).estimate.value
        let high = try #require(starts.first { !$0.isLow }).estimate.value
        // The file's figures are rounded to three digits.
        #expect(abs(0.09 * low + 0.91 * high - all) < 0.0006)
        #expect(abs(low / high - ratio) < 1e-6)
    }

    /// Final letter 2025: 13 weeks closed and 4 half open in primary schools, of which 8 closed in spring 2020 (Engzell et
    /// al. 2021) before the start of spelling; 18 closed and 15 at a distance in secondary schools, at half attendance.
    @Test func closuresAddUpToThePublishedWeeks() throws {
        let outcomes = try prepared("np-onderwijs").plan.file.outcomes
        func weeks(_ name: String) throws -> Double {
            let outcome = try #require(outcomes.first { $0.name == name })
            return outcome.closureWeeks.filter { $0.key < SchoolYear(start: 2021) }.reduce(0) { $0 + $1.value }
        }
        #expect(try weeks("spelling.po") == 13 - 8)
        #expect(try weeks("english.vo") == 18 + 15 * 0.5)
        #expect(try weeks("dutch_vocabulary.vo") == 18 + 15 * 0.5)
    }

    /// Final letter 2025, not put in: in 2024/25 the delays of primary pupils are caught up; lower secondary pupils are below
    /// the level before the pandemic in Dutch and mathematics, and above it in English. The letter has no sizes, so signs and
    /// the margin only; what it says of primary schools rests on growth, so they are held against the trend.
    @Test func theProgrammeEndsAsWasObserved() throws {
        let completed = try prepared("np-onderwijs").simulate(
            draws: 20, threads: 2, cancellation: Cancellation(), progress: { _, _ in })
        func mean(_ name: String, _ benchmark: RecoveryBenchmark) throws -> Double {
            try #require(
                completed.trajectories.first {
                    $0.scenario == "programme" && $0.outcome + "." + $0.sector == name && $0.benchmark == benchmark
                        && $0.group == "all" && $0.quintile == "all" && $0.grade == "all"
                        && $0.year == SchoolYear(start: 2024)
                }
            ).summary.mean
        }
        for name in ["reading.po", "mathematics.po", "spelling.po"] { #expect(try abs(mean(name, .trend)) < 0.05) }
        for name in ["dutch_reading.vo", "dutch_vocabulary.vo", "mathematics.vo"] {
            #expect(try mean(name, .level) < -0.05, "\(name)")
        }
        #expect(try mean("english.vo", .level) > 0.05)
    }

    /// Otherwise amounts would be compared, not rules.
    @Test func theNextCrisisDividesOneBudget() throws {
        for scenario in try prepared("next-crisis").plan.scenarios {
            let euros = scenario.allocation.total.euros
            #expect(euros == (scenario.declaration.name == "nothing" ? 0 : 2e9), "\(scenario.declaration.name)")
        }
    }
}
