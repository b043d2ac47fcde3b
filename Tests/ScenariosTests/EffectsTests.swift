import Funding
import Recovery
import Specifications
import TestSupport
import Testing

@testable import Scenarios

/// A menu of two interventions with effects known exactly: one by staff, one without.
private let smallMenu = """
    kind: interventions
    versions: [v1]
    sectors: [bao, vo, pro, so]
    outcomes: {learning: {stream: 1}}
    months_to_sd:
      {bands: {1: [0, 0.1]}, std_error_months: 0, between_study_sd: 0, source: test, uncertainty_source: test}
    evidence_strength: {strong: 1, source: test}
    interventions:
      tutoring:
        stream: 1
        sectors: [bao, vo]
        effects: {learning: EFFECT}
        evidence_strength: strong
        cost: {eur_per_pupil: 500, source: s}
        staff: {fte_per_100_pupils: 1, source: s}
        low_multiplier: {value: 1.5, source: s}
      feedback:
        stream: 2
        sectors: [bao, vo, pro, so]
        effects: {learning: {effect: 0.2, std_error: 0, between_study_sd: 0, source: s}}
        evidence_strength: strong
        cost: {eur_per_pupil: 100, source: s}
        staff: {fte_per_100_pupils: 0, source: s}
        fidelity: {value: 0.5, source: s}
    """

private func fixed(_ value: Double) -> String { "{distribution: fixed, value: \(value), source: test}" }

/// A scenario file with interventions, every parameter fixed unless a test says otherwise.
private struct SmallProgramme {
    var effect = "{effect: 0.3, std_error: 0, between_study_sd: 0, source: s}"
    var scaleDown = fixed(0.5)
    var perThousand = fixed(0.0086)
    var version = "v1"
    var mix = "{bao: {tutoring: {share: 0.5, source: s}, feedback: {share: 0.5, source: s}}}"
    var byQuintile = "[1, 1, 1, 1, 1]"
    var staff = fixed(0.1)
    var outcomes = "{reading: learning}"
    var dosing = "treated_share"
    var unused = "unspent"
    var overlap = fixed(0.5)
    /// Euros per pupil received in the first and the second year, by sector; the first is spent over both.
    var rates = "bao: 400+0"
    var extra = ""
    var reversed = false
    var draws = 8

    private var rules: String {
        rates.split(separator: ",").map { rate in
            let parts = rate.split(separator: ":").map { $0.trimmingPrefix(" ") }
            return ["2021/22", "2022/23"].enumerated().map { year, name in
                let amounts = parts[1].split(separator: "+").map { $0.trimmingPrefix(" ") }
                return "        - {name: \(parts[0]) \(name), kind: per_pupil, rate: \(amounts[year % amounts.count]), "
                    + "years: [\(name)], sectors: [\(parts[0])], source: test}\n"
            }.joined()
        }.joined()
    }

    var text: String {
        let none = "  none: {rules: []}\n"
        let money = "  money:\n    deadline: 2022/23\n    rules:\n\(rules)"
        return """
            seed: 1
            draws: \(draws)
            reference: none
            margin_sd: 0.05
            groups: {low: practical, high: theoretical}
            calendar: {first: 2020/21, last: 2023/24}
            sectors: [bao, vo, pro, so]
            models: []
            schools: {file: schools.csv, id: id, pupils: pupils, score: score, low_pupils: low, sector_column: sector}
            outcomes:
              - outcome: reading
                sector: bao
                stream: 1
                start: {low: \(fixed(-0.1)), high: \(fixed(-0.1))}
                closure_weeks: {source: test}
                parameters:
                  persistence: \(fixed(0.8))
                  loss_per_week: \(fixed(0.01))
                  low_extra: \(fixed(0.5))
                  school_sd: \(fixed(0))
                  drift: \(fixed(0))
                  effect_per_1000_eur: \(perThousand)
                  effect_plateau: \(fixed(0.4))
                  effect_half_life: \(fixed(1))
                  low_multiplier: \(fixed(2))
                  noise_sd: \(fixed(0.2))
            interventions:
              menu: menu.yaml
              version: \(version)
              dosing: \(dosing)
              unused_money: \(unused)
              outcomes: \(outcomes)
              mix: \(mix)
              capacity: {bao: {stream: 1, fte_per_100_pupils: \(staff), by_quintile: \(byQuintile), source: test}}
              scale_down: \(scaleDown)
              fidelity: \(fixed(0.8))
              overlap: \(overlap)
              persistence: {plateau: \(fixed(0.4)), half_life: \(fixed(1))}
              cross_check:
                - {outcome: mathematics, effect_per_1000_eur: 0.0086, loss_sd: 0.12, source: test}
                - {outcome: reading, effect_per_1000_eur: 0.0049, loss_sd: 0.17, source: test}
            scenarios:
            \(reversed ? money + none : none + money)\(extra)
            """
    }

