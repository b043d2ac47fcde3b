import Tables

/// What can be wrong with a change to a specification file.
public enum OverrideProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The path cannot be read; the position is that of the sign at fault, from 1.
    case badPath(position: Int?, reason: String)
    /// The value cannot be read.
    case badValue(reason: String)
    /// The factor is no number.
    case badFactor(String)
    /// There is no such key.
    case unknownKey(String, location: String, keys: [String])
    /// Keys and values were expected where there is something else.
    case notKeys(location: String, key: String)
    /// A list was expected where there is something else.
    case notList(location: String)
    /// The list is shorter.
    case noElement(Int, location: String, count: Int)
    /// No element has the value; those that there are.
    case noMatch(key: String, value: String, location: String, values: [String])
    /// Some elements have each value, but none has all.
    case noMatchOfAll(conditions: String, location: String)
    /// What is to be multiplied is neither a number nor a distribution.
    case notScalable(location: String, found: String)
    /// The product is not finite.
    case tooLarge(location: String)
    /// The change would undo an earlier one.
    case undoes(earlier: String, location: String)

    /// The message.
    public var description: String {
        switch self {
        case .badPath(let position, let reason):
            "the path cannot be read" + (position.map { " at character \($0)" } ?? "") + ": \(reason)."
        case .badValue(let reason): "the value cannot be used: \(reason)."
        case .badFactor(let text): "found '\(Self.short(text))'; expected a number to multiply by."
        case .unknownKey(let key, let location, let keys):
            "\(Self.there(location)) has no key '\(key)'" + Self.hint(key, keys, found: "it has")
        case .notKeys(let location, let key):
            "\(Self.there(location)) holds no keys, so that there is no '\(key)' in it."
        case .notList(let location): "\(Self.there(location)) is no list, so that [...] selects nothing."
        case .noElement(let number, let location, let count):
            "\(Self.there(location)) has \(count) elements; there is no [\(number)]."
        case .noMatch(let key, let value, let location, let values):
            values.isEmpty
                ? "no element of \(Self.there(location)) has a key '\(key)' with a word or a number."
                : "no element of \(Self.there(location)) has \(key) '\(value)'"
                    + Self.hint(value, values, found: "there is")
        case .noMatchOfAll(let conditions, let location):
            "no element of \(Self.there(location)) has \(conditions) together."
        case .notScalable(let location, let found):
            "\(Self.there(location)) is \(found); only a number, or a distribution with low, mode, high, mean, sd or value, "
                + "can be multiplied. Name the number itself."
        case .tooLarge(let location): "\(Self.there(location)) times the factor is too large a number."
        case .undoes(let earlier, let location):
            "\(Self.there(location)) was changed before ('\(earlier)'), which this would undo. Leave one of them out, or set "
                + "first and multiply later."
        }
    }

    private static func there(_ location: String) -> String { location.isEmpty ? "the file" : "'\(location)'" }

    private static func short(_ text: String) -> String { text.count <= 60 ? text : text.prefix(59) + "…" }

    private static func hint(_ word: String, _ words: [String], found: String) -> String {
        if let near = nearest(to: word, among: words) { return ". Did you mean '\(near)'?" }
        guard !words.isEmpty else { return "." }
        let shown = words.prefix(12).map { "'\(short($0))'" }.joined(separator: ", ")
        return "; \(found) \(shown)" + (words.count > 12 ? " and \(words.count - 12) more." : ".")
    }
}
