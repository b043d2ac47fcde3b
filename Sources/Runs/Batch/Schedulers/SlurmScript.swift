/// The two scripts of a study for Slurm: a job array that does the units, and the job that merges after it.
///
/// Lines for sbatch hold only words that were checked. Paths stand in the body alone, in single quotes. The program takes
/// the place of the script's shell (`exec`), so that it is the one to which Slurm sends SIGTERM at preemption, requeueing
/// and the time limit.
public struct SlurmScript: Sendable, Equatable {
    /// The text of `batch.sbatch`.
    public let batch: String
    /// The text of `merge.sbatch`.
    public let merge: String

    /// The scripts of a plan.
    ///
    /// - Parameters:
    ///   - folder: The study's folder, absolute.
    ///   - program: The program's path, absolute.
    /// - Throws: ``BatchError/scheduler(program:reason:)`` when a path or a word cannot be written in a script.
    public init(_ plan: StudyPlan, folder: String, program: String) throws(BatchError) {
        let parts = try Parts(plan, folder: folder, program: program)
        let limits = JobLimits(plan: plan)
        let throttle = plan.resources.throttle.map { "%\(max(1, $0))" } ?? ""
        batch = try parts.script(
            directives: [
                "job-name=\(JobWord.jobName(plan.name))", "array=1-\(max(1, plan.taskCount))\(throttle)",
                "time=\(JobWord.checked(limits.time, "time", JobWord.time))",
                plan.resources.requeue ? "requeue" : "no-requeue",
            ],
            log: (pattern: "%A_%a", variables: "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"),
            command: "work \(parts.folder) --task \"$SLURM_ARRAY_TASK_ID\"")
        merge = try parts.script(
            directives: [
                "job-name=\(JobWord.jobName(plan.name))-merge",
                "time=\(JobWord.checked(limits.mergeTime, "time", JobWord.time))", "requeue",
            ],
            log: (pattern: "merge_%j", variables: "merge_${SLURM_JOB_ID}"), command: "merge \(parts.folder)")
    }

    /// What both scripts share.
    private struct Parts {
        /// The folder's path as a word.
        let folder: String
        private let program: String
        private let cpus: Int
        private let directives: [String]
        private let modules: [String]
        /// Whether Slurm finds the file of a job's output in this folder: it takes `%` and `\` in the path of the folder
        /// for signs of its own (seen in 22.05), and a job whose output has no place ends without a word.
        private let isPlain: Bool

        init(_ plan: StudyPlan, folder: String, program: String) throws(BatchError) {
            self.folder = try ShellWord.quoted(folder, as: "the study's folder")
            self.program = try ShellWord.quoted(program, as: "the program's path")
            let resources = plan.resources
            cpus = max(1, resources.cpus)
            var lines = [
                "mem=" + (try JobWord.checked(JobLimits(plan: plan).memory, "memory", JobWord.memory)),
                "nodes=1", "ntasks=1", "cpus-per-task=\(cpus)",
            ]
            for (name, word) in [
                ("partition", resources.partition), ("account", resources.account), ("qos", resources.qos),
            ] {
                if let word { lines.append("\(name)=" + (try JobWord.checked(word, name, JobWord.name))) }
            }
            if let word = resources.constraint {
                lines.append("constraint=" + (try JobWord.checked(word, "constraint", JobWord.constraint)))
            }
            directives = lines
            var words: [String] = []
            for module in resources.modules { words.append(try JobWord.checked(module, "module", JobWord.module)) }
            modules = words
            isPlain = !folder.contains("%") && !folder.contains("\\")
        }

        func script(
            directives own: [String], log: (pattern: String, variables: String), command: String
        ) -> String {
            // Only a login shell is sure to know `module`.
            var lines = [modules.isEmpty ? "#!/bin/bash" : "#!/bin/bash -l"]
            let output = isPlain ? "logs/\(log.pattern).log" : "/dev/null"
            lines += (own + directives + ["open-mode=append", "output=\(output)"]).map { "#SBATCH --\($0)" }
            lines.append("# Written by herstel batch submit; run in the study's folder, whose logs/ must be there.")
            if !isPlain { lines.append("exec >>\"logs/\(log.variables).log\" 2>&1") }
            lines += modules.map {
                "module load '\($0)' || { echo 'herstel: the module \($0) cannot be loaded' >&2; exit 1; }"
            }
            lines.append("exec \(program) batch \(command) --threads \(cpus)")
            return lines.joined(separator: "\n") + "\n"
        }
    }
}
