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

/// `herstel run`.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The whole chain: fit the models, allocate the money, simulate, compare, write.")

    @OptionGroup var options: SimulationOptions

    func run() throws {
        try SimulationCommand(options: options, name: "run").run { completed in
            try FitReport(result: completed.prepared.fit).text + "\n\n" + RunReport(run: completed).text
        }
    }
}

/// `herstel simulate`.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fit what the scenario starts from, allocate, simulate and compare; print the simulation only.")

    @OptionGroup var options: SimulationOptions

    func run() throws {
        try SimulationCommand(options: options, name: "simulate").run { RunReport(run: $0).text }
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
        abstract: "Look for mistakes in model, scenario, study, truth and menu files; writes nothing.")

    @Argument(help: "Model, scenario, study, truth or menu files (YAML).")
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

    @Option(help: "The number of draws to tell the size and the time of. [default: what the scenario file says]")
    var draws: Int?

    @OptionGroup var threadOption: ThreadOption

    func validate() throws {
        if let draws, !(2...ScenarioFile.largestNumberOfDraws).contains(draws) {
            throw ValidationError(
                "--draws \(draws): expected a number from 2 to \(ScenarioFile.largestNumberOfDraws).")
        }
    }

    func run() throws {
        switch try SpecificationKind(path: file) {
        case .scenario:
            let scenario = try ScenarioFile(path: file)
            guard !scenario.outcomes.isEmpty else {
                return print(Explanation.money(try AllocatedMoney(path: file).plan))
            }
            threadOption.apply()
            print(
                try Explanation.scenario(
                    try PreparedScenario(scenario), draws: draws ?? scenario.draws, threads: threadOption.count))
        case .model: print(Explanation.model(try ModelFile(path: file)))
        case .menu: print(Explanation.menu(try InterventionMenu(path: file)))
        case .study: print(Explanation.study(try Study(path: file)))
        case .truth:
            throw ValidationError("\(file) is a truth file, which explains itself; expected a model or scenario file.")
        }
    }
}
