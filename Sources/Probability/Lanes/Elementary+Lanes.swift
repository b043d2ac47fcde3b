/// Eight elementary functions at once, with the bits of the scalar ones.
extension Elementary {
    /// e to the power of eight numbers: the bits of ``exp(_:)-(Double)`` for each.
    ///
    /// Between -708 and 708, where powers of two neither overflow nor lose digits, all eight go the same fast road; when one of
    /// the eight is outside or NaN, each takes the scalar road. Error: at most 0.85 ulp, as of the scalar function.
    @inlinable @inline(__always)
    public static func exp(_ x: SIMD8<Double>) -> SIMD8<Double> {
        guard all((x .>= -708) .& (x .<= 708)) else { return expOneByOne(x) }
        return expOfOrdinary(x)
    }

    /// ``exp(_:)-(SIMD8<Double>)`` for numbers known to lie between -708 and 708.
    @inlinable @inline(__always)
    static func expOfOrdinary(_ x: SIMD8<Double>) -> SIMD8<Double> {
        // The sum rounds x / log 2 to an integer, which is then in its lowest bits.
        let shifted = x * 1.4426950408889634 + 0x1.8p52
        let k = shifted - 0x1.8p52
        let high = x - k * ln2High
        let low = k * ln2Low
        let r = high - low
        let rest = (high - r) - low
        let value = 1 + (r + (rest + (r * r) * expSeries.values(at: r)))
        // Multiplication by 2^k adds k to the exponent; nothing here comes near the ends of its range.
        let exponent = unsafeBitCast(shifted, to: SIMD8<UInt64>.self) &<< 52
        return unsafeBitCast(unsafeBitCast(value, to: SIMD8<UInt64>.self) &+ exponent, to: SIMD8<Double>.self)
    }

    @usableFromInline
    static func expOneByOne(_ x: SIMD8<Double>) -> SIMD8<Double> {
        var result = SIMD8<Double>()
        for lane in 0..<8 { result[lane] = exp(x[lane]) }
        return result
    }

    /// The logarithms of eight normal, positive numbers: the bits of ``log(_:)`` for each.
    @inlinable @inline(__always)
    static func logOfNormal(_ x: SIMD8<Double>) -> SIMD8<Double> {
        let bits = unsafeBitCast(x, to: SIMD8<UInt64>.self) &+ (0x3FF0_0000_0000_0000 &- 0x3FE6_A09E_667F_3BCD)
        let fraction = (bits & 0x000F_FFFF_FFFF_FFFF) &+ 0x3FE6_A09E_667F_3BCD
        let f = unsafeBitCast(fraction, to: SIMD8<Double>.self) - 1
        // The exponent in the lowest bits of 2^52 is a Double after subtraction; all these numbers are integers.
        let exponent = (bits &>> 52) | 0x4330_0000_0000_0000
        let k = unsafeBitCast(exponent, to: SIMD8<Double>.self) - (0x1p52 + 1023)
        let s = f / (2 + f)
        let z = s * s
        let series = z * logSeries.values(at: z)
        let halfSquare = 0.5 * f * f
        let tail = halfSquare - s * (halfSquare + series)
        return k * ln2High - ((tail - k * ln2Low) - f)
    }
}
