import ArgumentParser
import Runs
import Scenarios
import Tables

extension SamplingDesign: ExpressibleByArgument {}

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

    @Flag(help: "Go on from the draws that a stopped run, or runs with --shard, left in the folder.")
    var resume = false

    @Option(
        help: ArgumentHelp(
            "Compute the i-th of n parts of the draws only, and write no tables; --resume joins the parts. The parts may "
                + "run at the same time, in the same folder.", valueName: "i/n"))
    var shard: String?

    @Flag(help: "Keep the draws of a finished run, and write each as a row of draws.csv (large: see herstel explain).")
    var keepDraws = false

    @Flag(help: "Print how large the simulation is and how long it will take; write nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "How uncertain inputs are drawn: independent, antithetic (mirrored pairs) or sobol (randomised quasi-Monte Carlo; "
                + "a multiple of 16 draws, best 16 times a power of two). diagnostics.csv tells the gain."))
    var sampling = SamplingDesign.independent

    @Option(
        help: "Base samples of the sensitivity analysis; more make its intervals narrower, 0 leaves it out.")
    var sensitivity = SensitivityAnalysis.defaultSamples

    @OptionGroup var threadOption: ThreadOption

    @Option(help: "Progress on standard error: auto (a terminal only), plain (a line per 10%), none.")
    var progress = ProgressStyle.auto

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Print each step and the time it took on standard error.")
    var verbose = false

    func validate() throws {
        if let draws, !(2...ScenarioFile.largestNumberOfDraws).contains(draws) {
            throw ValidationError(
                "--draws \(draws): expected a number from 2 to \(ScenarioFile.largestNumberOfDraws).")
        }
        if let untilMCSE, !(untilMCSE > 0 && untilMCSE.isFinite) {
            throw ValidationError("--until-mcse \(untilMCSE): expected a number of SD above 0.")
        }
        if let maxDraws {
            guard untilMCSE != nil else {
                throw ValidationError("--max-draws goes with --until-mcse; use --draws alone.")
            }
            if !(2...ScenarioFile.largestNumberOfDraws).contains(maxDraws) || maxDraws < draws ?? 2 {
                throw ValidationError(
                    "--max-draws \(maxDraws): expected a number from \(draws ?? 2) to "
                        + "\(ScenarioFile.largestNumberOfDraws).")
            }
        }
        if !(0...1 << 20).contains(sensitivity) {
            throw ValidationError("--sensitivity \(sensitivity): expected a number from 0 to \(1 << 20).")
        }
        if sampling != .independent, untilMCSE != nil {
            throw ValidationError("--until-mcse goes with independent draws; leave out --sampling.")
        }
        try validateShard()
    }

    /// Mirrored and quasi-Monte Carlo draws come in sets.
    func checkSampling(_ file: ScenarioFile) throws {
        let draws = draws(of: file)
        if let maxDraws, maxDraws < draws {
            throw ValidationError(
                "--max-draws \(maxDraws): expected at least the \(draws) draws to begin with (--draws).")
        }
        if draws < sampling.leastDraws {
            throw ValidationError(
                "--sampling \(sampling.rawValue) needs at least \(sampling.leastDraws) draws; found \(draws).")
        }
        guard draws % sampling.setSize != 0 else { return }
        throw ValidationError(
            "--sampling \(sampling.rawValue) needs a multiple of \(sampling.setSize) draws; found \(draws). Give --draws."
        )
    }

    private func validateShard() throws {
        guard let shard else { return }
        guard ShardPart(shard) != nil else {
            throw ValidationError("--shard \(shard): expected i/n, such as 1/8, with i from 1 to n.")
        }
        guard untilMCSE == nil else {
            throw ValidationError("--shard needs a fixed number of draws; leave out --until-mcse.")
        }
        guard !keepDraws else {
            throw ValidationError("--keep-draws goes with the run that joins the parts, not with --shard.")
        }
    }

    /// The number of threads.
    var threads: Int { threadOption.count }

    /// The part to compute; nil for all.
    var part: ShardPart? { shard.flatMap { ShardPart($0) } }

    /// The number of draws, with a precision that to begin with.
    func draws(of file: ScenarioFile) -> Int { draws ?? file.draws }

    /// Until when to go on.
    func precision(of file: ScenarioFile) -> SimulationPrecision? {
        untilMCSE.map {
            SimulationPrecision(mcse: $0, largestNumberOfDraws: maxDraws ?? max(draws(of: file), 100_000))
        }
    }

    /// The folder for the results.
    func folder(of file: ScenarioFile) -> String { output ?? "runs/" + file.name }

    /// Whether draws that are in the folder are gone on from. A part of several joins the others in any case.
    var earlier: ShardStore.Earlier { resume || shard != nil ? .continued : .discarded }
}
