import Foundation
import TestSupport
import Testing

/// `herstel diff` as a user meets it, on a simulation whose figures can be worked out by hand.
@Suite struct DiffCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("id,sector,pupils,low,score\na,po,100,40,50\n", to: "schools.csv")
    }

    private static func fixed(_ value: Double) -> String { "{distribution: fixed, value: \(value), source: test}" }

    /// One school of 40 low and 60 high pupils, 5 weeks of closure at 0.01 SD (a half more for the low), of which half is
    /// left after a year: -0.06, -0.03, -0.015. Money, EUR 1,000 a pupil in 2021/22, adds `effect`, which stays.
    private static func scenario(effect: Double, seed: Int = 1, persistence: String = fixed(0.5), more: String = "")
        -> String
    {
        """
        seed: \(seed)
        reference: none
        margin_sd: 0.02
        groups: {low: practical, high: theoretical}
        calendar: {first: 2020/21, last: 2022/23}
        sectors: [po]
        schools: {file: schools.csv, id: id, pupils: pupils, score: score, low_pupils: low, sector_column: sector}
        outcomes:
          - outcome: reading
            sector: po
            stream: 1
            start: {low: \(fixed(0)), high: \(fixed(0))}
            closure_weeks: {2020/21: 5, source: test}
            parameters:
              persistence: \(persistence)
              loss_per_week: \(fixed(0.01))
              low_extra: \(fixed(0.5))
              school_sd: \(fixed(0))
              drift: \(fixed(0))
              effect_per_1000_eur: \(fixed(effect))
              effect_plateau: \(fixed(1))
              effect_half_life: \(fixed(1))
              low_multiplier: \(fixed(1))
              noise_sd: \(fixed(0))
        goals:
          - {name: learning, title: Back to the level, figure: deviation, outcomes: [reading.po], at_least: -0.02, deadline: 2021/22, source: letter}
        scenarios:
          money:
            deadline: 2021/22
            rules:
              - {name: base, kind: per_pupil, rate: 1000, years: [2021/22], sectors: [po], source: test}
          none: {rules: []}
        \(more)
        """
    }

    /// Simulates a scenario into a folder of its name.
    private func simulate(_ name: String, _ text: String, draws: Int = 4) throws {
        try folder.write(text, to: name + ".yaml")
        let outcome = try herstel(
            ["simulate", name + ".yaml", "--draws", "\(draws)", "--sensitivity", "0", "--output", name, "--quiet"],
            in: folder.path)
        try #require(outcome.code == 0, "\(outcome.errors)")
    }

    @Test func aCorrectedNumberIsNamedWithTheConclusionsThatItChanged() throws {
        try simulate("before", Self.scenario(effect: 0.02))
        try simulate("after", Self.scenario(effect: 0.005))
        let outcome = try herstel(["diff", "before", "after", "--output", "diff"], in: folder.path)
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        // With 0.02 the deviation in 2021/22 is -0.01, with 0.005 it is -0.025: the goal of -0.02 and the margin are missed.
        for line in [
            "First:  before: herstel simulate before.yaml, 4 draws, seed 1",
            "Second: after: herstel simulate after.yaml, 4 draws, seed 1",
            "Both have the same random numbers.",
            "    money, learning: met in at least 90% of draws -> met in under 10% of draws (p_met 1 -> 0)",
            "    money, learning, po, reading: met in at least 90% of draws -> met in under 10% of draws (p_met 1 -> 0)",
            "    money, benchmark level, po, reading: recovered in most draws, median year 2021/22 -> recovered in most draws, median year 2022/23",
            "    reading.po.effect_per_1000_eur: mean 0.02 -> 0.005",
        ] {
            #expect(
                outcome.output.contains("\n" + line + "\n") || outcome.output.hasPrefix(line),
                "\(line)\n\(outcome.output)")
        }
        #expect(outcome.output.contains("file before.yaml -> after.yaml, SHA-256: "))
        #expect(!outcome.output.contains("~ money"))
        let inputs = try contents(of: folder.file("diff/inputs.csv"))
        #expect(inputs.contains("\nparameter,reading.po.effect_per_1000_eur,mean,changed,0.02,0.005,\n"))
        let conclusions = try contents(of: folder.file("diff/conclusions.csv"))
        #expect(conclusions.contains("\ngoal,goals.csv,changed,money,,,learning,,po,reading,"))
        #expect(outcome.output.hasSuffix("rows)\n"))
    }

    @Test func runsThatAreTheSameHaveNoDifference() throws {
        try simulate("one", Self.scenario(effect: 0.02))
        let outcome = try herstel(["diff", "one", "one/"], in: folder.path)
        #expect(outcome.code == 0)
        #expect(
            outcome.output == """
                First:  one: herstel simulate one.yaml, 4 draws, seed 1
                Second: one: herstel simulate one.yaml, 4 draws, seed 1
                Both have the same random numbers.

                No difference: the same inputs, and every table the same byte for byte.

                """)
    }

    @Test func anInputThatChangesNoNumberChangesNoConclusion() throws {
        try simulate("one", Self.scenario(effect: 0.02))
        let text = try contents(of: folder.file("one.yaml"))
        try folder.write("# a remark\n" + text, to: "one.yaml")
        let outcome = try herstel(
            ["simulate", "one.yaml", "--draws", "4", "--sensitivity", "0", "--output", "two", "--quiet"],
            in: folder.path)
        #expect(outcome.code == 0)
        let result = try herstel(["diff", "one", "two"], in: folder.path)
        #expect(result.output.contains("No conclusion changed: every table is the same byte for byte.\n"))
        #expect(result.output.contains("    file one.yaml, SHA-256: "))
    }

    @Test func runsOfOtherSeedsAreRefusedUnlessAsked() throws {
        try simulate("one", Self.scenario(effect: 0.02))
        try simulate("two", Self.scenario(effect: 0.02, seed: 2))
        let refused = try herstel(["diff", "one", "two", "--output", "diff"], in: folder.path)
        #expect(refused.code == 2 && refused.output.isEmpty)
        #expect(
            refused.errors
                == "herstel: error: one and two do not share random numbers: the seed is 1 in the first and 2 in the second. Their differences would hold the Monte Carlo error of both. Simulate one of them again like the other, or compare all the same with --unpaired.\n"
        )
        #expect(!FileManager.default.fileExists(atPath: folder.file("diff")))
        let asked = try herstel(["diff", "one", "two", "--unpaired"], in: folder.path)
        #expect(asked.code == 0 && asked.errors.isEmpty)
        #expect(asked.output.contains("\nUNPAIRED: the seed is 1 in the first and 2 in the second. "))
        #expect(asked.output.contains("\n    seed: 1 -> 2\n"))
    }

    @Test func aScenarioThatIsAddedIsNamedAndTheOthersCompared() throws {
        try simulate("before", Self.scenario(effect: 0.02))
        try simulate(
            "after", Self.scenario(effect: 0.02, more: "  late: {extends: money, delay_years: 1}"), draws: 6)
        let outcome = try herstel(["diff", "before", "after"], in: folder.path)
        #expect(outcome.code == 0)
        for line in [
            "Their first 4 draws have the same random numbers.", "No conclusion changed, of ",
            "    scenario late: only in the second run",
        ] {
            #expect(outcome.output.contains("\n" + line), "\(line)\n\(outcome.output)")
        }
    }

    @Test func uncertainRunsTellWhatLiesNearTheBorder() throws {
        func uncertain(_ mean: Double) -> String { "{distribution: beta, mean: \(mean), sd: 0.1, source: test}" }
        try simulate("before", Self.scenario(effect: 0.02, persistence: uncertain(0.62)), draws: 100)
        try simulate("after", Self.scenario(effect: 0.02, persistence: uncertain(0.64)), draws: 100)
        let outcome = try herstel(["diff", "before", "after", "--output", "diff"], in: folder.path)
        #expect(outcome.code == 0)
        // -0.06 x persistence + 0.02 is at least -0.02 where persistence is at most 2/3, in 66% and 59% of many draws; these 100
        // have 52% and 48%, each with an error of 5%.
        #expect(
            outcome.output.contains(
                "\n  ~ money, learning: met in 50% to 90% of draws -> met in 10% to 50% of draws (p_met 0.520 -> 0.480)\n"
            ))
        #expect(
            try contents(of: folder.file("diff/conclusions.csv")).contains(
                "\ngoal,goals.csv,near_border,money,,,learning,"))
    }

    @Test func modelsThatWereFittedAreComparedByVerdictAndDelay() throws {
        let model = try contents(of: repositoryFile("models/engzell2021.yaml"))
        try folder.write(model, to: "model.yaml")
        _ = try herstel(["fit", "model.yaml", "--output", "before", "--quiet"], in: folder.path)
        try folder.write(
            model.replacingOccurrences(of: "teaching_weeks: 40", with: "teaching_weeks: 38"), to: "model.yaml")
        _ = try herstel(["fit", "model.yaml", "--output", "after", "--quiet"], in: folder.path)
        let outcome = try herstel(["diff", "before", "after"], in: folder.path)
        #expect(outcome.code == 0)
        // 3.07 points less than 15.96 in 40 weeks: 7.69 weeks, in 38 weeks 7.31. The deviation is no other, nor its verdict.
        #expect(
            outcome.output.contains(
                "No conclusion changed, of 12 compared.\nOf the conclusions that stayed, no figure moved."))
        #expect(outcome.output.contains("    model teaching_weeks: 40 -> 38\n"))
        #expect(outcome.output.contains("growth's delay  ") && !outcome.output.contains("growth's deviation"))
    }

    @Test func runsThatCannotBeReadEndInOneMessage() throws {
        try simulate("one", Self.scenario(effect: 0.02))
        func message(_ first: String, _ second: String) throws -> String {
            let outcome = try herstel(["diff", first, second], in: folder.path)
            #expect(outcome.code == 2 && outcome.output.isEmpty)
            return outcome.errors
        }
        #expect(
            try message("one", "nowhere")
                == "herstel: error: nowhere: no such folder; expected the folder of a finished run. Check the name.\n")
        #expect(
            try message(".", "one")
                == "herstel: error: .: the folder holds no run: there is no run.json. Give a folder that herstel run, simulate, fit or allocate wrote.\n"
        )
        let goals = try contents(of: folder.file("one/goals.csv"))
        try folder.write(goals.replacingOccurrences(of: "letter", with: "lettre"), to: "one/goals.csv")
        let errors = try message("one", "one")
        #expect(
            errors.hasPrefix("herstel: error: one/goals.csv: the table is not what the run wrote: its SHA-256 is "))
        #expect(errors.hasSuffix("... Make the run again.\n"))
        try folder.write("", to: "one/.unfinished-run")
        try FileManager.default.removeItem(atPath: folder.file("one/run.json"))
        #expect(
            try message("one", "one")
                == "herstel: error: one: the run is not finished: there is no run.json yet. Go on with its command and --resume, then compare.\n"
        )
    }
}
