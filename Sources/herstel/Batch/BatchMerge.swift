import ArgumentParser
import Parallelism
import Runs

/// `herstel batch merge`.
struct BatchMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Check all units of a study, and join them to one set of tables.")

    @OptionGroup var argument: StudyArgument
    @OptionGroup var threadOption: ThreadOption

    @Option(help: "Progress on standard error: auto (a terminal only), plain (a line per 10%), none.")
    var progress = ProgressStyle.auto

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    func run() throws {
        threadOption.apply()
        try Self.merge(argument.study, threads: threadOption.count, isQuiet: quiet, style: progress)
    }

    static func merge(_ folder: StudyFolder, threads: Int, isQuiet: Bool, style: ProgressStyle) throws {
        let (merge, plan) = (try StudyMerge(in: folder), try StudyPlan(in: folder))
        let progress = Progress(
            total: plan.variants.count, isQuiet: isQuiet, style: style, doing: "joining", unit: "variants")
        defer { progress.clear() }
        let study = try Interrupt.heeded { cancellation in
            try merge.merge(
                threads: threads, cancellation: cancellation, note: { Terminal.note("herstel: " + $0) },
                progress: { progress.update($0, of: $1) })
        }
        progress.clear()
        guard !isQuiet else { return }
        let rows = study.tables.map { "\($0.file) (\($0.rows))" }.joined(separator: ", ")
        print(
            """
            \(counted(plan.variants.count, "variant")) joined. Results in \(folder.results)/, with rows: \(rows).
            The design is study.csv; columns and units: datapackage.json; where each unit ran: \(folder.path)/units.csv.
            """)
    }
}
