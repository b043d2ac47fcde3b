import TestSupport
import Testing

@testable import Scenarios

private func fixed(_ value: Double) -> String { ScenarioText.fixed(value) }

/// What the simulator's keys refuse, word by word.
@Suite struct SimulatorMessageTests {
    typealias Mistake = TextMistake<ScenarioText>

    private static let first = "outcome: reading\n    sector: po"
    private static let second = "outcome: reading\n    sector: vo"

    /// Two sectors with an outcome each.
    private static var text: ScenarioText {
        var text = ScenarioText()
        text.sectors = ["po", "vo"]
        text.schools.append("d,vo,north,30,30,1")
        text.outcomes.append(ScenarioText.Outcome("reading", sector: "vo", stream: 2))
        return text
    }

    private static let calendar = [
        Mistake(
            "a pre-crisis year that is not simulated's before", at: "2023/24}\nsectors",
            "found 2023/24; expected a year before 2023/24, at most 20 years before 2020/21."
        ) { $0.calendar = "{first: 2020/21, last: 2023/24, pre_crisis: 2023/24}" },
        Mistake(
            "a pre-crisis year long ago", at: "1999/00}",
            "found 1999/00; expected a year before 2023/24, at most 20 years before 2020/21."
        ) { $0.calendar = "{first: 2020/21, last: 2023/24, pre_crisis: 1999/00}" },
        Mistake("a pre-crisis year that is none", at: "2019}", "found '2019'; expected a school year such as 2021/22.")
        {
            $0.calendar = "{first: 2020/21, last: 2023/24, pre_crisis: 2019}"
        },
        Mistake(
            "a key of the calendar", at: "precrisis", "unknown key 'precrisis' in calendar; did you mean 'pre_crisis'?"
        ) { $0.calendar = "{first: 2020/21, last: 2023/24, precrisis: 2019/20}" },
        Mistake(
            "a calendar backwards", at: "{first",
            "the calendar runs from 2023/24 to 2020/21; expected 1 to 50 school years."
        ) { $0.calendar = "{first: 2023/24, last: 2020/21}" },
        Mistake("grades of no sector", at: "pro: 3", "found 'pro'; expected 'po' or 'vo'. Did you mean 'po'?") {
            $0.lines = ["grades: {pro: 3}"]
        },
        Mistake("no grade", at: "0}\n", "found 0; expected a whole number from 2 to 20.") {
            $0.lines = ["grades: {po: 0}"]
        },
        Mistake("half a grade", at: "2.5}", "found '2.5'; expected a whole number.") {
            $0.lines = ["grades: {po: 8, vo: 2.5}"]
        },
        Mistake("a list of grades", at: "[8, 5]", "found a list; expected grades: keys and values.") {
            $0.lines = ["grades: [8, 5]"]
        },
    ]

    private static let money = [
        Mistake(
            "no such computation", at: "topdown",
            "found 'topdown'; expected 'top_down' or 'bottom_up'. Did you mean 'top_down'?"
        ) {
            $0.lines = ["money_effect: topdown"]
        },
        Mistake("probabilities that add to more", at: "{top_down", "the probabilities add to 1.1; expected 1.") {
            $0.lines = ["money_effect: {top_down: 0.5, bottom_up: 0.6, source: s}"]
        },
        Mistake("a probability above 1", at: "1.5, bottom_up", "found 1.5; expected a share from 0 to 1.") {
            $0.lines = ["money_effect: {top_down: 1.5, bottom_up: 0, source: s}"]
        },
        Mistake("one probability", at: "{top_down", "missing key 'bottom_up' in money_effect.") {
            $0.lines = ["money_effect: {top_down: 1, source: s}"]
        },
        Mistake("no source", at: "{top_down", "missing key 'source' in money_effect.") {
            $0.lines = ["money_effect: {top_down: 1, bottom_up: 0}"]
        },
        Mistake(
            "a key of the effect", at: "sources: s", "unknown key 'sources' in money_effect; did you mean 'source'?"
        ) {
            $0.lines = ["money_effect: {top_down: 1, bottom_up: 0, source: s, sources: s}"]
        },
        Mistake("no interventions", at: "bottom_up", "bottom_up needs 'interventions': what the money is spent on.") {
            $0.lines = ["money_effect: bottom_up"]
        },
    ]

    private static let start = [
        Mistake("no such start", at: "base\n", "found 'base'; expected 'baseline'.") {
            $0.outcomes[0].start = "base"
        },
        Mistake(
            "a start after the calendar", at: first,
            "the state is given at the end of 2023/24; expected a year from 2019/20 to 2022/23."
        ) { $0.outcomes[0].start = "{low: \(fixed(0)), high: \(fixed(0)), year: 2023/24}" },
        Mistake(
            "a start before the calendar", at: first,
            "the state is given at the end of 2018/19; expected a year from 2019/20 to 2022/23."
        ) { $0.outcomes[0].start = "{low: \(fixed(0)), high: \(fixed(0)), year: 2018/19}" },
        Mistake("a year that is none", at: "2021}", "found '2021'; expected a school year such as 2021/22.") {
            $0.outcomes[0].start = "{low: \(fixed(0)), high: \(fixed(0)), year: 2021}"
        },
        Mistake("one group's start", at: "{low: {", "missing key 'high' in start.") {
            $0.outcomes[0].start = "{low: \(fixed(0))}"
        },
        Mistake(
            "closures in the year of the start", at: first,
            "closure weeks are given for 2021/22, but the state at the end of 2021/22 is given too and holds what "
                + "they did. Leave one of the two out."
        ) {
            $0.outcomes[0].start = "{low: \(fixed(0)), high: \(fixed(0)), year: 2021/22}"
            $0.outcomes[0].closures = "2021/22: 3"
        },
        Mistake(
            "closures before the start", at: first,
            "closure weeks are given for 2020/21, but the state at the end of 2021/22 is given too and holds what "
                + "they did. Leave one of the two out."
        ) {
            $0.outcomes[0].start = "{low: \(fixed(0)), high: \(fixed(0)), year: 2021/22}"
            $0.outcomes[0].closures = "2020/21: 3, 2022/23: 2"
        },
        Mistake(
            "closures before the calendar", at: first,
            "closure weeks are given for 2019/20, which is not simulated. The starting state holds what happened "
                + "before; extend the calendar for what comes after."
        ) { $0.outcomes[0].closures = "2019/20: 3" },
        Mistake("no such baseline", at: "levels", "found 'levels'; expected 'trend' or 'level'. Did you mean 'level'?")
        {
            $0.outcomes[0].lines = ["baseline: levels"]
        },
        Mistake(
            "a level without a trend", at: "level\n",
            "deviations from the level become deviations from the trend by the trend: declare 'trend_per_year' "
                + "under 'parameters'."
        ) { $0.outcomes[0].lines = ["baseline: level"] },
    ]

