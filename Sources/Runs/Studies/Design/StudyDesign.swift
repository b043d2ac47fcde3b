import Scenarios
import Specifications

/// A study's design: what is varied, and the variants.
struct StudyDesign {
    /// How variants are made.
    enum Kind: String, CaseIterable {
        /// Every combination of the factors' levels, the last factor changing fastest.
        case grid
        /// One after the other, as written.
        case list
        /// Samples that spread evenly over each factor; see ``LatinHypercube``.
        case latinHypercube = "latin_hypercube"
    }

    /// More factors are a mistake.
    static let mostFactors = 1000

    let factors: [StudyFactor]
    let variants: [StudyVariant]
    /// Variants that together hold every level of every factor, with the places of their changes.
    private let examples: [[FactorChange]]

    /// Reads a design; nil after noting a problem.
    ///
    /// - Parameter shards: The parts of each variant's draws: what limits the number of variants.
    init?(_ value: SpecificationValue, shards: Int) {
        let keys = ["kind", "factors", "variants", "names", "samples", "seed"]
        guard let all = value.mapping("design", keys: keys),
            let kind = all.required("kind").flatMap({ Self.kind($0) })
        else { return nil }
        let builder = DesignBuilder(place: value, shards: shards)
        let design: DesignBuilder?
        switch kind {
        case .grid:
            design = value.mapping("grid", keys: ["kind", "factors"]).flatMap { builder.grid($0) }
        case .list:
            design = value.mapping("list", keys: ["kind", "variants", "names"]).flatMap { builder.list($0) }
        case .latinHypercube:
            design = value.mapping("latin_hypercube", keys: ["kind", "samples", "seed", "factors"]).flatMap {
                builder.latinHypercube($0)
            }
        }
        guard let design else { return nil }
        (factors, variants, examples) = (design.factors, design.variants, design.examples)
    }

    private static func kind(_ value: SpecificationValue) -> Kind? { value.word(of: Kind.self) }

    /// Tries every change on the base scenario, noting those that do not fit it.
    func check(against base: ScenarioBase) {
        var noted: Set<String> = []
        for changes in examples {
            for (index, problem) in base.problems(of: changes.map(\.change)) {
                let (change, place) = (changes[index].change, changes[index].place)
                guard noted.insert("\(place.place) \(problem)").inserted else { continue }
                place.fail("\(change.operation.rawValue) \(change.path): \(problem)")
            }
        }
    }
}
