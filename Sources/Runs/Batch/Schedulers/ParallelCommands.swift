/// A study's tasks as lines of a shell, for GNU parallel, xargs or by hand.
public enum ParallelCommands {
    /// A line for each task, and none for the merge that comes after all of them.
    ///
    /// - Parameters:
    ///   - folder: The study's folder, absolute.
    ///   - program: The program's path.
    /// - Throws: ``BatchError/scheduler(program:reason:)`` when a path cannot be written on a line.
    public static func lines(
        _ plan: StudyPlan, folder: String, program: String, tasks: [Int]
    ) throws(BatchError) -> [String] {
        let (folder, program) = (
            try ShellWord.quoted(folder, as: "the study's folder"),
            try ShellWord.quoted(program, as: "the program's path")
        )
        return tasks.map { "\(program) batch work \(folder) --task \($0) --threads \(max(1, plan.resources.cpus))" }
    }

    /// The line that merges.
    public static func merge(_ plan: StudyPlan, folder: String, program: String) throws(BatchError) -> String {
        let program = try ShellWord.quoted(program, as: "the program's path")
        return "\(program) batch merge " + (try ShellWord.quoted(folder, as: "the study's folder"))
            + " --threads \(max(1, plan.resources.cpus))"
    }
}
