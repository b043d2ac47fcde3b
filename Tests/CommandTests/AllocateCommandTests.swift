import Foundation
import TestSupport
import Testing

/// `herstel allocate` as a user meets it.
@Suite struct AllocateCommandTests {
    private static let schools = "id,type,n,score\na,bo,100,20\nb,bo,200,0\nc,sbo,50,\n"

    private static func scenario(_ rules: String) -> String {
        """
        title: three schools
        seed: 1
        reference: a
        groups: {low: l, high: h}
        calendar: {first: 2021/22, last: 2024/25}
        sectors: [po]
        schools: {file: schools.csv, id: id, pupils: n, score: score, sector: po, share_low: 0.1}
        scenarios:
          a:
            deadline: 2022/23
            rules: [\(rules)]
        """
    }

    private static func rule(_ keys: String) -> String { "{name: base, \(keys), years: [2021/22], source: test}" }

    private func run(_ rules: String, schools: String = AllocateCommandTests.schools) throws -> (
        Outcome, TemporaryFolder
    ) {
        let folder = try TemporaryFolder()
        try folder.write(schools, to: "schools.csv")
        try folder.write(Self.scenario(rules), to: "s.yaml")
        return (try herstel(["allocate", "s.yaml"], in: folder.path), folder)
    }

    @Test func writesEveryAmountWithItsRule() throws {
        let rules =
            Self.rule("kind: per_pupil, rate: 10.01, sectors: [po]") + ", "
            + "{name: score, kind: target_share, share: 0.22, sectors: [po], years: [2021/22], source: test}"
        let (outcome, folder) = try run(rules)
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        let results = folder.path + "/runs/s-allocation"
        // 22% by score: 0.22 / 0.78 x 3,503.50 euros, all to the one school with a score.
        let written = try contents(of: results + "/allocation.csv")
        #expect(
            written == """
                scenario,recipient,school_id,municipality,sector,school_year,rule,amount_eur
                a,school,a,,po,2021/22,base,1001
                a,school,b,,po,2021/22,base,2002
                a,school,c,,po,2021/22,base,500.5
                a,school,a,,po,2021/22,score,988.17

                """)
        let summary = try contents(of: results + "/allocation_summary.csv")
        #expect(summary.contains("a,all,all,po,all,3,350,4491.67,"))
        #expect(summary.contains("a,2021/22,rule,all,score,3,350,988.17,"))
        for file in ["spending.csv", "assumptions.csv", "datapackage.json", "run.json"] {
            #expect(FileManager.default.fileExists(atPath: results + "/" + file))
        }
        #expect(outcome.output.contains("score  2021/22            1   988.17"))
    }

    @Test(
        "Mistakes end in one message, exit code 2 and no results",
        arguments: [
            ("kind: per_pupil, rate: -1, sectors: [po]", "s.yaml:11:49: found -1; expected a number of 0 or more."),
            (
                "kind: per_pupil, rate: 1, sectors: [vo]",
                "s.yaml:11:62: found 'vo'; expected 'po'. Did you mean 'po'?"
            ),
            (
                "kind: per_pupil, rate: 1, sectors: [po], school_types: [pro]",
                "s.yaml:11:13: scenario 'a': rule 'base' reaches no school: no school of type pro in its sectors; "
                    + "no school types are declared."
            ),
            (
                "kind: per_score_point, total: 1000, maximum: 500, sectors: [po]",
                "s.yaml:11:13: scenario 'a': rule 'base': a total of 1000.00 euros a year cannot be given out, because its "
                    + "bounds add up to at least 0.0 and at most 500.0. Change the total or the bounds."
            ),
        ])
    func mistakes(rule: String, message: String) throws {
        let (outcome, folder) = try run(Self.rule(rule))
        #expect(outcome.code == 2 && outcome.output.isEmpty)
        #expect(outcome.errors == "herstel: error: \(message)\n")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/runs"))
    }

    @Test func tellsWhichRowsOfTheTableGetNothing() throws {
        let rule = Self.rule("kind: per_pupil, rate: 10, sectors: [po]")
        let (outcome, _) = try run(rule, schools: Self.schools + "d,bo,,3\n")
        #expect(
            outcome.output.hasPrefix(
                "Money over 3 schools (schools.csv), rows left out of the table, which get nothing: 1\n"))
    }

    @Test func equalMoneyPerPupilHasNoInequality() throws {
        // Sums of binary shares left 1e-16 or so.
        let (_, folder) = try run(
            Self.rule("kind: per_pupil, rate: 701.16, sectors: [po]"),
            schools: "id,type,n,score\n" + (1...99).map { "s\($0),bo,\($0),\($0)\n" }.joined())
        let summary = try contents(of: folder.path + "/runs/s-allocation/allocation_summary.csv")
        #expect(summary.contains("a,all,all,all,all,99,4950,3470742,701.16,1,0,"))
    }

    @Test func aFileWithoutOutcomesIsNotSimulated() throws {
        let (_, folder) = try run(Self.rule("kind: lump_sum, rate: 5, sectors: [po]"))
        let outcome = try herstel(["run", "s.yaml"], in: folder.path)
        #expect(outcome.code == 2)
        #expect(
            outcome.errors
                == "herstel: error: s.yaml: no outcome is declared, so there is nothing to simulate. Add 'outcomes', or use "
                + "'herstel allocate' for the money.\n")
        #expect(try herstel(["explain", "s.yaml"], in: folder.path).output.contains("a.base.rate"))
    }
}

