import Foundation
import Scenarios
import Specifications
import TestSupport
import Testing

@testable import Runs

/// A variant is the scenario that one gets by editing the file.
@Suite struct StudyVariantTests {
    private func simulated(_ file: ScenarioFile) throws -> [ResultTable] {
        try PreparedScenario(file).simulate(draws: 20, threads: 1, cancellation: Cancellation()) { _, _ in }.tables
    }

    @Test func aVariantGivesTheNumbersOfAnEditedFile() throws {
        let scenario = try SmallScenario(draws: 20)
        let changes = [
            SpecificationOverride(.scale, path: "outcomes[sector=po].parameters.loss_per_week", value: "2"),
            SpecificationOverride(.set, path: "outcomes[outcome=reading].parameters.persistence.mean", value: "0.5"),
            SpecificationOverride(.set, path: "scenarios.money.rules[name=base].rate", value: "700"),
            SpecificationOverride(.set, path: "outcomes[1].start.low.mean", value: "-0.3"),
            SpecificationOverride(.set, path: "seed", value: "4"),
        ]
        let edited = try contents(of: scenario.path)
            .replacing("low: 0.003, mode: 0.0096, high: 0.012", with: "low: 0.006, mode: 0.0192, high: 0.024")
            .replacing("beta, mean: 0.7", with: "beta, mean: 0.5").replacing("rate: 1000", with: "rate: 700")
            .replacing("high: *start", with: "high: {distribution: normal, mean: -0.1, sd: 0.02, source: test}")
            .replacing(
                "mean: -0.1, sd: 0.02, source: test}\n      high",
                with: "mean: -0.3, sd: 0.02, source: test}\n      high"
            )
            .replacing("seed: 1\n", with: "seed: 4\n")
        let byHand = try scenario.folder.write(edited, to: "edited.yaml")
        let variant = try simulated(ScenarioFile(path: scenario.path, overrides: changes))
        let expected = try simulated(ScenarioFile(path: byHand))
        let base = try simulated(ScenarioFile(path: scenario.path))
        for name in ["trajectories", "comparison", "recovery", "allocation", "assumptions"] {
            let bytes = try [variant, expected, base].map { tables in
                try #require(tables.first { $0.schema.name == name }).bytes
            }
            #expect(bytes[0] == bytes[1], "\(name)")
            #expect(bytes[0] != bytes[2], "\(name)")
        }
    }

    @Test func variantsDifferInTheirBytesAndLeaveTheBaseAsItIs() throws {
        let scenario = try SmallScenario()
        let base = try ScenarioBase(path: scenario.path)
        let first = try base.variant([SpecificationOverride(path: "seed", value: "2")])
        let second = try base.variant([SpecificationOverride(path: "seed", value: "3")])
        #expect(first.seed == 2 && second.seed == 3 && first.bytes != second.bytes)
        let plain = try base.variant([])
        #expect(try plain.seed == 1 && plain.bytes == ScenarioFile(path: scenario.path).bytes)
    }

    @Test func problemsOfAVariantNameTheChange() throws {
        let scenario = try SmallScenario()
        let changes = [
            SpecificationOverride(path: "outcomes[1].streem", value: "2"),
            SpecificationOverride(path: "seed", value: "x"),
        ]
        let error = #expect(throws: SpecificationError.self) {
            try ScenarioFile(path: scenario.path, overrides: changes)
        }
        let words = error?.description.replacing(scenario.folder.path + "/", with: "") ?? ""
        #expect(words.contains("scenario.yaml, with 'set outcomes[1].streem = 2': unknown key 'streem' in"))
        #expect(words.contains("scenario.yaml, with 'set seed = x': found 'x'; expected a whole number."))
    }
}
