import Specifications
import Testing

@testable import Synthesis

/// A whole truth in parts, any of which a test can replace or drop.
private func text(_ changes: [String: String?] = [:]) -> String {
    let parts: [(String, String)] = [
        ("kind", "synthetic"), ("structure", "{schools: 3, pupils_per_school: 5}"), ("moments", "[0, 1]"),
        ("factors", "{cohort: {levels: [a, b, c]}, ses: {levels: [high, low], shares: [0.6, 0.4]}}"),
        ("outcome", "{name: score, family: gaussian, residual_sd: 5}"), ("fixed", "{time: 6}"),
    ]
    let replaced = parts.map { ($0.0, changes[$0.0] ?? $0.1) }
    let added = changes.filter { key, _ in !parts.contains { $0.0 == key } }.sorted { $0.key < $1.key }
    return (replaced + added.map { ($0.key, $0.value) }).compactMap { key, value in value.map { "\(key): \($0)\n" } }
        .joined()
}

@Suite struct TruthTests {
    @Test func whatIsLeftOutHasADefault() throws {
        let truth = try truth(text(["factors": nil]))
        #expect(truth.seed == 1 && truth.jitter == 0 && truth.missing == 0 && truth.factors.isEmpty)
        #expect(truth.random.isEmpty && truth.weights == nil && truth.title.isEmpty && truth.outcome.decimals == 3)
        #expect(truth.structure.schoolSize == .fixed(5) && truth.structure.moves == nil)
    }

    @Test func sharesAreEqualWhenLeftOut() throws {
        let factors = try truth(text()).factors
        #expect(factors.map(\.name) == ["cohort", "ses"])
        #expect(factors[0].shares == [1.0 / 3, 1.0 / 3, 1.0 / 3] && factors[1].shares == [0.6, 0.4])
    }

    @Test(arguments: [
        "(Intercept)", "time", "sesl:ow", "coho:rtb", "time:sesl:ow", "sesl:ow:time", "coho:rtc:sesl:ow:time",
    ])
    func termsAreReadInAnyOrderAndWithColonsInNames(term: String) throws {
        let factors = "{'coho:rt': {levels: [a, b, c]}, ses: {levels: [high, 'l:ow']}}"
        let fixed = try truth(text(["factors": factors, "fixed": "{\"\(term)\": 2}"])).fixed
        #expect(fixed.count == 1 && fixed[0].value == 2)
        #expect(fixed[0].term.hasTime == term.contains("time"))
        #expect(fixed[0].term.indicators.count == (term.contains("rt") ? 1 : 0) + (term.contains("ses") ? 1 : 0))
    }

