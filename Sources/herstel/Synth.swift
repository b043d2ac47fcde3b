import ArgumentParser
import Foundation
import Scenarios
import Specifications
import Synthesis

/// `herstel synth`.
struct Synth: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write synthetic microdata of any size, drawn from a declared truth.",
        discussion: """
            Without --rows or --pupils the file has the schools that the truth
            declares; with one of them, as many schools as these pupils fill.
            """)

    @Argument(help: "The truth file (YAML).")
    var truth: String

    @Option(help: "The CSV file to write; an existing one is replaced.")
    var output: String

    @Option(help: "The number of rows. [default: every moment of every pupil]")
    var rows: Int?

    @Option(help: "The number of pupils. [default: all pupils of the declared schools]")
    var pupils: Int?

    @Option(help: "The seed. [default: what the truth file says]")
    var seed: UInt64?

    @OptionGroup var threadOption: ThreadOption

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Print each step and the time it took on standard error.")
    var verbose = false

    func validate() throws {
        if rows != nil, pupils != nil { throw ValidationError("--rows and --pupils: expected one of them.") }
        for (name, value) in [("rows", rows), ("pupils", pupils)] {
            if let value, !(1...Microdata.largestRowCount).contains(value) {
                throw ValidationError("--\(name) \(value): expected a number from 1 to \(Microdata.largestRowCount).")
            }
        }
        let files = [truth, output].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().standardized }
        if files[0] == files[1] {
            throw ValidationError("--output \(output): this is the truth file. Choose another name.")
        }
    }

    func run() throws {
        let steps = Steps(isVerbose: verbose)
        let threads = threadOption.count
        let data = try steps.step("truth read, schools laid out") {
            Microdata(try Truth(path: truth), size: size, seed: seed)
        }
        let progress = Progress(total: data.rowCount, isQuiet: quiet, doing: "writing", unit: "rows")
        defer { progress.clear() }
        try Interrupt.heeded { cancellation in
            try steps.step("\(data.rowCount) rows written on \(threads) threads") {
                try data.write(
                    to: output, threads: threads, isCancelled: { cancellation.isCancelled },
                    progress: { progress.update($0) })
            }
        }
        guard !quiet else { return }
        print(
            "\(output): \(data.rowCount) rows, \(data.pupilCount) pupils, \(data.schoolCount) schools, seed \(data.seed)."
        )
    }

    private var size: MicrodataSize { rows.map { .rows($0) } ?? pupils.map { .pupils($0) } ?? .declared }
}