@Suite struct PrecisionCommandTests {
    @Test(arguments: [
        (["--until-mcse", "0"], "--until-mcse 0.0: expected a number of SD above 0."),
        (["--max-draws", "50"], "--max-draws goes with --until-mcse; use --draws alone."),
        (
            ["--until-mcse", "0.1", "--draws", "60", "--max-draws", "50"],
            "--max-draws 50: expected a number from 60 to 1000000."
        ),
    ])
    func mistakes(options: [String], message: String) throws {
        let outcome = try herstel(["run", "s.yaml"] + options, in: NSTemporaryDirectory())
        #expect(outcome.code == 2 && outcome.errors.contains(message))
    }
}

@Suite struct SameNamesTests {
    private let model = """
        kind: evidence
        structure: fixed
        estimates:
          - {id: a, estimate: 0.1, std_error: 0.1, source: test}
          - {id: b, estimate: 0.2, std_error: 0.1, source: test}
        """

    @Test func modelsOfOneNameAreRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write(model, to: "m.yaml")
        let outcome = try herstel(["fit", "m.yaml", "./m.yaml"], in: folder.path)
        #expect(outcome.code == 2)
        #expect(
            outcome.errors
                == "herstel: error: ./m.yaml: two models are named 'm', after their files. Give each file once, and a name of "
                + "its own.\n")
    }

    @Test(
        "Models, sectors and columns of one name are refused in a scenario file",
        arguments: [
            (
                "models: []", "models: [{file: m.yaml, stream: 1}, {file: ./m.yaml, stream: 2}]",
                "two models are named 'm', after their files. Rename one, so that outcomes can name it."
            ),
            ("sectors: [po]", "sectors: [po, po]", "a sector is named twice."),
            (
                "share_low: 0",
                "share_low: 0, municipality: town, municipalities: {file: t.csv, name: a, inhabitants: a}",
                "'name' and 'inhabitants' are one column, 'a'. Name the column of each."
            ),
        ])
    func inAScenarioFile(old: String, new: String, message: String) throws {
        let folder = try TemporaryFolder()
        let scenario = """
            seed: 1
            reference: a
            groups: {low: l, high: h}
            calendar: {first: 2021/22, last: 2022/23}
            models: []
            sectors: [po]
            schools: {file: s.csv, id: id, pupils: n, sector: po, share_low: 0}
            scenarios:
              a: {rules: []}
            """
        #expect(scenario.contains(old))
        try folder.write(model, to: "m.yaml")
        try folder.write("id,n,town\nx,10,b\n", to: "s.csv")
        try folder.write(scenario.replacingOccurrences(of: old, with: new), to: "s.yaml")
        let outcome = try herstel(["allocate", "s.yaml"], in: folder.path)
        #expect(outcome.code == 2)
        #expect(outcome.errors.hasPrefix("herstel: error: s.yaml:") && outcome.errors.hasSuffix(": \(message)\n"))
    }
}