    static let mistakes: [([String: String?], [String])] = [
        (["kind": nil], ["1:1: missing key 'kind' in truth."]),
        (["kind": "growth"], ["1:7: found 'growth'; expected 'synthetic'."]),
        (["momentss": "[0]"], ["7:1: unknown key 'momentss' in truth; did you mean 'moments'?"]),
        (["moments": nil], ["1:1: missing key 'moments' in truth."]),
        (["moments": "[]"], ["3:10: found a list of 0; expected at least 1."]),
        (["moments": "[0, one]"], ["3:14: found 'one'; expected a number."]),
        (["moments": "[0, 2, 1]"], ["3:17: found 1.0 after 2.0; expected moments that rise."]),
        (["moments": "[0, 20000]"], ["3:10: expected at most 1000 moments, from -1000 to 1000 years."]),
        (["jitter": "0.5"], ["7:9: found 0.5; expected less than half of the smallest gap of 1.0 years."]),
        (["jitter": "-1"], ["7:9: found -1; expected a number of 0 or more."]),
        (["missing": "10"], ["7:10: found 10; expected a share from 0 to 1."]),
        (["seed": "-1"], ["7:7: found -1; expected a whole number from 0 to 9223372036854775807."]),
        (
            ["structure": "{schools: 0, pupils_per_school: 5}"],
            ["2:22: found 0; expected a whole number from 1 to 10000000."]
        ),
        (["structure": "{schools: 3}"], ["2:12: missing key 'pupils_per_school' in structure."]),
        (
            ["structure": "{schools: 3, pupils_per_school: 0}"],
            ["2:44: found 0; expected a whole number from 1 to 1000000."]
        ),
        (
            ["structure": "{schools: 3, pupils_per_school: {mean: 0, sd: 2}}"],
            ["2:51: found 0.0; expected a mean from 1 to 1000000 pupils."]
        ),
        (
            ["structure": "{schools: 3, pupils_per_school: {mean: 1, sd: 2}}"],
            ["2:44: schools of 1 pupil on average cannot differ; expected a larger mean, or an sd of 0."]
        ),
        (
            ["structure": "{schools: 3, pupils_per_school: {mean: 8}}"],
            ["2:44: missing key 'sd' in pupils per school."]
        ),
        (
            ["structure": "{schools: 3, pupils_per_school: 5, classes_per_school: none}"],
            ["2:67: found 'none'; expected a whole number."]
        ),
        (
            ["structure": "{schools: 1, pupils_per_school: 5, moves: {share: 0.1}}"],
            ["2:54: found 1 school; pupils can only change school when there are two or more."]
        ),
        (
            ["structure": "{schools: 3, pupils_per_school: 5, moves: {share: 0.1, within_region: 0.5}}"],
            ["2:54: missing key 'region_size' in moves: the number of schools of a region."]
        ),
        (
            ["structure": "{schools: 3, pupils_per_school: 5, moves: {share: 2}}"],
            ["2:62: found 2; expected a share from 0 to 1."]
        ),
        (
            ["structure": "{schools: 3, pupils_per_school: 5, moves: {share: 0.1}}", "moments": "[0]"],
            ["2:12: found 1 moment; pupils can only change school between two moments."]
        ),
        (["factors": "{ses: {levels: [a]}}"], ["4:25: found a list of 1; expected at least 2."]),
        (["factors": "{ses: {levels: [a, a]}}"], ["4:29: level 'a' is declared twice. Declare each level once."]),
        (
            ["factors": "{ses: {levels: [a, NA]}}"],
            ["4:29: level 'NA' would be read back as missing. Choose another word."]
        ),
        (
            ["factors": "{ses: {level: [a, b]}}"],
            [
                "4:16: missing key 'levels' in factor 'ses'.",
                "4:17: unknown key 'level' in factor 'ses'; did you mean 'levels'?",
            ]
        ),
        (
            ["factors": "{ses: {levels: [a, b], shares: [1]}}"],
            ["4:41: found 1 shares; expected one for each of the 2 levels."]
        ),
        (
            ["factors": "{ses: {levels: [a, b], shares: [0.5, 0.25]}}"],
            ["4:41: the shares add up to 0.75; expected 1."]
        ),
        (
            ["factors": "{ses: {levels: [a, b], school_sd: -1}}"],
            ["4:44: found -1; expected a number of 0 or more."]
        ),
        (["factors": "{time: {levels: [a, b]}}"], ["4:11: there is another column 'time'. Choose another name."]),
        (["factors": "{NA: {levels: [a, b]}}"], ["4:11: 'NA' is no name of a column. Choose another name."]),
        (
            ["outcome": "{name: ses, family: gaussian, residual_sd: 5}"],
            ["5:10: there is another column 'ses'. Choose another name."]
        ),
        (
            ["outcome": "{name: y, family: gausian, residual_sd: 5}"],
            ["5:28: found 'gausian'; expected 'gaussian', 'binomial' or 'poisson'. Did you mean 'gaussian'?"]
        ),
        (["outcome": "{name: y, family: gaussian}"], ["5:10: missing key 'residual_sd' in outcome."]),
        (
            ["outcome": "{name: y, family: gaussian, residual_sd: 1, decimals: 7}"],
            ["5:64: found 7; expected a whole number from 0 to 6."]
        ),
        (
            ["outcome": "{name: y, family: poisson, residual_sd: 5}"],
            ["5:50: a poisson outcome has no 'residual_sd'. Drop it."]
        ),
        (["fixed": "{tme: 6}"], ["6:9: unknown term 'tme'. Did you mean 'time'?"]),
        (["fixed": "{timeseslow: 6}"], ["6:9: unknown term 'timeseslow'. Did you mean 'time:seslow'?"]),
        (
            ["fixed": "{pupil: 6}"],
            [
                "6:9: unknown term 'pupil'; expected terms as lme4 prints them, such as '(Intercept)', 'time', 'time:seslow'."
            ]
        ),
        (
            ["fixed": "{seshigh: 6}"],
            [
                "6:9: 'seshigh' is the first level of 'ses', with which the others are compared: it has no effect of its own. Drop it, or put another level first."
            ]
        ),
        (["fixed": "{time: six}"], ["6:15: found 'six'; expected a number."]),
        (
            ["fixed": "{\"time:seslow\": 6, \"seslow:time\": 6}"],
            ["6:27: term 'seslow:time' is named twice, in another order of its variables. Keep one of them."]
        ),
        (
            [
                "factors": "{x: {levels: [a, b1]}, xb: {levels: [a, '1']}}", "fixed": "{xb1: 6}",
            ],
            ["6:9: term 'xb1' can be read in more than one way. Rename a factor or a level."]
        ),
        (
            ["fixed": "{time: 2e9}"],
            ["6:8: the outcome may be as large as 2000000040.0; expected effects that stay below 1e9."]
        ),
        (
            ["outcome": "{name: y, family: poisson}", "fixed": "{time: 31}"],
            ["6:8: the logarithm of the mean may be as large as 31.0; expected effects that stay below 30."]
        ),
        (
            ["random": "{pupils: {time: 1}}"],
            ["7:10: unknown key 'pupils' in random effects; did you mean 'pupil'?"]
        ),
        (["random": "{pupil: {tme: 1}}"], ["7:18: unknown term 'tme'. Did you mean 'time'?"]),
        (["random": "{pupil: {time: -1}}"], ["7:24: found -1; expected a number of 0 or more."]),
        (
            ["random": "{pupil: {time: 1, correlation: 0.5}}"],
            ["7:40: found a correlation and 1 random effects; expected two effects."]
        ),
        (
            ["random": "{pupil: {time: 1, seslow: 1, correlation: 1.5}}"],
            ["7:51: found 1.5; expected a correlation from -1 to 1."]
        ),
        (
            ["random": "{class: {time: 1}}"],
            ["7:10: there are no classes. Declare 'classes_per_school' in 'structure', or drop this."]
        ),
        (
            ["weights": "{name: w, from: 0, to: 2}"],
            ["7:10: found weights from 0.0 to 2.0; expected a range between 0.001 and 1000000."]
        ),
        (["weights": "{name: w, from: 1}"], ["7:10: missing key 'to' in weights."]),
        (
            ["weights": "{name: score, from: 1, to: 2}"],
            ["7:10: there is another column 'score'. Choose another name."]
        ),
        (
            ["weights": "{name: w, from: 1, to: 2}", "outcome": "{name: y, family: binomial}"],
            ["7:10: prior weights need a gaussian outcome. Drop them, or change the family."]
        ),
        (
            ["missing": "2", "seed": "x", "moments": "[a]"],
            [
                "3:11: found 'a'; expected a number.", "7:10: found 2; expected a share from 0 to 1.",
                "8:7: found 'x'; expected a whole number.",
            ]
        ),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsLocatedAndExplained(changes: [String: String?], messages: [String]) {
        #expect(throws: SpecificationError.self) { try truth(text(changes)) }
        do {
            _ = try truth(text(changes))
        } catch {
            #expect("\(error)" == messages.map { "t.yaml:" + $0 }.joined(separator: "\n"))
        }
    }

    @Test func tooManyCombinationsOfLevelsAreRefused() {
        let levels = "{levels: [\((1...400).map { "l\($0)" }.joined(separator: ", "))]}"
        #expect {
            try truth(text(["factors": "{a: \(levels), b: \(levels)}"]))
        } throws: {
            "\($0)" == "t.yaml:4:10: the factors have 160000.0 combinations of levels; expected at most 100000."
        }
    }
}
