import Models
import OrderedCollections
import Recovery
import Specifications

/// One outcome in one sector: where it starts, how long schools were closed, and its parameters.
public struct SimulatedOutcome: Sendable {
    /// Where the state at the start comes from.
    public enum Start: Sendable {
        /// The deviation of a cohort from the baseline, drawn jointly from a fitted model's estimates.
        case estimates(model: String, outcome: String, cohort: String)
        /// Declared distributions (parameters ``UncertainParameter/Kind/startLow`` and `startHigh`).
        case assumption
    }

    /// The outcome's name.
    public let outcome: String
    /// The sector.
    public let sector: String
    /// The number that keys its random numbers; unique in the file.
    public let stream: UInt64
    /// Where the state starts.
    public let start: Start
    /// Weeks of (full) closure by school year; 0 elsewhere.
    public let closureWeeks: [SchoolYear: Double]
    /// Where the weeks come from.
    public let closureSource: String
    /// Its parameters.
    public let parameters: OrderedDictionary<UncertainParameter.Kind, UncertainParameter>
    /// The well-being outcome of the same sector that spills over into this one.
    public let wellbeing: String?

    /// Its name in tables: `composite.po`.
    public var name: String { outcome + "." + sector }

    private static let always: [UncertainParameter.Kind] = [
        .persistence, .lossPerWeek, .lowExtra, .schoolSD, .drift, .effectPer1000, .effectPlateau, .effectHalfLife,
        .lowMultiplier, .noiseSD,
    ]

    init?(_ value: SpecificationValue, sectors: [String], models: [String]) {
        let keys = ["outcome", "sector", "stream", "start", "closure_weeks", "wellbeing", "parameters", "note"]
        guard let mapping = value.mapping("outcome", keys: keys) else { return nil }
        let outcome = mapping.text("outcome")
        let sector = mapping.required("sector")?.word(among: sectors)
        let stream = mapping.integer("stream", in: 1...65_535)
        let closures = mapping.required("closure_weeks").flatMap { Self.closures($0) }
        guard let outcome, let sector, let stream, let closures,
            let start = mapping.required("start").flatMap({ Self.start($0, outcome: outcome, models: models) })
        else { return nil }
        wellbeing = mapping.optionalText("wellbeing")
        var wanted = Self.always
        if wellbeing != nil { wanted.append(.spillover) }
        guard var parameters = Self.parameters(mapping, wanted) else { return nil }
        for parameter in start.parameters { parameters[parameter.kind] = parameter }
        self.outcome = outcome
        self.sector = sector
        self.stream = UInt64(stream)
        self.start = start.start
        closureWeeks = closures.weeks
        closureSource = closures.source
        self.parameters = parameters
    }

    private static func closures(_ value: SpecificationValue) -> (weeks: [SchoolYear: Double], source: String)? {
        guard let mapping = value.openMapping("closure_weeks"), let source = mapping.text("source") else { return nil }
        var weeks: [SchoolYear: Double] = [:]
        for entry in mapping.entries where entry.key != "source" {
            guard let year = entry.keyValue.schoolYear(), let number = entry.value.number(in: .nonNegative) else {
                return nil
            }
            weeks[year] = number
        }
        return (weeks, source)
    }

    private static func start(
        _ value: SpecificationValue, outcome: String, models: [String]
    ) -> (start: Start, parameters: [UncertainParameter])? {
        guard let mapping = value.mapping("start", keys: ["model", "outcome", "cohort", "low", "high"]) else {
            return nil
        }
        if mapping.optional("model") != nil {
            guard let model = mapping.required("model")?.word(among: models), let cohort = mapping.text("cohort") else {
                return nil
            }
            let modelled = mapping.optional("outcome").map { $0.text() } ?? outcome
            return modelled.map { (.estimates(model: model, outcome: $0, cohort: cohort), []) }
        }
        guard let low = mapping.required("low").flatMap({ UncertainParameter(.startLow, $0) }),
            let high = mapping.required("high").flatMap({ UncertainParameter(.startHigh, $0) })
        else { return nil }
        return (.assumption, [low, high])
    }

    private static func parameters(
        _ outcome: SpecificationMapping, _ wanted: [UncertainParameter.Kind]
    ) -> OrderedDictionary<UncertainParameter.Kind, UncertainParameter>? {
        guard let value = outcome.required("parameters"),
            let mapping = value.mapping("parameters", keys: wanted.map(\.key))
        else { return nil }
        var result: OrderedDictionary<UncertainParameter.Kind, UncertainParameter> = [:]
        for kind in wanted {
            if let found = mapping.required(kind.key), let parameter = UncertainParameter(kind, found) {
                result[kind] = parameter
            }
        }
        return result.count == wanted.count ? result : nil
    }
}
