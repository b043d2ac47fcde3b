/// A number that someone else computed, with how close to it we must come and why.
public struct Golden: Sendable, CustomStringConvertible {
    /// What the number is.
    public let name: String
    /// The number.
    public let value: Double
    /// The largest relative difference accepted; absolute where the value is zero.
    public let relativeTolerance: Double
    /// Where it was computed, with a version, or the closed form.
    public let source: String

    /// A golden value.
    public init(_ name: String, _ value: Double, relativeTolerance: Double, source: String) {
        self.name = name
        self.value = value
        self.relativeTolerance = relativeTolerance
        self.source = source
    }

    /// Whether a computed number is close enough.
    public func agrees(with computed: Double) -> Bool {
        relativeDifference(computed, value) <= relativeTolerance
    }

    /// For test reports.
    public var description: String { "\(name) = \(value) (\(source))" }
}

/// The difference of two numbers relative to the second, or absolute where the second is zero.
public func relativeDifference(_ x: Double, _ reference: Double) -> Double {
    reference == 0 ? abs(x) : abs(x - reference) / abs(reference)
}
