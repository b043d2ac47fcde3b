import Foundation
import TestSupport
import Testing

@testable import Runs

extension SlurmTests {
    /// Scripts and submission, with stand-ins for the program.
    @Suite(.serialized) final class SubmissionTests {
        private let slurm: PrivateSlurm

        init() throws { slurm = try PrivateSlurm() }

        private static let folders = [
            "plain", "two words", "it's", "\"quoted\"", "100%", "%A_%a", "back\\slash", "$HOME", "`id`", "$(id)",
            "a;b&c|d",
            "star*?[1]", " leading", "-dash", "#hash", "tijdvak-é-日本", "~",
        ]

        @Test func scriptsPassSlurmsOwnCheck() throws {
            let changes: [(inout JobResources) -> Void] = [
                { _ in },
                {
                    ($0.time, $0.memory, $0.partition, $0.account) = ("1-02:00:00", "2G", "test", "proj-1.a")
                    ($0.constraint, $0.modules, $0.throttle, $0.cpus) = ("fast&big", ["swift/6.1"], 2, 4)
                    $0.requeue = false
                },
                { ($0.time, $0.memory, $0.constraint) = ("90", "512", "[fast|big]") },
            ]
            for (index, name) in Self.folders.enumerated() {
                let standIn = try StandIn(name)
                let plan = plan(tasks: 8, name: name, changes[index % changes.count])
                let script = try SlurmScript(plan, folder: standIn.study.path, program: standIn.program)
                for (text, file) in [(script.batch, "batch.sbatch"), (script.merge, "merge.sbatch")] {
                    let path = standIn.study.path + "/" + file
                    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
                    let result = try slurm.use {
                        try ExternalProgram.run("sbatch", ["--test-only", "--chdir", standIn.study.path, path])
                    }
                    #expect(result.code == 0 && result.errors.contains("to start at"), "\(name): \(result.errors)")
                }
            }
            // The check can fail: this partition does not exist.
            let standIn = try StandIn()
            let script = try SlurmScript(
                plan(tasks: 1) { $0.partition = "nowhere" }, folder: standIn.study.path, program: standIn.program)
            try Data(script.batch.utf8).write(to: URL(fileURLWithPath: standIn.study.path + "/batch.sbatch"))
            let result = try slurm.use {
                try ExternalProgram.run("sbatch", ["--test-only", standIn.study.path + "/batch.sbatch"])
            }
            #expect(result.code != 0)
            let error = #expect(throws: BatchError.self) {
                try slurm.use { try standIn.submit(plan(tasks: 1) { $0.partition = "nowhere" }) }
            }
            #expect(error?.description.contains("invalid partition specified: nowhere") == true)
        }

        @Test func tasksRunAndAreMergedWhateverTheFoldersName() throws {
            let standIns = try Self.folders.map { try StandIn($0) }
            for standIn in standIns {
                let records = try slurm.use { try standIn.submit(plan(tasks: 2)) }
                #expect(records.count == 1 && records[0].mergeJob == records[0].arrayJob + 1)
            }
            try slurm.waitUntilEmpty()
            for standIn in standIns {
                #expect(standIn.merged == "1 2", "\(standIn.study.path)")
                let job = try #require(JobRecord.all(in: standIn.study).first).arrayJob
                #expect(try contents(of: standIn.study.logs + "/\(job)_2.log") == "task 2\n", "\(standIn.study.path)")
                #expect(FileManager.default.fileExists(atPath: standIn.study.logs + "/merge_\(job + 1).log"))
            }
        }

