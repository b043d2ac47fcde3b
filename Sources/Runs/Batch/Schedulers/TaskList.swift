/// A list of tasks as job arrays take them: `1-3,7`.
enum TaskList {
    /// Slurm refuses longer lists (`array_inx` of at most 4,096 bytes).
    static let longest = 4_000

    /// The tasks in as few lists as the length of a list allows.
    ///
    /// - Parameter tasks: At least one; sorted here, each taken once.
    static func lists(_ tasks: [Int], longest: Int = longest) -> [(tasks: [Int], text: String)] {
        var lists: [(tasks: [Int], text: String)] = []
        for run in runs(Set(tasks).sorted()) {
            let word = run.count == 1 ? "\(run.lowerBound)" : "\(run.lowerBound)-\(run.upperBound)"
            if let last = lists.last, last.text.utf8.count + 1 + word.utf8.count <= longest {
                lists[lists.count - 1].tasks += Array(run)
                lists[lists.count - 1].text += "," + word
            } else {
                lists.append((Array(run), word))
            }
        }
        return lists
    }

    private static func runs(_ sorted: [Int]) -> [ClosedRange<Int>] {
        var runs: [ClosedRange<Int>] = []
        for task in sorted {
            if let last = runs.last, task == last.upperBound + 1 {
                runs[runs.count - 1] = last.lowerBound...task
            } else {
                runs.append(task...task)
            }
        }
        return runs
    }
}
