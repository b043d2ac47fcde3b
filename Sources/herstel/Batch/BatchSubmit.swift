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

    @Option(
        help: "With --engine local, progress on standard error: auto (a terminal only), plain (a line per 10%), none.")
    var progress = ProgressStyle.auto

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false
}

/// `herstel batch submit`.
struct BatchSubmit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Have the units of a study run, and joined: by Slurm, here, or another scheduler.")

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
        // What is damaged is found, and taken back, by the attempt to join.
        if selection == .missing, try isJoined(folder) { return }
        let units = try state(of: plan, folder).unitsToDo
        guard !units.isEmpty else { return try finish(plan, folder) }
        try plan.checkInputs(in: folder)
        let tasks = Array(Set(units.map { plan.task(ofUnit: $0) })).sorted()
        let program = try ProgramPath.current()
        let path = StatusReport.shellWord(folder.path)
        switch options.engine {
        case .slurm:
            guard Slurm.isInstalled else {
                throw BatchError.scheduler(
                    program: "sbatch",
                    reason:
                        "there is no such program here. Submit on a machine of the cluster, or take --engine local (here), "
                        + "parallel or pbs.")
            }
            let jobs = try Slurm.submit(plan, in: folder, tasks: tasks, program: program)
            say(
                """
                Submitted job \(jobs.map { "\($0.arrayJob)" }.joined(separator: ", ")): \(counted(tasks.count, "task")), \
                \(counted(units.count, "unit")); and job \(jobs.first?.mergeJob.map { "\($0)" } ?? "-"), which joins the \
                results when all have ended.
                Watch it with: herstel batch status \(path)
                """)
        case .local: try runHere(units, plan, folder)
        case .parallel:
            let absolute = try folder.absolute().path
            print(
                try ParallelCommands.lines(plan, folder: absolute, program: program, tasks: tasks)
                    .joined(separator: "\n"))
            Terminal.note("herstel: when all have ended, join the results with: herstel batch merge " + path)
        case .pbs:
            let script = try PBSScript(plan, folder: try folder.absolute().path, program: program, tasks: tasks)
            try script.write(in: folder)
            print(script.commands.joined(separator: "\n"))
        }
    }

    private func state(of plan: StudyPlan, _ folder: StudyFolder) throws -> StudyState {
        let jobs = JobRecord.all(in: folder)
        return try StudyState(plan, in: folder, jobs: jobs, queue: Slurm.queue(jobs))
    }

    /// Joins the results; false when units are missing.
    private func isJoined(_ folder: StudyFolder) throws -> Bool {
        do {
            try join(folder)
            return true
        } catch BatchError.incomplete {
            return false
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
        do {
            try join(folder)
        } catch BatchError.incomplete {
            // Draws that were kept from before were damaged: now they are marked as not done.
            try UnitRunner(work: runner.work, threads: runner.threads, isQuiet: options.quiet).run(
                state(of: plan, folder).unitsToDo)
            try join(folder)
        }
    }

    /// Nothing is left to compute that nobody works on.
    private func finish(_ plan: StudyPlan, _ folder: StudyFolder) throws {
        let running = try state(of: plan, folder).numbers { if case .running = $0 { true } else { false } }
        guard running.isEmpty else {
            return say(
                "Nothing is left to begin: \(counted(running.count, "unit")) are running. "
                    + "Watch them with: herstel batch status \(StatusReport.shellWord(folder.path))")
        }
        try join(folder)
    }

    private func join(_ folder: StudyFolder) throws {
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