        @Test func theQueueTellsWhatEachTaskDoes() throws {
            let standIn = try StandIn("study", "while [ ! -e \"$folder/go\" ]; do sleep 0.1; done")
            let records = try slurm.use { try standIn.submit(plan(tasks: 6) { $0.throttle = 2 }) }
            try slurm.wait("two tasks") { standIn.moments(1).begun.count + standIn.moments(2).begun.count == 2 }
            let queue = try #require(slurm.use { Slurm.queue(records) })
            #expect(queue.keys.sorted() == Array(1...6))
            #expect(queue.filter { $0.value.state == .running }.keys.sorted() == [1, 2])
            #expect(queue[6]?.state == .waiting && queue[6]?.word == "PENDING")
            #expect(throws: BatchError.alreadySubmitted(job: "\(records[0].arrayJob)", tasks: 6)) {
                try slurm.use { try standIn.submit(plan(tasks: 6)) }
            }
            #expect(throws: BatchError.self) { try slurm.use { try standIn.submit(plan(tasks: 6), [6]) } }
            try Data().write(to: URL(fileURLWithPath: standIn.study.path + "/go"))
            try slurm.waitUntilEmpty()
            #expect(standIn.merged == "1 2 3 4 5 6")
            #expect(slurm.use { Slurm.queue(records) } == [:])
            #expect(slurm.use { Slurm.ends(records) } == [:])
            // Tasks that have left the queue may be done again.
            #expect(try slurm.use { try standIn.submit(plan(tasks: 6), [2, 5]) }.map(\.tasks) == [[2, 5]])
            try slurm.stopController()
            #expect(slurm.use { Slurm.queue(records, timeout: 2) } == nil)
        }

        @Test func noMoreTasksAtATimeThanTheStudySays() throws {
            let standIn = try StandIn("study", "sleep 0.7")
            _ = try slurm.use { try standIn.submit(plan(tasks: 6) { $0.throttle = 2 }) }
            try slurm.waitUntilEmpty()
            let moments = (1...6).map(standIn.moments)
            for moment in moments {
                let begun = try #require(moment.begun.first)
                let running = moments.filter { $0.begun.first.map { $0 <= begun } == true && $0.done ?? 0 > begun }
                #expect(running.count <= 2)
            }
            #expect(standIn.merged == "1 2 3 4 5 6")
        }

        @Test func aTaskThatIsCancelledDoesNotHoldUpTheMerge() throws {
            let standIn = try StandIn(
                "study",
                "[ -e \"$folder/again\" ] || [ $task != 2 ] || exec sleep 100; [ -e \"$folder/again\" ] || [ $task != 3 ] || exit 3"
            )
            let records = try slurm.use { try standIn.submit(plan(tasks: 4)) }
            try slurm.wait("task 2") { standIn.moments(2).begun.count == 1 }
            try slurm.run("scancel", ["\(records[0].arrayJob)_2"])
            try slurm.waitUntilEmpty()
            #expect(standIn.merged == "1 4")
            try Data().write(to: URL(fileURLWithPath: standIn.study.path + "/again"))
            _ = try slurm.use { try standIn.submit(plan(tasks: 4), [2, 3]) }
            try slurm.waitUntilEmpty()
            #expect(standIn.merged == "1 2 3 4")
            #expect(JobRecord.all(in: standIn.study).map(\.tasks) == [[1, 2, 3, 4], [2, 3]])
        }

        @Test func tasksGoOnWhileTheNodesDaemonIsRestarted() throws {
            let standIn = try StandIn("study", "while [ ! -e \"$folder/go\" ]; do sleep 0.1; done")
            _ = try slurm.use { try standIn.submit(plan(tasks: 6)) }
            try slurm.wait("four tasks") { (1...4).allSatisfy { standIn.moments($0).begun.count == 1 } }
            try slurm.stopNode()
            try slurm.startNode()
            try Data().write(to: URL(fileURLWithPath: standIn.study.path + "/go"))
            try slurm.waitUntilEmpty()
            #expect(standIn.merged == "1 2 3 4 5 6")
            #expect((1...6).allSatisfy { standIn.moments($0).begun.count == 1 })
        }

        @Test func aRequeuedTaskIsAskedToStopAndRunsAgain() throws {
            // The task is the batch process itself, so that the signal comes to it.
            let standIn = try StandIn(
                "study",
                """
                trap 'echo "$task asked to stop"; exit 1' TERM
                if [ -z "$SLURM_RESTART_COUNT" ]; then while true; do sleep 0.1; done; fi
                """)
            let records = try slurm.use { try standIn.submit(plan(tasks: 2)) }
            let job = records[0].arrayJob
            try slurm.wait("two tasks") { (1...2).allSatisfy { standIn.moments($0).begun.count == 1 } }
            try slurm.run("scontrol", ["requeue", "\(job)_1"])
            try slurm.run("scontrol", ["requeue", "\(job)_2"])
            try slurm.waitUntilEmpty()
            #expect(standIn.merged == "1 2")
            #expect((1...2).allSatisfy { standIn.moments($0).begun.count == 2 })
            // What it printed the first time is kept.
            let log = try contents(of: standIn.study.logs + "/\(job)_1.log")
            #expect(log.hasPrefix("task 1\n") && log.contains("1 asked to stop\n") && log.hasSuffix("task 1\n"))
        }

        @Test func anArrayLargerThanTheSiteAllowsIsRefusedWithAdvice() throws {
            let standIn = try StandIn()
            let error = #expect(throws: BatchError.self) { try slurm.use { try standIn.submit(plan(tasks: 1_001)) } }
            #expect(error?.description.contains("takes numbers up to 1000 (MaxArraySize") == true)
            #expect(error?.description.contains("Give units_per_task: 2 or more") == true)
            #expect(JobRecord.all(in: standIn.study).isEmpty)
        }
    }
}
