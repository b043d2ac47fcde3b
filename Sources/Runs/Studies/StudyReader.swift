import Models
import Scenarios
import Specifications

/// Reads a study file, noting every problem.
struct StudyReader {
    /// Nil after a problem was noted.
    private(set) var study: Study?
    /// Why the scenario file cannot be read.
    private(set) var scenarioError: SpecificationError?

    private static let keys = [
        "kind", "title", "base", "draws", "shards", "sampling", "sensitivity", "tables", "trajectories", "design",
        "resources",
    ]

    init?(file: SpecificationFile, _ root: SpecificationValue) {
        guard let mapping = root.mapping("study", keys: Self.keys) else { return nil }
        _ = mapping.required("kind")?.word(among: ["study"])
        let title = mapping.optional("title").map { $0.text() } ?? ""
        let base = mapping.required("base").flatMap { Self.base($0, folder: ModelFile.folder(of: file.path)) }
        let scenario = base.flatMap { readScenario($0.path, named: $0.value) }
        let shards = mapping.integer("shards", in: 1...StudyLimits.units, default: 1)
        let sampling = mapping.optional("sampling").map { $0.word(of: SamplingDesign.self) } ?? .independent
        let sensitivity = mapping.integer("sensitivity", in: 0...1 << 20, default: 0)
        let draws = Self.draws(mapping, scenario?.file, shards: shards, sampling: sampling)
        let tables = StudyTables.names(mapping, sensitivity: sensitivity)
        let trajectories = mapping.optional("trajectories").map { $0.word(of: TrajectoryDetail.self) } ?? .national
        let resources = mapping.optional("resources").map { JobResources($0) } ?? JobResources()
        let design = mapping.required("design").flatMap { StudyDesign($0, shards: shards ?? 1) }
        if let design, let scenario { design.check(against: scenario.base) }
        guard let title, let base, let shards, let sampling, let sensitivity, let draws, let tables, let trajectories,
            let resources, let design, scenario != nil
        else { return }
        study = Study(
            path: file.path, name: fileStem(of: file.path), bytes: file.bytes, title: title, base: base.path,
            draws: draws, shards: shards, sampling: sampling, sensitivity: sensitivity, tables: tables,
            trajectories: trajectories, factors: design.factors, variants: design.variants, resources: resources)
    }

    private static func base(
        _ value: SpecificationValue, folder: String
    ) -> (path: String, value: SpecificationValue)? {
        guard let name = value.text() else { return nil }
        guard !name.isEmpty, name.isOneLine else {
            value.fail("expected the path of a scenario file.")
            return nil
        }
        return (filePath(name, in: folder), value)
    }

    /// The scenario file, parsed and read as it is.
    private mutating func readScenario(
        _ path: String, named value: SpecificationValue
    ) -> (base: ScenarioBase, file: ScenarioFile)? {
        do throws(SpecificationError) {
            let base = try ScenarioBase(path: path)
            return (base, try base.variant([]))
        } catch {
            scenarioError = error
            let count = error.problems.count
            value.fail(
                "the scenario file cannot be read (\(count == 1 ? "1 problem" : "\(count) problems"), the first: "
                    + "\(error.problems.first?.description ?? "none")).")
            return nil
        }
    }

    private static func draws(
        _ mapping: SpecificationMapping, _ scenario: ScenarioFile?, shards: Int?, sampling: SamplingDesign?
    ) -> Int? {
        let most = ScenarioFile.largestNumberOfDraws
        guard let draws = mapping.integer("draws", in: 2...most, default: scenario?.draws ?? most) else { return nil }
        // What is wrong with the scenario file's number is told at the key that asks for something else.
        guard mapping.optional("draws") != nil || scenario != nil else { return nil }
        if let shards, shards > draws {
            mapping.optional("shards")?.fail(
                "found \(shards) shards of \(draws) draws; expected at most a shard a draw.")
            return nil
        }
        guard let sampling else { return nil }
        let place = mapping.optional("draws") ?? mapping.optional("sampling")
        if draws < sampling.leastDraws {
            place?.fail("sampling \(sampling.rawValue) needs at least \(sampling.leastDraws) draws; found \(draws).")
            return nil
        }
        if draws % sampling.setSize != 0 {
            place?.fail("sampling \(sampling.rawValue) needs a multiple of \(sampling.setSize) draws; found \(draws).")
            return nil
        }
        return draws
    }
}
