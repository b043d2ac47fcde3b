import Specifications

/// A number with its source.
public struct SourcedNumber: Sendable, Equatable {
    /// The number.
    public let value: Double
    /// Where it comes from; empty when it was not declared.
    public let source: String

    /// One, not declared.
    static let one = SourcedNumber(value: 1, source: "")

    init(value: Double, source: String) {
        self.value = value
        self.source = source
    }

    /// Reads `{value: 0.09, source: ...}`.
    init?(_ value: SpecificationValue, in range: NumberRange) {
        guard let mapping = value.mapping("number with source", keys: ["value", "source"]),
            let number = mapping.number("value", in: range), let source = mapping.text("source")
        else { return nil }
        self.init(value: number, source: source)
    }

    /// Reads `{KEY: 0.09, source: ...}`.
    init?(_ value: SpecificationValue, _ key: String, in range: NumberRange) {
        guard let mapping = value.mapping("'\(key)' and its source", keys: [key, "source"]),
            let number = mapping.number(key, in: range), let source = mapping.text("source")
        else { return nil }
        self.init(value: number, source: source)
    }
}
