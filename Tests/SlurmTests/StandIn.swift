import Foundation
import TestSupport

@testable import Runs

/// A study's folder and a small shell script in place of the program: what a task does can be said for each task.
///
/// A task writes `out/N.begun`, does what it is told and writes `out/N`; the merge writes the names of these to `merged`.
struct StandIn {
    private let root: TemporaryFolder
    /// The study's folder.
    let study: StudyFolder
    /// The script, where an awkward path can be kept from harm.
    let program: String

    /// - Parameters:
    ///   - name: The folder's name.
    ///   - body: What a task does; `$task` is its number, `$folder` the study's folder.
    init(_ name: String = "study", _ body: String = "") throws {
        root = try TemporaryFolder()
        study = StudyFolder(root.file(name))
        try FileManager.default.createDirectory(atPath: study.path + "/out", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: root.file("bin dir's"), withIntermediateDirectories: true)
        program = try root.write(
            """
            #!/bin/bash
            folder=$3; task=$5
            if [ "$2" = merge ]; then (cd "$folder/out" && ls | grep -v begun | sort -n | xargs) > "$folder/merged"; exit; fi
            echo "task $task"
            date +%s.%N >> "$folder/out/$task.begun"
            \(body)
            date +%s.%N > "$folder/out/$task"

            """, to: "bin dir's/program")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    }

    func submit(_ plan: StudyPlan, _ tasks: [Int]? = nil) throws -> [JobRecord] {
        try Slurm.submit(plan, in: study, tasks: tasks ?? Array(1...plan.taskCount), program: program)
    }

    /// The tasks that the merge has found done; nil before it.
    var merged: String? { (try? contents(of: study.path + "/merged"))?.trimmingCharacters(in: .newlines) }

    /// Moments that a task wrote: when it began, each time, and when it was done.
    func moments(_ task: Int) -> (begun: [Double], done: Double?) {
        let begun = (try? contents(of: study.path + "/out/\(task).begun")) ?? ""
        let done = try? contents(of: study.path + "/out/\(task)")
        return (begun.split(separator: "\n").compactMap { Double($0) }, done.flatMap { Double($0.dropLast()) })
    }
}

/// A plan of so many tasks that nobody computes.
func plan(tasks: Int, name: String = "severity", _ change: (inout JobResources) -> Void = { _ in }) -> StudyPlan {
    var resources = JobResources()
    change(&resources)
    let cost = StudyCost(
        preparation: 1, draw: 0.1, summary: 1, sizes: Array(repeating: 1, count: tasks), memory: 100_000_000,
        tableBytes: 100_000, drawBytes: 1_000)
    return StudyPlan(
        version: herstelVersion, name: name, title: "A study", directory: "/",
        study: StudyPlan.Input(path: "study.yaml", sha256: ""), base: "scenario.yaml", inputs: [], estimates: [],
        draws: 10, shards: 1, seed: 1, sampling: .independent, sensitivity: 0, tables: ["trajectories"],
        trajectories: .national, factors: [],
        variants: (1...tasks).map { StudyVariant(number: $0, name: "", levels: [], overrides: []) },
        resources: resources, unitsPerTask: 1, cost: cost)
}