    func plan(
        schools: [String] = [
            "a,bao,40,10,0", "b,bao,40,20,50", "c,bao,100,5,10", "d,vo,50,5,1", "e,pro,50,5,1", "f,so,50,5,1",
        ]
    )
        throws -> SimulationPlan
    {
        let folder = try TemporaryFolder()
        try folder.write(smallMenu.replacing("EFFECT", with: effect), to: "menu.yaml")
        try folder.write("id,sector,pupils,low,score\n" + schools.joined(separator: "\n") + "\n", to: "schools.csv")
        return try SimulationPlan(ScenarioFile(path: folder.write(text, to: "s.yaml")), analyses: [:])
    }

    func effects() throws -> [EffectRow] { try plan().effects(draws: draws) }
}

extension [EffectRow] {
    fileprivate func mean(
        _ approach: EffectRow.Approach, _ step: String, scenario: String = "money", sector: String = "bao",
        outcome: String = "reading", group: String = "all", quintile: String = "all", intervention: String = "all",
        year: String = "all"
    ) throws -> Double {
        let subject = EffectRow.Subject(
            scenario: scenario, sector: sector, outcome: outcome, group: group, quintile: quintile,
            intervention: intervention)
        let row = try #require(
            first { $0.subject == subject && $0.approach == approach && $0.step == step && $0.year == year })
        return try #require(row.summary).mean
    }
}

@Suite struct CrossCheckTests {
    private let mathematics = CrossCheck(outcome: "mathematics", effectPer1000: 0.0086, loss: 0.12, source: "Dewey")
    private let reading = CrossCheck(outcome: "reading", effectPer1000: 0.0049, loss: 0.17, source: "Dewey")

    // PARAMETERS.md, c6: what the programme's amounts buy at the effects of Dewey et al., rounded as printed there.
    static let amounts: [(euros: Double, gain: Double)] = [
        (1201.16, 0.0103), (1521.16, 0.013), (2281.74, 0.020), (2402.31, 0.021),
    ]

    @Test(arguments: amounts)
    func moneyBuysWhatTheParametersSay(euros: Double, gain: Double) {
        #expect(abs(mathematics.gain(eurosPerPupil: euros) - gain) < (gain == 0.0103 ? 0.00005 : 0.0005))
    }

    @Test func itIsASmallPartOfTheLoss() {
        #expect(abs(reading.gain(eurosPerPupil: 1201.16) - 0.0059) < 0.00005)
        #expect((mathematics.shareOfLoss(eurosPerPupil: 1201.16) * 100).rounded() == 9)
        #expect((reading.shareOfLoss(eurosPerPupil: 1201.16) * 100).rounded() == 3)
        // By hand: 1000 x 0.12 / 0.0086 = 13,953; about 14,000.
        #expect(abs(mathematics.eurosToCloseLoss - 13_953.488372093023) < 1e-9)
    }

    @Test func theTableHasTheSameArithmetic() throws {
        var programme = SmallProgramme()
        programme.rates = "bao: 701.16+500, vo: 701.16+820, pro: 1051.74+1230, so: 1402.31+1000"
        let rows = try programme.effects()
        let expected = [
            ("bao", 1201.16, 0.0103), ("vo", 1521.16, 0.0131), ("pro", 2281.74, 0.0196), ("so", 2402.31, 0.0207),
        ]
        for (sector, euros, gain) in expected {
            let money = try rows.mean(.arithmetic, "money", sector: sector, outcome: "mathematics")
            #expect(abs(money - euros) < 1e-9)
            #expect(abs(try rows.mean(.arithmetic, "total", sector: sector, outcome: "mathematics") - gain) < 0.00005)
        }
        #expect(abs(try rows.mean(.arithmetic, "total") - 0.0059) < 0.00005)
        #expect(abs(try rows.mean(.arithmetic, "share_of_loss", outcome: "mathematics") - 0.0861) < 0.00005)
        #expect(abs(try rows.mean(.arithmetic, "money_to_close_loss", outcome: "mathematics") - 13_953.49) < 0.005)
        // The draws' top-down effect is the same arithmetic for the high group, whose multiplier is 1.
        #expect(abs(try rows.mean(.topDown, "total", group: "theoretical") - 0.0103) < 0.00005)
    }
}

