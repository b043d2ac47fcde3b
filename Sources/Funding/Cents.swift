/// An amount of money in whole euro cents: sums of money are exact.
public struct Cents: Sendable, Hashable, Comparable, AdditiveArithmetic, CustomStringConvertible {
    /// The number of cents.
    public let count: Int

    /// A number of cents.
    public init(_ count: Int) { self.count = count }

    /// The largest amount of one rule in one year: ten million million euros. Nine thousand of them still add up.
    public static let largestTotal = Cents(1_000_000_000_000_000)

    /// An amount in euros, rounded to the nearest cent, halves away from zero; nil above ``largestTotal``.
    public init?(euros: Double) {
        let cents = (euros * 100).rounded()
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

    /// Divides the amount in proportion to weights, to the cent: the parts add up to the whole.
    ///
    /// Largest remainder (Hamilton's method): every part is rounded down, and the cents left go one each to the largest
    /// remainders, ties to the earlier part.
    ///
    /// - Parameter weights: Non-negative and finite; at least one above zero.
    /// - Throws: ``FundingError/nothingToDivideBy`` when no weight is above zero.
    public func split(by weights: [Double]) throws(FundingError) -> [Cents] {
        precondition(weights.allSatisfy { $0 >= 0 && $0.isFinite }, "weights are non-negative and finite")
        precondition(count >= 0, "only a non-negative amount is divided")
        let total = weights.reduce(0, +)
        guard total > 0 else { throw .nothingToDivideBy }
        let exact = weights.map { Double(count) * ($0 / total) }
        var parts = exact.map { Int($0.rounded(.down)) }
        var left = count - parts.reduce(0, +)
        let order = exact.indices.sorted {
            let (x, y) = (exact[$0] - exact[$0].rounded(.down), exact[$1] - exact[$1].rounded(.down))
            return x == y ? $0 < $1 : x > y
        }
        // Rounding of the shares can leave a cent too few as well as too many.
        var next = 0
        while left != 0 {
            let index = order[next % order.count]
            if left > 0, weights[index] > 0 {
                parts[index] += 1; left -= 1
            } else if left < 0, parts[index] > 0 {
                parts[index] -= 1
                left += 1
            }
            next += 1
        }
        return parts.map(Cents.init)
    }

    /// Divides the amount into equal parts, to the cent; earlier parts get the cents left over.
    public func split(into parts: Int) -> [Cents] {
        precondition(parts > 0, "an amount is divided into at least one part")
        return (0..<parts).map { Cents(count / parts + ($0 < count % parts ? 1 : 0)) }
    }
}
