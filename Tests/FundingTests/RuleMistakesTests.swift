import Recovery
import Specifications
import TestSupport
import Testing

@testable import Funding

/// Every mistake in a rule ends in one message that says where it is, what was found and what to do.
@Suite struct RuleMistakesTests {
    private func message(of rule: String) throws -> String {
        let file = try SpecificationFile(bytes: Array(rule.utf8), path: "rules.yaml")
        do {
            _ = try file.decoded { FundingRule($0, knownSectors: ["po", "vo"]) }
            return "no mistake"
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        (
            "kind: per_pupl, ",
            "rules.yaml:1:8: found 'per_pupl'; expected 'per_pupil', 'per_score_point', 'per_newcomer', 'top_share', 'application', 'lump_sum', 'target_share' or 'municipal'. Did you mean 'per_pupil'?"
        ),
        ("kind: per_pupil, rate: -1, ", "rules.yaml:1:25: found -1; expected a number of 0 or more."),
        ("kind: per_pupil, total: -5, ", "rules.yaml:1:26: found -5; expected a number from 0 to 10000000000000."),
        (
            "kind: per_pupil, rate: 1, total: 2, ",
            "rules.yaml:1:1: a funding rule has either a 'rate' (euros per unit of its kind) or a 'total' (euros a year)."
        ),
        (
            "kind: per_pupil, ",
            "rules.yaml:1:1: a funding rule has either a 'rate' (euros per unit of its kind) or a 'total' (euros a year)."
        ),
        ("kind: per_pupil, rate: {2021/22: 1}, ", "rules.yaml:1:25: no figure for 2022/23. Give one for each year."),
        (
            "kind: per_pupil, rate: {2021/22: 1, 2022/23: 2, 2023/24: 3}, ",
            "rules.yaml:1:50: a figure is given for 2023/24, in which the rule does not pay. Add it to 'years'."
        ),
        (
            "kind: per_pupil, rate: 1, share: 0.2, ",
            "rules.yaml:1:28: unknown key 'share' in funding rule of kind per_pupil; expected 'name', 'kind', 'total', 'years', 'sectors', 'school_types', 'source', 'note', 'minimum', 'maximum', 'minimum_per_pupil', 'maximum_per_pupil', 'phase_in', 'indexation', 'rate' or 'grades'."
        ),
        ("kind: target_share, share: 1.22, ", "rules.yaml:1:29: found 1.22; expected a share from 0 to 1."),
        (
            "kind: target_share, share: 1, ",
            "rules.yaml:1:1: a share of 1 leaves nothing for the other rules. Give a 'total', or a smaller share."
        ),
        (
            "kind: target_share, share: 0.2, total: 5, rules: [base], ",
            "rules.yaml:1:51: with a 'total' the rest is divided per pupil; leave 'rules' out."
        ),
        (
            "kind: target_share, share: 0.2, phase_in: 0.5, ",
            "rules.yaml:1:44: a target share follows other rules' money; give 'share' by year instead."
        ),
        ("kind: target_share, share: 0.2, minimum: 5, ", "rules.yaml:1:43: a rule of kind target_share has no bounds."),
        (
            "kind: per_pupil, rate: 1, minimum: 100, maximum: 50, ",
            "rules.yaml:1:1: 'minimum' and 'maximum' overlap: at least 100.0, but at most 50.0 euros."
        ),
        (
            "kind: per_pupil, rate: 1, minimum_per_pupil: 9, maximum_per_pupil: 5, ",
            "rules.yaml:1:1: 'minimum_per_pupil' and 'maximum_per_pupil' overlap: at least 9.0, but at most 5.0 euros."
        ),
        ("kind: per_pupil, rate: 1, phase_in: 1.5, ", "rules.yaml:1:38: found 1.5; expected a share from 0 to 1."),
        (
            "kind: per_pupil, rate: 1, indexation: {price_year: 2021/22, yearly_rise: 3, source: s}, ",
            "rules.yaml:1:75: found 3; expected a number from -0.5 to 1."
        ),
        ("kind: top_share, rate: 1, share: 15, ", "rules.yaml:1:35: found 15; expected a share from 0 to 1."),
        (
            "kind: top_share, rate: 1, share: 0.15, ties: some, ",
            "rules.yaml:1:47: found 'some'; expected 'include' or 'exclude'."
        ),
        (
            "kind: application, rate: 900, share: 0.1, ",
            "rules.yaml:1:1: missing key 'take_up' in funding rule of kind application."
        ),
        (
            "kind: application, rate: 900, share: 0.1, take_up: {unknown: 1, 1: 1, 2: 1, 3: 1, 4: 1}, ",
            "rules.yaml:1:53: missing key '5' in take-up by quintile."
        ),
        (
            "kind: lump_sum, rate: 1, name: '', ",
            "rules.yaml:1:33: the name is empty. Give one to write beside amounts."
        ),
        (
            "kind: municipal, cooperation_share: 0.5, ",
            "rules.yaml:1:1: a municipal rule needs 'per_inhabitant', 'per_pupil' or 'per_score_point' above 0."
        ),
        ("kind: per_pupil, rate: nan, ", "rules.yaml:1:25: found 'nan'; expected a number."),
    ])
    func inTheFile(start: String, expected: String) throws {
        let name = start.contains("name:") ? "" : "name: r, "
        let rule = "{\(start)\(name)years: [2021/22, 2022/23], sectors: [po], source: s}"
        let found = try message(of: rule)
        #expect(found == expected)
    }

