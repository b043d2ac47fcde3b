import LinearAlgebra
import Specifications
import Tables
import Transitions

/// Where pupils go, in a figure: a state, or a move that means another state for each grade.
enum FlowWord {
    case state(Int)
    case retained, onward, up, down

    private static let moves: [String: FlowWord] = [
        "retained": .retained, "onward": .onward, "up": .up, "down": .down,
    ]

    /// Reads the word; nil after an error.
    init?(_ value: SpecificationValue, _ ladder: CareerLadder) {
        guard let text = value.text() else { return nil }
        if let state = ladder.position(of: text) {
            self = .state(state)
            return
        }
        guard let move = Self.moves[text] else {
            _ = value.word(among: Self.moves.keys.sorted() + ladder.states)
            return nil
        }
        self = move
    }

    /// The word, for messages.
    var text: String {
        switch self {
        case .state: "there"
        case .retained: "retained"
        case .onward: "onward"
        case .up: "up"
        case .down: "down"
        }
    }

    /// The state that it means from another; nil when there is none.
    func state(from: Int, _ ladder: CareerLadder) -> Int? {
        if case .state(let state) = self { return state }
        guard case .grade(let track, let grade) = ladder.places[from] else { return nil }
        switch self {
        case .state, .retained: return from
        case .onward:
            return grade == ladder.tracks[track].grades
                ? ladder.diploma(track: track) : ladder.state(track: track, grade: grade + 1)
        case .up: return Self.next(track + 1, grade, ladder)
        case .down: return Self.next(track - 1, grade, ladder)
        }
    }

    private static func next(_ track: Int, _ grade: Int, _ ladder: CareerLadder) -> Int? {
        guard ladder.tracks.indices.contains(track), ladder.tracks[track].grades > grade else { return nil }
        return ladder.state(track: track, grade: grade + 1)
    }
}

/// A figure of the model file: shares of the pupils of some states, all with the same errors.
struct PublishedFlow {
    struct Target {
        let word: FlowWord
        /// The position among the figures; nil for the rest.
        let figure: Int?
    }

    let value: SpecificationValue
    let years, groups: [String]?
    let from: [Int]
    let targets: [Target]
    let figures: [PublishedFlows.Figure]
    let covariance: Matrix

    private static let keys = [
        "years", "groups", "from", "to", "n", "std_error", "design_effect", "rounded_to", "source", "assumption",
        "note",
    ]

    init?(_ value: SpecificationValue, ladder: CareerLadder, source: String?) {
        guard let mapping = value.mapping("figure", keys: Self.keys),
            let from = mapping.required("from").flatMap({ Self.states($0, ladder) }),
            let to = mapping.required("to")?.openMapping("to"), let origin = Self.origin(mapping, source)
        else { return nil }
        let (years, groups) = (Self.names(mapping.optional("years")), Self.names(mapping.optional("groups")))
        guard let years, let groups, let precision = Precision(mapping) else { return nil }
        var (targets, figures, errors, bases): ([Target], [PublishedFlows.Figure], [Double], [Bool]) = ([], [], [], [])
        let scope = Self.scope(mapping, years, groups)
        for entry in to.entries {
            guard let word = FlowWord(entry.keyValue, ladder) else { return nil }
            if !entry.value.isMapping, entry.value.isRest {
                targets.append(Target(word: word, figure: nil))
                continue
            }
            guard let number = precision.number(entry.value) else { return nil }
            targets.append(Target(word: word, figure: figures.count))
            figures.append(
                .init(
                    words: "\(shortestText((number.percent * 100).rounded() / 100))% \(entry.key) of \(scope)",
                    share: number.percent / 100,
                    standardError: number.error / 100, source: origin.text, isAssumed: origin.isAssumed))
            errors.append(number.error / 100)
            bases.append(!entry.value.isMapping)
        }
        guard !targets.isEmpty else {
            mapping.fail("'to' names nothing. Add a state or a move with its share.")
            return nil
        }
        (self.value, self.years, self.groups, self.from) = (
            value, years.isEmpty ? nil : years, groups.isEmpty ? nil : groups, from
        )
        (self.targets, self.figures) = (targets, figures)
        covariance = precision.covariance(figures.map(\.share), errors: errors, isOfBase: bases)
    }

    func holds(in year: String, of group: String) -> Bool {
        (years?.contains(year) ?? true) && (groups?.contains(group) ?? true)
    }

    private static func origin(_ mapping: SpecificationMapping, _ source: String?) -> (text: String, isAssumed: Bool)? {
        if let assumption = mapping.optional("assumption") {
            if let both = mapping.optional("source") {
                both.fail("a figure has a 'source' or is an 'assumption', not both.")
                return nil
            }
            return assumption.text().map { ($0, true) }
        }
        guard mapping.optional("source") != nil || source != nil else {
            mapping.fail("the figure has no 'source'. Add it, or say what is assumed under 'assumption'.")
            return nil
        }
        return (mapping.optional("source").map { $0.text() } ?? source).map { ($0, false) }
    }

