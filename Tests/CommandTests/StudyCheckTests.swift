import TestSupport
import Testing

/// `herstel check` and `herstel explain` of study files.
@Suite struct StudyCheckTests {
    private let small: SmallScenario
    private let design = "design: {kind: grid, factors: [{name: rate, set: \"scenarios.money.rules[1].rate\", values: "

    init() throws { small = try SmallScenario() }

    private func write(_ values: String, _ others: String = "") throws {
        try small.folder.write(
            "kind: study\ntitle: Rates\nbase: scenario.yaml\n\(others)\(design)\(values)}]}\n", to: "s.yaml")
    }

    @Test func tellsWhatTheStudyIs() throws {
        try write("[500, 1000, 2000]", "shards: 2\n")
        let check = try herstel(["check", "s.yaml"], in: small.folder.path)
        #expect(check.code == 0 && check.errors.isEmpty)
        #expect(check.output == "s.yaml: fine, a study of 3 variants of scenario.yaml: rate\n")
        let explained = try herstel(["explain", "s.yaml"], in: small.folder.path)
        #expect(
            explained.output == """
                s: Rates

                3 variants of scenario.yaml, 100 draws each (independent), in 6 work units.
                Tables kept: trajectories, comparison, recovery, ranking, goals, careers.

                Varied
                  rate: scenarios.money.rules[1].rate

                """)
    }

    @Test func variantsThatAreNoScenariosExitWithTwo() throws {
        try write("[500, -1]")
        let check = try herstel(["check", "s.yaml"], in: small.folder.path)
        #expect(check.code == 2 && check.output.isEmpty)
        #expect(
            check.errors == "herstel: error: variant 2 (rate -1) is no scenario that can be simulated:\n"
                + "scenario.yaml, with 'set scenarios.money.rules[1].rate = -1': found -1; expected a number of 0 or more.\n"
        )
        try write("[500]", "shards: many\n")
        let keys = try herstel(["check", "s.yaml"], in: small.folder.path)
        #expect(keys.code == 2 && keys.errors == "herstel: error: s.yaml:4:9: found 'many'; expected a whole number.\n")
    }
}
