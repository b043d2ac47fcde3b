import Foundation
import TestSupport
import Testing

@testable import Runs

/// Programs of the scheduler, and submission with stand-ins for them.
struct SchedulerProgramTests {
    private let folder: TemporaryFolder
    private let study: StudyFolder

    init() throws {
        folder = try TemporaryFolder()
        study = StudyFolder(folder.file("study"))
        try FileManager.default.createDirectory(atPath: study.path, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: folder.file("bin"), withIntermediateDirectories: true)
    }

    /// Makes a stand-in for a program.
    private func program(_ name: String, _ script: String) throws {
        let path = try folder.write("#!/bin/sh\n" + script + "\n", to: "bin/" + name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    /// Finds the stand-ins before other programs.
    private func withPrograms<Result>(_ body: () throws -> Result) rethrows -> Result {
        try ExternalProgram.$variables.withValue(["PATH": folder.file("bin") + ":/usr/bin:/bin"], operation: body)
    }

    /// An sbatch that writes its arguments down and counts jobs from 101.
    private func makeSbatch(_ more: String = "") throws {
        let log = folder.file("sbatch.log")
        try program(
            "sbatch",
            """
            echo "$*" >> '\(log)'; n=$(wc -l < '\(log)')
            \(more)
            echo "$((100 + n));cluster"
            """)
    }

    private func submit(_ plan: StudyPlan, _ tasks: [Int]) throws -> [JobRecord] {
        try withPrograms { try Slurm.submit(plan, in: study, tasks: tasks, program: "/opt/herstel") }
    }

    @Test func bothOutputsAreReadWhateverTheirLength() throws {
        try program(
            "talk", "head -c 3000000 /dev/zero | tr '\\0' a; head -c 3000000 /dev/zero | tr '\\0' b >&2; exit 3")
        let result = try withPrograms { try ExternalProgram.run("talk", [], timeout: 60) }
        #expect(result.code == 3 && result.output.utf8.count == 3_000_000 && result.errors.utf8.count == 3_000_000)
    }

    @Test func argumentsArriveAsTheyAre() throws {
        let words = ["a b", "$HOME", "`id`", "'", "", "*", "-n", "é\n"]
        #expect(try ExternalProgram.run("printf", ["<%s>"] + words).output == words.map { "<\($0)>" }.joined())
    }

    @Test func aProgramThatDoesNotAnswerIsStopped() throws {
        try program("slow", "echo $$ > '\(folder.file("pid"))'; exec sleep 100")
        let error = #expect(throws: BatchError.self) {
            try withPrograms { try ExternalProgram.run("slow", [], timeout: 1) }
        }
        #expect(error?.description == "slow: it did not answer within 1 s and was stopped. Try again later.")
        let pid = try #require(Int32(try contents(of: folder.file("pid")).dropLast()))
        // Whoever reaps it may take a moment.
        for _ in 0..<100 where kill(pid, 0) == 0 { Thread.sleep(forTimeInterval: 0.1) }
        #expect(kill(pid, 0) != 0)
    }

    @Test func missingAndFailingProgramsAreToldInWords() throws {
        #expect(
            throws: BatchError.scheduler(
                program: "nosuch", reason: "there is no such program on the PATH. Is this machine one of the cluster's?"
            )
        ) { try ExternalProgram.run("nosuch", []) }
        try program("sbatch", "printf 'sbatch: error: no \\033[1m such\\nsbatch: error: partition\\n' >&2; exit 1")
        let error = #expect(throws: BatchError.self) { try submit(schedulerPlan(), [1]) }
        #expect(error?.description == "sbatch: error: no \\u{1b}[1m such; error: partition")
        #expect(JobRecord.all(in: study).isEmpty)
        try program("sbatch", "echo submitted")
        #expect(
            throws: BatchError.scheduler(
                program: "sbatch", reason: "it answered 'submitted' where a job's number was expected.")
        ) { try submit(schedulerPlan(), [1]) }
    }

    @Test func aSubmissionIsAnArrayAndAMergeAfterIt() throws {
        try makeSbatch()
        try program("scontrol", "echo 'MaxArraySize            = 1001'")
        let records = try submit(schedulerPlan(resources: jobResources { $0.throttle = 3 }), [7, 1, 2, 3, 8, 2])
        #expect(records.map(\.arrayJob) == [101] && records.map(\.mergeJob) == [102])
        #expect(records.map(\.tasks) == [[1, 2, 3, 7, 8]])
        #expect(JobRecord.all(in: study) == records)
        #expect(
            try contents(of: folder.file("sbatch.log")) == """
                --parsable --chdir \(study.path) --array 1-3,7-8%3 \(study.path)/batch.sbatch
                --parsable --chdir \(study.path) --dependency afterany:101 \(study.path)/merge.sbatch

                """)
        #expect(FileManager.default.fileExists(atPath: study.logs))
        #expect(throws: BatchError.noSuchUnit(9, count: 8)) { try submit(schedulerPlan(), [9]) }
        #expect(try submit(schedulerPlan(), []).isEmpty)
    }

    @Test func aListTooLongForOneArrayIsSeveral() throws {
        try makeSbatch()
        let plan = schedulerPlan(variants: 4_000, resources: jobResources { $0.throttle = 5 })
        let tasks = Array(stride(from: 1, through: 8_000, by: 2))
        let records = try submit(plan, tasks)
        #expect(records.count == 5 && records.flatMap(\.tasks) == tasks)
        #expect(records.allSatisfy { $0.mergeJob == 106 })
        let lines = try contents(of: folder.file("sbatch.log")).split(separator: "\n")
        #expect(lines.allSatisfy { $0.utf8.count < 4_096 + 500 })
        #expect(lines[1].contains("%5 --dependency afterany:101 "))
        #expect(lines[5].contains("--dependency afterany:101:102:103:104:105 "))
    }

    @Test func arraysThatTheSiteRefusesAreRefusedWithAdvice() throws {
        try makeSbatch()
        try program("scontrol", "echo 'MaxArraySize            = 101'")
        let plan = schedulerPlan(variants: 100)
        let error = #expect(throws: BatchError.self) { try submit(plan, Array(1...200)) }
        #expect(
            error?.description
                == "sbatch: the job array has tasks up to 200, and this Slurm takes numbers up to 100 (MaxArraySize in scontrol "
                + "show config). Give units_per_task: 2 or more under resources, and plan the study again.")
        #expect(try submit(plan, Array(1...100)).count == 1)
    }

    @Test func aMergeThatCannotBeSubmittedDoesNotHideTheArray() throws {
        try makeSbatch("if [ $n = 2 ]; then echo 'sbatch: error: no room' >&2; exit 1; fi")
        let error = #expect(throws: BatchError.self) { try submit(schedulerPlan(), [1, 2]) }
        #expect(
            error?.description
                == "sbatch: the tasks were submitted as job 101, but the job that merges was not: error: no room. Merge when "
                + "they have ended: herstel batch merge '\(study.path)'")
        #expect(JobRecord.all(in: study).map(\.arrayJob) == [101])
    }

    @Test func tasksInTheQueueAreNotSubmittedAgain() throws {
        try makeSbatch()
        _ = try submit(schedulerPlan(), [1, 2, 3])
        try program("squeue", "echo '101 2 RUNNING None'; echo '101 3 PENDING Resources'; echo '9 1 RUNNING None'")
        #expect(throws: BatchError.alreadySubmitted(job: "101", tasks: 1)) { try submit(schedulerPlan(), [1, 2]) }
        #expect(throws: BatchError.alreadySubmitted(job: "101", tasks: 2)) { try submit(schedulerPlan(), Array(1...8)) }
        #expect(try submit(schedulerPlan(), [1]).map(\.arrayJob) == [103])
        // Jobs that Slurm has forgotten are not in the queue; a Slurm that cannot be asked is an error.
        try program("squeue", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1")
        #expect(try submit(schedulerPlan(), [2]).count == 1)
        try program("squeue", "echo 'squeue: error: Unable to contact slurm controller' >&2; exit 1")
        let error = #expect(throws: BatchError.self) { try submit(schedulerPlan(), [2]) }
        #expect(error?.description == "squeue: error: Unable to contact slurm controller")
    }

    @Test func theQueueIsReadLineByLine() throws {
        let records = [
            JobRecord(arrayJob: 5, tasks: [1, 2, 3], submitted: ""), JobRecord(arrayJob: 9, tasks: [2], submitted: ""),
        ]
        try program(
            "squeue",
            """
            echo '5 1 RUNNING None'
            echo '5 2 COMPLETING None'
            echo '9 2 PENDING JobArrayTaskLimit and more'
            echo '5 3 SUSPENDED None'; echo '6 N/A PENDING Dependency'; echo '77 1 RUNNING None'; echo; echo rubbish
            """)
        let queue = try #require(withPrograms { Slurm.queue(records) })
        #expect(queue.mapValues(\.state) == [1: .running, 2: .waiting, 3: .waiting])
        #expect(queue[2]?.reason == "JobArrayTaskLimit and more" && queue[2]?.job == 9)
        // What is no answer is not an empty queue.
        try program("squeue", "echo 'Welcome to the cluster'")
        #expect(withPrograms { Slurm.queue(records) } == nil)
        try program("squeue", "sleep 5")
        #expect(withPrograms { Slurm.queue(records, timeout: 0.2) } == nil)
        #expect(Slurm.queue([]) == [:])
    }

    @Test func endsComeFromTheAccountingWhereThereIsOne() throws {
        let records = [
            JobRecord(arrayJob: 5, tasks: [1, 2], submitted: ""), JobRecord(arrayJob: 9, tasks: [2], submitted: ""),
        ]
        try program(
            "sacct",
            "printf '5_1|OUT_OF_MEMORY\\n9_2|CANCELLED by 1000\\n5_2|TIMEOUT\\n5_[3-4]|PENDING\\n7_1|FAILED\\nrubbish\\n'"
        )
        #expect(withPrograms { Slurm.ends(records) } == [1: "OUT_OF_MEMORY", 2: "CANCELLED"])
        try program("sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1")
        #expect(withPrograms { Slurm.ends(records) }.isEmpty)
    }

    @Test func damagedRecordsOfJobsArePassedOver() throws {
        try makeSbatch()
        let records = try submit(schedulerPlan(), [1])
        try folder.write("{\"array_job\": 1", to: "study/jobs/1.json")
        try folder.write("", to: "study/jobs/2.json")
        #expect(JobRecord.all(in: study) == records)
    }
}
