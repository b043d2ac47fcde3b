import Foundation
import Tables
import Yams

/// A value of a specification file, with its place.
///
/// Each reading method returns nil after noting what is wrong, so that a reader can go on to the next value.
/// Plain words are read by what is expected of them, not by YAML 1.1's rules: `no`, `0010` and `2021/22` stay text.
public struct SpecificationValue {
    let node: Node
    let log: ProblemLog

    /// Where the value stands.
    public var place: SpecificationPlace { log.place(of: node) }

    /// Notes a problem at this value.
    public func fail(_ message: String) { log.note(message, at: node) }

    /// Whether the value is a mapping, a list or a single word.
    public var isMapping: Bool { node.mapping != nil }

    /// Whether the value is a mapping with a key.
    public func hasKey(_ key: String) -> Bool { node.mapping?.keys.contains { $0.string == key } ?? false }

    /// Whether the value is a list.
    public var isList: Bool { node.sequence != nil }

    // MARK: Single values

    /// The value as text: a word, a number or a quoted string, as it is written.
    public func text() -> String? {
        guard let scalar = node.scalar, !Self.isNull(scalar) else { return mismatch("text") }
        return scalar.string
    }

    /// The value as a finite number in a range.
    public func number(in range: NumberRange = .any) -> Double? {
        guard let scalar = node.scalar, scalar.style == .plain, let value = Self.decimal(scalar.string) else {
            return mismatch("a number")
        }
        guard range.contains(value) else {
            fail("found \(scalar.string); expected \(range.words).")
            return nil
        }
        return value
    }

    /// The value as a whole number in a range.
    public func integer(in range: ClosedRange<Int>) -> Int? {
        guard let scalar = node.scalar, scalar.style == .plain, let value = Int(scalar.string) else {
            return mismatch("a whole number")
        }
        guard range.contains(value) else {
            fail("found \(value); expected a whole number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return value
    }

    /// The value as one of the words of an enumeration.
    public func word<Word: RawRepresentable & CaseIterable>(of type: Word.Type) -> Word? where Word.RawValue == String {
        word(among: type.allCases.map(\.rawValue)).flatMap(Word.init(rawValue:))
    }

    /// The value as one of a list of words.
    public func word(among words: [String]) -> String? {
        guard let found = text() else { return nil }
        guard words.contains(found) else {
            fail("found '\(found)'; expected \(Self.alternatives(words)).\(Self.suggestion(for: found, among: words))")
            return nil
        }
        return found
    }

    // MARK: Structure

    /// The value as a list.
    ///
    /// - Parameter minimum: The least number of elements.
    public func list(atLeast minimum: Int = 0) -> [SpecificationValue]? {
        guard let sequence = node.sequence else { return mismatch("a list") }
        guard sequence.count >= minimum else {
            fail("found a list of \(sequence.count); expected at least \(minimum).")
            return nil
        }
        return sequence.map { SpecificationValue(node: $0, log: log) }
    }

    /// The value as a list of texts.
    public func texts(atLeast minimum: Int = 0) -> [String]? {
        guard let values = list(atLeast: minimum) else { return nil }
        let words = values.map { $0.text() }
        return words.contains(nil) ? nil : words.compactMap { $0 }
    }

    /// The value as a mapping with known keys; every other key is noted as a problem.
    ///
    /// - Parameters:
    ///   - name: What the mapping is, for messages: `funding rule`.
    ///   - keys: All keys it may have.
    public func mapping(_ name: String, keys: [String]) -> SpecificationMapping? {
        guard let mapping = openMapping(name) else { return nil }
        for entry in mapping.entries where !keys.contains(entry.key) {
            entry.keyValue.fail(
                "unknown key '\(entry.key)' in \(name)\(Self.keySuggestion(for: entry.key, among: keys))")
        }
        return mapping
    }

    /// The value as a mapping whose keys are names that the user chose.
    public func openMapping(_ name: String) -> SpecificationMapping? {
        guard let mapping = node.mapping else { return mismatch("\(name): keys and values") }
        var entries: [SpecificationMapping.Entry] = []
        for (key, value) in mapping {
            let keyValue = SpecificationValue(node: key, log: log)
            guard let word = keyValue.text() else { continue }
            entries.append(.init(key: word, keyValue: keyValue, value: SpecificationValue(node: value, log: log)))
        }
        return SpecificationMapping(name: name, value: self, entries: entries)
    }

    // MARK: Words

    /// Notes that something else was expected; returns nil of any type.
    private func mismatch<T>(_ expected: String) -> T? {
        fail("found \(Self.found(node)); expected \(expected).")
        return nil
    }

    /// What a node is, for messages.
    static func found(_ node: Node) -> String {
        switch node {
        case .mapping: return "keys and values"
        case .sequence: return "a list"
        case .scalar(let scalar) where isNull(scalar): return "nothing"
        case .scalar(let scalar): return "'\(shortened(scalar.string))'"
        case .alias: return "an alias"
        }
    }

    private static func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }

    private static func shortened(_ text: String) -> String { text.count <= 60 ? text : text.prefix(59) + "…" }

    /// A decimal number as people write it; not YAML 1.1's octal, base 60, infinity or not-a-number.
    package static func decimal(_ text: String) -> Double? {
        guard !text.isEmpty, text.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }) else { return nil }
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    static func alternatives(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return "'\(words.first ?? "")'" }
        return words.dropLast().map { "'\($0)'" }.joined(separator: ", ") + " or '\(last)'"
    }

    static func suggestion(for word: String, among words: [String]) -> String {
        nearest(to: word, among: words).map { " Did you mean '\($0)'?" } ?? ""
    }

    private static func keySuggestion(for key: String, among keys: [String]) -> String {
        nearest(to: key, among: keys).map { "; did you mean '\($0)'?" } ?? "; expected \(alternatives(keys))."
    }
}

/// The numbers that a value may be, with the words that say so.
public struct NumberRange: Sendable {
    let lower: Double
    let upper: Double
    let excludesLower: Bool
    /// What is expected, for messages: `a number above 0`.
    let words: String

    /// Any finite number.
    public static let any = NumberRange(lower: -.infinity, upper: .infinity, excludesLower: false, words: "a number")
    /// Numbers above zero.
    public static let positive = NumberRange(lower: 0, upper: .infinity, excludesLower: true, words: "a number above 0")
    /// Zero and above.
    public static let nonNegative = NumberRange(
        lower: 0, upper: .infinity, excludesLower: false, words: "a number of 0 or more")
    /// Zero to one: a share or a probability.
    public static let share = NumberRange(lower: 0, upper: 1, excludesLower: false, words: "a share from 0 to 1")
    /// Above zero, to one: a share that is never nothing.
    public static let positiveShare = NumberRange(
        lower: 0, upper: 1, excludesLower: true, words: "a share above 0, to 1")
    /// Minus one to one: a correlation.
    public static let correlation = NumberRange(
        lower: -1, upper: 1, excludesLower: false, words: "a correlation from -1 to 1")

    /// From one number to another, both included.
    public static func from(_ lower: Double, to upper: Double) -> NumberRange {
        NumberRange(
            lower: lower, upper: upper, excludesLower: false,
            words: "a number from \(shortestText(lower)) to \(shortestText(upper))")
    }

    func contains(_ value: Double) -> Bool { (excludesLower ? value > lower : value >= lower) && value <= upper }
}