@Suite struct BottomUpTests {
    // EUR 200 a pupil in two years: a dose of 0.2 of tutoring and 1 of feedback a year; 0.2 FTE per 100 pupils are needed
    // and 0.1 found.
    @Test func theChainIsTheHandCalculation() throws {
        let rows = try SmallProgramme().effects()
        func step(_ name: String, year: String = "all") throws -> Double {
            try rows.mean(.bottomUp, name, group: "theoretical", year: year)
        }
        let bought = 2 * (0.2 * 0.3 + 1 * 0.2)
        let faithful = 2 * (0.2 * 0.3 + 1 * 0.2 * 0.5) * 0.8
        let (tutoring, feedback) = (0.3 * 0.8 * 0.5 * 0.1, 0.2 * 0.5 * 0.8 * 0.5 * 1)
        let together = feedback + 0.5 * tutoring
        // The money is spent one and two years before the end; half-life a year, plateau 0.4.
        let left = together * (0.4 + 0.6 * 0.5) + together * (0.4 + 0.6 * 0.25)
        let expected = [
            ("menu_effect", bought / 2.4), ("treatments", bought), ("dose_response", bought),
            ("low_multiplier", bought), ("fidelity", faithful), ("scale_down", faithful / 2),
            ("capacity", 2 * (tutoring + feedback)), ("overlap", 2 * together), ("total", 2 * together),
        ]
        for (name, value) in expected { #expect(abs(try step(name) - value) < 1e-14, "\(name)") }
        #expect(abs(try step("persistence", year: "2023/24") - left) < 1e-14)
        #expect(abs(try step("total", year: "2023/24") - left) < 1e-14)
        // The low group gains half as much again from tutoring.
        let low = 2 * (feedback + 0.5 * 1.5 * tutoring)
        #expect(abs(try rows.mean(.bottomUp, "total", group: "practical") - low) < 1e-14)
        // 35 of 180 pupils are of the low group.
        let all = (35 * low + 145 * 2 * together) / 180
        #expect(abs(try rows.mean(.bottomUp, "total") - all) < 1e-14)
        #expect(abs(try rows.mean(.bottomUp, "treatments", intervention: "feedback") - 2) < 1e-14)
    }

    @Test func withoutStaffOnlyFeedbackIsLeftAndMoneyMayFollowIt() throws {
        var programme = SmallProgramme()
        programme.staff = fixed(0)
        programme.overlap = fixed(0)
        let feedback = 2 * 0.2 * 0.5 * 0.8 * 0.5
        #expect(abs(try programme.effects().mean(.bottomUp, "total") - feedback) < 1e-14)
        programme.unused = "unstaffed"
        // The EUR 100 of tutoring buy another dose of feedback: f(2) = 1 + 1/e of one.
        #expect(abs(try programme.effects().mean(.bottomUp, "total") - feedback * 1.3678794411714423) < 1e-14)
        // A shortage in every quintile is a shortage.
        programme.staff = fixed(1)
        programme.byQuintile = "[0, 0, 0, 0, 0]"
        programme.unused = "unspent"
        #expect(abs(try programme.effects().mean(.bottomUp, "total") - feedback) < 1e-14)
    }

    @Test func factorsMultiplyToTheTotalAndTheRestIsNamed() throws {
        var programme = SmallProgramme()
        programme.scaleDown = "{distribution: uniform, low: 0.3, high: 0.5, source: test}"
        programme.effect = "{effect: 0.3, std_error: 0.05, between_study_sd: 0.1, source: s}"
        programme.perThousand = "{distribution: lognormal, mean: 0.008, sd: 0.004, source: test}"
        programme.draws = 200
        let rows = try programme.effects()
        let own = rows.filter {
            $0.subject.scenario == "money" && $0.subject.group == "all" && $0.subject.quintile == "all"
                && $0.subject.intervention == "all" && $0.subject.outcome == "reading"
        }
        let chain = own.filter { row in BottomUpStep.allCases.contains { $0.rawValue == row.step } }
        #expect(chain.count == BottomUpStep.allCases.count)
        let product = chain.compactMap(\.factor).reduce(1, *)
        let menu = try rows.mean(.bottomUp, "menu_effect")
        let left = try rows.mean(.bottomUp, "total", year: "2023/24")
        #expect(abs(menu * product / left - 1) < 1e-12)
        let rest = try #require(own.first { $0.approach == .reconciliation && $0.year == "all" }?.factor)
        #expect(
            abs(rest * (try rows.mean(.bottomUp, "total")) / (try rows.mean(.topDown, "total")) - 1) < 1e-12)
    }

