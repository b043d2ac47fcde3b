import Funding
import Models
import OrderedCollections
import Specifications

/// The `interventions` of a scenario file: which menu, what each sector's money is spent on, and what stands between the
/// menu's effects and a programme's.
public struct InterventionDeclaration: Sendable {
    /// The menu.
    public private(set) var menu: InterventionMenu
    /// The version of the menu in use.
    public let version: String
    /// How money becomes treatment.
    public let dosing: DoseResponse
    /// What becomes of money that finds no staff.
    public let unusedMoney: UnusedMoney
    /// The menu's outcome for each simulated outcome.
    public let outcomes: [String: String]
    /// What the money is spent on, by sector.
    public private(set) var mixes: OrderedDictionary<String, InterventionMix>
    /// The staff that can be found, by sector.
    public let capacities: OrderedDictionary<String, SectorCapacity>
    /// The uncertain quantities of the programme as a whole.
    public let parameters: OrderedDictionary<UncertainParameter.Kind, UncertainParameter>
    /// Effects that fitted meta-analyses give in place of the menu's own.
    public let evidence: [EvidenceReference]
    /// How effects last.
    public let persistence: InterventionPersistence
    /// Published arithmetic to hold beside the draws.
    public let crossChecks: [CrossCheck]

    private static let keys = [
        "menu", "version", "dosing", "unused_money", "outcomes", "mix", "capacity", "scale_down", "fidelity", "overlap",
        "persistence", "effects_from_models", "cross_check", "note",
    ]

    init?(
        _ value: SpecificationValue, folder: String, sectors: [String], outcomes: [SimulatedOutcome],
        models: [String]
    ) {
        guard let mapping = value.mapping("interventions", keys: Self.keys),
            let menu = mapping.required("menu").flatMap({ Self.menu($0, folder: folder) }),
            let version = mapping.required("version")?.word(among: menu.versions)
        else { return nil }
        let dosing = mapping.required("dosing")?.word(of: DoseResponse.self)
        let unused = mapping.required("unused_money")?.word(of: UnusedMoney.self)
        let own = OrderedSet(outcomes.map(\.outcome))
        let menuOutcomes = mapping.required("outcomes").flatMap { Self.outcomes($0, own: own, menu: menu) }
        let needed = OrderedSet(outcomes.map(\.sector))
        let mixes = mapping.required("mix").flatMap {
            Self.bySector($0, "mix", sectors: sectors, needed: needed) { sector, value in
                InterventionMix(sector: sector, value, menu: menu, version: version)
            }
        }
        let capacities = mapping.required("capacity").flatMap {
            Self.bySector($0, "capacity", sectors: sectors, needed: needed) { SectorCapacity(sector: $0, $1) }
        }
        let crossChecks = mapping.optional("cross_check").map { Self.crossChecks($0) } ?? []
        guard let dosing, let unused, let menuOutcomes, let mixes, let capacities, let crossChecks,
            Self.streamsDiffer(capacities, mapping),
            let persistence = mapping.required("persistence").flatMap({ Self.persistence($0, models: models) }),
            let parameters = Self.parameters(mapping, persistence: persistence),
            let evidence = mapping.optional("effects_from_models").map({
                EvidenceReference.all($0, menu: menu, models: models)
            }) ?? []
        else { return nil }
        self.persistence = persistence
        self.evidence = evidence
        self.menu = menu
        self.version = version
        self.dosing = dosing
        unusedMoney = unused
        self.outcomes = menuOutcomes
        self.mixes = mixes
        self.capacities = capacities
        self.parameters = parameters
        self.crossChecks = crossChecks
    }

    private static func menu(_ value: SpecificationValue, folder: String) -> InterventionMenu? {
        guard let file = value.text() else { return nil }
        let path = filePath(file, in: folder)
        do {
            return try InterventionMenu(path: path)
        } catch {
            value.fail("the menu cannot be used:\n\(error)")
            return nil
        }
    }

    private static func outcomes(
        _ value: SpecificationValue, own: OrderedSet<String>, menu: InterventionMenu
    ) -> [String: String]? {
        guard let mapping = value.mapping("outcomes of the menu", keys: own.elements) else { return nil }
        var outcomes: [String: String] = [:]
        for name in own {
            guard let found = mapping.required(name)?.word(among: menu.outcomes.keys.elements) else { return nil }
            outcomes[name] = found
        }
        return outcomes
    }

    /// A mapping with an entry for each sector that has outcomes.
    private static func bySector<Entry>(
        _ value: SpecificationValue, _ name: String, sectors: [String], needed: OrderedSet<String>,
        _ read: (String, SpecificationValue) -> Entry?
    ) -> OrderedDictionary<String, Entry>? {
        guard let mapping = value.mapping(name, keys: sectors) else { return nil }
        var result: OrderedDictionary<String, Entry> = [:]
        for entry in mapping.entries { result[entry.key] = read(entry.key, entry.value) }
        for sector in needed where mapping.required(sector) == nil { return nil }
        return result.count == mapping.entries.count ? result : nil
    }

    private static func streamsDiffer(
        _ capacities: OrderedDictionary<String, SectorCapacity>, _ mapping: SpecificationMapping
    ) -> Bool {
        guard Set(capacities.values.map(\.stream)).count == capacities.count else {
            mapping.optional("capacity")?.fail("a stream is used twice. Give each sector a number of its own.")
            return false
        }
        return true
    }

    private static func persistence(_ value: SpecificationValue, models: [String]) -> InterventionPersistence? {
        guard value.hasKey("model") else { return .declared }
        guard let mapping = value.mapping("persistence", keys: ["model", "note"]),
            let model = mapping.required("model")?.word(among: models)
        else { return nil }
        return .model(model, place: value.place)
    }

    private static func parameters(
        _ mapping: SpecificationMapping, persistence: InterventionPersistence
    ) -> OrderedDictionary<UncertainParameter.Kind, UncertainParameter>? {
        var places: [(UncertainParameter.Kind, SpecificationMapping?)] = [
            (.scaleDown, mapping), (.fidelity, mapping), (.overlap, mapping),
        ]
        if case .declared = persistence {
            let decay = mapping.required("persistence")?.mapping("persistence", keys: ["plateau", "half_life"])
            places += [(.interventionPlateau, decay), (.interventionHalfLife, decay)]
        }
        var result: OrderedDictionary<UncertainParameter.Kind, UncertainParameter> = [:]
        for (kind, place) in places {
            result[kind] = place?.required(kind.key).flatMap { UncertainParameter(kind, $0) }
        }
        return result.count == places.count ? result : nil
    }

    private static func crossChecks(_ value: SpecificationValue) -> [CrossCheck]? {
        guard let list = value.list() else { return nil }
        let checks = list.compactMap { CrossCheck($0) }
        return checks.count == list.count ? checks : nil
    }

    /// Puts an effect in place of the menu's own, in all versions, and in every mix.
    mutating func replaceEffect(
        of intervention: String, on outcome: String, by predictive: PredictiveEffect, source: String
    ) {
        menu.replaceEffect(of: intervention, on: outcome, by: predictive, source: source)
        for sector in mixes.keys {
            mixes[sector]?.replaceEffect(
                of: intervention, on: outcome, by: predictive, versions: menu.versions, source: source)
        }
    }
}
