import Specifications

/// A share from 0 to 1 with its source.
public struct DeclaredShare: Sendable, Equatable {
    /// The share.
    public let value: Double
    /// Where it comes from.
    public let source: String

    /// A share; it must be from 0 to 1.
    public init(value: Double, source: String) {
        precondition((0...1).contains(value), "a share is from 0 to 1")
        self.value = value
        self.source = source
    }

    /// Nothing, because nothing was declared.
    static let none = DeclaredShare(value: 0, source: "not declared")

    /// Reads `{value: 0.148, source: ...}`.
    init?(_ value: SpecificationValue, name: String) {
        guard let mapping = value.mapping("'\(name)'", keys: ["value", "source", "note"]) else { return nil }
        let number = mapping.number("value", in: .share)
        guard let source = mapping.text("source"), let number else { return nil }
        self.init(value: number, source: source)
    }
}

extension SpecificationMapping {
    /// An optional share with its source; nothing stands in for an absent key, nil for a wrong value.
    func declaredShare(_ key: String) -> DeclaredShare? {
        guard let found = optional(key) else { return DeclaredShare.none }
        return DeclaredShare(found, name: key)
    }
}