    @Test func allPupilsAtASmallDoseGainMoreThanTheMoneyTreats() throws {
        var programme = SmallProgramme()
        programme.dosing = "all_pupils"
        let rows = try programme.effects()
        let factor = (try rows.mean(.bottomUp, "dose_response")) / (try rows.mean(.bottomUp, "treatments"))
        #expect(factor > 1 && factor < 1.582)
    }
}

@Suite struct EffectAnalysisTests {
    private func varied() -> SmallProgramme {
        var programme = SmallProgramme()
        programme.effect = "{effect: 0.3, std_error: 0.05, between_study_sd: 0.1, source: s}"
        programme.perThousand = "{distribution: lognormal, mean: 0.008, sd: 0.004, source: test}"
        programme.staff = "{distribution: uniform, low: 0.05, high: 0.3, source: test}"
        return programme
    }

    private func values(_ rows: [EffectRow], scenario: String) -> [[Double]] {
        rows.filter { $0.subject.scenario == scenario }.map { row in
            [row.summary?.mean ?? -1, row.summary?.q95 ?? -1, row.factor ?? -1]
        }
    }

    @Test func topDownIsWhatTheSimulatorDoes() throws {
        let plan = try varied().plan()
        let rows = plan.effects(draws: 8)
        let trajectories = try Simulator(plan).run(draws: 8, threads: 1).trajectories(plan)
        for group in ["all", "practical", "theoretical"] {
            func end(_ scenario: String) throws -> Double {
                try #require(
                    trajectories.first {
                        $0.scenario == scenario && $0.group == group && $0.quintile == "all"
                            && $0.year.description == "2023/24"
                    }
                ).summary.mean
            }
            // The scenarios share all noise: their difference is the gain that is left.
            let difference = try end("money") - end("none")
            #expect(abs(try rows.mean(.topDown, "total", group: group, year: "2023/24") - difference) < 1e-12)
        }
    }

    @Test func repeatedRunsAndOtherScenariosChangeNoBit() throws {
        var programme = varied()
        let first = try programme.effects()
        #expect(try values(programme.effects(), scenario: "money") == values(first, scenario: "money"))
        programme.reversed = true
        programme.extra = "  later: {extends: money, delay_years: 1}"
        let other = try programme.effects()
        for scenario in ["none", "money"] {
            #expect(values(other, scenario: scenario) == values(first, scenario: scenario))
        }
        // Schools in another order.
        let schools = [
            "c,bao,100,5,10", "f,so,50,5,1", "b,bao,40,20,50", "a,bao,40,10,0", "d,vo,50,5,1", "e,pro,50,5,1",
        ]
        let moved = try programme.plan(schools: schools).effects(draws: programme.draws)
        #expect(values(moved, scenario: "money") == values(first, scenario: "money"))
        // The same money later has the same effect when it is spent, draw by draw: evidence is shared.
        #expect(
            abs(try other.mean(.bottomUp, "total", scenario: "later") - other.mean(.bottomUp, "total")) < 1e-15)
    }

    @Test func noMoneyHasNoEffectAndNoRatio() throws {
        let rows = try SmallProgramme().effects()
        #expect(try rows.mean(.topDown, "total", scenario: "none") == 0)
        #expect(try rows.mean(.bottomUp, "total", scenario: "none") == 0)
        let ratio = rows.first { $0.subject.scenario == "none" && $0.approach == .reconciliation }
        #expect(ratio?.factor == nil && ratio?.summary == nil)
    }

    /// Published shares of all spending on interventions (final letter 2025), and the entries of the shipped mix they hold.
    static let published: [(share: Double, entries: [String])] = [
        (0.23, ["teaching_assistants"]), (0.13, ["small_group_tuition"]), (0.12, ["class_size_reduction"]),
        (0.44, ["teaching_assistants", "class_size_reduction", "other_staff"]),
        (
            0.17,
            ["small_group_tuition", "one_to_one_tutoring", "feedback", "metacognition", "reading_comprehension"]
        ),
        (0.13, ["extended_time", "summer_school", "sport", "arts"]),
    ]

    @Test(arguments: published)
    func theShippedMixesAddUpToThePublishedShares(share: Double, entries: [String]) throws {
        let file = try ScenarioFile(path: repositoryFile("scenarios/np-onderwijs.yaml"))
        let mixes = try #require(file.interventions).mixes
        // The sectors' parts of the programme's payments to schools: EUR 2.1, 1.6 and 0.17 billion.
        let sum = [("po", 0.545), ("vo", 0.412), ("so", 0.043)].reduce(0.0) { sum, sector in
            let parts = mixes[sector.0]?.parts.filter { entries.contains($0.intervention.name) } ?? []
            return sum + sector.1 * parts.reduce(0) { $0 + $1.share.value }
        }
        // "Nearly 44%"; shares are printed as whole percents.
        #expect(abs(sum - share) < 0.01)
    }

    @Test func everyNumberOfTheEffectsIsAnAssumptionWithASource() throws {
        let assumptions = try SmallProgramme().plan().assumptions
        for name in [
            "interventions.scale_down", "interventions.overlap", "interventions.capacity.bao.quintile_5",
            "interventions.mix.bao.tutoring", "menu.tutoring.learning", "menu.tutoring.cost", "menu.feedback.fidelity",
        ] { #expect(assumptions.contains { $0.parameter == name && !$0.source.isEmpty }, "\(name)") }
        #expect(assumptions.first { $0.parameter == "menu.tutoring.learning" }?.origin == "evidence")
    }

    static let mistakes: [(field: String, value: String, message: String)] = [
        (
            "mix", "{bao: {tutring: {share: 1, source: s}}}",
            "33:15: found 'tutring'; expected 'tutoring' or 'feedback'. Did you mean 'tutoring'?"
        ),
        (
            "mix", "{bao: {tutoring: {share: 0.7, source: s}, feedback: {share: 0.2, source: s}}}",
            "33:14: the shares of sector 'bao' add to 0.9; expected 1."
        ),
        ("mix", "{bao: {tutoring: {share: 1.5, source: s}}}", "33:33: found 1.5; expected a share from 0 to 1."),
        ("mix", "{vo: {tutoring: {share: 1, source: s}}}", "33:8: missing key 'bao' in mix."),
        ("mix", "{mbo: {tutoring: {share: 1, source: s}}}", "33:9: unknown key 'mbo' in mix"),
        (
            "mix", "{bao: {tutoring: {share: 1, source: s}}, so: {tutoring: {share: 1, source: s}}}",
            "33:54: 'tutoring' is not for sector 'so'; the menu offers it to bao, vo."
        ),
        ("version", "v2", "29:12: found 'v2'; expected 'v1'."),
        ("outcomes", "{reading: lerning}", "32:23: found 'lerning'; expected 'learning'. Did you mean 'learning'?"),
        ("outcomes", "{spelling: learning}", "unknown key 'spelling' in outcomes of the menu"),
        ("byQuintile", "[1, 1, 1, 1, 1.2]", "found 1.2; expected a share from 0 to 1."),
        ("byQuintile", "[1, 1, 1, -0.1, 1]", "found -0.1; expected a share from 0 to 1."),
        ("byQuintile", "[1, 1]", "found 2 shares; expected 5, of quintiles 1 to 5."),
        ("scaleDown", "{distribution: uniform, low: 0.5, high: 1.5, source: s}", "'scale_down' would be drawn between"),
        (
            "overlap", "{distribution: fixed, value: 1.1, source: s}",
            "'overlap' would be drawn between 1.1 and 1.1; expected values from 0.0 to 1.0."
        ),
        (
            "dosing", "treated_shares",
            "30:11: found 'treated_shares'; expected 'treated_share' or 'all_pupils'. Did you mean 'treated_share'?"
        ),
        (
            "effect", "{effect: 0.3, std_error: -1, between_study_sd: 0, source: s}",
            "menu.yaml:12:50: found -1; expected a number of 0 or more."
        ),
    ]

    @Test(arguments: mistakes)
    func mistakesSayWhereAndWhat(field: String, value: String, message: String) {
        var programme = SmallProgramme()
        switch field {
        case "mix": programme.mix = value
        case "version": programme.version = value
        case "outcomes": programme.outcomes = value
        case "byQuintile": programme.byQuintile = value
        case "scaleDown": programme.scaleDown = value
        case "overlap": programme.overlap = value
        case "dosing": programme.dosing = value
        default: programme.effect = value
        }
        #expect { try programme.plan() } throws: { "\($0)".contains(message) }
    }
}
