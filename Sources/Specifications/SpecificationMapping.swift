/// A mapping of a specification file: keys in the order in which they are written, each with its value.
public struct SpecificationMapping {
    /// One key with its value.
    public struct Entry {
        /// The key's text.
        public let key: String
        /// The key as a value, for problems that concern the key itself.
        public let keyValue: SpecificationValue
        /// The value.
        public let value: SpecificationValue
    }

    /// What the mapping is, for messages.
    public let name: String
    /// The mapping as a value, for problems that concern it as a whole.
    public let value: SpecificationValue
    /// The entries in the order of the file.
    public let entries: [Entry]

    /// Notes a problem of the mapping as a whole.
    public func fail(_ message: String) { value.fail(message) }

    /// The value of a key, or nil when the key is absent.
    public func optional(_ key: String) -> SpecificationValue? {
        entries.first { $0.key == key }?.value
    }

    /// The value of a key that must be there.
    public func required(_ key: String) -> SpecificationValue? {
        if let found = optional(key) { return found }
        fail("missing key '\(key)' in \(name).")
        return nil
    }

    /// A required text.
    public func text(_ key: String) -> String? { required(key)?.text() }

    /// A required number.
    public func number(_ key: String, in range: NumberRange = .any) -> Double? { required(key)?.number(in: range) }

    /// An optional number; the default stands in for an absent key, nil for a wrong value.
    public func number(_ key: String, in range: NumberRange = .any, default value: Double) -> Double? {
        guard let found = optional(key) else { return value }
        return found.number(in: range)
    }

    /// A required whole number.
    public func integer(_ key: String, in range: ClosedRange<Int>) -> Int? { required(key)?.integer(in: range) }

    /// An optional whole number; the default stands in for an absent key, nil for a wrong value.
    public func integer(_ key: String, in range: ClosedRange<Int>, default value: Int) -> Int? {
        guard let found = optional(key) else { return value }
        return found.integer(in: range)
    }

    /// An optional text; nil when the key is absent.
    public func optionalText(_ key: String) -> String? { optional(key)?.text() }
}
