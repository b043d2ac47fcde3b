import Foundation
import Tables

/// Slurm, by its programs `sbatch`, `squeue`, `scontrol` and `sacct`.
public enum Slurm {
    /// Whether this machine can submit jobs.
    public static var isInstalled: Bool { ExternalProgram.path(of: "sbatch") != nil }

    /// Writes the scripts into the study's folder and submits a job array for the tasks, and a job that merges when all of
    /// them have ended, well or not: a merge that finds units missing says so, where one that waited for success alone
    /// would stay in the queue for ever.
    ///
    /// - Parameters:
    ///   - tasks: The tasks to do; nothing is submitted when there are none.
    ///   - program: This program's path, absolute, as the nodes see it.
    /// - Returns: What was submitted: one array, or several when the list of tasks is too long for one. They are also
    ///   recorded in the folder's `jobs`.
    /// - Throws: ``BatchError/alreadySubmitted(job:tasks:)`` when one of the tasks is in the queue,
    ///   ``BatchError/scheduler(program:reason:)``, ``BatchError/noSuchUnit(_:count:)``, `TableError`.
    public static func submit(
        _ plan: StudyPlan, in folder: StudyFolder, tasks: [Int], program: String
    ) throws -> [JobRecord] {
        guard !tasks.isEmpty else { return [] }
        for task in tasks where plan.units(ofTask: task).isEmpty {
            throw BatchError.noSuchUnit(task, count: plan.taskCount)
        }
        let submission = try SlurmSubmission(plan, folder: folder, program: program)
        try submission.refuseDoubles(of: tasks)
        return try submission.submit(tasks)
    }

    /// The state of the tasks that are in the queue.
    ///
    /// - Parameter records: The study's; see ``JobRecord/all(in:)``.
    /// - Returns: By task, those of the latest job where two have it; nil when Slurm is not here or does not answer, so that nothing is known.
    public static func queue(_ records: [JobRecord], timeout: Double = 30) -> [Int: QueuedTask]? {
        guard !records.isEmpty else { return [:] }
        return try? queuedTasks(records, timeout: timeout).reduce(into: [:]) { tasks, task in
            if task.job >= tasks[task.task]?.job ?? 0 { tasks[task.task] = task }
        }
    }

    /// Why tasks ended, in the words of the accounting (`OUT_OF_MEMORY`, `TIMEOUT`, `NODE_FAIL`); empty where Slurm keeps
    /// none. For people alone: what became of a unit is told by its files.
    public static func ends(_ records: [JobRecord], timeout: Double = 30) -> [Int: String] {
        let jobs = records.map { String($0.arrayJob) }.joined(separator: ",")
        guard !records.isEmpty,
            let result = try? ExternalProgram.run(
                "sacct", ["-n", "-X", "-P", "-j", jobs, "-o", "JobID,State"], timeout: timeout),
            result.code == 0
        else { return [:] }
        return AccountedEnd.all(in: result.output, of: records)
    }

    static func queuedTasks(_ records: [JobRecord], timeout: Double = 30) throws -> [QueuedTask] {
        let jobs = Set(records.map(\.arrayJob))
        let result = try ExternalProgram.run(
            "squeue", ["-h", "-r", "-j", jobs.sorted().map(String.init).joined(separator: ","), "-o", "%F %K %T %r"],
            timeout: timeout)
        // A single job that has left Slurm's memory is an error to squeue; among several it is passed over.
        if result.code != 0, result.errors.contains("Invalid job id") { return [] }
        guard result.code == 0 else { throw ExternalProgram.failure(of: "squeue", result) }
        let lines = result.output.split(separator: "\n")
        let tasks = lines.compactMap { QueuedTask(line: $0) }
        // An answer without a single task in it is none: taken for an empty queue it would have work done twice.
        guard lines.isEmpty || !tasks.isEmpty else {
            throw BatchError.scheduler(
                program: "squeue",
                reason:
                    "it answered '\(ShellWord.visible(String(lines[0].prefix(60))))' where tasks in the queue were expected."
            )
        }
        return tasks.filter { jobs.contains($0.job) }
    }
}

/// A task in Slurm's queue.
public struct QueuedTask: Sendable, Equatable {
    /// What a task in the queue is doing, in three words.
    public enum State: String, Sendable {
        /// It waits: for room, for its time, or for another job.
        case waiting
        /// It runs.
        case running
        /// It has ended, and Slurm cleans up after it.
        case ending
    }

    /// The job array.
    public let job: Int
    /// The task.
    public let task: Int
    /// What it is doing.
    public let state: State
    /// Slurm's word for the state, such as `PENDING`.
    public let word: String
    /// Why it waits, in Slurm's words, such as `Resources`; `None` when it runs.
    public let reason: String

    /// Reads a line of `squeue -o "%F %K %T %r"`; nil for jobs that are no array.
    init?(line: Substring) {
        let words = line.split(separator: " ", maxSplits: 3)
        guard words.count >= 3, let job = Int(words[0]), let task = Int(words[1]) else { return nil }
        (self.job, self.task, word) = (job, task, String(words[2]))
        reason = ShellWord.visible(words.count > 3 ? String(words[3]) : "")
        state =
            switch word {
            case "RUNNING", "SIGNALING", "STAGE_OUT", "STOPPED": .running
            case "PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESIZING", "RESV_DEL_HOLD",
                "SPECIAL_EXIT",
                "SUSPENDED":
                .waiting
            default: .ending
            }
    }
}

/// Lines of `sacct -n -X -P -o JobID,State`.
enum AccountedEnd {
    /// The last word on each task of these jobs; a task of two jobs has that of the later.
    static func all(in output: String, of records: [JobRecord]) -> [Int: String] {
        let jobs = Set(records.map(\.arrayJob))
        var ends: [Int: (job: Int, state: String)] = [:]
        for line in output.split(separator: "\n") {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
            let number = (fields.first ?? "").split(separator: "_")
            guard fields.count == 2, number.count == 2, let job = Int(number[0]), let task = Int(number[1]),
                jobs.contains(job), job >= ends[task]?.job ?? 0,
                // `CANCELLED by 1000`: who did it is not for a report.
                let state = fields[1].split(separator: " ").first
            else { continue }
            ends[task] = (job, ShellWord.visible(String(state)))
        }
        return ends.mapValues(\.state)
    }
}
