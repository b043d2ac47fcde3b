import ArgumentParser
import Foundation
import Parallelism
import Runs

/// Who runs the units of a study.
enum BatchEngine: String, ExpressibleByArgument, CaseIterable {
    /// A Slurm job array, and a job that joins the results.
    case slurm
    /// This process, one unit after the other.
    case local
    /// Nobody: a command for each task is printed, for GNU parallel or any other scheduler.
    case parallel
    /// Nobody: a script for PBS Pro is written, and the commands that submit it are printed.
    case pbs
}

/// Options of the commands that have units run.
struct EngineOptions: ParsableArguments {
    @OptionGroup var argument: StudyArgument

    @Option(
        help: ArgumentHelp(
            "slurm: submit a job array and a job that joins the results. local: run here, one unit after the other, then join. "
                + "parallel: print a command for each task, for GNU parallel or another scheduler. pbs: write a script for PBS "
                + "and print how to submit it."))
    var engine = BatchEngine.slurm

    @OptionGroup var threadOption: ThreadOption

    @Option(help: "With --engine local, progress on standard error: auto (a terminal only), plain (a line per 10%), none.")
    var progress = ProgressStyle.auto

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false
}

/// `herstel batch submit`.
struct BatchSubmit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Have the units of a study run, and joined: by Slurm, here, or another scheduler.")

    @OptionGroup var options: EngineOptions

    func run() throws { try UnitSubmission(options: options).run(.everything) }
}

/// `herstel batch retry`.
struct BatchRetry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Have those units run that are missing or damaged, and join the results.")

    @OptionGroup var options: EngineOptions

    func run() throws { try UnitSubmission(options: options).run(.missing) }
}

/// From a planned study to running units.
struct UnitSubmission {
    let options: EngineOptions

    /// Which tasks to submit.
    enum Selection {
        /// All that are not done.
        case everything
        /// Those with units that are neither done nor running, after a check of every file.
        case missing
    }

    func run(_ selection: Selection) throws {
        let folder = options.argument.study
        let plan = try StudyPlan(in: folder)
        let units = try wantedUnits(selection, in: folder)
        guard !units.isEmpty else {
            return try finish(plan, folder)
        }
        let tasks = Array(Set(units.map { plan.task(ofUnit: $0) })).sorted()
        let program = try ProgramPath.current()
        switch options.engine {
        case .slurm:
            let job = try Slurm().submit(tasks, of: plan, in: folder, program: program)
            say(
                """
                Submitted job \(job.array) with \(counted(tasks.count, "task")) (\(counted(units.count, "unit"))), and job \
                \(job.merge ?? "-"), which joins the results when all have ended.
                Watch it with: herstel batch status \(ShellWord.quoted(folder.path))
                """)
        case .local: try runHere(units, plan, folder)
        case .parallel:
            print(try ParallelCommands(plan: plan, folder: folder, program: program).text(tasks: tasks))
        case .pbs:
            say(try PBSScript(plan: plan, folder: folder, program: program).write(tasks: tasks))
        }
    }

    private func wantedUnits(_ selection: Selection, in folder: StudyFolder) throws -> [Int] {
        switch selection {
        case .everything: try StudyState(in: folder).unitsToDo
        case .missing: try StudyMerge(in: folder).unitsToRepeat { Terminal.note("herstel: " + $0) }
        }
    }

    private func runHere(_ units: [Int], _ plan: StudyPlan, _ folder: StudyFolder) throws {
        options.threadOption.apply()
        let total = units.reduce(0) { $0 + (plan.unit($1)?.part.range(of: plan.draws).count ?? 0) }
        let progress = Progress(total: total, isQuiet: options.quiet, style: options.progress)
        defer { progress.clear() }
        let runner = UnitRunner(
            work: try StudyWork(in: folder), threads: options.threadOption.count, isQuiet: options.quiet,
            progress: progress)
        try runner.run(units)
        progress.clear()
        try finish(plan, folder)
    }

    /// Nothing is left to compute: the results are joined unless that is done.
    private func finish(_ plan: StudyPlan, _ folder: StudyFolder) throws {
        options.threadOption.apply()
        try BatchMerge.merge(
            folder, threads: options.threadOption.count, isQuiet: options.quiet, style: options.progress)
    }

    private func say(_ text: String) { if !options.quiet { print(text) } }
}

/// Where this program stands.
enum ProgramPath {
    static func current() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }
}
