import Models
import OrderedCollections
import Recovery
import Specifications

/// One outcome in one sector: where it starts, how long schools were closed, and its parameters.
public struct SimulatedOutcome: Sendable {
    /// Where the state at the start comes from.
    public enum StartingState: Sendable {
        /// The deviation of a cohort from the baseline, drawn jointly from a fitted model's estimates.
        case estimates(model: String, outcome: String, cohort: String)
        /// Declared distributions (parameters ``UncertainParameter/Kind/startLow`` and `startHigh`).
        case assumption
        /// No deviation: everything comes from what is simulated.
        case baseline
    }

    /// The state from which an outcome is simulated.
    public struct Start: Sendable {
        /// The state of all grades.
        public let state: StartingState
        /// The school year at whose end it stands; nil for the year before the first simulated one. In earlier years the
        /// deviation is 0 by definition.
        public let year: SchoolYear?
    }

    /// What its deviations are from.
    public enum Baseline: String, Sendable, CaseIterable {
        /// The pre-crisis trend continued.
        case trend
        /// The pre-crisis level.
        case level
    }

    /// The outcome of an earlier sector whose deviation pupils bring with them.
    public struct Entry: Sendable, Equatable {
        /// Its name.
        public let outcome: String
        /// The earlier sector.
        public let sector: String
    }

    /// The outcome's name.
    public let outcome: String
    /// The sector.
    public let sector: String
    /// The number that keys its random numbers; unique in the file.
    public let stream: UInt64
    /// Where the state starts.
    public let start: Start
    /// What its deviations are from.
    public let baseline: Baseline
    /// What pupils who enter bring with them; nil when they enter at the baseline.
    public let entry: Entry?
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
        let keys = [
            "outcome", "sector", "stream", "start", "baseline", "entry", "closure_weeks", "wellbeing", "parameters",
            "note",
        ]
        guard let mapping = value.mapping("outcome", keys: keys) else { return nil }
        let outcome = mapping.text("outcome")
        let sector = mapping.required("sector")?.word(among: sectors)
        let stream = mapping.integer("stream", in: 1...65_535)
        let closures = mapping.required("closure_weeks").flatMap { Self.closures($0) }
        guard let outcome, let sector, let stream, let closures,
            let start = mapping.required("start").flatMap({ Self.start($0, outcome: outcome, models: models) })
        else { return nil }
        let baseline = mapping.optional("baseline").map { $0.word(of: Baseline.self) } ?? .trend
        let entry = mapping.optional("entry").map { Self.entry($0, sectors: sectors) }
        guard let baseline else { return nil }
        if case .some(.none) = entry { return nil }
        wellbeing = mapping.optionalText("wellbeing")
        var wanted = Self.always
        if wellbeing != nil { wanted.append(.spillover) }
        guard var parameters = Self.parameters(mapping, wanted) else { return nil }
        if baseline == .level, parameters[.trend] == nil {
            mapping.optional("baseline")?.fail(
                "deviations from the level become deviations from the trend by the trend: declare 'trend_per_year' under "
                    + "'parameters'.")
            return nil
        }
        for parameter in start.parameters { parameters[parameter.kind] = parameter }
        if let share = entry??.share { parameters[.entryShare] = share }
        self.outcome = outcome
        self.sector = sector
        self.stream = UInt64(stream)
        self.start = start.start
        self.baseline = baseline
        self.entry = entry??.entry
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
        guard value.isMapping else {
            return value.word(among: ["baseline"]).map { _ in (Start(state: .baseline, year: nil), []) }
        }
        guard let mapping = value.mapping("start", keys: ["model", "outcome", "cohort", "low", "high", "year"]) else {
            return nil
        }
        let year = mapping.optional("year").map { $0.schoolYear() }
        if case .some(.none) = year { return nil }
        if let model = mapping.optional("model") {
            if models.isEmpty { model.fail("no models are declared. Name the file under 'models', with a 'stream'.") }
            guard let model = mapping.required("model")?.word(among: models), let cohort = mapping.text("cohort") else {
                return nil
            }
            let modelled = mapping.optional("outcome").map { $0.text() } ?? outcome
            return modelled.map {
                (Start(state: .estimates(model: model, outcome: $0, cohort: cohort), year: year ?? nil), [])
            }
        }
        guard let low = mapping.required("low").flatMap({ UncertainParameter(.startLow, $0) }),
            let high = mapping.required("high").flatMap({ UncertainParameter(.startHigh, $0) })
        else { return nil }
        return (Start(state: .assumption, year: year ?? nil), [low, high])
    }

    private static func entry(
        _ value: SpecificationValue, sectors: [String]
    ) -> (entry: Entry, share: UncertainParameter)? {
        guard let mapping = value.mapping("entry", keys: ["outcome", "sector", "share"]),
            let outcome = mapping.text("outcome"), let sector = mapping.required("sector")?.word(among: sectors),
            let share = mapping.required("share").flatMap({ UncertainParameter(.entryShare, $0) })
        else { return nil }
        return (Entry(outcome: outcome, sector: sector), share)
    }

    private static func parameters(
        _ outcome: SpecificationMapping, _ wanted: [UncertainParameter.Kind]
    ) -> OrderedDictionary<UncertainParameter.Kind, UncertainParameter>? {
        guard let value = outcome.required("parameters"),
            let mapping = value.mapping("parameters", keys: (wanted + [.trend]).map(\.key))
        else { return nil }
        var result: OrderedDictionary<UncertainParameter.Kind, UncertainParameter> = [:]
        for kind in wanted {
            if let found = mapping.required(kind.key), let parameter = UncertainParameter(kind, found) {
                result[kind] = parameter
            }
        }
        guard result.count == wanted.count else { return nil }
        guard let trend = mapping.optional(UncertainParameter.Kind.trend.key) else { return result }
        guard let parameter = UncertainParameter(.trend, trend) else { return nil }
        result[.trend] = parameter
        return result
    }
}
