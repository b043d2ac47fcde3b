import Specifications

/// How deviations are judged and expressed.
public struct Judgement: Sendable, Equatable {
    /// Which way an outcome gets better.
    public enum Direction: String, Sendable, CaseIterable {
        /// More is better: skill, life satisfaction.
        case higher
        /// Less is better: complaints, grade retention.
        case lower
    }

    /// What is declared for all outcomes, or for some by name.
    struct ByOutcome<Value: Sendable & Equatable>: Sendable, Equatable {
        var all: Value?
        var named: [String: Value] = [:]

        func callAsFunction(_ outcome: String) -> Value? { named[outcome] ?? all }
    }

    /// The margin of the verdict in baseline standard deviations.
    public let margin: Double
    /// Margins in the outcome's own unit, which come before ``margin``.
    let ownMargins: ByOutcome<Double>
    /// Which way outcomes get better, where declared.
    let directions: ByOutcome<Direction>
    /// Teaching weeks in a school year, for delay in weeks.
    public let teachingWeeks: Double
    /// The group that the equity gap takes first (its growth minus the other's), or empty when there are no groups.
    public let lowGroup: String
    /// The group it is compared with.
    public let highGroup: String

    /// Whether the file names the groups, so that they must be there.
    let areGroupsDeclared: Bool

    static let keys = ["margin_sd", "margin", "better", "teaching_weeks", "groups"]

    init?(_ model: SpecificationMapping) {
        guard let margin = model.number("margin_sd", in: .positive, default: 0.05),
            let weeks = model.number("teaching_weeks", in: .positive, default: 40),
            let own = ByOutcome(model.optional("margin"), { $0.number(in: .positive) }),
            let directions = ByOutcome(model.optional("better"), { $0.word(of: Direction.self) })
        else { return nil }
        areGroupsDeclared = model.optional("groups") != nil
        var groups = (low: "practical", high: "theoretical")
        if let declared = model.optional("groups") {
            guard let mapping = declared.mapping("groups", keys: ["low", "high"]),
                let low = mapping.text("low"), let high = mapping.text("high")
            else { return nil }
            guard low != high else {
                declared.fail("'low' and 'high' name the same group '\(low)'; a gap is between two.")
                return nil
            }
            groups = (low, high)
        }
        self.margin = margin
        ownMargins = own
        self.directions = directions
        teachingWeeks = weeks
        (lowGroup, highGroup) = groups
    }

    /// A way to judge.
    public init(
        margin: Double, teachingWeeks: Double, lowGroup: String, highGroup: String, better: Direction = .higher,
        ownMargin: Double? = nil
    ) {
        self.margin = margin
        ownMargins = ByOutcome(all: ownMargin)
        directions = ByOutcome(all: better)
        areGroupsDeclared = false
        self.teachingWeeks = teachingWeeks
        self.lowGroup = lowGroup
        self.highGroup = highGroup
    }

    /// Refuses margins and directions of outcomes that the model does not have: left unsaid they would turn verdicts around.
    static func check(_ model: SpecificationMapping, outcomes: [String]) {
        for key in ["margin", "better"] {
            guard let value = model.optional(key), value.isMapping, let mapping = value.openMapping("outcomes") else {
                continue
            }
            for entry in mapping.entries where !outcomes.contains(entry.key) {
                _ = entry.keyValue.word(among: outcomes)
            }
        }
    }

    /// As ``check(_:outcomes:)`` for outcomes that only the data tell.
    ///
    /// - Throws: ``ModelError/report(_:)``.
    func check(_ labels: [Cell], suppressed: [SuppressedCell]) throws(ModelError) {
        let outcomes = Set((labels + suppressed.map(\.cell)).map(\.outcome))
        for (key, names) in [("margin", Set(ownMargins.named.keys)), ("better", Set(directions.named.keys))] {
            guard let unknown = names.subtracting(outcomes).min() else { continue }
            throw .report(
                "'\(key)' names the outcome '\(unknown)', which the model does not have. Its outcomes are: "
                    + outcomes.sorted().joined(separator: ", ") + ".")
        }
    }

    /// Which way an outcome gets better: higher unless declared.
    public func direction(of outcome: String) -> Direction { directions(outcome) ?? .higher }

    /// The margin in an outcome's own unit; nil when neither it nor the standard deviation is known.
    public func margin(of outcome: String, standardDeviation: Double?) -> Double? {
        ownMargins(outcome) ?? standardDeviation.map { margin * $0 }
    }
}

extension Judgement.ByOutcome {
    /// Reads a value for all outcomes, or a mapping of outcomes to values; nil after an error.
    fileprivate init?(_ value: SpecificationValue?, _ read: (SpecificationValue) -> Value?) {
        self.init()
        guard let value else { return }
        guard value.isMapping else {
            guard let one = read(value) else { return nil }
            all = one
            return
        }
        guard let mapping = value.openMapping("outcomes") else { return nil }
        for entry in mapping.entries {
            guard let one = read(entry.value) else { return nil }
            named[entry.key] = one
        }
    }
}
