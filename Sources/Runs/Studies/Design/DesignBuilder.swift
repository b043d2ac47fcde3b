import Specifications
import Tables

/// Puts a design together, variant by variant.
struct DesignBuilder {
    /// The design in the study file.
    let place: SpecificationValue
    /// Parts of each variant's draws.
    let shards: Int
    private(set) var factors: [StudyFactor] = []
    private(set) var variants: [StudyVariant] = []
    /// Changes of variants that have a level which none before has.
    private(set) var examples: [[FactorChange]] = []
    private var seen: [Set<Int>] = []
    private var textSize = 0

    /// The most text of changes in bytes: they are all in the plan.
    static let largestText = 256 << 20

    init(place: SpecificationValue, shards: Int) { (self.place, self.shards) = (place, shards) }

    /// One factor's part of a variant: which level, its text, its changes.
    struct Choice {
        let level: Int
        let text: String
        let changes: [FactorChange]
    }

    /// The most levels of all variants together: they are all in the plan.
    static let mostLevels = 10_000_000

    /// Takes over the factors of a design of so many variants; false after noting that the two make too large a table.
    mutating func begin(_ factors: [StudyFactor], variants count: Int) -> Bool {
        guard factors.isEmpty || count <= Self.mostLevels / factors.count else {
            place.fail(
                "found \(count) variants with \(factors.count) factors; expected at most \(Self.mostLevels) levels together."
            )
            return false
        }
        self.factors = factors
        seen = factors.map { _ in [] }
        return true
    }

    /// Adds a variant; false after noting that there is too much text.
    ///
    /// - Parameter changes: The variant's changes; nil for those of its choices.
    mutating func append(name: String = "", _ choices: [Choice], changes: [FactorChange]? = nil) -> Bool {
        let changes = changes ?? choices.flatMap(\.changes)
        var isNew = variants.isEmpty
        for (index, choice) in choices.enumerated() where seen[index].insert(choice.level).inserted { isNew = true }
        if isNew { examples.append(changes) }
        textSize += changes.reduce(0) { $0 + $1.change.path.utf8.count + $1.change.value.utf8.count }
        guard textSize <= Self.largestText else {
            place.fail(
                "the changes of all variants come to more than \(Self.largestText >> 20) MB of text. Use fewer variants."
            )
            return false
        }
        variants.append(
            StudyVariant(
                number: variants.count + 1, name: name, levels: choices.map(\.text),
                overrides: changes.map(\.change)))
        return true
    }

    /// Whether so many variants are not too many; notes when they are. Nil stands for a number beyond counting.
    func allows(_ count: Int?, at place: SpecificationValue) -> Bool {
        let most = StudyLimits.units / shards
        guard let count, count <= most else {
            let found = count.map { "\($0) variants" } ?? "more variants than can be counted"
            let parts = shards == 1 ? "" : " of \(shards) shards each"
            place.fail(
                "found \(found)\(parts); expected at most \(most): a study has at most \(StudyLimits.units) work units."
            )
            return false
        }
        return true
    }

    /// Reads the factors of a grid or a Latin hypercube; nil after noting a problem.
    func readFactors(_ mapping: SpecificationMapping, kind: StudyDesign.Kind) -> [DesignFactor]? {
        guard let list = mapping.required("factors")?.list(atLeast: 1) else { return nil }
        guard list.count <= StudyDesign.mostFactors else {
            mapping.fail("found \(list.count) factors; expected at most \(StudyDesign.mostFactors).")
            return nil
        }
        let read = list.map { DesignFactor($0, kind: kind) }
        var names: Set<String> = []
        for (factor, place) in zip(read, list) {
            guard let factor, !names.insert(factor.name).inserted else { continue }
            place.fail("two factors are named '\(factor.name)'.")
            return nil
        }
        let factors = read.compactMap { $0 }
        return factors.count == list.count ? factors : nil
    }
}
