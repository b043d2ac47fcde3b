import Specifications
import Surveys
import Tables

/// The `design` mapping of a model file: the columns that say how the rows were drawn.
///
///     design:
///       weights: student_weight       # a column; left out: every row counts once
///       strata: region                # a column; left out: one stratum
///       clusters: school              # a column; left out: every row is drawn by itself
///       population: schools_in_region # a column or a number: clusters in the stratum's population, for the finite-population correction
///       lonely_clusters: refuse       # or certainty, centre, average
///
/// `replicates` and `calibrate`: see ``ReplicateDeclaration`` and ``CalibrationDeclaration``. Several stages are a list, the first one first: `stages: [{clusters: district, population: n1}, {clusters: school, population: n2}]`.
struct SampleDeclaration: Sendable {
    /// One stage's columns.
    struct Stage: Sendable {
        var strata: String?
        var clusters: String?
        var population: Population?
    }

    /// Where a population size comes from.
    enum Population: Sendable {
        case column(String)
        case number(Double)
    }

    var weights: String?
    var stages: [Stage] = [Stage()]
    var lonelyClusters = SurveyDesign.LonelyClusters.refuse
    var replicates: ReplicateDeclaration?
    var calibration: CalibrationDeclaration?

    private static let stageKeys = ["strata", "clusters", "population"]

    /// Every row drawn by itself, with equal weights.
    init() {}

    init?(_ value: SpecificationValue) {
        let keys = ["weights", "lonely_clusters", "stages", "replicates", "calibrate"] + Self.stageKeys
        guard let design = value.mapping("design", keys: keys) else { return nil }
        weights = design.optionalText("weights")
        if let lonely = design.optional("lonely_clusters") {
            guard let word = lonely.word(of: SurveyDesign.LonelyClusters.self) else { return nil }
            lonelyClusters = word
        }
        if let value = design.optional("replicates") {
            guard let declared = ReplicateDeclaration(value) else { return nil }
            replicates = declared
        }
        if let value = design.optional("calibrate") {
            guard let declared = CalibrationDeclaration(value) else { return nil }
            calibration = declared
        }
        guard let list = design.optional("stages") else {
            guard let stage = Stage(design) else { return nil }
            stages = [stage]
            return
        }
        if let key = Self.stageKeys.first(where: { design.optional($0) != nil }) {
            design.optional(key)?.fail("'\(key)' stands within 'stages' when there are several.")
            return nil
        }
        guard let values = list.list(atLeast: 1) else { return nil }
        let read = values.map { $0.mapping("stage", keys: Self.stageKeys).flatMap(Stage.init) }
        guard !read.contains(where: { $0 == nil }) else { return nil }
        stages = read.compactMap { $0 }
        for (number, value) in values.enumerated().dropFirst() where stages[number - 1].population == nil {
            value.fail(
                "stage \(number + 1) adds nothing to the variance unless stage \(number) names its 'population': without that the first "
                    + "stages stand for all. Give it, or leave the later stages out.")
            return nil
        }
    }

    /// The columns that the design needs, each once.
    var columns: [String] {
        var names: [String] = []
        let own = [weights] + stages.flatMap { [$0.strata, $0.clusters, $0.population?.columnName] }
        for name in own.compactMap({ $0 }) + (replicates?.columns ?? []) + (calibration?.columns ?? [])
        where !names.contains(name) { names.append(name) }
        return names
    }

    /// The columns whose values are only told apart.
    var nameColumns: [String] {
        stages.flatMap { [$0.strata, $0.clusters].compactMap { $0 } } + (calibration?.nameColumns ?? [])
    }
}

extension SampleDeclaration.Stage {
    fileprivate init?(_ mapping: SpecificationMapping) {
        self.init(strata: mapping.optionalText("strata"), clusters: mapping.optionalText("clusters"))
        guard let population = mapping.optional("population") else { return }
        guard let text = population.text() else { return nil }
        if Double(text) == nil {
            self.population = .column(text)
        } else {
            guard let number = population.number(in: .positive) else { return nil }
            self.population = .number(number)
        }
    }
}