    @Test func aSectorThatIsNotDeclaredAndAYearThatIsNone() throws {
        #expect(
            try message(of: "{kind: lump_sum, rate: 1, name: r, years: [2021/23], sectors: [pv], source: s}")
                == "rules.yaml:1:44: found '2021/23'; expected a school year such as 2021/22.\n"
                + "rules.yaml:1:64: found 'pv'; expected 'po' or 'vo'. Did you mean 'po'?")
    }

    private func message(_ rules: [FundingRule], schools: [School]? = nil, municipalities: [Municipality] = [])
        -> String
    {
        let known = [
            School(
                id: "a", sector: "po", traits: School.Traits(type: "bo", municipality: "Ede"), lowPupils: 0,
                highPupils: 10, disadvantageScore: nil, scoreBeforeThreshold: nil)
        ]
        do {
            let population = try SchoolPopulation(
                schools: schools ?? known, sectors: ["po", "vo"], municipalities: municipalities, source: "test")
            _ = try Allocation(rules: rules, population: population)
            return "no mistake"
        } catch {
            return error.description
        }
    }

    private func rule(
        _ formula: FundingFormula, total: Double? = nil, types: [String]? = nil, bounds: AmountBounds = .none
    ) -> FundingRule {
        FundingRule(
            name: "r", formula: formula, total: total.map { YearlyNumber($0) }, years: [SchoolYear(start: 2021)],
            sectors: ["po"], schoolTypes: types, bounds: bounds, source: "test")
    }

    @Test func onTheSchools() {
        let perPupil = FundingFormula.perPupil(PerPupil())
        #expect(
            message([rule(perPupil, types: ["sbo"])])
                == "rule 'r' reaches no school: no school of type sbo in its sectors; their types are bo.")
        #expect(
            message([rule(.perScorePoint(PerScorePoint(score: .withoutThreshold)))])
                == "rule 'r' reaches no school: no score before the threshold in its sectors.")
        #expect(
            message([rule(.perPupil(PerPupil(grades: ["3"])))])
                == "rule 'r' reaches no school: no pupils declared in the grades 3 in its sectors.")
        #expect(
            message([rule(.newcomers(NewcomerSupplement(above: 4)))])
                == "rule 'r' reaches no school: no known number of newcomers above the bound in its sectors.")
        #expect(
            message([rule(.topShare(TopShareSupplement(share: 0.15)))])
                == "rule 'r' reaches no school: no score above 0 to order schools by in its sectors.")
        #expect(
            message([rule(perPupil, total: 1000, bounds: AmountBounds(maximum: 999))])
                == "rule 'r': a total of 1000.00 euros a year cannot be given out, because its bounds add up to at least 0.0 "
                + "and at most 999.0. Change the total or the bounds.")
        #expect(
            message([rule(perPupil, bounds: AmountBounds(minimum: 100, maximumPerPupil: 5))])
                == "rule 'r': its bounds overlap for school 'a', at least 100.00 but at most 50.00 euros.")
    }

    private func share(_ rules: [String], total: Double? = nil, name: String = "t") -> FundingRule {
        FundingRule(
            name: name,
            formula: .targetShare(TargetShare(share: YearlyNumber(0.2), rules: rules.isEmpty ? nil : rules)),
            total: total.map { YearlyNumber($0) }, years: [SchoolYear(start: 2021)], sectors: ["po"], source: "test")
    }

    private static let scored = [
        School(
            id: "a", sector: "po", traits: School.Traits(type: "bo"), lowPupils: 0, highPupils: 10,
            grades: [School.GradePupils(grade: "3", low: 0, high: 10)], disadvantageScore: 5, scoreBeforeThreshold: 5)
    ]

    @Test func onNamesThatNothingHas() {
        let perPupil = rule(.perPupil(PerPupil()))
        // A mistyped name beside a right one must not go by in silence.
        #expect(
            message([perPupil, share(["r", "rr"])], schools: Self.scored)
                == "rule 't': no rule 'rr' is before it; expected one of 'r'. Did you mean 'r'?")
        #expect(message([share(["r"])], schools: Self.scored) == "rule 't': no rule is before it, so there is no 'r'.")
        #expect(
            message([rule(.perPupil(PerPupil()), types: ["bo", "sbao"])], schools: Self.scored)
                == "rule 'r': no school of type 'sbao' in its sectors; those it names and finds are bo.")
        #expect(
            message([rule(.perPupil(PerPupil(grades: ["3", "4o"])))], schools: Self.scored)
                == "rule 'r': no grade '4o' in its schools; their grades are 3.")
        // A target share with a total pays in two parts, which together are the rule that another one names.
        let divided = share([], total: 100, name: "r")
        #expect(message([divided, share(["r"])], schools: Self.scored) == "no mistake")
        #expect(
            message([divided, share([], total: 5, name: "r, by score"), share([], name: "x")], schools: Self.scored)
                == "no mistake")
        let twin = FundingRule(
            name: "r, by score", formula: .perPupil(PerPupil()), years: [SchoolYear(start: 2021)], sectors: ["po"],
            source: "test")
        #expect(
            message([divided, twin], schools: Self.scored)
                == "rule 'r, by score': its amounts are named 'r, by score', as those of rule 'r'. Give it another "
                + "name.")
    }

    @Test func onMoneyWithNowhereToGo() {
        let nothing = TopShareSupplement(rate: YearlyNumber(0), share: 1)
        #expect(
            message([rule(.topShare(nothing), total: 100)], schools: Self.scored)
                == "rule 'r' reaches no school: its figures are 0 for each of them in 2021/22, so 100.00 euros have nowhere to "
                + "go.")
        // A maximum gives nobody anything, and a minimum needs a figure.
        for bounds in [AmountBounds(maximum: 5), AmountBounds(minimum: 5)] {
            #expect(
                message([rule(.newcomers(NewcomerSupplement(above: 4)), bounds: bounds)], schools: Self.scored)
                    == "rule 'r' reaches no school: no known number of newcomers above the bound in its sectors.")
        }
        // Least amounts too large to add up.
        let schools = (0..<1000).map {
            School(
                id: "\($0)", sector: "po", lowPupils: 0, highPupils: 10, disadvantageScore: 1, scoreBeforeThreshold: 1)
        }
        #expect(
            message([rule(.perPupil(PerPupil()), bounds: AmountBounds(minimum: 1e13))], schools: schools)
                == "rule 'r' gives an amount that is too large to count in cents.")
    }

    @Test func onMunicipalities() {
        let part = MunicipalPart(
            perInhabitant: YearlyNumber(1), perPupil: YearlyNumber(0), perScorePoint: YearlyNumber(0),
            cooperationShare: 0)
        #expect(
            message([rule(.municipal(part))])
                == "municipality 'Ede': its inhabitants are not declared, but rule 'r' pays by them.")
        let ede = Municipality(name: "Ede", inhabitants: 120_000)
        #expect(message([rule(.municipal(part))], municipalities: [ede]) == "no mistake")
        #expect(
            message([rule(.municipal(part))], municipalities: [ede, ede])
                == "municipality 'Ede' appears twice. Each municipality needs one row.")
        func perScorePoint(_ rate: YearlyNumber) -> FundingRule {
            FundingRule(
                name: "r",
                formula: .municipal(
                    MunicipalPart(
                        perInhabitant: YearlyNumber(0), perPupil: rate, perScorePoint: YearlyNumber(1),
                        cooperationShare: 0)),
                years: [SchoolYear(start: 2021), SchoolYear(start: 2022)], sectors: ["po"], source: "test")
        }
        // Nothing in one year is a figure like another; nothing in all years is a mistake.
        let phased = YearlyNumber(byYear: [SchoolYear(start: 2021): 1, SchoolYear(start: 2022): 0])
        #expect(message([perScorePoint(phased)]) == "no mistake")
        #expect(
            message([perScorePoint(YearlyNumber(0))])
                == "rule 'r' reaches no school: no municipality with inhabitants, pupils or scores that it pays for in its "
                + "sectors.")
    }
}
