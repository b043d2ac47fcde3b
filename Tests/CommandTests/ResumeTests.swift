import Foundation
import TestSupport
import Testing

/// Stopped, killed and divided runs of the program end with the same files.
@Suite(.serialized) struct ResumeTests {
    private let small: SmallScenario

    init() throws { small = try SmallScenario(schools: 60, draws: 320) }

    private func run(_ output: String, _ more: [String] = []) throws -> Outcome {
        try herstel(["run", "scenario.yaml", "--output", output] + more, in: small.folder.path)
    }

    private func start(_ output: String, _ more: [String] = [], errors: String? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["run", "scenario.yaml", "--output", output, "--quiet"] + more
        process.currentDirectoryURL = URL(fileURLWithPath: small.folder.path)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        if let errors {
            try Data().write(to: URL(fileURLWithPath: errors))
            process.standardError = FileHandle(forWritingAtPath: errors)
        } else {
            process.standardError = FileHandle.nullDevice
        }
        try process.run()
        return process
    }

    private func names(_ output: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: small.folder.file(output))) ?? []).sorted()
    }

    private func files(_ output: String) -> [String: Data] {
        Dictionary(
            uniqueKeysWithValues: names(output).map {
                ($0, FileManager.default.contents(atPath: small.folder.file(output + "/" + $0)) ?? Data())
            })
    }

    private func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: small.folder.file(path)) }

    @Test func killedAtRandomMomentsItEndsWithTheSameFiles() throws {
        try #require(try run("whole").code == 0)
        let expected = files("whole")
        #expect(expected.count >= 10 && expected["run.json"] != nil)
        var random = SeededGenerator(seed: 20)
        var (output, kills, attempt) = ("killed-0", 0, 0)
        while kills < 20 {
            let process = try start(output, ["--resume", "--threads", "\(1 + attempt % 2)"])
            attempt += 1
            Thread.sleep(forTimeInterval: Double.random(in: 0...0.8, using: &random))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal { kills += 1 }
            // No file under its own name is half written.
            for (name, data) in files(output) where name.hasSuffix(".csv") {
                #expect(data == expected[name], "\(name)")
            }
            guard isThere(output + "/run.json") else { continue }
            #expect(try run(output, ["--resume"]).code == 0)
            #expect(files(output) == expected)
            output = "killed-\(attempt)"
        }
        #expect(try run(output, ["--resume"]).code == 0)
        #expect(files(output) == expected)
    }

    @Test func interruptEndsWith130AndSaysHowToGoOn() throws {
        let errors = small.folder.file("errors")
        let process = try start("out", ["--draws", "50000"], errors: errors)
        let deadline = Date(timeIntervalSinceNow: 60)
        while Date() < deadline, !isThere("out/shards/0-31.draws") { Thread.sleep(forTimeInterval: 0.02) }
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        let message = try contents(of: errors)
        let parts = message.split(separator: " draws are kept in ")
        let kept = try #require(parts.first?.split(separator: " ").last.flatMap { Int($0) })
        #expect(
            message
                == "herstel: error: stopped before the end; \(kept) draws are kept in out/shards. Go on with the same command and --resume.\n"
        )
        #expect(kept >= 32 && names("out") == [".unfinished-run", "shards"])
        // Draws do not hang on their number: fewer or more may be asked for.
        let resumed = try run("out", ["--resume"])
        #expect(resumed.code == 0 && resumed.errors.isEmpty)
        _ = try run("whole")
        #expect(files("out") == files("whole"))
    }

    @Test func partsAtTheSameTimeInOneFolderAreJoined() throws {
        let parts = try (1...4).map { try start("out", ["--shard", "\($0)/4", "--threads", "1"]) }
        for part in parts {
            part.waitUntilExit()
            #expect(part.terminationStatus == 0)
        }
        #expect(names("out") == [".unfinished-run", "shards"])
        let joined = try run("out", ["--resume", "--progress", "plain"])
        #expect(joined.code == 0 && joined.errors == "simulating: 100%, 320 of 320 draws\n")
        _ = try run("whole")
        #expect(files("out") == files("whole"))
    }

    @Test func aFinishedRunIsNotMadeAgain() throws {
        #expect(try run("out").code == 0)
        let before = files("out")
        let again = try run("out", ["--resume"])
        #expect(
            again.code == 0 && again.errors.isEmpty
                && again.output == "The run is complete: 320 draws, results in out/. Nothing was computed.\n")
        #expect(files("out") == before)
        // A table that is gone or changed is made again.
        try small.folder.write("scenario\n", to: "out/trajectories.csv")
        #expect(try run("out", ["--resume"]).output.contains("320 draws. Results in out/"))
        #expect(files("out") == before)
        // So are more draws.
        #expect(try run("out", ["--resume", "--draws", "330"]).output.contains("330 draws. Results in out/"))
    }

    @Test func refusalsNameWhatDiffers() throws {
        let advice =
            " Undo the change, or begin again without --resume and --shard, or elsewhere with --output.\n"
        #expect(try run("done").code == 0)
        #expect(try run("part", ["--shard", "1/4", "--quiet"]).code == 0)
        let text = try contents(of: small.path)
        try small.folder.write(text.replacing("seed: 1", with: "seed: 5"), to: "scenario.yaml")
        let known = "herstel: error: "
        let refused = ": another simulation's, so that its draws cannot be used: "
        let part = try run("part", ["--resume"])
        #expect(part.code == 2 && part.output.isEmpty)
        #expect(
            part.errors == known + "part/shards" + refused + "scenario.yaml:1 was 'seed: 1' and is now 'seed: 5'."
                + advice)
        #expect(try run("part", ["--shard", "2/4"]).errors == part.errors)
        #expect(
            try run("done", ["--resume"]).errors
                == known + "done/run.json" + refused + "the seed was 1 and is now 5." + advice)
        try small.folder.write(text, to: "scenario.yaml")
        let schools = try contents(of: small.folder.file("schools.csv"))
        try small.folder.write(schools.replacing("s0,po,40,", with: "s0,po,41,"), to: "schools.csv")
        let data = try run("part", ["--resume"])
        #expect(data.code == 2)
        #expect(data.errors.hasPrefix(known + "part/shards" + refused + "schools.csv has changed: its SHA-256 was "))
        #expect(
            try run("done", ["--resume"]).errors.hasPrefix(
                known + "done/run.json" + refused + "schools.csv has changed: its SHA-256 was "))
        // Without --resume it is another run.
        let anew = try run("part", ["--quiet"])
        #expect(anew.code == 0)
        #expect(
            anew.errors
                == "herstel: part/shards: the draws of an earlier run are discarded (3 files); --resume goes on from them.\n"
        )
    }

    @Test func aFileThatCannotGrowIsNamedAndTheRunGoesOn() throws {
        let limited = Process()
        limited.executableURL = URL(fileURLWithPath: "/bin/sh")
        // Blocks of 512 or 1024 bytes: simulation.json fits, a block of 32 draws does not.
        limited.arguments = [
            "-c", "ulimit -f 12; exec \"$0\" run scenario.yaml --output out --quiet 2> errors", program,
        ]
        limited.currentDirectoryURL = URL(fileURLWithPath: small.folder.path)
        try limited.run()
        limited.waitUntilExit()
        #expect(limited.terminationStatus == 1)
        let message = try contents(of: small.folder.file("errors"))
        #expect(message.contains("out/shards/") && message.contains("cannot be written: File too large."))
        #expect(message.contains("Go on with the same command and --resume."))
        let shards = try FileManager.default.contentsOfDirectory(atPath: small.folder.file("out/shards"))
        #expect(shards == ["simulation.json"])
        #expect(try run("out", ["--resume"]).code == 0)
        _ = try run("whole")
        #expect(files("out") == files("whole"))
    }

    @Test func dryRunsAndExplanationsTellTheSizeAndWriteNothing() throws {
        let before = try FileManager.default.contentsOfDirectory(atPath: small.folder.path).sorted()
        for arguments in [
            ["explain", "scenario.yaml"], ["run", "scenario.yaml", "--dry-run"],
            ["simulate", "scenario.yaml", "--dry-run"],
        ] {
            let result = try herstel(arguments, in: small.folder.path)
            #expect(result.code == 0 && result.errors.isEmpty)
            // 60 schools, 2 SES groups, 1 grade, 1 outcome, 3 school years; 2 scenarios; 320 draws.
            for line in [
                "  scenarios      2\n", "  cells          360 (", "  draws          320\n", "  cell updates   230400 (",
                "  bytes a draw   ", "  memory         ", "  on disk        ", "  expected time  ",
            ] {
                #expect(result.output.contains(line), "\(line)")
            }
        }
        let more = try herstel(["explain", "scenario.yaml", "--draws", "1000"], in: small.folder.path)
        #expect(more.output.contains("  draws          1000\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: small.folder.path).sorted() == before)
    }

    @Test(arguments: [
        (["--shard", "0/3"], "--shard 0/3: expected i/n, such as 1/8, with i from 1 to n."),
        (["--shard", "4"], "--shard 4: expected i/n, such as 1/8, with i from 1 to n."),
        (["--shard", "1/2", "--until-mcse", "0.1"], "leave out --until-mcse."),
        (["--shard", "1/2", "--keep-draws"], "--keep-draws goes with the run that joins the parts"),
        (["--progress", "loud"], "--progress"),
    ])
    func wrongOptionsAreRefused(options: [String], words: String) throws {
        let result = try run("out", options)
        #expect(result.code == 2 && result.errors.contains(words))
        #expect(!isThere("out"))
    }

    @Test func plainProgressIsALinePerTenthWithoutControlCharacters() throws {
        let result = try run("out", ["--progress", "plain", "--threads", "1"])
        let lines = result.errors.split(separator: "\n")
        #expect(result.code == 0 && lines.count == 11)
        #expect(lines.first == "simulating: 0%, 0 of 320 draws" && lines.last == "simulating: 100%, 320 of 320 draws")
        #expect(!result.errors.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
        #expect(lines[5].hasPrefix("simulating: 50%, 160 of 320 draws, ") && lines[5].hasSuffix(" left"))
    }
}
