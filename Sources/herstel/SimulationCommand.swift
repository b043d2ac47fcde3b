import Runs
import Scenarios
import Tables

/// What `herstel run` and `herstel simulate` have in common: from options to a run directory.
struct SimulationCommand {
    let options: SimulationOptions
    /// The command's name.
    let name: String

    /// Simulates and writes the results.
    ///
    /// - Parameter report: What to print about a finished run, above where its results are.
    func run(_ report: (CompletedRun) throws -> String) throws {
        let file = try ScenarioFile(path: options.scenario)
        try options.checkSampling(file)
        if options.resume, options.shard == nil, !options.dryRun, try isFinished(file) { return }
        options.threadOption.apply()
        let steps = Steps(isVerbose: options.verbose)
        let prepared = try steps.step("models fitted, money allocated") {
            try PreparedScenario(file).sampled(by: options.sampling)
        }
        guard !options.dryRun else {
            print(
                try Explanation.scenario(
                    prepared, draws: options.draws(of: file), threads: options.threads,
                    sensitivitySamples: options.sensitivity))
            return
        }
        let folder = options.folder(of: file)
        let (scenario, store) = try prepared.keepingDraws(in: folder, earlier: options.earlier) { note in
            Terminal.note("herstel: " + note)
        }
        if let part = options.part { return try simulate(part, of: scenario, into: store, steps) }
        let completed = try simulate(scenario, into: store, steps)
        Interrupt.say(
            "herstel: stopped while results were written; all draws are kept in \(store.path). Go on with the same command "
                + "and --resume.\n")
        let tables = try completed.write(to: folder, command: [name, options.scenario])
        if !options.keepDraws { store.remove() }
        Interrupt.say(nil)
        guard !options.quiet else { return }
        print(try report(completed))
        print(Closing(folder: folder, tables: tables, draws: completed.draws, hasDrawTable: options.keepDraws).text)
    }

    /// Whether the run is in its folder already; says so.
    private func isFinished(_ file: ScenarioFile) throws -> Bool {
        let folder = options.folder(of: file)
        let request = SimulationRequest(
            draws: options.draws(of: file), precision: options.precision(of: file), keepsDraws: options.keepDraws,
            sampling: options.sampling, sensitivitySamples: options.sensitivity)
        guard let run = try FinishedRun.of(file, request: request, in: folder) else { return false }
        if !options.quiet {
            print(
                "The run is complete: \(counted(run.draws ?? 0, "draw")), results in \(folder)/. Nothing was computed.")
        }
        return true
    }

    private func simulate(
        _ scenario: PreparedScenario, into store: ShardStore, _ steps: Steps
    ) throws -> CompletedRun {
        let draws = options.draws(of: scenario.file)
        let progress = Progress(total: draws, isQuiet: options.quiet, style: options.progress)
        let (clock, start) = (ContinuousClock(), ContinuousClock.now)
        let run = try stoppable(store, progress) { cancellation in
            try scenario.simulate(
                draws: draws, until: options.precision(of: scenario.file), threads: options.threads, store: store,
                keepsDraws: options.keepDraws, sensitivitySamples: options.sensitivity, cancellation: cancellation,
                progress: { progress.update($0, of: $1) })
        }
        let seconds = (clock.now - start) / .seconds(1) - run.summary.seconds - run.sensitivitySeconds
        steps.note("\(run.draws) draws simulated on \(options.threads) threads", seconds: seconds)
        steps.note("draws summarised", seconds: run.summary.seconds)
        steps.note("sensitivity analysed", seconds: run.sensitivitySeconds)
        return run
    }

    private func simulate(
        _ part: ShardPart, of scenario: PreparedScenario, into store: ShardStore, _ steps: Steps
    ) throws {
        let draws = options.draws(of: scenario.file)
        let range = part.range(of: draws)
        let progress = Progress(total: range.count, isQuiet: options.quiet, style: options.progress)
        try stoppable(store, progress) { cancellation in
            try scenario.simulate(
                part, of: draws, into: store, threads: options.threads, cancellation: cancellation,
                progress: { progress.update($0) })
        }
        guard !options.quiet else { return }
        print(
            "Part \(part.index) of \(part.count): \(counted(range.count, "draw")) of \(draws) kept in \(store.path)/. "
                + "When all parts are there, join them with --resume and without --shard.")
    }

    /// Does work that Ctrl-C stops; what is kept by then is said.
    private func stoppable<Result>(
        _ store: ShardStore, _ progress: Progress, _ work: (Cancellation) throws -> Result
    ) throws -> Result {
        defer { progress.clear() }
        do {
            return try Interrupt.heeded(work)
        } catch ScenarioError.cancelled {
            throw RunError.stopped(path: store.path, kept: try store.keptDraws())
        } catch let error as TableError {
            Terminal.note(
                "herstel: finished draws are kept in \(store.path). Go on with the same command and --resume.")
            throw error
        }
    }
}
