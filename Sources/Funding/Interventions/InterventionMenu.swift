import OrderedCollections
import Specifications

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
    public private(set) var interventions: [Intervention]
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
        name = fileStem(of: file.path)
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

    /// Puts an effect of an intervention in place of its own, in all versions.
    public mutating func replaceEffect(
        of intervention: String, on outcome: String, by predictive: PredictiveEffect, source: String
    ) {
        for position in interventions.indices where interventions[position].name == intervention {
            interventions[position].replaceEffect(on: outcome, by: predictive, versions: versions, source: source)
        }
    }
}
