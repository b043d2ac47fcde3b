import Foundation
import TestSupport
import Testing

@Suite struct CommandTests {
    private let scores =
        "pupil,time,score\n"
        + (0..<40).map { "p\($0 / 4),\($0 % 4),\(50 + $0 % 7 + 3 * ($0 % 4) - ($0 * $0) % 11)" }.joined(separator: "\n")
        + "\n"

    @Test func helpNamesTheCommandsAndExitsWithZero() throws {
        let result = try herstel(["--help"], in: NSTemporaryDirectory())
        #expect(result.code == 0 && result.errors.isEmpty)
        for word in ["run", "fit", "simulate", "check", "explain", "synth", "Exit codes"] {
            #expect(result.output.contains(word))
        }
    }

    @Test(arguments: [
        ["frobnicate"], ["run"], ["run", "x.yaml", "--draws", "0"], ["run", "x.yaml", "--threads", "many"],
        ["fit", "x.yaml", "--nope"],
    ])
    func wrongUsageExitsWithTwo(arguments: [String]) throws {
        let result = try herstel(arguments, in: NSTemporaryDirectory())
        #expect(result.code == 2 && result.output.isEmpty && !result.errors.isEmpty)
    }

    @Test func fitWritesTablesAndPrintsResultsToStandardOutput() throws {
        let folder = try TemporaryFolder()
        try folder.write(scores, to: "scores.csv")
        try folder.write("kind: growth\ndata: {file: scores.csv}\nformula: score ~ time + (1 | pupil)\n", to: "m.yaml")
        let result = try herstel(["fit", "m.yaml"], in: folder.path)
        #expect(result.code == 0 && result.errors.isEmpty)
        #expect(result.output.contains("REML criterion at the optimum"))
        #expect(try contents(of: folder.file("runs/m/estimates.csv")).hasPrefix("model,term,estimate,std_error"))
        let quiet = try herstel(["fit", "m.yaml", "--quiet"], in: folder.path)
        #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
    }

    static let mistakes: [(String, String)] = [
        (
            "kind: growth\ndata: {file: scores.csv}\nformulla: score ~ time + (1 | pupil)\n",
            "herstel: error: m.yaml:1:1: missing key 'formula' in growth model.\nm.yaml:3:1: unknown key 'formulla' in growth model; did you mean 'formula'?\n"
        ),
        (
            "kind: grwth\n",
            "herstel: error: m.yaml:1:7: found 'grwth'; expected 'growth', 'aggregate', 'evidence', 'persistence', 'trend', 'survey' or 'transitions'. Did you mean 'growth'?\n"
        ),
        (
            "kind: growth\ndata: {file: scores.csv}\nformula: scor ~ time + (1 | pupil)\n",
            "herstel: error: scores.csv:1: unknown column 'scor'. Did you mean 'score'?\n"
        ),
        (
            "kind: growth\ndata: {file: score.csv}\nformula: score ~ time + (1 | pupil)\n",
            "herstel: error: score.csv: cannot be read: No such file or directory.\n"
        ),
        (
            "kind: growth\ndata: {file: scores.csv}\nformula: score ~ time + (1 | pupil\n",
            "herstel: error: m.yaml:3:10: in the formula, at character 26: found the end of the formula; expected ')' after the grouping factor.\n"
                + "    score ~ time + (1 | pupil\n                             ^\n"
        ),
        (
            "kind: growth\ndata: {file: scores.csv}\nformula: score ~ time + (1 | pupil)\nreport: {time: tme}\n",
            "herstel: error: m.yaml:4:16: 'tme' is not among the fixed effects of the formula. Did you mean 'time'?\n"
        ),
        (
            "kind: growth\ndata: {file: scores.csv, columns: {score: {type: number}}}\nformula: score ~ time + (1 | pupil)\n",
            "herstel: error: m.yaml:2:50: found 'number'; expected 'double', 'int', 'string' or 'factor'.\n"
        ),
        (
            "kind: growth\ndata: {file: scores.csv}\nformula: score ~ time + (1 | pupil)\nestimation: REML\nestimation: ML\n",
            "herstel: error: m.yaml:4:1: duplicate key 'estimation' in the same mapping. Keep one of them.\n"
        ),
        (
            "kind: growth\ndata: {file: empty.csv}\nformula: score ~ time + (1 | pupil)\n",
            "herstel: error: empty.csv: the file is empty; expected a header line with column names.\n"
        ),
        (
            "kind: growth\ndata: {file: one.csv}\nformula: score ~ time + (1 | pupil)\n",
            "herstel: error: m.yaml: the response 'score' has the same value in every row: there is nothing to explain.\n"
        ),
        (
            "kind: growth\ndata: {file: missing.csv}\nformula: score ~ time + (1 | pupil)\n",
            "herstel: error: m.yaml: no row of 2 has a value in every column of the formula. Check the columns and the missing codes.\n"
        ),
    ]

