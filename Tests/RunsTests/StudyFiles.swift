import Specifications
import TestSupport

@testable import Runs

/// A folder with a small scenario and study files on it.
struct StudyFiles {
    let scenario: SmallScenario

    init() throws { scenario = try SmallScenario() }

    /// Reads a study of this text.
    func study(_ text: String) throws(SpecificationError) -> Study {
        let path = scenario.folder.file("study.yaml")
        // Writing cannot fail in a folder of the test's own; if it does, reading tells.
        _ = try? scenario.folder.write(text, to: "study.yaml")
        return try Study(path: path)
    }

    /// The messages of a study's problems, without the folder.
    func problems(_ text: String) -> [String] {
        do throws(SpecificationError) {
            _ = try study(text)
            return []
        } catch {
            return error.problems.map { $0.description.replacing(scenario.folder.path + "/", with: "") }
        }
    }

    /// A study with a design and other keys.
    static func text(_ design: String, _ others: String = "") -> String {
        "kind: study\nbase: scenario.yaml\n" + others + (others.isEmpty || others.hasSuffix("\n") ? "" : "\n")
            + "design:\n"
            + design.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)\n" }.joined()
    }

    static let persistence = "\"outcomes[outcome=reading].parameters.persistence.mean\""
    static let loss = "\"outcomes[sector=po].parameters.loss_per_week\""

    static let grid = """
        kind: grid
        factors:
          - {name: severity, scale: \(loss), values: [0.5, 1, 2]}
          - {name: persistence, set: [\(persistence)], values: [0.5, 0.6]}
          - name: rules
            levels:
              as_it_was: {}
              flat: {set: {"scenarios.money.rules[name=base].rate": 700}, scale: {outcomes[1].parameters.noise_sd: 2}}
        """

    static let list = """
        kind: list
        variants:
          - {name: base}
          - {name: mild, set: {margin_sd: 0.1}, scale: {margin_sd: 2, "outcomes[1].parameters.noise_sd": 0.5}}
          - {name: again, set: {seed: 9, margin_sd: 0.2}}
        """

    static let hypercube = """
        kind: latin_hypercube
        samples: 25
        seed: 3
        factors:
          - {name: severity, scale: \(loss), low: 0.25, high: 4, spacing: log}
          - {name: persistence, set: \(persistence), low: 0.5, high: 0.8}
          - {name: margin, set: margin_sd, values: [0.04, 0.05, 0.06]}
          - {name: rules, levels: {as_it_was: {}, flat: {set: {"scenarios.money.rules[1].rate": 700}}}}
        """
}
