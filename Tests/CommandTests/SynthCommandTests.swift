import Foundation
import TestSupport
import Testing

@Suite struct SynthCommandTests {
    private let truth = """
        kind: synthetic
        structure: {schools: 2, pupils_per_school: 3}
        moments: [0, 1]
        outcome: {name: score, family: gaussian, residual_sd: 5}
        fixed: {"(Intercept)": 50, time: 6}

        """

    @Test func synthWritesTheFileAndSaysHowMuch() throws {
        let folder = try TemporaryFolder()
        try folder.write(truth, to: "t.yaml")
        let result = try herstel(["synth", "t.yaml", "--output", "x.csv"], in: folder.path)
        #expect(result.code == 0 && result.errors.isEmpty)
        #expect(result.output == "x.csv: 12 rows, 6 pupils, 2 schools, seed 1.\n")
        #expect(try contents(of: folder.file("x.csv")).hasPrefix("pupil,school,time,score\np1,s1,0,"))
        let more = try herstel(
            ["synth", "t.yaml", "--output", "y.csv", "--rows", "7", "--seed", "5", "--threads", "1"], in: folder.path)
        #expect(more.output == "y.csv: 7 rows, 4 pupils, 2 schools, seed 5.\n")
        let quiet = try herstel(["synth", "t.yaml", "--output", "z.csv", "--pupils", "4", "-q"], in: folder.path)
        #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
    }

    @Test func theFileOfATruthCanBeFitted() throws {
        let folder = try TemporaryFolder()
        try folder.write(truth, to: "t.yaml")
        try folder.write("kind: growth\ndata: {file: x.csv}\nformula: score ~ time + (1 | pupil)\n", to: "m.yaml")
        #expect(try herstel(["synth", "t.yaml", "--output", "x.csv", "--pupils", "100"], in: folder.path).code == 0)
        let result = try herstel(["fit", "m.yaml"], in: folder.path)
        #expect(result.code == 0 && result.output.contains("Rows: 200; groups: pupil 100"))
    }

    @Test(arguments: [
        (["synth", "t.yaml"], "Missing expected argument '--output <output>'"),
        (
            ["synth", "t.yaml", "--output", "x.csv", "--rows", "0"],
            "--rows 0: expected a number from 1 to 10000000000."
        ),
        (
            ["synth", "t.yaml", "--output", "x.csv", "--pupils", "-3"],
            "--pupils"
        ),
        (
            ["synth", "t.yaml", "--output", "x.csv", "--rows", "5", "--pupils", "5"],
            "--rows and --pupils: expected one of them."
        ),
        (["synth", "t.yaml", "--output", "x.csv", "--threads", "0"], "--threads 0: expected a number from 1 to 1024."),
        (["synth", "t.yaml", "--output", "x.csv", "--seed", "-1"], "--seed"),
        (
            ["synth", "t.yaml", "--output", "./t.yaml"],
            "--output ./t.yaml: this is the truth file. Choose another name."
        ),
    ])
    func wrongUsageExitsWithTwo(arguments: [String], words: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(truth, to: "t.yaml")
        let result = try herstel(arguments, in: folder.path)
        #expect(result.code == 2 && result.output.isEmpty && result.errors.contains(words))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["t.yaml"])
        #expect(try contents(of: folder.file("t.yaml")) == truth)
    }

    @Test func aMistakeInATruthIsLocated() throws {
        let folder = try TemporaryFolder()
        try folder.write(truth.replacing("time: 6", with: "tiem: 6"), to: "t.yaml")
        for command in [["synth", "t.yaml", "--output", "x.csv"], ["check", "t.yaml"]] {
            let result = try herstel(command, in: folder.path)
            #expect(result.code == 2 && result.output.isEmpty)
            #expect(result.errors == "herstel: error: t.yaml:5:28: unknown term 'tiem'. Did you mean 'time'?\n")
        }
    }

    @Test func aPlaceThatCannotBeWrittenExitsWithOne() throws {
        let folder = try TemporaryFolder()
        try folder.write(truth, to: "t.yaml")
        let result = try herstel(["synth", "t.yaml", "--output", "none/x.csv"], in: folder.path)
        #expect(result.code == 1)
        #expect(
            result.errors
                == "herstel: error: none/x.csv: cannot be written: No such file or directory. What was there before is unchanged.\n"
        )
    }

    @Test func checkKnowsTruthsAndTheShippedFilesAreFine() throws {
        let files = ["models/synthetic.yaml", "models/synthetic-growth.yaml"].map { repositoryFile($0) }
        let result = try herstel(["check"] + files, in: NSTemporaryDirectory())
        #expect(result.code == 0 && result.errors.isEmpty)
        #expect(result.output.contains("fine, a truth: Primary schools as in the Netherlands"))
    }

    @Test func interruptEndsWith130AndLeavesTheOldFile() throws {
        let folder = try TemporaryFolder()
        try folder.write(truth, to: "t.yaml")
        try folder.write("old", to: "x.csv")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "synth", folder.file("t.yaml"), "--output", folder.file("x.csv"), "--rows", "2000000000", "--quiet",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        Thread.sleep(forTimeInterval: 1)
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["t.yaml", "x.csv"])
        #expect(try contents(of: folder.file("x.csv")) == "old")
    }
}
