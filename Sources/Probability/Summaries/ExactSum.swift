/// The exact sum of any numbers, rounded once when it is read: it does not depend on their order or grouping.
///
/// A fixed-point number wide enough for every `Double`, from 2^-1074 to beyond 2^1100, in limbs of 32 bits within 64, so
/// that carries wait for a billion terms. Sums of parts merged in any order are equal bit for bit, and so are their values.
/// 544 bytes.
///
/// - SeeAlso: Neal (2015), Fast exact summation using small and large superaccumulators, arXiv:1505.05571, section 2. Another
///   name: Kulisch accumulator.
public struct ExactSum: Sendable {
    /// Limb i counts units of 2^(32 i - 1074).
    private var limbs = InlineArray<68, Int64>(repeating: 0)
    /// Additions since carries were last taken; each adds less than 2^32 to a limb.
    private var pending = 0
    /// What infinite and undefined terms add up to; 0 without them.
    private var special = 0.0

    /// An empty sum.
    public init() {}

    /// The sum of numbers.
    public init(_ terms: some Sequence<Double>) {
        for term in terms { add(term) }
    }

    /// Adds a term. Infinite terms and NaN count as in ordinary addition.
    public mutating func add(_ term: Double) {
        guard term.isFinite else {
            // Either infinity, or NaN once both or NaN were seen: the same in any order.
            special += term
            return
        }
        let exponent = Int(term.exponentBitPattern)
        let mantissa = term.significandBitPattern | (exponent == 0 ? 0 : 1 &<< 52)
        let place = max(exponent, 1) &- 1
        let (limb, shift) = (place &>> 5, UInt64(place & 31))
        let upper = mantissa &>> (32 &- shift)
        let sign: Int64 = term.sign == .minus ? -1 : 1
        limbs[limb] &+= sign &* Int64((mantissa &<< shift) & 0xFFFF_FFFF)
        limbs[limb &+ 1] &+= sign &* Int64(upper & 0xFFFF_FFFF)
        limbs[limb &+ 2] &+= sign &* Int64(upper &>> 32)
        pending += 1
        if pending == 1 << 30 { carry() }
    }

    /// Adds another sum.
    public mutating func merge(_ other: ExactSum) {
        var other = other
        other.carry()
        carry()
        for i in 0..<limbs.count { limbs[i] += other.limbs[i] }
        special += other.special
        carry()
    }

    /// The sum, correctly rounded to nearest, ties to even; infinite when it is out of range. An exact zero is positive.
    public var value: Double {
        guard special == 0 else { return special }
        var size = self
        size.carry()
        let isNegative = size.limbs[67] < 0
        if isNegative {
            for i in 0..<size.limbs.count { size.limbs[i] = -size.limbs[i] }
            size.carry()
        }
        let magnitude = size.roundedMagnitude()
        return isNegative ? -magnitude : magnitude
    }

    /// Numbers that add up to the sum exactly, the largest first, each the rounded rest; empty for zero.
    ///
    /// Only for a finite sum: another is returned as the single term it is.
    var expansion: [Double] {
        var (rest, terms) = (self, [Double]())
        while true {
            let term = rest.value
            guard term != 0 else { return terms }
            terms.append(term)
            guard term.isFinite else { return terms }
            rest.add(-term)
        }
    }

    /// Brings all limbs but the highest into 0..<2^32, which is one form only for each sum.
    private mutating func carry() {
        for i in 0..<(limbs.count - 1) {
            limbs[i + 1] += limbs[i] >> 32
            limbs[i] &= 0xFFFF_FFFF
        }
        pending = 0
    }

    /// The value of carried limbs that are not negative.
    private func roundedMagnitude() -> Double {
        guard let top = (0..<limbs.count).last(where: { limbs[$0] != 0 }) else { return 0 }
        let length = top * 32 + 64 - limbs[top].leadingZeroBitCount
        // Up to 53 bits are whole multiples of 2^-1074, subnormal or not.
        let shift = max(length - 53, 0)
        let kept = bits(from: shift)
        guard shift > 0 else { return Double(bitPattern: kept) }
        // Ties to even: above half, or half with an odd last bit.
        let half = bits(from: shift - 1) & 1
        let rounded = kept + (half & (kept | (hasBits(below: shift - 1) ? 1 : 0)))
        // A number m 2^(shift - 1074) with 2^52 <= m < 2^53 has the exponent field shift + 1; rounding up to 2^53 carries
        // into the field by itself, to infinity from the largest number.
        guard shift < 2046 else { return .infinity }
        return Double(bitPattern: UInt64(shift) &<< 52 &+ rounded)
    }

    /// Whether a bit of carried limbs is set below a position.
    private func hasBits(below position: Int) -> Bool {
        let limb = position / 32
        return (0..<limb).contains { limbs[$0] != 0 } || limbs[limb] & (1 << Int64(position % 32) - 1) != 0
    }

    /// At least 53 bits of carried limbs from a position.
    private func bits(from position: Int) -> UInt64 {
        let (limb, shift) = (position / 32, UInt64(position % 32))
        func word(_ i: Int) -> UInt64 { i < limbs.count ? UInt64(limbs[i]) : 0 }
        let low = (word(limb) | word(limb + 1) << 32) >> shift
        return shift == 0 ? low : low | word(limb + 2) << (64 - shift)
    }
}

extension ExactSum: Equatable {
    /// Whether two sums are the same exact number, however they were made. A sum that is NaN equals nothing.
    public static func == (first: ExactSum, second: ExactSum) -> Bool {
        var (first, second) = (first, second)
        first.carry()
        second.carry()
        return first.special == second.special
            && (0..<first.limbs.count).allSatisfy { first.limbs[$0] == second.limbs[$0] }
    }
}
