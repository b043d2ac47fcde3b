/// Powers of ten that are exact doubles.
private let exactPowers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]

/// Powers of ten that are 64-bit whole numbers.
private let wholePowers: [UInt64] = (0...19).map { power in (0..<power).reduce(1) { product, _ in product * 10 } }

extension DecimalParts {
    /// The number, correctly rounded; nil when it is too long or too large for the quick ways.
    var double: Double? {
        guard digits <= 19, let magnitude else { return nil }
        return isNegative ? -magnitude : magnitude
    }

    private var magnitude: Double? {
        if scale == 0 { return Double(mantissa) }
        // Both numbers are exact doubles, so the one operation rounds once: Clinger (1990), "How to read floating
        // point numbers accurately", PLDI 90.
        if mantissa <= 1 << 53, abs(scale) <= 22 {
            return scale < 0 ? Double(mantissa) / exactPowers[-scale] : Double(mantissa) * exactPowers[scale]
        }
        guard scale < 0, scale >= -19 else { return nil }
        return quotient(mantissa, wholePowers[-scale])
    }
}

/// `numerator / denominator`, correctly rounded.
///
/// Both are shifted to fill their words, so that the whole quotient has at least 62 bits. Its last bit is set when
/// something remains: it lies below the bit that decides the rounding, so the conversion to 53 bits rounds once.
private func quotient(_ numerator: UInt64, _ denominator: UInt64) -> Double {
    let (up, down) = (numerator.leadingZeroBitCount, denominator.leadingZeroBitCount)
    let high = (numerator << UInt64(up)) >> 1
    let low = (numerator << UInt64(up)) << 63
    let (whole, remainder) = (denominator << UInt64(down)).dividingFullWidth((high, low))
    let sticky: UInt64 = remainder == 0 ? 0 : 1
    return Double(sign: .plus, exponent: down - up - 63, significand: Double(whole | sticky))
}

/// A power of ten up to 10^22, exact.
@inline(__always)
func exactPower(_ exponent: Int) -> Double { exactPowers[exponent] }
