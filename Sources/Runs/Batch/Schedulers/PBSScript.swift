import Foundation
import Tables

/// A study's two scripts for PBS Professional and OpenPBS, to be submitted by hand.
public struct PBSScript: Sendable, Equatable {
    /// The text of `batch.pbs`: the tasks, as a job array where there are several.
    public let batch: String
    /// The text of `merge.pbs`.
    public let merge: String
    /// The two commands that submit them, for a shell.
    public let commands: [String]

    /// The scripts of a plan.
    ///
    /// - Parameters:
    ///   - folder: The study's folder, absolute.
    ///   - program: The program's path, absolute.
    ///   - tasks: The tasks to do, at least one.
    /// - Throws: ``BatchError/scheduler(program:reason:)`` when a path or a word cannot be written in a script, or when the
    ///   study asks for what PBS has no word for.
    public init(_ plan: StudyPlan, folder: String, program: String, tasks: [Int]) throws(BatchError) {
        let (quotedFolder, quotedProgram) = (
            try ShellWord.quoted(folder, as: "the study's folder"),
            try ShellWord.quoted(program, as: "the program's path")
        )
        let limits = JobLimits(plan: plan)
        let select = try Self.select(plan, limits)
        let own = try Self.ownLines(plan)
        let name = JobWord.jobName(plan.name)
        func script(_ lines: [String], _ log: String, _ body: [String]) -> String {
            let loads = plan.resources.modules.map {
                "module load '\($0)' || { echo 'herstel: the module \($0) cannot be loaded' >&2; exit 1; }"
            }
            // PBS finds its own names in the path of an output file; the script opens it instead.
            let redirection = "exec >>\(quotedFolder)/logs/\"\(log).log\" 2>&1"
            let head = (loads.isEmpty ? ["#!/bin/bash"] : ["#!/bin/bash -l"])
            let directives = (lines + [select] + own + ["-j oe", "-o /dev/null"]).map { "#PBS " + $0 }
            return (head + directives + ["# Written by herstel batch submit."] + [redirection] + loads + body)
                .joined(separator: "\n") + "\n"
        }
        let cpus = max(1, plan.resources.cpus)
        let array =
            tasks.count > 1 ? ["-J 1-\(tasks.count)" + (plan.resources.throttle.map { "%\(max(1, $0))" } ?? "")] : []
        batch = script(
            ["-N \(name)", "-l walltime=\(try Self.walltime(limits.time))"] + array + [
                "-r \(plan.resources.requeue ? "y" : "n")"
            ],
            "${PBS_JOBID}",
            Self.taskLines(tasks)
                + ["exec \(quotedProgram) batch work \(quotedFolder) --task \"$task\" --threads \(cpus)"])
        merge = script(
            ["-N \(name)-merge", "-l walltime=\(try Self.walltime(limits.mergeTime))", "-r y"], "merge_${PBS_JOBID}",
            ["exec \(quotedProgram) batch merge \(quotedFolder) --threads \(cpus)"])
        commands = [
            "job=$(qsub \(try ShellWord.quoted(folder + "/batch.pbs")))",
            "qsub -W depend=afterany:\"$job\" \(try ShellWord.quoted(folder + "/merge.pbs"))",
        ]
    }

    /// Writes the scripts, and the folder for what they print, into the study's folder.
    public func write(in folder: StudyFolder) throws {
        try FileManager.default.createDirectory(atPath: folder.logs, withIntermediateDirectories: true)
        try writeAtomically([UInt8](batch.utf8), to: folder.path + "/batch.pbs")
        try writeAtomically([UInt8](merge.utf8), to: folder.path + "/merge.pbs")
    }

    /// Sets `task`: an array of PBS counts from 1 without gaps, so that a list of tasks stands in the script.
    private static func taskLines(_ tasks: [Int]) -> [String] {
        let isWhole = tasks == Array(1...max(1, tasks.count))
        guard !isWhole else { return ["task=${PBS_ARRAY_INDEX:-1}"] }
        return [
            "set -- " + tasks.map(String.init).joined(separator: " "), "shift $((${PBS_ARRAY_INDEX:-1} - 1))",
            "task=$1",
        ]
    }

    private static func select(_ plan: StudyPlan, _ limits: JobLimits) throws(BatchError) -> String {
        let memory = try JobWord.checked(limits.memory, "memory", JobWord.memory)
        let digits = memory.prefix { $0.isNumber }
        let unit = memory.dropFirst(digits.count).lowercased()
        guard !digits.isEmpty, unit.count <= 1 else {
            throw .scheduler(program: "script", reason: "resources: memory '\(memory)' is not a size such as 2G.")
        }
        let cpus = max(1, plan.resources.cpus)
        return "-l select=1:ncpus=\(cpus):ompthreads=\(cpus):mem=\(digits)\(unit.isEmpty ? "m" : unit)b"
    }

    private static func ownLines(_ plan: StudyPlan) throws(BatchError) -> [String] {
        let resources = plan.resources
        guard resources.qos == nil, resources.constraint == nil else {
            throw .scheduler(
                program: "script",
                reason:
                    "resources: PBS has no qos and no constraint. Leave them out and plan the study again, or use partition "
                    + "for the queue.")
        }
        var lines: [String] = []
        if let queue = resources.partition {
            lines.append("-q " + (try JobWord.checked(queue, "partition", JobWord.name)))
        }
        if let account = resources.account {
            lines.append("-A " + (try JobWord.checked(account, "account", JobWord.name)))
        }
        for module in resources.modules { _ = try JobWord.checked(module, "module", JobWord.module) }
        return lines
    }

    /// Slurm's form of a time as `HH:MM:SS`: it counts minutes without a colon, and PBS seconds.
    static func walltime(_ time: String) throws(BatchError) -> String {
        let refused = BatchError.scheduler(
            program: "script", reason: "resources: time '\(ShellWord.visible(time))' is not a time such as 02:30:00.")
        let halves = time.split(separator: "-", omittingEmptySubsequences: false)
        let fields = (halves.last ?? "").split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        let days = halves.count == 2 ? Int(halves[0]) ?? -1 : 0
        guard halves.count <= 2, (1...3).contains(fields.count),
            (fields + [days]).allSatisfy({ (0...1_000_000).contains($0) })
        else { throw refused }
        // Slurm: M, M:S, H:M:S, and after days H, H:M, H:M:S.
        let isFromHours = halves.count == 2 || fields.count == 3
        let padded = (isFromHours ? fields : [0] + fields) + [0, 0, 0]
        let seconds = days * 86_400 + padded[0] * 3_600 + padded[1] * 60 + padded[2]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}
