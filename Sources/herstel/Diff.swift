import ArgumentParser
import Runs

/// `herstel diff`.
struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare two finished runs: which conclusions changed, and which inputs differ.",
        discussion: """
            Give the run before a correction and the run after it. Conclusions are
            verdicts, goals, the best scenario and the order of scenarios, years of
            recovery and directions of differences. Every figure that moved is in
            conclusions.csv of --output, every input that differs in inputs.csv.
            """)

    @Argument(help: "The folder of the first run.")
    var first: String

    @Argument(help: "The folder of the second run.")
    var second: String

    @Flag(help: "Compare runs that do not share random numbers; differences then hold the Monte Carlo error of both.")
    var unpaired = false

    @Option(help: "A folder for conclusions.csv and inputs.csv. [default: nothing is written]")
    var output: String?

    @OptionGroup var threadOption: ThreadOption

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    func run() throws {
        threadOption.apply()
        let difference = try RunDifference(
            try ComparedRun(path: first), try ComparedRun(path: second), allowsUnpaired: unpaired)
        let tables = try output.map { try difference.write(to: $0) } ?? []
        guard !quiet else { return }
        print(Terminal.printable(DiffReport(difference: difference).text))
        guard let output else { return }
        print(
            "\nResults: "
                + tables.map { "\(output)/\($0.schema.fileName) (\($0.rowCount) rows)" }.joined(separator: ", "))
    }
}
