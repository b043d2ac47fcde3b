/// An amount of money in whole euro cents: sums of money are exact.
public struct Cents: Sendable, Hashable, Comparable, AdditiveArithmetic, CustomStringConvertible {
    /// The number of cents.
    public let count: Int

    /// A number of cents.
    public init(_ count: Int) { self.count = count }

    /// The largest amount of one rule in one year: ten million million euros. Nine thousand of them still add up.
    public static let largestTotal = Cents(1_000_000_000_000_000)

    /// An amount in euros, rounded to the nearest cent, halves away from zero; nil above ``largestTotal``.
    ///
    /// Halves are those of decimal figures, as on paper: 1283790.255 euros is a little less in binary and is rounded up all
    /// the same.
    public init?(euros: Double) {
        let exact = euros * 100
        // A few units in the last place of a product of some figures; never much of a cent.
        let rounding = min(abs(exact) * 0x1p-50, 1e-4)
        let cents = (exact < 0 ? exact - rounding : exact + rounding).rounded()
        guard cents.isFinite, abs(cents) <= Double(Self.largestTotal.count) else { return nil }
        count = Int(cents)
    }

    /// The amount in euros.
    public var euros: Double { Double(count) / 100 }

    /// Nothing.
    public static let zero = Cents(0)

    /// The sum.
    public static func + (left: Cents, right: Cents) -> Cents { Cents(left.count + right.count) }
    /// The difference.
    public static func - (left: Cents, right: Cents) -> Cents { Cents(left.count - right.count) }
    /// Less money first.
    public static func < (left: Cents, right: Cents) -> Bool { left.count < right.count }

    /// Euros with two decimals and a point: `701.16`.
    public var description: String {
        let cents = abs(count) % 100
        return "\(count < 0 ? "-" : "")\(abs(count) / 100).\(cents < 10 ? "0" : "")\(cents)"
    }
}
