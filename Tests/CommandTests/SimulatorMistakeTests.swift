import Foundation
import TestSupport
import Testing

/// Mistakes that are found when a scenario is put together: one message, exit code 2, nothing written.
@Suite struct SimulatorMistakeTests {
    private static let menu = """
        kind: interventions
        versions: [v1]
        sectors: [po]
        outcomes: {learning: {stream: 1}}
        months_to_sd:
          {bands: {1: [0, 0.1]}, std_error_months: 0, between_study_sd: 0, source: test, uncertainty_source: test}
        evidence_strength: {strong: 1, source: test}
        interventions:
          tutoring:
            stream: 1
            sectors: [po]
            effects: {learning: {effect: 0.3, std_error: 0, between_study_sd: 0, source: s}}
            evidence_strength: strong
            cost: {eur_per_pupil: 500, source: s}
            staff: {fte_per_100_pupils: 1, source: s}

        """

    private static func interventions(region: String) -> [String] {
        [
            "interventions:", "  menu: menu.yaml", "  version: v1", "  dosing: treated_share",
            "  unused_money: unspent",
            "  outcomes: {reading: learning}", "  mix: {po: {tutoring: {share: 1, source: s}}}",
            "  capacity:", "    po:", "      stream: 1", "      fte_per_100_pupils: \(ScenarioText.fixed(1))",
            "      by_quintile: [1, 1, 1, 1, 1]", "      by_region:", "        \(region): 0.5", "      source: test",
            "  scale_down: \(ScenarioText.fixed(0.5))", "  fidelity: \(ScenarioText.fixed(1))",
            "  overlap: \(ScenarioText.fixed(0))",
            "  persistence: {plateau: \(ScenarioText.fixed(0.4)), half_life: \(ScenarioText.fixed(1))}",
        ]
    }

    private func run(_ lines: [String]) throws -> (outcome: Outcome, wrote: Bool, text: String) {
        let folder = try TemporaryFolder()
        var text = ScenarioText()
        text.outcomes[0].parameters["drift"] = "{distribution: normal, mean: 0, sd: 0.01, source: test}"
        text.lines = lines
        try folder.write(Self.menu, to: "menu.yaml")
        _ = try text.write(to: folder)
        let outcome = try herstel(["run", "s.yaml", "--quiet"], in: folder.path)
        return (outcome, FileManager.default.fileExists(atPath: folder.file("runs")), text.text)
    }

    /// The line on which a text stands, counted from 1.
    private func line(of word: String, in text: String) throws -> Int {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return try #require(lines.firstIndex { $0.contains(word) }) + 1
    }

    @Test func aRegionThatNoSchoolIsIn() throws {
        let (outcome, wrote, text) = try run(Self.interventions(region: "nort"))
        let line = try line(of: "nort:", in: text)
        #expect(outcome.code == 2 && outcome.output.isEmpty && !wrote)
        #expect(
            outcome.errors
                == "herstel: error: s.yaml:\(line):9: no school is in region 'nort'. Did you mean 'north'?\n")
        #expect(try run(Self.interventions(region: "north")).outcome.code == 0)
    }

    @Test func aCorrelationWithAParameterThatIsNone() throws {
        let (outcome, wrote, text) = try run([
            "correlations:", "  - parameters: [reading.po.drift, reading.po.drft]", "    correlation: 0.5",
            "    source: test",
        ])
        let line = try line(of: "drft", in: text)
        #expect(outcome.code == 2 && outcome.output.isEmpty && !wrote)
        #expect(
            outcome.errors
                == "herstel: error: s.yaml:\(line):36: 'reading.po.drft' is no uncertain parameter of this file. Names are "
                + "<outcome>.<sector>.<parameter> as in assumptions.csv, of parameters that are not fixed. Did you mean "
                + "'reading.po.drift'?\n")
    }
}
