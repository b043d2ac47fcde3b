import Foundation
import TestSupport
import Testing

@testable import Runs

extension SlurmTests {
    /// Studies through Slurm: whatever happens on the way, the results are those of one process, byte by byte.
    @Suite(.serialized) final class StudyTests {
        private let slurm: PrivateSlurm

        init() throws { slurm = try PrivateSlurm() }

        @Test func sixtyFourUnitsThroughSlurmAreThoseOfOneProcess() throws {
            let study = try SlurmStudy(draws: 128, slurm)
            let expected = try study.expected()
            let folder = try study.plan("a study's 100% \"$(touch x)\" `touch y`; folder")
            let job = try #require(try study.submit(folder))
            #expect(job.tasks == Array(1...64))
            let again = try study.batch(["submit", folder.path])
            #expect(again.code != 0 && again.errors.contains("job \(job.arrayJob) of this study is in the queue"))
            #expect(try study.batch(["status", folder.path]).output.contains("64 units of 16 variants"))
            try slurm.waitUntilEmpty(seconds: 120)
            #expect(try study.digests(folder) == expected)
            // Where each unit ran is told beside the results.
            let units = try contents(of: folder.path + "/units.csv")
            #expect(units.contains(",\(job.arrayJob)_64,") && units.split(separator: "\n").count == 65)
            #expect(try study.batch(["status", folder.path]).output.contains("Results are in"))
            #expect(!["x", "y"].contains { FileManager.default.fileExists(atPath: study.file($0)) })
        }

        @Test func killedRequeuedDoubledAndWithoutItsNodeItEndsWithTheSameFiles() throws {
            let study = try SlurmStudy(draws: 16_000, slurm)
            let expected = try study.expected()
            let folder = try study.plan("killed")
            var random = SeededGenerator(seed: 20)
            var (kills, requeued) = (0, 0)
            for _ in 0..<30 where kills < 20 {
                let job = try #require(try study.submit(folder, kills == 0 ? "submit" : "retry"))
                // The same units at the same time, outside Slurm.
                let double = try other(study, folder, units: "\(Int.random(in: 1...32, using: &random))-64")
                defer { kill(double.processIdentifier, SIGKILL) }
                let goal = min(20, kills + 10)
                try slurm.wait("kills", seconds: 90) {
                    let running = slurm.use { Slurm.queue([job]) }?.values.filter { $0.state == .running } ?? []
                    guard let task = running.randomElement(using: &random) else { return try slurm.isEmpty }
                    if kills % 2 == 0 {
                        kills += try cancel("\(job.arrayJob)_\(task.task)") ? 1 : 0
                    } else if let process = study.working().randomElement(using: &random) {
                        kills += kill(process, SIGKILL) == 0 ? 1 : 0
                    }
                    return kills >= goal
                }
                if requeued == 0 { requeued = try requeue(job) }
                if kills == 10 {
                    try slurm.stopNode()
                    try slurm.startNode()
                }
                if kills >= 20 { break }
                try slurm.waitUntilEmpty(seconds: 120)
                kill(double.processIdentifier, SIGKILL)
                try study.forgetClaims(in: folder)
            }
            #expect(kills >= 20 && requeued > 0)
            try study.finish(folder)
            #expect(try study.digests(folder) == expected)
        }

        /// The program, doing units outside Slurm.
        private func other(_ study: SlurmStudy, _ folder: StudyFolder, units: String) throws -> Process {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = ["batch", "work", folder.path, "--unit", units, "--threads", "1", "-q"]
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            return process
        }

        private func cancel(_ task: String) throws -> Bool {
            try slurm.use {
                try ExternalProgram.run("scancel", ["--signal=KILL", "--full", task], timeout: 20).code == 0
            }
        }

        /// Has Slurm stop two running tasks and queue them again; how many it took.
        private func requeue(_ job: JobRecord) throws -> Int {
            let running = slurm.use { Slurm.queue([job]) }?.values.filter { $0.state == .running } ?? []
            return try running.prefix(2).count { task in
                let name = "\(job.arrayJob)_\(task.task)"
                return try slurm.use { try ExternalProgram.run("scontrol", ["requeue", name], timeout: 20).code == 0 }
            }
        }

        @Test func damagedDrawsAndTablesAreFoundAndMadeAgain() throws {
            let study = try SlurmStudy(draws: 128, slurm)
            let expected = try study.expected()
            let folder = try study.plan("damaged")
            // Variant 1 whole, half of variant 2, which is then damaged.
            try #require(try study.batch(["work", "damaged", "--unit", "1-6", "-q"]).code == 0)
            let shards = folder.variant(2) + "/shards"
            let draws = try FileManager.default.contentsOfDirectory(atPath: shards).filter { $0.hasSuffix(".draws") }
                .sorted()
            try study.damage(shards + "/" + #require(draws.first))
            let job = try #require(try study.submit(folder))
            #expect(job.tasks == Array(7...64))
            try slurm.waitUntilEmpty(seconds: 120)
            // The merge found it: no results, and words in its log.
            #expect(!FileManager.default.fileExists(atPath: folder.results + "/run.json"))
            let log = try contents(of: folder.logs + "/merge_\(try #require(job.mergeJob)).log")
            #expect(log.contains("units are missing or damaged"), "\(log)")
            try study.finish(folder)
            #expect(try study.digests(folder) == expected)
            // Tables of a variant, and of the results.
            try study.damage(folder.variant(3) + "/comparison.csv")
            try study.damage(folder.results + "/trajectories.csv")
            try study.finish(folder)
            #expect(try study.digests(folder) == expected)
        }

        @Test(.enabled(if: Memory.canBeMounted)) func aFullDiskIsToldAndTheStudyGoesOn() throws {
            let study = try SlurmStudy(draws: 128, slurm)
            let expected = try study.expected()
            let disk = try Memory(study.file("disk"))
            let folder = try study.plan("disk/study")
            let job = try #require(try study.submit(folder))
            let room = try disk.fill(leaving: 40_000)
            try slurm.waitUntilEmpty(seconds: 120)
            let logs = try FileManager.default.contentsOfDirectory(atPath: folder.logs)
            let texts = try logs.map { try contents(of: folder.logs + "/" + $0) }
            #expect(texts.contains { $0.contains("No space left on device") }, "\(texts)")
            // No task crashed: each ended with an exit code, not by a signal.
            let ends = try slurm.run("scontrol", ["-o", "show", "job", "\(job.arrayJob)"])
            #expect(ends.contains("ExitCode=1:0") && !ends.contains(/ExitCode=\d+:[1-9]/), "\(ends)")
            #expect(!FileManager.default.fileExists(atPath: folder.results + "/run.json"))
            try FileManager.default.removeItem(atPath: room)
            try study.finish(folder)
            #expect(try study.digests(folder) == expected)
        }
    }
}
