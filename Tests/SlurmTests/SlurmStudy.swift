import Foundation
import Runs
import TestSupport
import Testing

/// A study of 64 units, each a fraction of a second, and folders in which a Slurm does it.
struct SlurmStudy {
    private let small: SmallScenario
    let slurm: PrivateSlurm

    /// - Parameter draws: Of each of the 16 variants.
    init(draws: Int, _ slurm: PrivateSlurm) throws {
        self.slurm = slurm
        small = try SmallScenario(schools: 40, draws: 64)
        try small.folder.write(
            """
            kind: study
            title: Loss by persistence
            base: scenario.yaml
            draws: \(draws)
            shards: 4
            design:
              kind: grid
              factors:
                - name: severity
                  scale: "outcomes[outcome=reading].parameters.loss_per_week"
                  values: [0.5, 0.75, 1, 2]
                - name: persistence
                  set: "outcomes[outcome=reading].parameters.persistence.mean"
                  values: [0.5, 0.6, 0.7, 0.75]
            resources: {units_per_task: 1, time: "00:10:00", memory: 1G}

            """, to: "study.yaml")
    }

    /// The path of a file beside the study.
    func file(_ name: String) -> String { small.folder.file(name) }

    func batch(_ arguments: [String], in folder: String? = nil) throws -> ExternalProgram.Output {
        try slurm.herstel(["batch"] + arguments, in: folder ?? small.folder.path)
    }

    /// Plans the study in a folder.
    func plan(_ folder: String) throws -> StudyFolder {
        let result = try batch(["plan", "study.yaml", "--output", folder, "-q"])
        try #require(result.code == 0, "\(result.errors)")
        return StudyFolder(file(folder))
    }

    /// Has Slurm do what is to be done.
    @discardableResult
    func submit(_ folder: StudyFolder, _ command: String = "submit") throws -> JobRecord? {
        let result = try batch([command, folder.path])
        try #require(result.code == 0, "\(result.errors)")
        return JobRecord.all(in: folder).last
    }

    /// Has Slurm do what is missing until the results are there.
    func finish(_ folder: StudyFolder, within attempts: Int = 4) throws {
        for _ in 0..<attempts {
            try slurm.waitUntilEmpty(seconds: 120)
            try forgetClaims(in: folder)
            let result = try batch(["retry", folder.path])
            try #require(result.code == 0, "\(result.errors)")
            guard result.output.hasPrefix("Submitted") else { return }
        }
        Issue.record("not finished after \(attempts) attempts: \(try batch(["status", folder.path]).output)")
    }

    /// Lets signs of life be old, as they are minutes after a process was killed.
    func forgetClaims(in folder: StudyFolder) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.units) where name.hasSuffix(".running") {
            try? FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -600)], ofItemAtPath: folder.units + "/" + name)
        }
    }

    /// The SHA-256 of every file of the results.
    func digests(_ folder: StudyFolder) throws -> [String: String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.results)
        let lines = try ExternalProgram.run("sha256sum", ["--"] + names.sorted(), in: folder.results).output.split(
            separator: "\n")
        return Dictionary(uniqueKeysWithValues: lines.map { (String($0.dropFirst(66)), String($0.prefix(64))) })
    }

    /// The results of one process that does everything.
    func expected() throws -> [String: String] {
        let folder = try plan("whole")
        let result = try batch(["submit", "whole", "--engine", "local", "--threads", "2", "-q"])
        try #require(result.code == 0, "\(result.errors)")
        let digests = try digests(folder)
        #expect(Set(["study.csv", "trajectories.csv", "comparison.csv", "run.json"]).isSubset(of: digests.keys))
        return digests
    }

    /// The processes of the program that run in jobs.
    func working() -> [Int32] {
        slurm.processes.filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/exe"))?.hasSuffix("/herstel")
                == true
        }
    }

    /// Changes a byte in the middle of a file.
    func damage(_ path: String) throws {
        let handle = try #require(FileHandle(forUpdatingAtPath: path), "\(path)")
        defer { try? handle.close() }
        let middle = try handle.seekToEnd() / 2
        try handle.seek(toOffset: middle)
        let byte = try #require(handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: middle)
        try handle.write(contentsOf: [byte ^ 1])
    }
}
