import ArgumentParser
import Funding
import Glibc
import LinearAlgebra
import Models
import Parallelism
import Runs
import Scenarios
import Specifications

/// How many threads a command may use.
struct ThreadOption: ParsableArguments {
    @Option(help: "The number of threads; results do not depend on it. [default: all cores]")
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads \(threads): expected a number from 1 to 1024.")
        }
    }

    /// The number of threads.
    var count: Int { threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Makes numerical work use so many.
    func apply() {
        Threads.use(count)
        BLASLibrary.useOneThread()
    }
}

/// Options that every command which runs draws has.
struct SimulationOptions: ParsableArguments {
    @Argument(help: "The scenario file (YAML).")
    var scenario: String

    @Option(help: "The folder for the results. [default: runs/ and the scenario file's name]")
    var output: String?

    @Option(help: "The number of draws. [default: what the scenario file says]")
    var draws: Int?

    @Option(
        name: .customLong("until-mcse"),
        help: "Go on from --draws until the Monte Carlo error of every mean deviation is at most so many SD.")
    var untilMCSE: Double?

    @Option(help: "With --until-mcse: the most draws. [default: 100000]")
    var maxDraws: Int?

    @OptionGroup var threadOption: ThreadOption

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Print each step and the time it took on standard error.")
    var verbose = false

    private var threads: Int { threadOption.count }

    func validate() throws {
        if let draws, !(2...ScenarioFile.largestNumberOfDraws).contains(draws) {
            throw ValidationError(
                "--draws \(draws): expected a number from 2 to \(ScenarioFile.largestNumberOfDraws).")
        }
        if let untilMCSE, !(untilMCSE > 0 && untilMCSE.isFinite) {
            throw ValidationError("--until-mcse \(untilMCSE): expected a number of SD above 0.")
        }
        guard let maxDraws else { return }
        guard untilMCSE != nil else { throw ValidationError("--max-draws goes with --until-mcse; use --draws alone.") }
        if !(2...ScenarioFile.largestNumberOfDraws).contains(maxDraws) || maxDraws < draws ?? 2 {
            throw ValidationError(
                "--max-draws \(maxDraws): expected a number from \(draws ?? 2) to \(ScenarioFile.largestNumberOfDraws)."
            )
        }
    }

    /// Prepares and simulates, with progress and Ctrl-C.
    func simulate() throws -> CompletedRun {
        threadOption.apply()
        let steps = Steps(isVerbose: verbose)
        let prepared = try steps.step("models fitted, money allocated") { try PreparedScenario(path: scenario) }
        let draws = draws ?? prepared.file.draws
        let precision = untilMCSE.map {
            SimulationPrecision(mcse: $0, largestNumberOfDraws: maxDraws ?? max(draws, 100_000))
        }
        let progress = Progress(total: draws, isQuiet: quiet)
        defer { progress.clear() }
        let clock = ContinuousClock()
        let start = clock.now
        let run = try Interrupt.heeded { cancellation in
            try prepared.simulate(
                draws: draws, until: precision, threads: threads, cancellation: cancellation,
                progress: { progress.update($0, of: $1) })
        }
        let seconds = (clock.now - start) / .seconds(1)
        steps.note("\(run.draws) draws simulated on \(threads) threads", seconds: seconds - run.summary.seconds)
        steps.note("draws summarised", seconds: run.summary.seconds)
        return run
    }

    /// The folder for the results.
    func folder(of run: CompletedRun) -> String { output ?? "runs/" + run.prepared.file.name }
}

/// `herstel run`.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The whole chain: fit the models, allocate the money, simulate, compare, write.")

    @OptionGroup var options: SimulationOptions

    func run() throws {
        let completed = try options.simulate()
        let folder = options.folder(of: completed)
        let tables = try completed.write(to: folder, command: ["run", options.scenario])
        guard !options.quiet else { return }
        print(try FitReport(result: completed.prepared.fit).text)
        print("\n" + RunReport(run: completed).text)
        print(Closing(folder: folder, tables: tables, draws: completed.draws).text)
    }
}

/// `herstel simulate`.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fit what the scenario starts from, allocate, simulate and compare; print the simulation only.")

    @OptionGroup var options: SimulationOptions

    func run() throws {
        let completed = try options.simulate()
        let folder = options.folder(of: completed)
        let tables = try completed.write(to: folder, command: ["simulate", options.scenario])
        guard !options.quiet else { return }
        print(RunReport(run: completed).text)
        print(Closing(folder: folder, tables: tables, draws: completed.draws).text)
    }
}

/// `herstel fit`.
struct Fit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fit model files: estimates, growth against the baseline, equity gaps, verdicts.")

    @Argument(help: "Model files (YAML).")
    var models: [String]

    @Option(help: "The folder for the results. [default: runs/ and the first model file's name]")
    var output: String?

    @Flag(help: "Test each model against the one before it, in which it must be nested (likelihood ratio).")
    var compare = false

    @OptionGroup var threadOption: ThreadOption

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Print each step and the time it took on standard error.")
    var verbose = false

    func validate() throws {
        if compare, models.count < 2 {
            throw ValidationError("--compare needs two or more models, the smallest first.")
        }
    }

    func run() throws {
        threadOption.apply()
        let steps = Steps(isVerbose: verbose)
        let result = try FitResult(modelPaths: models, isCompared: compare)
        for model in result.models {
            steps.note("\(model.fit.model): data read", seconds: model.seconds.reading)
            steps.note("\(model.fit.model): fitted", seconds: model.seconds.fitting)
        }
        let folder = output ?? "runs/" + ModelFile.stem(of: models[0])
        let tables = try result.write(to: folder, command: ["fit"] + models)
        guard !quiet else { return }
        print(try FitReport(result: result).text)
        print(Closing(folder: folder, tables: tables, draws: nil).text)
    }
}

/// `herstel check`.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look for mistakes in model, scenario, truth and menu files; writes nothing.")

    @Argument(help: "Model, scenario, truth or menu files (YAML).")
    var files: [String]

    func run() throws {
        var isFine = true
        for path in files {
            do {
                print("\(path): fine, \(try SpecificationKind(path: path).check(path))")
            } catch {
                isFine = false
                _ = Failure.report(error)
            }
        }
        if !isFine { throw ExitCode(Failure.badInput) }
    }
}

/// `herstel explain`.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print every number that a scenario or model rests on, with its source; writes nothing.")

    @Argument(help: "A model, scenario or menu file (YAML).")
    var file: String

    func run() throws {
        switch try SpecificationKind(path: file) {
        case .scenario:
            let isMoneyOnly = try ScenarioFile(path: file).outcomes.isEmpty
            print(
                isMoneyOnly
                    ? Explanation.money(try AllocatedMoney(path: file).plan)
                    : Explanation.scenario(try PreparedScenario(path: file)))
        case .model: print(Explanation.model(try ModelFile(path: file)))
        case .menu: print(Explanation.menu(try InterventionMenu(path: file)))
        case .truth:
            throw ValidationError("\(file) is a truth file, which explains itself; expected a model or scenario file.")
        }
    }
}
