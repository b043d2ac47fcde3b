import Scenarios
import TestSupport
import Testing

@testable import Runs

/// Going on until the Monte Carlo error is small enough.
@Suite struct PrecisionTests {
    private func prepared() throws -> PreparedScenario {
        try PreparedScenario(path: repositoryFile("scenarios/np-onderwijs.yaml"))
    }

    @Test func goesOnUntilTheErrorIsSmallEnoughAndIsARunOfSoManyDraws() throws {
        let prepared = try prepared()
        func run(_ draws: Int, _ precision: SimulationPrecision?, threads: Int) throws -> CompletedRun {
            try prepared.simulate(
                draws: draws, until: precision, threads: threads, cancellation: Cancellation(), progress: { _, _ in })
        }
        let precision = SimulationPrecision(mcse: 0.012, largestNumberOfDraws: 200)
        let until = try run(8, precision, threads: 2)
        #expect(until.largestMCSE <= 0.012 && until.draws > 8 && until.draws < 200)
        let fixed = try run(until.draws, nil, threads: 1)
        #expect(fixed.largestMCSE == until.largestMCSE)
        #expect(zip(fixed.trajectories, until.trajectories).allSatisfy { $0.summary == $1.summary })
        // Enough from the start: no draw more. Never enough: as many as allowed, and a warning.
        #expect(try run(8, SimulationPrecision(mcse: 10, largestNumberOfDraws: 200), threads: 2).draws == 8)
        let missed = try run(4, SimulationPrecision(mcse: 1e-9, largestNumberOfDraws: 6), threads: 2)
        #expect(missed.draws == 6)
        #expect(missed.diagnostics.contains { $0.diagnostic.name == "largest_mcse_mean" && $0.diagnostic.isWarning })
    }
}
