import Foundation
import TestSupport
import Testing

@testable import Scenarios

private func fixed(_ value: Double) -> String { ScenarioText.fixed(value) }

/// What the keys of careers refuse, word by word.
@Suite struct CareerMessageTests {
    typealias Mistake = TextMistake<CareerText>

    private static let declared = "retained: {distribution: fixed, value: 0.1"

    static let mistakes = [
        Mistake(
            "shares that do not add up to 1", at: "- {name: low",
            "the tracks' shares of 'practical' add up to 0.95; expected 1."
        ) { $0.tracks = $0.tracks.replacing("practical: 0.25", with: "practical: 0.2") },
        Mistake(
            "a track that is declared twice", at: "- {name: low, grades: 2",
            "two states are named 'low_1'. Give each track and end a name of its own."
        ) { $0.tracks = $0.tracks.replacing("name: high", with: "name: low") },
        Mistake(
            "a track without grades", at: "0, share: {practical: 0.75",
            "found 0; expected a whole number from 1 to 12."
        ) { $0.tracks = $0.tracks.replacing("grades: 2", with: "grades: 0") },
        Mistake(
            "a track with the name of a SES group", at: "sector: po\n    stream: 60",
            "'practical' is the name of a track or end, and of a SES group or all pupils. Rename the track or end."
        ) { $0.tracks = $0.tracks.replacing("name: low", with: "name: practical") },
        Mistake(
            "a track with the name of a group's part of a track", at: "sector: po\n    stream: 60",
            "track 'low.practical' ends as if it were a SES group's part of a track. Rename the track."
        ) { $0.tracks = $0.tracks.replacing("name: high", with: "name: low.practical") },
        Mistake(
            "a sector that is none", at: "vo\n    stream: 60", "found 'vo'; expected 'po'. Did you mean 'po'?"
        ) { $0.sector = "vo" },
        Mistake(
            "a sector without grades", at: "po\n    stream: 60",
            "careers need pupils who enter and leave, and nobody does in sector 'po': give its number of grades under 'grades'."
        ) { $0.text.lines = [] },
        Mistake(
            "a sector without outcomes", at: "so\n    stream: 60",
            "sector 'so' has no outcome, so nothing of it is simulated. Declare one under 'outcomes'."
        ) {
            $0.text.sectors = ["po", "so"]
            $0.text.lines = ["grades: {po: 3, so: 3}"]
            $0.sector = "so"
        },
        Mistake(
            "a stream of an outcome", at: "sector: po\n    stream: 60\n    source",
            "stream 60 is used twice. Give each outcome and each sector's careers a number of its own."
        ) { $0.text.outcomes[0].stream = 60 },
        Mistake(
            "an outcome that is none", at: "readin,", "found 'readin'; expected 'reading'. Did you mean 'reading'?"
        ) { $0.lines.append("skill: {outcome: readin, log_odds_per_sd: {up: \(fixed(1))}}") },
        Mistake(
            "a move that is none", at: "promoted: ",
            "unknown key 'promoted' in 'log_odds_per_sd'; expected 'retained', 'up', 'down', 'left' or 'passed'."
        ) { $0.addSkill("promoted: \(fixed(1))") },
        Mistake(
            "a track of a parameter that is none", at: "hig_1: ",
            "found 'hig_1'; expected 'all', a SES group, a track or a grade of one such as 'low_1', the last two also for one "
                + "group: 'low_1.practical'. Did you mean 'high_1'?"
        ) { $0.addSkill("up: {hig_1: \(fixed(1))}") },
        Mistake(
            "a policy year that is not simulated", at: "2019/20: {retained",
            "found 2019/20; expected a simulated school year, 2020/21 to 2023/24."
        ) { $0.lines.append("policy: {2019/20: {retained: \(fixed(-1))}}") },
        Mistake(
            "a policy year that is none", at: "2019: {retained",
            "found '2019'; expected a school year such as 2021/22."
        ) { $0.lines.append("policy: {2019: {retained: \(fixed(-1))}}") },
        Mistake(
            "probabilities above 1 together", at: declared,
            "the mean probabilities of the moves of 'low_1' and 'practical' add up to 1.03; expected at most 1, going on included."
        ) { $0.up = fixed(0.9) },
        Mistake(
            "a probability of a move that nobody can make", at: declared,
            "'high_2' has a probability of 'passed', but nobody can make that move from there: it is not the last grade. "
                + "Remove it."
        ) { $0.passed = "{all: \(fixed(0.9)), high_2: \(fixed(0.9))}" },
        Mistake(
            "a move beside which there is no track", at: declared,
            "'high_1.practical' has a probability of 'up', but nobody can make that move from there: it is the last grade, or "
                + "there is no such track or grade beside it. Remove it."
        ) { $0.up = "{all: \(fixed(0.1)), high_1.practical: \(fixed(0.1))}" },
        Mistake(
            "declared flows to several ends", at: "declared:",
            "declared flows tell of one end only, and 'ends' has 2. Leave one, such as 'left'."
        ) { $0.lines.append("ends: [left, abroad]") },
        Mistake(
            "no probability of passing", at: declared,
            "no probability of 'passed' is declared for 'high_3' and 'theoretical'. Declare it, or one for 'all'."
        ) { $0.passed = "{low: \(fixed(0.9)), high.practical: \(fixed(0.9))}" },
        Mistake(
            "a probability beyond 1", at: "{distribution: normal",
            "'declared' would be drawn between 0.5709473268508106 and 1.2290526731491926; expected values from 0.0 to 1.0."
        ) { $0.left = "{distribution: normal, mean: 0.9, sd: 0.1, source: s}" },
        Mistake(
            "a model without models", at: "m}",
            "no models are declared. Name the file under 'models', with a 'stream'."
        ) {
            $0.text.lines.append(
                "careers:\n  - {sector: po, stream: 60, source: s, tracks: [{name: a, grades: 2, share: {practical: 1, theoretical: 1}}], "
                    + "flows: {model: m}}")
        },
        Mistake(
            "no flows", at: "{}}",
            "expected 'model', a model of kind transitions, or 'declared' probabilities, one of the two."
        ) {
            $0.text.lines.append(
                "careers:\n  - {sector: po, stream: 60, source: s, tracks: [{name: a, grades: 2, share: {practical: 1, theoretical: 1}}], "
                    + "flows: {}}")
        },
        Mistake(
            "a scenario's policy that is none", at: "noen}",
            "found 'noen'; expected 'declared' or 'none'. Did you mean 'none'?"
        ) { $0.text.scenarios.append("  other: {extends: none, careers: {policy: noen}}\n") },
        Mistake(
            "a goal of careers that are not declared", at: "po.retentoin",
            "found 'po.retentoin'; expected a sector with careers and one of 'retention', 'moved_up', 'moved_down', 'left', "
                + "'pass_rate', 'without_delay_grade_3', 'without_delay_diploma', 'above_placement_grade_3', "
                + "'below_placement_grade_3', 'diploma_share', as in 'po.retention', or of a track, as in 'po.pass_rate.low'. "
                + "Did you mean 'po.retention'?"
        ) { $0.addGoal("careers: [po.retentoin], at_most: 1") },
        Mistake(
            "a goal with two bounds", at: "1, at_most",
            "'at_least' and 'at_most' do not go together. Make a goal of each."
        ) { $0.addGoal("careers: [po.retention], at_least: 1, at_most: 2") },
        Mistake(
            "a goal with a benchmark", at: "level, careers",
            "'benchmark' does not go with figure 'career': it is about careers, against the baseline without crisis. Remove it."
        ) { $0.addGoal("benchmark: level, careers: [po.retention], at_most: 2") },
        Mistake(
            "a goal on an outcome with careers' keys", at: "2, outcomes",
            "'at_most' does not go with figure 'deviation': it is about outcomes, of which more is better. Remove it."
        ) { $0.addGoal("at_most: 2, outcomes: [reading.po], at_least: 0", figure: "deviation") },
    ]