    /// One name or a list; empty when absent, nil after an error.
    private static func names(_ value: SpecificationValue?) -> [String]? {
        guard let value else { return [] }
        guard let names = value.isList ? value.texts(atLeast: 1) : value.text().map({ [$0] }) else { return nil }
        guard !names.contains("") else {
            value.fail(
                "found an empty name; expected the names of years or groups. Leave the key out where the figure holds for all."
            )
            return nil
        }
        return SeriesSpecification.withoutRepeats(names, value)
    }

    private static func scope(_ mapping: SpecificationMapping, _ years: [String], _ groups: [String]) -> String {
        let from = names(mapping.optional("from")) ?? []
        let parts = [from, groups].filter { !$0.isEmpty }.map { list in
            list.prefix(4).joined(separator: ", ") + (list.count > 4 ? " ..." : "")
        }
        return parts.joined(separator: ", ") + (years.isEmpty ? "" : " in \(years.joined(separator: ", "))")
    }

    private static func states(_ value: SpecificationValue, _ ladder: CareerLadder) -> [Int]? {
        guard let items = value.isList ? value.list(atLeast: 1) : [value] else { return nil }
        var found: [Int] = []
        for item in items {
            guard let text = item.text() else { return nil }
            let states: [Int]
            if text == "grades" {
                states = Array(0..<ladder.gradeStateCount)
            } else if text == "before_last" {
                states = ladder.tracks.indices.flatMap { track in
                    (1..<ladder.tracks[track].grades).map { ladder.state(track: track, grade: $0) }
                }
            } else if let track = ladder.tracks.firstIndex(where: { $0.name == text }) {
                states = (1...ladder.tracks[track].grades).map { ladder.state(track: track, grade: $0) }
            } else if let state = ladder.position(of: text), state < ladder.gradeStateCount + ladder.tracks.count {
                states = [state]
            } else {
                let own = ladder.states.prefix(ladder.gradeStateCount + ladder.tracks.count)
                _ = item.word(among: ["grades", "before_last"] + ladder.tracks.map(\.name) + own)
                if ladder.position(of: text) != nil { item.fail("'\(text)' is an end: nobody goes on from there.") }
                return nil
            }
            found += states.filter { !found.contains($0) }
        }
        return found
    }
}

extension SpecificationValue {
    /// Whether the value is the word for what others leave.
    fileprivate var isRest: Bool { !isList && text() == "rest" }
}

/// How sure the numbers of a figure are.
private struct Precision {
    private let n: Double?
    private let designEffect: Double
    private let rounding: Double
    private let standardError: Double?

    init?(_ mapping: SpecificationMapping) {
        guard let effect = mapping.number("design_effect", in: .designEffect, default: 1),
            let unit = mapping.number("rounded_to", in: .nonNegative, default: 0)
        else { return nil }
        (designEffect, rounding) = (effect, unit)
        var (n, error): (Double?, Double?) = (nil, nil)
        if mapping.optional("n") != nil {
            guard let size = mapping.number("n", in: .positive) else { return nil }
            n = size
        }
        if let declared = mapping.optional("std_error") {
            if n != nil {
                declared.fail("give either 'std_error' or 'n', not both.")
                return nil
            }
            guard let value = declared.number(in: .nonNegative) else { return nil }
            error = value
        }
        (self.n, standardError) = (n, error)
    }

    /// A percent with its standard error; nil after an error.
    func number(_ value: SpecificationValue) -> (percent: Double, error: Double)? {
        if value.isMapping {
            let keys = PublishedNumber.keys.filter { $0 != "estimate" && $0 != "sd" }
            guard let mapping = value.mapping("share", keys: keys) else { return nil }
            guard mapping.optional("percent") != nil || mapping.optional("count") != nil else {
                mapping.fail("give the share as 'percent', or as 'count' of 'n'.")
                return nil
            }
            return PublishedNumber(mapping).map { ($0.estimate, $0.standardError) }
        }
        guard let percent = value.number(in: .from(0, to: 100)) else { return nil }
        guard n != nil || standardError != nil else {
            value.fail("the share has no uncertainty: give its base 'n' or a 'std_error', in percentage points.")
            return nil
        }
        let p = percent / 100
        let likely = n.map { p == 0 || p == 1 ? (p * $0 + 2) / ($0 + 4) : p } ?? p
        let sampling = n.map { 1e4 * likely * (1 - likely) * designEffect / $0 } ?? 0
        let own = standardError ?? 0
        return (percent, (sampling + own * own + rounding * rounding / 12).squareRoot())
    }

    /// Shares of one base take from each other; others are independent.
    func covariance(_ shares: [Double], errors: [Double], isOfBase: [Bool]) -> Matrix {
        var result = Matrix.diagonal(errors.map { $0 * $0 })
        guard let n else { return result }
        for row in shares.indices where isOfBase[row] {
            for column in shares.indices where column != row && isOfBase[column] {
                result[row, column] = -shares[row] * shares[column] * designEffect / n
            }
        }
        return result
    }
}
