import Dispatch
import Glibc
import Scenarios

/// How long a simulation is expected to take, and what room it needs, measured by simulating a few draws.
public struct RunEstimate: Sendable {
    /// The time to fit the models and to allocate the money, which it took just now, s.
    public let preparation: Double
    /// The time to compute the draws, s.
    public let simulation: Double
    /// The time to summarise them and to make the tables, s.
    public let summaries: Double
    /// The time of the sensitivity analysis, s.
    public let sensitivity: Double
    /// The draws that were simulated to find out.
    public let measuredDraws: Int
    /// Bytes of memory that the process uses, records of draws left out.
    public let memory: Int
    /// About how many bytes the table of all draws would have.
    public let drawTableBytes: Int

    /// The time in all, s.
    public var seconds: Double { preparation + simulation + summaries + sensitivity }
}

extension PreparedScenario {
    /// Measures how long a simulation will take: about a second and a half of work, or two draws when these take
    /// longer.
    ///
    /// - Parameters:
    ///   - draws: The number of draws.
    ///   - threads: The number of threads.
    ///   - sensitivitySamples: Base samples of the sensitivity analysis; 0 for none.
    /// - Throws: An error of the tables.
    public func estimate(draws: Int, threads: Int, sensitivitySamples: Int) throws -> RunEstimate {
        let simulator = Simulator(plan)
        let measured = simulator.secondsPerDraw(threads: threads, atMost: draws, lasting: 0.35)
        // Blocks are dealt out whole.
        let blocks = (draws + Simulator.drawsPerBlock - 1) / Simulator.drawsPerBlock
        let rounds = (blocks + threads - 1) / threads
        let longest = min(Double(draws), max(Double(rounds * Simulator.drawsPerBlock), Double(draws) / Double(threads)))
        let simulation = measured.seconds * longest
        let sample = try simulator.run(draws: 1, threads: 1)
        let summaries = try summarySeconds(sample, draws: draws)
        return RunEstimate(
            preparation: preparationSeconds, simulation: simulation, summaries: summaries,
            sensitivity: sensitivitySamples == 0
                ? 0 : SensitivityAnalysis.expectedSeconds(plan, samples: sensitivitySamples),
            measuredDraws: measured.draws * threads,
            memory: Self.residentBytes,
            drawTableBytes: DrawsTable(plan: plan, result: sample).estimatedBytes(draws: draws))
    }

    /// A part that does not hang on the number of draws, and one that grows with it.
    private func summarySeconds(_ sample: SimulationResult, draws: Int) throws -> Double {
        func seconds(_ count: Int) throws -> Double {
            let result = sample.repeated(to: count)
            let start = ContinuousClock.now
            _ = try summary(of: result, SimulationRequest(draws: count)).tables
            return (ContinuousClock.now - start) / .seconds(1)
        }
        // Draws that depend on each other are summarised in whole sets.
        let least = min(draws, 2 * plan.sampling.setSize)
        let fixed = try seconds(least)
        // So many that the growing part is no noise; a slow machine has no time for more than the part always there.
        let count = min(draws, fixed < 4 ? 128 : least)
        guard count > least else { return fixed }
        return fixed + max(0, try seconds(count) - fixed) / Double(count - least) * Double(draws - least)
    }

    /// Resident memory, from the second number of /proc/self/statm.
    static var residentBytes: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let numbers = text.split(separator: " ").compactMap { Int($0) }
        return numbers.count > 1 ? numbers[1] * sysconf(Int32(_SC_PAGESIZE)) : 0
    }
}

extension Simulator {
    /// How long a draw takes on a core when so many cores are at work, s.
    ///
    /// - Parameters:
    ///   - threads: The number of cores that do the same draws.
    ///   - draws: At most so many draws are simulated by each.
    ///   - least: The last measurement, which counts, lasts at least so long unless it has all the draws, s.
    func secondsPerDraw(threads: Int, atMost draws: Int, lasting least: Double) -> (seconds: Double, draws: Int) {
        var count = 1
        var seconds = secondsEverywhere(count, threads)
        // Twice as many as long as that fits: the last measurement then has most of the time.
        while count < draws, seconds < least {
            count = min(draws, seconds < least / 8 ? 8 * count : 2 * count)
            seconds = secondsEverywhere(count, threads)
        }
        return (seconds / Double(count), count)
    }

    /// The same for a number of draws.
    func secondsPerDraw(threads: Int, exactly draws: Int) -> Double {
        secondsEverywhere(draws, threads) / Double(draws)
    }

    /// The same draws on every thread: cores that are all at work are slower each than one alone.
    private func secondsEverywhere(_ draws: Int, _ threads: Int) -> Double {
        let start = ContinuousClock.now
        DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in _ = try? run(draws: draws, threads: 1) }
        return (ContinuousClock.now - start) / .seconds(1)
    }
}