    @Test(arguments: mistakes) func isSaid(mistake: Mistake) throws {
        var text = CareerText()
        mistake.change(&text)
        // A block of its own stands in place of the one that works.
        let own = text.text.lines.contains { $0.hasPrefix("careers:") }
        let whole = own ? text.text : text.whole
        let folder = try TemporaryFolder()
        let path = try whole.write(to: folder)
        do {
            _ = try ScenarioFile(path: path)
            Issue.record("no mistake was found")
        } catch {
            let first = "\(error)".split(separator: "\n").map(String.init).first ?? ""
            #expect(said(first, "\(place(of: mistake.fault, in: whole.text)): \(mistake.message)"))
        }
    }

    @Test func tracksThatNoSchoolCanOfferAreRefused() throws {
        func message(_ change: (inout CareerText) -> Void) throws -> String {
            var text = CareerText()
            change(&text)
            do {
                _ = try text.plan()
                return ""
            } catch { return "\(error)".components(separatedBy: ": ").dropFirst().joined(separator: ": ") }
        }
        #expect(
            try message {
                $0.tracks = $0.tracks.replacing("}}", with: "}, school_types: [lyceum]}")
            } == "'school_types' names 'lyceum', and no school of 'po' has that type. The schools have no types.")
        #expect(
            try message { ($0.passed, $0.left) = (fixed(0.02), fixed(0)) }
                == "pupils of 'practical' would stay at school for 51 years or more on average; expected at most 30. Look at "
                + "'passed', 'left' and 'retained'.")
        // Nobody ever leaves: the sum of years ends at 400.
        #expect(
            try message { ($0.passed, $0.left) = (fixed(0), fixed(0)) }
                == "pupils of 'practical' would stay at school for 401 years or more on average; expected at most 30. Look at "
                + "'passed', 'left' and 'retained'.")
        #expect(
            try message {
                $0.text.lines[0] = "grades: {po: 3}"
                $0.tracks = "      - {name: one, grades: 2, share: {practical: 1, theoretical: 1}}"
                $0.addSkill("up: \(fixed(1))")
            }
                == "'skill.up' shifts a move that nobody makes: no flows of 'up' are given. Give them, or remove the shift."
        )
        #expect(
            try message {
                $0.tracks = """
                          - {name: low, grades: 2, share: {practical: 1, theoretical: 0}}
                          - {name: high, grades: 3, share: {practical: 0, theoretical: 1}, school_types: [lyceum]}
                    """
            }
                == "'school_types' names 'lyceum', and no school of 'po' has that type. The schools have no types."
        )
    }
}

extension CareerText {
    fileprivate mutating func addGoal(_ keys: String, figure: String = "career") {
        text.lines.append("goals: [{name: g, figure: \(figure), \(keys), deadline: 2022/23, source: s}]")
    }
}
