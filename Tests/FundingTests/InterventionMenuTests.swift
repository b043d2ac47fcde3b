import Specifications
import TestSupport
import Testing

@testable import Funding

/// A menu of two interventions, of which a test changes one line.
struct SmallMenu {
    var versions = "[one, two]"
    var bands = "{0: [-0.01, 0.01], 1: [0.02, 0.08], 2: [0.10, 0.20]}"
    var strength = "{strong: 1, weak: 1.5, source: test}"
    var tutoring = "learning: {months: {one: 1, two: 2}, source: s}"
    var reading = "reading: {effect: 0.3, std_error: 0.03, between_study_sd: 0.04, source: s}"
    var sectors = "[po]"
    var cost = "{eur_per_pupil: 500, source: s}"
    var staff = "{fte_per_100_pupils: 0.5, source: s}"
    var fidelity = "{value: 0.5, source: s}"
    var second = "phonics"
    var stream = "2"

    var text: String {
        """
        kind: interventions
        versions: \(versions)
        sectors: [po, vo]
        outcomes:
          learning: {stream: 1, mean_of: [mathematics, reading]}
          mathematics: {stream: 2}
          reading: {stream: 3}
        months_to_sd:
          bands: \(bands)
          std_error_months: 1
          between_study_sd: 0.1
          source: test
          uncertainty_source: test
        evidence_strength: \(strength)
        interventions:
          tutoring:
            stream: 1
            sectors: [po, vo]
            effects: {\(tutoring)}
            evidence_strength: weak
            cost: \(cost)
            staff: \(staff)
            fidelity: \(fidelity)
          \(second):
            stream: \(stream)
            sectors: \(sectors)
            effects: {\(reading)}
            evidence_strength: strong
            cost: {eur_per_pupil: 100, source: s}
            staff: {fte_per_100_pupils: 0, source: s}
        """
    }

    func menu() throws -> InterventionMenu {
        let folder = try TemporaryFolder()
        return try InterventionMenu(path: folder.write(text, to: "menu.yaml"))
    }

    /// The problems as `line:column: message`.
    func problems() -> [String] {
        do {
            _ = try menu()
            return []
        } catch let error as SpecificationError {
            return error.problems.map { problem in
                "\(problem.place.line ?? 0):\(problem.place.column ?? 0): \(problem.message)"
            }
        } catch {
            return ["\(error)"]
        }
    }
}

@Suite struct InterventionMenuTests {
    @Test func monthsBecomeTheMiddleOfTheirBand() throws {
        let menu = try SmallMenu().menu()
        let effect = try #require(menu.interventions[0].effects["learning"])
        let two = try #require(effect.byVersion["two"])
        #expect(abs(two.mean - 0.15) < 1e-15 && two.widening == 1.5 && two.betweenStudySD == 0.1)
        // A band of 0.1 is uniform: 0.1^2 / 12; a month is 0.15 / 2 at the top of the table.
        #expect(abs(two.standardError - (0.01 / 12 + 0.075 * 0.075).squareRoot()) < 1e-15)
        #expect(effect.byVersion["one"]?.mean == 0.05 && effect.months["one"] == 1)
        #expect(menu.interventions[0].fidelity.value == 0.5 && menu.interventions[1].fidelity.value == 1)
    }

    @Test func anEffectOnOneSubjectIsAPartOfLearning() throws {
        let menu = try SmallMenu().menu()
        func effect(_ index: Int, _ outcome: String) -> Double {
            menu.effect(of: menu.interventions[index], on: outcome, version: "one") { declared, _ in
                declared.quantile(0.3)
            }
        }
        #expect(effect(1, "learning") == effect(1, "reading") / 2)
        #expect(effect(1, "mathematics") == 0)
        #expect(effect(0, "mathematics") == effect(0, "learning"))
    }

    @Test func theUpdateMovedEightOfFifteenValues() throws {
        let menu = try InterventionMenu(path: repositoryFile("models/interventions.yaml"))
        #expect(menu.interventions.count == 22 && menu.versions == ["first", "2022-04"])
        let printedTwice = [
            "extended_time", "summer_school", "one_to_one_tutoring", "small_group_tuition",
            "individualised_instruction", "peer_tutoring", "feedback", "mastery_learning", "metacognition",
            "reading_comprehension", "oral_language", "sport", "arts", "class_size_reduction",
            "collaborative_learning",
        ]
        let effects = menu.interventions.filter { printedTwice.contains($0.name) }.compactMap {
            $0.effects.values.first
        }
        #expect(effects.count == 15)
        #expect(effects.count { $0.months["first"] != $0.months["2022-04"] } == 8)
        // PARAMETERS c4: 4 months are 0.27 to 0.35 SD.
        #expect(abs((effects[0].byVersion["first"]?.mean ?? 0) - 0.31) < 1e-15)
    }

    static let mistakes: [(any WritableKeyPath<SmallMenu, String> & Sendable, String, String)] = [
        (\.cost, "{eur_per_pupil: -5, source: s}", "21:27: found -5; expected a number above 0."),
        (\.cost, "{eur_per_pupil: 5}", "21:11: missing key 'source' in 'eur_per_pupil' and its source."),
        (\.staff, "{fte_per_100_pupils: -1, source: s}", "22:33: found -1; expected a number of 0 or more."),
        (\.fidelity, "{value: 0, source: s}", "23:23: found 0; expected a share above 0, to 1."),
        (
            \.tutoring, "learning: {months: {one: 1, two: 7}, source: s}",
            "19:48: found 7 months; 'months_to_sd' has 0 to 2. Extend the table."
        ),
        (
            \.tutoring, "learning: {months: {one: 1, tow: 2}, source: s}",
            "19:43: found 'tow'; expected 'one' or 'two'. Did you mean 'two'?"
        ),
        (
            \.tutoring, "learnin: {months: 1, source: s}",
            "19:15: found 'learnin'; expected 'learning', 'mathematics' or 'reading'. Did you mean 'learning'?"
        ),
        (
            \.tutoring, "learning: {source: s}",
            "19:25: an effect is given either as 'months' or as 'effect' (SD)."
        ),
        (
            \.tutoring, "learning: {model: tutoring, source: s}",
            "19:26: unknown key 'model' in effect; expected 'months', 'effect', 'std_error', 'between_study_sd' or 'source'."
        ),
        (\.sectors, "[po, mbo]", "26:19: found 'mbo'; expected 'po' or 'vo'."),
        (\.second, "tutoring", "16:3: duplicate key 'tutoring' in the same mapping. Keep one of them."),
        (\.stream, "1", "24:3: stream 1 is used twice. Give each intervention a number of its own."),
        (
            \.strength, "{strong: 1, weak: 0.5, source: s}",
            "14:38: found 0.5; weak evidence widens: expected a factor of 1 or more."
        ),
        (\.versions, "[one, one]", "2:11: a version is named twice."),
        (
            \.bands, "{1: [0.2, 0.1]}",
            "9:14: expected the lowest and the highest effect of 1 months: [low, high]."
        ),
    ]

    @Test(arguments: mistakes.indices) func mistakesSayWhereAndWhat(index: Int) {
        let (field, value, message) = Self.mistakes[index]
        var menu = SmallMenu()
        menu[keyPath: field] = value
        #expect(menu.problems().contains(message), "\(menu.problems())")
    }
}
