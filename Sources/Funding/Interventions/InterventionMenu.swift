import OrderedCollections
import Specifications

/// What all entries of a menu share: its versions, sectors and outcomes, the table of months, and the rule for weak evidence.
struct MenuDeclarations: Sendable {
    let versions: [String]
    let sectors: [String]
    let outcomes: OrderedDictionary<String, MenuOutcome>
    let months: MonthsOfLearning
    /// How much wider the predictive distribution becomes, by strength of evidence.
    let widening: OrderedDictionary<String, Double>
    let wideningSource: String
}

/// An outcome that interventions affect.
public struct MenuOutcome: Sendable, Equatable {
    /// The number that keys its random numbers; unique in the menu.
    public let stream: UInt64
    /// The outcomes of which it is the mean; empty for an outcome of its own.
    public let parts: [String]
}

/// The menu of interventions (menukaart): a file of kind `interventions`, read and checked.
public struct InterventionMenu: Sendable {
    /// The file's name without folder and extension.
    public let name: String
    /// The path as the user gave it.
    public let path: String
    /// The bytes of the file, for provenance.
    public let bytes: [UInt8]
    /// One line on what it is.
    public let title: String
    /// The entries in the order of the file.
    public let interventions: [Intervention]
    let declarations: MenuDeclarations

    /// The versions: the menu's own effects changed between editions.
    public var versions: [String] { declarations.versions }
    /// The outcomes by name.
    public var outcomes: OrderedDictionary<String, MenuOutcome> { declarations.outcomes }
    /// How months become standard deviations.
    public var months: MonthsOfLearning { declarations.months }
    /// How much wider the predictive distribution becomes, by strength of evidence.
    public var widening: OrderedDictionary<String, Double> { declarations.widening }
    /// Where the widening comes from.
    public var wideningSource: String { declarations.wideningSource }

    private static let keys = [
        "kind", "title", "note", "versions", "sectors", "outcomes", "months_to_sd", "evidence_strength",
        "interventions",
    ]

    /// Whether a file is a menu of interventions.
    public static func isMenu(_ root: SpecificationValue) -> Bool {
        guard root.isMapping, root.hasKey("kind"), root.hasKey("interventions") else { return false }
        return true
    }

    /// Reads a menu.
    ///
    /// - Throws: ``Specifications/SpecificationError`` with every problem found.
    public init(path: String) throws(SpecificationError) {
        let file = try SpecificationFile(path: path)
        self = try file.decoded { InterventionMenu($0, file: file) }
    }

    private init?(_ root: SpecificationValue, file: SpecificationFile) {
        guard let mapping = root.mapping("menu of interventions", keys: Self.keys),
            mapping.required("kind")?.word(among: ["interventions"]) != nil,
            let declarations = MenuDeclarations(mapping),
            let interventions = mapping.required("interventions").flatMap({
                Self.interventions($0, menu: declarations)
            })
        else { return nil }
        self.declarations = declarations
        self.interventions = interventions
        title = mapping.optionalText("title") ?? ""
        path = file.path
        bytes = file.bytes
        let last = file.path.split(separator: "/").last.map(String.init) ?? file.path
        name = last.hasSuffix(".yaml") ? String(last.dropLast(5)) : last
    }

    private static func interventions(_ value: SpecificationValue, menu: MenuDeclarations) -> [Intervention]? {
        guard let mapping = value.openMapping("interventions") else { return nil }
        guard !mapping.entries.isEmpty else {
            value.fail("found no intervention; expected at least one.")
            return nil
        }
        let read = mapping.entries.map { entry in
            Intervention(name: entry.key, entry.value, menu: menu)
        }
        var streams: Set<UInt64> = []
        for (entry, intervention) in zip(mapping.entries, read) {
            guard let intervention, !streams.insert(intervention.stream).inserted else { continue }
            entry.keyValue.fail(
                "stream \(intervention.stream) is used twice. Give each intervention a number of its own.")
        }
        let interventions = read.compactMap { $0 }
        return interventions.count == read.count ? interventions : nil
    }
}

extension MenuDeclarations {
    init?(_ mapping: SpecificationMapping) {
        let versions = mapping.required("versions").flatMap { Self.different($0, "version") }
        let sectors = mapping.required("sectors").flatMap { Self.different($0, "sector") }
        let outcomes = mapping.required("outcomes").flatMap { Self.outcomes($0) }
        let months = mapping.required("months_to_sd").flatMap { MonthsOfLearning($0) }
        let strength = mapping.required("evidence_strength").flatMap { Self.widening($0) }
        guard let versions, let sectors, let outcomes, let months, let strength else { return nil }
        self.init(
            versions: versions, sectors: sectors, outcomes: outcomes, months: months, widening: strength.widening,
            wideningSource: strength.source)
    }

    private static func different(_ value: SpecificationValue, _ what: String) -> [String]? {
        guard let texts = value.texts(atLeast: 1) else { return nil }
        guard Set(texts).count == texts.count else {
            value.fail("a \(what) is named twice.")
            return nil
        }
        return texts
    }

    private static func outcomes(_ value: SpecificationValue) -> OrderedDictionary<String, MenuOutcome>? {
        guard let mapping = value.openMapping("outcomes") else { return nil }
        var outcomes: OrderedDictionary<String, MenuOutcome> = [:]
        for entry in mapping.entries {
            guard let outcome = entry.value.mapping("outcome '\(entry.key)'", keys: ["stream", "mean_of"]),
                let stream = outcome.integer("stream", in: 1...65_535)
            else { return nil }
            if outcomes.values.contains(where: { $0.stream == UInt64(stream) }) {
                entry.value.fail("stream \(stream) is used twice. Give each outcome a number of its own.")
            }
            let names = mapping.entries.map(\.key).filter { $0 != entry.key }
            let parts = outcome.optional("mean_of").map { $0.list(atLeast: 1)?.map { $0.word(among: names) } } ?? []
            guard let parts, !parts.contains(where: { $0 == nil }) else { return nil }
            outcomes[entry.key] = MenuOutcome(stream: UInt64(stream), parts: parts.compactMap { $0 })
        }
        return outcomes
    }

    private static func widening(
        _ value: SpecificationValue
    ) -> (widening: OrderedDictionary<String, Double>, source: String)? {
        guard let mapping = value.openMapping("evidence_strength"), let source = mapping.text("source") else {
            return nil
        }
        var widening: OrderedDictionary<String, Double> = [:]
        for entry in mapping.entries where entry.key != "source" {
            guard let factor = entry.value.number(in: .positive) else { return nil }
            guard factor >= 1 else {
                entry.value.fail("found \(factor); weak evidence widens: expected a factor of 1 or more.")
                return nil
            }
            widening[entry.key] = factor
        }
        return (widening, source)
    }
}
