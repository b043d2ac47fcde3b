import Foundation
import TestSupport
import Testing

/// Studies through the command: however the units run, the results are the same bytes.
@Suite(.serialized) struct BatchCommandTests {
    private let small: SmallScenario
    private let folder: TemporaryFolder

    init() throws {
        small = try SmallScenario(schools: 40, draws: 96)
        folder = small.folder
        try folder.write(Self.study(), to: "study.yaml")
    }

    /// Six variants of four parts.
    private static func study(draws: Int = 64, more: String = "") -> String {
        """
        kind: study
        title: Loss by persistence
        base: scenario.yaml
        draws: \(draws)
        shards: 4
        design:
          kind: grid
          factors:
            - {name: severity, scale: "outcomes[outcome=reading].parameters.loss_per_week", values: [0.5, 1, 2]}
            - {name: persistence, set: "outcomes[outcome=reading].parameters.persistence.mean", values: [0.6, 0.7]}
        \(more)

        """
    }

    private func batch(_ arguments: [String]) throws -> Outcome { try herstel(["batch"] + arguments, in: folder.path) }

    private func plan(_ output: String) throws {
        try #require(try batch(["plan", "study.yaml", "--output", output, "-q"]).code == 0)
    }

    private func files(_ output: String) -> [String: Data] {
        let path = folder.file(output + "/results")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: path + "/" + $0) ?? Data()) })
    }

    /// The results of one process that does everything.
    private func expected() throws -> [String: Data] {
        try plan("whole")
        let run = try batch(["submit", "whole", "--engine", "local", "--threads", "2"])
        try #require(run.code == 0, "\(run.errors)")
        let files = files("whole")
        #expect(
            Set(["study.csv", "trajectories.csv", "comparison.csv", "run.json", "datapackage.json"]).isSubset(
                of: files.keys))
        return files
    }

    private func start(_ arguments: [String], errors: String? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["batch"] + arguments
        process.currentDirectoryURL = folder.url
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        if let errors { try Data().write(to: URL(fileURLWithPath: errors)) }
        process.standardError = errors.flatMap { FileHandle(forWritingAtPath: $0) } ?? FileHandle.nullDevice
        try process.run()
        return process
    }

    @Test func unitsInAnyOrderByManyProcessesEndWithTheSameFiles() throws {
        let expected = try expected()
        // Another folder's name, with what a shell would take for more than a word.
        let name = "a study; touch 'x' \"$(touch y)\" &"
        try plan(name)
        let commands = try batch(["submit", name, "--engine", "parallel"]).output.split(separator: "\n").map(
            String.init)
        #expect(commands.count == 24)
        for command in commands.shuffled() + commands.prefix(3) {
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = ["-c", command]
            shell.currentDirectoryURL = URL(fileURLWithPath: "/")
            shell.standardOutput = FileHandle.nullDevice
            try shell.run()
            shell.waitUntilExit()
            #expect(shell.terminationStatus == 0)
        }
        let merged = try batch(["merge", name])
        #expect(merged.code == 0 && merged.output.contains("6 variants joined"), "\(merged.errors)")
        #expect(files(name) == expected)
        #expect(!["x", "y"].contains { FileManager.default.fileExists(atPath: folder.file($0)) })
    }

    @Test func killedAtRandomMomentsItEndsWithTheSameFiles() throws {
        let expected = try expected()
        try plan("killed")
        var random = SeededGenerator(seed: 8)
        var kills = 0
        for attempt in 0..<200 where kills < 20 {
            // The units of half of the study, again and again: what is done is done.
            let process = try start(["work", "killed", "--unit", "1-24", "--threads", "\(1 + attempt % 2)", "-q"])
            Thread.sleep(forTimeInterval: Double.random(in: 0.01...0.6, using: &random))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal { kills += 1 } else { try plan("killed-\(attempt)") }
        }
        #expect(kills >= 3)
        let retried = try batch(["retry", "killed", "--engine", "local"])
        #expect(retried.code == 0, "\(retried.errors)")
        #expect(files("killed") == expected)
    }

    @Test func terminationEndsWithinSecondsAndLosesNothingThatWasFinished() throws {
        try folder.write(Self.study(draws: 40_000), to: "long.yaml")
        try #require(try batch(["plan", "long.yaml", "--output", "long", "-q"]).code == 0)
        let errors = folder.file("errors")
        let process = try start(["work", "long", "--unit", "2", "--threads", "1"], errors: errors)
        let shards = folder.file("long/variants/00001/shards")
        let deadline = Date(timeIntervalSinceNow: 60)
        while Date() < deadline, !FileManager.default.fileExists(atPath: shards + "/10000-10015.draws") {
            Thread.sleep(forTimeInterval: 0.02)
        }
        let start = Date()
        process.terminate()
        process.waitUntilExit()
        #expect(Date().timeIntervalSince(start) < 5 && process.terminationStatus == 130)
        #expect(try contents(of: errors).contains("draws are kept in"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("long/units/000002.running")))
        let status = try batch(["status", "long", "--offline"])
        #expect(status.code == 0 && status.output.contains("missing"))
    }

    @Test func statusTellsHowFarItIs() throws {
        try plan("out")
        #expect(try batch(["status", "out", "--offline"]).output.contains("Start it with: herstel batch submit"))
        #expect(try batch(["work", "out", "--unit", "1-5", "-q"]).code == 0)
        let half = try batch(["status", "out", "--offline"]).output
        #expect(half.contains("done             5  20%") && half.contains("missing         19"))
        let early = try batch(["merge", "out"])
        #expect(early.code == 1 && early.errors.contains("19 of 24 units are missing or damaged (6-24)"))
        #expect(try batch(["submit", "out", "--engine", "local", "-q"]).code == 0)
        #expect(try batch(["status", "out", "--offline"]).output.contains("Results are in out/results/."))
        let expected = try expected()
        #expect(files("out") == expected)
    }

    @Test func mistakesAreToldInWords() throws {
        #expect(try batch(["submit", "nowhere"]).errors.contains("no study is planned here (plan.json)"))
        try plan("out")
        let outside = try batch(["work", "out", "--unit", "25"])
        #expect(outside.code == 2 && outside.errors.contains("expected 1 to 24"))
        #expect(try batch(["work", "out", "--unit", "2-1"]).code == 2)
        #expect(try batch(["work", "out"]).code == 2)
        // Resources may change; what results hang on may not once there is work.
        try folder.write(Self.study(more: "resources: {memory: 3G}"), to: "study.yaml")
        #expect(try batch(["work", "out", "--unit", "1", "-q"]).code == 0)
        #expect(try batch(["plan", "study.yaml", "--output", "out", "-q"]).code == 0)
        try folder.write(Self.study(draws: 65), to: "study.yaml")
        let other = try batch(["plan", "study.yaml", "--output", "out"])
        #expect(other.code == 2 && other.errors.contains("it has 64 draws of each variant, and now 65"))
        try folder.write(SmallScenario.text(draws: 96, seed: 2), to: "scenario.yaml")
        let changed = try batch(["work", "out", "--unit", "2"])
        #expect(changed.code == 2 && changed.errors.contains("scenario.yaml: the file has changed since"))
        let plan = try contents(of: folder.file("out/plan.json"))
        try folder.write(plan.replacingOccurrences(of: "\"draws\" : 64", with: "\"draws\" : 63"), to: "out/plan.json")
        #expect(try batch(["status", "out"]).code == 2)
    }

    @Test func aFullDiskIsToldAndNothingIsHalfWritten() throws {
        let expected = try expected()
        try plan("out")
        // A limit on the size of files stands in for a full disk.
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "ulimit -f 4; exec \"$0\" batch work out --unit 1-24 2> errors", program]
        shell.currentDirectoryURL = folder.url
        shell.standardOutput = FileHandle.nullDevice
        try shell.run()
        shell.waitUntilExit()
        let errors = try contents(of: folder.file("errors"))
        #expect(shell.terminationStatus == 1 && errors.contains("File too large"), "\(errors)")
        #expect(try batch(["retry", "out", "--engine", "local", "-q"]).code == 0)
        #expect(files("out") == expected)
    }
}

extension TemporaryFolder {
    fileprivate var url: URL { URL(fileURLWithPath: path) }
}