    @Test(arguments: mistakes)
    func aMistakeInAModelEndsInOneLocatedMessage(model: String, message: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(scores, to: "scores.csv")
        try folder.write("", to: "empty.csv")
        try folder.write("pupil,time,score\na,0,1\n", to: "one.csv")
        try folder.write("pupil,time,score\na,0,\nb,1,NA\n", to: "missing.csv")
        try folder.write(model, to: "m.yaml")
        let result = try herstel(["fit", "m.yaml"], in: folder.path)
        #expect(result.code == 2 && result.output.isEmpty)
        #expect(result.errors == message)
        #expect(!FileManager.default.fileExists(atPath: folder.file("runs")))
    }

    @Test func checkReportsEveryFileAndExitsWithTwo() throws {
        let folder = try TemporaryFolder()
        try folder.write("kind: growth\n", to: "bad.yaml")
        let result = try herstel(
            ["check", repositoryFile("models/engzell2021.yaml"), "bad.yaml", "none.yaml"], in: folder.path)
        #expect(result.code == 2)
        #expect(result.output.contains("fine, a model"))
        #expect(result.errors.contains("bad.yaml:1:1: missing key 'data' in growth model."))
        #expect(result.errors.contains("none.yaml: no such file."))
    }

    @Test func aMenuIsCheckedAndExplained() throws {
        let menu = repositoryFile("models/interventions.yaml")
        let check = try herstel(["check", menu], in: NSTemporaryDirectory())
        #expect(check.code == 0 && check.output == "\(menu): fine, 22 interventions, versions first, 2022-04\n")
        let explain = try herstel(["explain", menu], in: NSTemporaryDirectory())
        #expect(explain.code == 0 && explain.errors.isEmpty)
        for text in [
            "small_group_tuition", "0.310", "strong 1.00, moderate 1.25, weak 1.50", "menukaart, both versions",
        ] {
            #expect(explain.output.contains(text))
        }
    }

    @Test func explainPrintsEveryNumberWithItsSource() throws {
        let result = try herstel(
            ["explain", repositoryFile("scenarios/np-onderwijs.yaml")], in: NSTemporaryDirectory())
        #expect(result.code == 0)
        for word in [
            "reading.po.persistence", "Engzell", "programme.base amount bo.rate.2021/22", "701.16",
            "population.po.schools",
        ] {
            #expect(result.output.contains(word), "\(word)")
        }
    }

    @Test func aForeignFolderIsNotTouched() throws {
        let folder = try TemporaryFolder()
        try folder.write("mine", to: "out/thesis.txt".replacingOccurrences(of: "out/", with: ""))
        let result = try herstel(
            ["fit", repositoryFile("models/engzell2021.yaml"), "--output", folder.path], in: NSTemporaryDirectory())
        #expect(result.code == 2)
        #expect(
            result.errors
                == "herstel: error: \(folder.path): the folder is not empty and holds no earlier run (run.json). Choose another with --output.\n"
        )
    }

    @Test func aFullOrClosedDiskIsSaidAndExitsWithOne() throws {
        let result = try herstel(
            ["fit", repositoryFile("models/engzell2021.yaml"), "--output", "/proc/nowhere"], in: NSTemporaryDirectory())
        #expect(result.code == 1)
        #expect(
            result.errors == "herstel: error: /proc/nowhere: the folder cannot be made: No such file or directory.\n")
    }
}
