import Foundation
import Tables

/// One submission of a study's tasks to Slurm.
struct SlurmSubmission {
    private let plan: StudyPlan
    private let folder: StudyFolder
    /// The folder's absolute path, which Slurm needs.
    private let path: String
    private let script: SlurmScript
    private let lock: SubmissionLock

    init(_ plan: StudyPlan, folder: StudyFolder, program: String) throws {
        path = absolutePath(folder.path)
        (self.plan, self.folder) = (plan, folder)
        script = try SlurmScript(plan, folder: path, program: program)
        for folder in [folder.logs, folder.jobs] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        lock = try SubmissionLock(folder)
    }

    /// Refuses tasks that are in the queue already. When Slurm cannot be asked about jobs of before, that is an error too.
    func refuseDoubles(of tasks: [Int]) throws {
        let records = JobRecord.all(in: folder)
        guard !records.isEmpty else { return }
        let wanted = Set(tasks)
        let queued = try Slurm.queuedTasks(records).filter { wanted.contains($0.task) }
        guard let first = queued.first else { return }
        throw BatchError.alreadySubmitted(job: "\(first.job)", tasks: queued.count { $0.job == first.job })
    }

    func submit(_ tasks: [Int]) throws -> [JobRecord] {
        try refuseLargeNumbers(tasks)
        try writeAtomically([UInt8](script.batch.utf8), to: path + "/batch.sbatch")
        try writeAtomically([UInt8](script.merge.utf8), to: path + "/merge.sbatch")
        var records: [JobRecord] = []
        for list in TaskList.lists(tasks) {
            do {
                records.append(try submitArray(list.text, tasks: list.tasks, after: records.last?.arrayJob))
            } catch let BatchError.scheduler(program, reason) where !records.isEmpty {
                let done = records.map { "\($0.arrayJob)" }.joined(separator: " ")
                throw BatchError.scheduler(
                    program: program,
                    reason:
                        "\(reason) Some tasks were submitted before that, as job \(done); cancel them with: scancel "
                        + "\(done), or do the others when they have ended: herstel batch retry.")
            }
        }
        return try submitMerge(after: records)
    }

    /// A list of tasks is one array. With a limit of tasks at a time, a second array waits for the first.
    private func submitArray(_ list: String, tasks: [Int], after earlier: Int?) throws -> JobRecord {
        let throttle = plan.resources.throttle
        var arguments = ["--parsable", "--chdir", path, "--array", list + (throttle.map { "%\(max(1, $0))" } ?? "")]
        if throttle != nil, let earlier { arguments += ["--dependency", "afterany:\(earlier)"] }
        let record = JobRecord(
            arrayJob: try sbatch(arguments + [path + "/batch.sbatch"]), tasks: tasks, submitted: now())
        do { try record.write(in: folder) } catch {
            throw BatchError.scheduler(
                program: "sbatch",
                reason:
                    "the tasks were submitted as job \(record.arrayJob), but that could not be written down: \(error). "
                    + "Cancel it before submitting again: scancel \(record.arrayJob)")
        }
        return record
    }

    private func submitMerge(after arrays: [JobRecord]) throws -> [JobRecord] {
        let jobs = arrays.map { String($0.arrayJob) }
        let job: Int
        do {
            job = try sbatch(
                [
                    "--parsable", "--chdir", path, "--dependency", "afterany:" + jobs.joined(separator: ":"),
                    path + "/merge.sbatch",
                ])
        } catch let BatchError.scheduler(program, reason) {
            throw BatchError.scheduler(
                program: program,
                reason:
                    "the tasks were submitted as job \(jobs.joined(separator: " ")), but the job that merges was not: "
                    + "\(reason). Merge when they have ended: herstel batch merge \(shellWord(folder.path))")
        }
        return try arrays.map { record in
            var record = record
            record.mergeJob = job
            try record.write(in: folder)
            return record
        }
    }

    /// Submits a script. Slurm answers with the job's number, and `;cluster` where there are several.
    private func sbatch(_ arguments: [String]) throws -> Int {
        let answer = try ExternalProgram.succeed("sbatch", arguments, timeout: 120, in: path)
        let lines = answer.split(whereSeparator: \.isNewline)
        guard let job = lines.last?.split(separator: ";").first.flatMap({ Int($0) }), job > 0 else {
            throw BatchError.scheduler(
                program: "sbatch",
                reason: "it answered '\(ShellWord.visible(answer))' where a job's number was expected.")
        }
        return job
    }

    /// Task numbers are limited by the site: an array that it refuses is better refused with advice.
    private func refuseLargeNumbers(_ tasks: [Int]) throws {
        guard let size = Self.maximumArraySize, let last = tasks.max(), last >= size else { return }
        let advice =
            size > 1
            ? "Give units_per_task: \((plan.unitCount + size - 2) / (size - 1)) or more under resources, and plan the study again."
            : "Run the study with --engine local or --engine parallel."
        throw BatchError.scheduler(
            program: "sbatch",
            reason: "the job array has tasks up to \(last), and this Slurm takes numbers up to \(max(0, size - 1)) "
                + "(MaxArraySize in scontrol show config). \(advice)")
    }

    /// One more than the largest number of a task; nil when Slurm does not tell.
    private static var maximumArraySize: Int? {
        guard let result = try? ExternalProgram.run("scontrol", ["show", "config"], timeout: 30), result.code == 0
        else { return nil }
        let line = result.output.split(separator: "\n").first { $0.hasPrefix("MaxArraySize") }
        return line?.split(separator: "=").last.flatMap { Int($0.filter(\.isNumber)) }
    }

    private func now() -> String { Date.now.ISO8601Format() }
}

/// Lets one process at a time submit jobs of a study, where the file system has locks.
private final class SubmissionLock: Sendable {
    private let descriptor: Int32

    init(_ folder: StudyFolder) throws(BatchError) {
        let path = folder.jobs + "/.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw .scheduler(
                program: "submit", reason: "\(path): cannot be written: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
            throw .scheduler(
                program: "submit",
                reason: "\(folder.path): another process is submitting jobs of this study. Wait for it.")
        }
    }

    deinit { close(descriptor) }
}

/// A path from the root, links left as they are: nodes may know the folder by the same links only.
func absolutePath(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
}
