/// A change to a value of a specification file, as a study makes it: where, how, and to what.
///
/// The path names keys from the root, joined by dots, `"quoted"` where they hold other signs than letters, digits, `_`,
/// `-` and `/`; `[3]` is the third element of a list and `[outcome=reading,sector=po]` every element that has these
/// values: `outcomes[sector=po].parameters.persistence.mean`.
public struct SpecificationOverride: Codable, Sendable, Equatable {
    /// What happens to the value.
    public enum Operation: String, Codable, Sendable, CaseIterable {
        /// It is replaced.
        case set
        /// It is multiplied: a number, or the numbers of a distribution that are in its unit (`low`, `mode`, `high`, `mean`,
        /// `sd`, `value`).
        case scale
    }

    /// What happens to the value.
    public let operation: Operation
    /// Where the value stands.
    public let path: String
    /// The new value in YAML's flow style, or the factor.
    public let value: String

    /// A change.
    public init(_ operation: Operation = .set, path: String, value: String) {
        (self.operation, self.path, self.value) = (operation, path, value)
    }

    /// The change in a line: `set outcomes[1].stream = 4`.
    public var words: String { "\(operation.rawValue) \(path) = \(value)" }

    /// The line that stands for the change below the bytes of the file that is changed.
    var comment: String { "# override: \(words)\n" }

    /// The words for messages, of a length that can be read.
    var shortWords: String { words.count <= 100 ? words : words.prefix(99) + "…" }
}
