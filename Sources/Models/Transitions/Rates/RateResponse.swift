import Specifications

/// What happened, and how a row of the data shows it: the `response` mapping of a transitions model.
///
///     response: {column: passed, event: ["1"]}                       # individuals
///     response: {events: passed, trials: candidates}                 # counts
///     response: {states: next_state, reference: promoted, count: n}  # one of several states: multinomial logit
///     response: {ordered: [below, equal, above], column: placement}  # states in order: ordered logit
public enum RateResponse: Sendable, Equatable {
    /// Individuals: the answers of a column that count as the event.
    case event(column: String, answers: [String])
    /// Counts: how often the event happened, out of how many.
    case counts(events: String, trials: String)
    /// One of several states, against a reference; the count column says how many a row stands for, nil for one.
    case states(column: String, reference: String?, count: String?)
    /// States in order.
    case ordered(column: String, states: [String], count: String?)

    private static let keys = ["column", "event", "events", "trials", "states", "reference", "ordered", "count"]

    init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("response", keys: Self.keys) else { return nil }
        let forms = ["event", "events", "states", "ordered"].filter { mapping.optional($0) != nil }
        guard forms.count == 1, let form = forms.first else {
            mapping.fail(
                "give one of: 'column' with 'event' (individuals), 'events' with 'trials' (counts), 'states', or 'ordered' "
                    + "with 'column'.")
            return nil
        }
        let allowed = Self.keys(of: form)
        for entry in mapping.entries where !allowed.contains(entry.key) {
            entry.keyValue.fail("'\(entry.key)' does not go with '\(form)' in a response. Remove it.")
            return nil
        }
        guard let read = Self.read(form, mapping) else { return nil }
        self = read
    }

    private static func keys(of form: String) -> [String] {
        switch form {
        case "event": ["event", "column"]
        case "events": ["events", "trials"]
        case "states": ["states", "reference", "count"]
        default: ["ordered", "column", "count"]
        }
    }

    private static func read(_ form: String, _ mapping: SpecificationMapping) -> RateResponse? {
        switch form {
        case "event":
            let answers = mapping.optional("event").flatMap {
                $0.isList ? $0.texts(atLeast: 1) : $0.text().map { [$0] }
            }
            guard let column = mapping.text("column"), let answers else { return nil }
            return .event(column: column, answers: answers)
        case "events":
            guard let events = mapping.text("events"), let trials = mapping.text("trials") else { return nil }
            guard events != trials else {
                mapping.fail("'events' and 'trials' name the same column '\(events)'. Give each its own.")
                return nil
            }
            return .counts(events: events, trials: trials)
        case "states":
            guard let column = mapping.text("states") else { return nil }
            return .states(
                column: column, reference: mapping.optionalText("reference"), count: mapping.optionalText("count"))
        default:
            guard let states = mapping.optional("ordered")?.texts(atLeast: 3), let column = mapping.text("column")
            else { return nil }
            guard Set(states).count == states.count else {
                mapping.optional("ordered")?.fail("a state is named twice.")
                return nil
            }
            return .ordered(column: column, states: states, count: mapping.optionalText("count"))
        }
    }

    /// The columns it needs.
    var columns: [String] {
        switch self {
        case .event(let column, _): [column]
        case .counts(let events, let trials): [events, trials]
        case .states(let column, _, let count), .ordered(let column, _, let count):
            [column] + (count.map { [$0] } ?? [])
        }
    }

    /// The columns that hold names.
    var nameColumns: [String] {
        switch self {
        case .event(let column, _), .states(let column, _, _), .ordered(let column, _, _): [column]
        case .counts: []
        }
    }

    /// Whether rows are counts rather than individuals.
    var areCounts: Bool {
        switch self {
        case .event, .states(_, _, nil), .ordered(_, _, nil): false
        case .counts, .states, .ordered: true
        }
    }

    /// Whether each row is about an event that happened or not.
    var isBinomial: Bool {
        switch self {
        case .event, .counts: true
        case .states, .ordered: false
        }
    }

    /// In words: `passed out of candidates`.
    var words: String {
        switch self {
        case .event(let column, let answers): "'\(column)' is \(answers.joined(separator: " or "))"
        case .counts(let events, let trials): "'\(events)' out of '\(trials)'"
        case .states(let column, let reference, _):
            "the states of '\(column)'" + (reference.map { ", log-odds against '\($0)'" } ?? "")
        case .ordered(let column, let states, _): "'\(column)' in the order \(states.joined(separator: " < "))"
        }
    }
}
