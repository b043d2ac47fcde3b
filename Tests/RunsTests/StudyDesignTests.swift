import Foundation
import Scenarios
import Specifications
import TestSupport
import Testing

@testable import Runs

@Suite struct StudyDesignTests {
    @Test func theLastFactorOfAGridChangesFastest() throws {
        let study = try StudyFiles().study(StudyFiles.text(StudyFiles.grid))
        #expect(study.variants.map(\.number) == Array(1...12))
        #expect(
            study.variants.map { $0.levels.joined(separator: " ") } == [
                "0.5 0.5 as_it_was", "0.5 0.5 flat", "0.5 0.6 as_it_was", "0.5 0.6 flat", "1 0.5 as_it_was",
                "1 0.5 flat",
                "1 0.6 as_it_was", "1 0.6 flat", "2 0.5 as_it_was", "2 0.5 flat", "2 0.6 as_it_was", "2 0.6 flat",
            ])
        let loss = "outcomes[sector=po].parameters.loss_per_week"
        let persistence = "outcomes[outcome=reading].parameters.persistence.mean"
        #expect(
            study.variants[9].overrides == [
                SpecificationOverride(.scale, path: loss, value: "2"),
                SpecificationOverride(.set, path: persistence, value: "0.5"),
                SpecificationOverride(.set, path: "scenarios.money.rules[name=base].rate", value: "700"),
                SpecificationOverride(.scale, path: "outcomes[1].parameters.noise_sd", value: "2"),
            ])
        #expect(
            study.factors == [
                StudyFactor(name: "severity", isNumeric: true, description: "x " + loss),
                StudyFactor(name: "persistence", isNumeric: true, description: persistence),
                StudyFactor(
                    name: "rules", isNumeric: false,
                    description: "scenarios.money.rules[name=base].rate; x outcomes[1].parameters.noise_sd"),
            ])
    }

    @Test func aListHasAColumnForEveryPath() throws {
        let study = try StudyFiles().study(StudyFiles.text(StudyFiles.list))
        #expect(study.variants.map(\.name) == ["base", "mild", "again"])
        #expect(
            study.factors.map(\.name) == [
                "margin_sd", "x margin_sd", "x outcomes[1].parameters.noise_sd", "scenario_seed",
            ])
        #expect(study.variants.map(\.levels) == [["", "", "", ""], ["0.1", "2", "0.5", ""], ["0.2", "", "", "9"]])
        #expect(
            study.variants[2].overrides == [
                SpecificationOverride(.set, path: "seed", value: "9"),
                SpecificationOverride(.set, path: "margin_sd", value: "0.2"),
            ])
        let named = try StudyFiles().study(
            StudyFiles.text(
                "kind: list\nnames: {seed: replication}\nvariants: [{name: a, set: {seed: 1}}, {name: b, set: {seed: x}}]"
            ))
        #expect(named.factors == [StudyFactor(name: "replication", isNumeric: false, description: "seed")])
    }

    @Test func aLatinHypercubeUsesEveryStratumOnceAndEveryLevelEvenly() throws {
        let study = try StudyFiles().study(StudyFiles.text(StudyFiles.hypercube))
        #expect(study.variants.count == 25 && study.factors.map(\.isNumeric) == [true, true, true, false])
        let numbers = study.variants.map { $0.levels.prefix(3).compactMap(Double.init) }
        // Strata of the logarithm: powers of 16^(1/25) from 0.25.
        let severity = numbers.map { Int((25 * (log2($0[0]) + 2) / 4).rounded(.down)) }
        #expect(severity.sorted() == Array(0..<25))
        let persistence = numbers.map { Int((25 * ($0[1] - 0.5) / 0.3).rounded(.down)) }
        #expect(persistence.sorted() == Array(0..<25))
        #expect(severity != persistence && severity != Array(0..<25))
        for (column, levels) in [(2, 3), (3, 2)] {
            let counts = Dictionary(grouping: study.variants) { $0.levels[column] }.values.map(\.count)
            #expect(counts.count == levels && (counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
        }
        // The override is the number that the table shows.
        #expect(study.variants[7].overrides.prefix(3).map(\.value) == Array(study.variants[7].levels.prefix(3)))
    }

    @Test func factorsOfALatinHypercubeDoNotMoveWhenOthersFollow() throws {
        let files = try StudyFiles()
        let all = try files.study(StudyFiles.text(StudyFiles.hypercube))
        let lines = StudyFiles.hypercube.split(separator: "\n")
        let fewer = try files.study(StudyFiles.text(lines.dropLast(2).joined(separator: "\n")))
        #expect(fewer.factors.count == 2)
        #expect(fewer.variants.map(\.levels) == all.variants.map { Array($0.levels.prefix(2)) })
        let other = try files.study(StudyFiles.text(StudyFiles.hypercube.replacing("seed: 3", with: "seed: 4")))
        #expect(other.variants.map { $0.levels[0] } != all.variants.map { $0.levels[0] })
    }

    static let mistakes: [(String, [String])] = [
        ("kind: gird", ["4:9: found 'gird'; expected 'grid', 'list' or 'latin_hypercube'. Did you mean 'grid'?"]),
        ("kind: grid", ["4:3: missing key 'factors' in grid."]),
        (
            "kind: grid\nsamples: 4\nfactors: [{name: a, set: seed, values: [1]}]",
            ["5:3: unknown key 'samples' in grid; expected 'kind' or 'factors'."]
        ),
        ("kind: grid\nfactors: []", ["5:12: found a list of 0; expected at least 1."]),
        (
            "kind: grid\nfactors: [{name: a, set: seed}]",
            ["5:13: expected 'values' or 'levels' of the factor."]
        ),
        (
            "kind: grid\nfactors: [{name: a, values: [1]}]",
            ["5:13: expected 'set' or 'scale' with one path or several, or 'levels'."]
        ),
        (
            "kind: grid\nfactors: [{name: a, set: seed, scale: seed, values: [1]}]",
            ["5:13: expected 'set' or 'scale' with one path or several, not both."]
        ),
        (
            "kind: grid\nfactors: [{name: a, set: seed, low: 1, high: 2}]",
            ["5:13: 'low' and 'high' are for a latin_hypercube; a grid needs 'values' or 'levels'."]
        ),
        (
            "kind: grid\nfactors: [{name: a, set: seed, values: [1, 2], low: 1}]",
            ["5:42: a factor has 'values', or 'low' and 'high'; not both."]
        ),
        (
            "kind: grid\nfactors: [{name: a, set: seed, levels: {b: {}}}]",
            ["5:42: 'levels' say themselves what they set and scale; leave out the factor's other keys."]
        ),
        (
            "kind: grid\nfactors: [{name: a, levels: {}}]",
            ["5:31: expected at least one level: a name with what it sets and scales."]
        ),
        (
            "kind: grid\nfactors: [{name: a, levels: {x: {sett: {seed: 1}}}}]",
            ["5:36: unknown key 'sett' in level 'x'; did you mean 'set'?"]
        ),
        (
            "kind: grid\nfactors: [{name: a, scale: seed, values: [2]}]",
            ["5:30: a seed is no quantity. Give the seeds themselves, with 'set'."]
        ),
        (
            "kind: grid\nfactors: [{name: a, scale: margin_sd, values: [x]}]",
            ["5:50: found 'x'; expected a number."]
        ),
        ("kind: grid\nfactors: [{name: a, set: seed, values: [1, 1.0]}]", ["5:46: level '1.0' is there twice."]),
        ("kind: grid\nfactors: [{name: a, set: [seed, seed], values: [1]}]", ["5:35: 'seed' is named twice."]),
        (
            "kind: grid\nfactors: [{name: seed, set: seed, values: [1]}]",
            ["5:20: 'seed' is a column of study.csv already. Choose another name."]
        ),
        (
            "kind: grid\nfactors: [{name: a b, set: seed, values: [1]}]",
            ["5:20: a factor's name is a column's: expected at most 60 letters, digits and _."]
        ),
        (
            "kind: grid\nfactors: [{name: a, set: seed, values: [1]}, {name: a, set: margin_sd, values: [1]}]",
            ["5:48: two factors are named 'a'."]
        ),
        (
            "kind: grid\nfactors: [{name: a, set: draws, values: [10]}]",
            ["5:28: 'draws' is the study's own key: every variant has as many draws."]
        ),
        (
            "kind: grid\nfactors: [{name: a, set: seed, values: [\"1\\n2\"]}]",
            []
        ),
        (
            "kind: list\nvariants: [{name: a}, {name: a}]", ["5:25: two variants are named 'a'."]
        ),
        ("kind: list\nvariants: [{set: {seed: 1}}]", ["5:14: missing key 'name' in variant."]),
        (
            "kind: list\nnames: {sed: x}\nvariants: [{name: a, set: {seed: 1}}]",
            ["5:11: no variant changes 'sed'. Write the path as the variants do."]
        ),
        (
            "kind: list\nnames: {seed: x, margin_sd: x}\nvariants: [{name: a, set: {seed: 1, margin_sd: 2}}]",
            ["5:10: two columns would be named 'x'. Give them different names."]
        ),
        (
            "kind: latin_hypercube\nsamples: 1\nfactors: [{name: a, set: seed, values: [1]}]",
            ["5:12: found 1; expected a whole number from 2 to 1000000."]
        ),
        (
            "kind: latin_hypercube\nsamples: 3\nfactors: [{name: a, set: seed, low: 2, high: 2}]",
            ["6:48: found 2; expected a number above low, 2."]
        ),
        (
            "kind: latin_hypercube\nsamples: 3\nfactors: [{name: a, set: seed, low: 0, high: 2, spacing: log}]",
            ["6:39: found 0; spacing log needs numbers above 0."]
        ),
        (
            "kind: latin_hypercube\nsamples: 3\nfactors: [{name: a, set: seed, low: 0}]",
            ["6:13: missing key 'high' in factor."]
        ),
    ]

    @Test(arguments: mistakes)
    func saysWhatIsWrong(design: String, expected: [String]) throws {
        #expect(try StudyFiles().problems(StudyFiles.text(design)) == expected.map { "study.yaml:" + $0 })
    }

    @Test func tooLargeATableIsRefusedAtOnce() throws {
        let factors = (0..<101).map { "  - {name: f\($0), scale: margin_sd, low: 1, high: 2}" }.joined(separator: "\n")
        #expect(
            try StudyFiles().problems(StudyFiles.text("kind: latin_hypercube\nsamples: 100000\nfactors:\n" + factors))
                == [
                    "study.yaml:4:3: found 100000 variants with 101 factors; expected at most 10000000 levels together."
                ])
    }

    @Test func aGridBeyondCountingIsRefused() throws {
        let values = "[" + (1...100).map(String.init).joined(separator: ", ") + "]"
        func grid(_ factors: Int) -> String {
            "kind: grid\nfactors:\n"
                + (0..<factors).map { "  - {name: f\($0), scale: margin_sd, values: \(values)}" }.joined(
                    separator: "\n")
        }
        let limit = "expected at most 1000000: a study has at most 1000000 work units."
        #expect(
            try StudyFiles().problems(StudyFiles.text(grid(4))) == [
                "study.yaml:4:3: found 100000000 variants; \(limit)"
            ])
        #expect(
            try StudyFiles().problems(StudyFiles.text(grid(40))) == [
                "study.yaml:4:3: found more variants than can be counted; \(limit)"
            ])
    }
}