    private static func entry(_ outcome: String, _ sector: String, share: String = fixed(0.5)) -> String {
        "entry: {outcome: \(outcome), sector: \(sector), share: \(share)}"
    }

    private static let others = [
        Mistake(
            "pupils from an outcome that is none", at: second,
            "no outcome 'readings' is declared for sector 'po'; it has 'reading'. Did you mean 'reading'?"
        ) { $0.outcomes[1].lines = [entry("readings", "po")] },
        Mistake(
            "pupils from a sector that is none", at: "bo,", "found 'bo'; expected 'po' or 'vo'. Did you mean 'po'?"
        ) {
            $0.outcomes[1].lines = [entry("reading", "bo")]
        },
        Mistake(
            "pupils from their own sector", at: second,
            "pupils of sector 'vo' would bring a deviation from their own sector; expected an earlier sector."
        ) { $0.outcomes[1].lines = [entry("reading", "vo")] },
        Mistake(
            "a share above 1", at: "{distribution: fixed, value: 1.5",
            "'entry_share' would be drawn between 1.5 and 1.5; expected values from 0.0 to 1.0."
        ) { $0.outcomes[1].lines = [entry("reading", "po", share: fixed(1.5))] },
        Mistake("an entry without a share", at: "{outcome: reading, sector: po}", "missing key 'share' in entry.") {
            $0.outcomes[1].lines = ["entry: {outcome: reading, sector: po}"]
        },
        Mistake(
            "no such well-being", at: first,
            "no outcome 'live' is declared for sector 'po'. Did you mean 'life'?"
        ) {
            $0.outcomes.append(ScenarioText.Outcome("life", sector: "po", stream: 3))
            $0.outcomes[0].lines = ["wellbeing: live"]
            $0.outcomes[0].parameters["wellbeing_spillover"] = fixed(0.1)
        },
        Mistake(
            "well-being without its spill-over", at: "drift: {distribution: fixed, value: 0.5",
            "missing key 'wellbeing_spillover' in parameters."
        ) {
            $0.outcomes[0].lines = ["wellbeing: reading"]
            $0.outcomes[0].parameters["drift"] = fixed(0.5)
        },
    ]

    @Test(arguments: calendar + money + start + others) func mistakesAreRefusedWordByWord(mistake: Mistake) {
        var text = Self.text
        mistake.change(&text)
        #expect { try text.plan() } throws: {
            said("\($0)", place(of: mistake.fault, in: text.text) + ": " + mistake.message)
        }
    }

    @Test func theFileWithoutAMistakeWorks() throws { _ = try Self.text.plan() }

    /// Two sectors whose pupils go round: neither could be simulated first.
    @Test func sectorsInACircleAreRefused() {
        var text = Self.text
        text.outcomes[0].lines = [Self.entry("reading", "vo")]
        text.outcomes[1].lines = [Self.entry("reading", "po")]
        let message = { (outcome: String, sector: String) in
            place(of: outcome, in: text.text)
                + ": pupils of sector '\(sector)' would bring a deviation from their own sector; expected an earlier sector."
        }
        #expect { try text.plan() } throws: {
            said("\($0)", message(Self.first, "po") + "\n" + message(Self.second, "vo"))
        }
    }

    @Test func wellbeingOfWellbeingIsRefused() {
        var text = Self.text
        text.outcomes[1] = ScenarioText.Outcome("life", sector: "po", stream: 2)
        text.outcomes.append(ScenarioText.Outcome("sleep", sector: "po", stream: 3))
        for (index, source) in [(0, "life"), (1, "sleep")] {
            text.outcomes[index].lines = ["wellbeing: \(source)"]
            text.outcomes[index].parameters["wellbeing_spillover"] = fixed(0.1)
        }
        #expect { try text.plan() } throws: {
            said(
                "\($0)",
                place(of: Self.first, in: text.text)
                    + ": 'life' spills over into 'reading' and takes from 'sleep' itself; expected a well-being outcome "
                    + "without 'wellbeing' of its own.")
        }
    }

    /// An outcome that is its own well-being would count its persistence twice.
    @Test func ownWellbeingIsRefused() {
        var text = Self.text
        text.outcomes[0].lines = ["wellbeing: reading"]
        text.outcomes[0].parameters["wellbeing_spillover"] = fixed(0.1)
        #expect { try text.plan() } throws: {
            said(
                "\($0)",
                place(of: Self.first, in: text.text)
                    + ": 'reading' spills over into 'reading' and takes from 'reading' itself; expected a well-being outcome "
                    + "without 'wellbeing' of its own.")
        }
    }
}
