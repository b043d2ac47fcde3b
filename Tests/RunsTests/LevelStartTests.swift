import Foundation
import Runs
import Scenarios
import TestSupport
import Testing

/// An outcome may start where a model of levels says: well-being, in repeated surveys.
@Suite("A simulation from levels")
struct LevelStartTests {
    private static let model = """
        kind: aggregate
        quantity: level
        sector: po
        better: lower
        groups: {low: practical, high: theoretical}
        baseline: {cohorts: ["2018", "2019"], kind: mean}
        standard_deviations: {complaints: 20}
        figures:
        """

    @Test("Fewer complaints are ahead: the state starts positive, with the deviation's standard error")
    func startsFromLevels() throws {
        let scenario = try SmallScenario(draws: 400)
        let figures = ["practical", "theoretical"].flatMap { group in
            [("2018", 30), ("2019", 34), ("2021", 26)].map { year, value in
                "  - {id: \(group) \(year), outcome: complaints, estimate: \(value), std_error: 1, "
                    + "cells: [{cohort: \"\(year)\", ses: \(group)}], source: s}"
            }
        }
        try scenario.folder.write(Self.model + "\n" + figures.joined(separator: "\n") + "\n", to: "wellbeing.yaml")
        let text = SmallScenario.text(draws: 400, seed: 1)
            .replacing("models: []", with: "models: [{file: wellbeing.yaml, stream: 1}]")
            .replacing("outcome: reading", with: "outcome: complaints")
            .replacing(
                """
                    start:
                      low: &start {distribution: normal, mean: -0.1, sd: 0.02, source: test}
                      high: *start
                    closure_weeks: {2020/21: 5, source: test}
                """,
                with: """
                        start: {model: wellbeing, cohort: "2021", year: 2020/21}
                        closure_weeks: {source: test}
                    """)
        let path = try scenario.folder.write(text, to: "scenario.yaml")
        let plan = try PreparedScenario(path: path).plan
        // (26 - 32) / 20 = -0.3, turned around; sqrt(1 + 1/2) / 20.
        let start = try #require(
            plan.assumptions.first { $0.parameter.contains("complaints") && $0.parameter.contains("start") })
        #expect(abs(start.mean - 0.3) < 1e-12)
        #expect(abs(start.standardDeviation - 1.5.squareRoot() / 20) < 1e-12)
    }
}
