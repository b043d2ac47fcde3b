/// Elementary functions in plain double arithmetic: the same bits on every machine and with every C library.
///
/// Only `+ - * /` and bit operations are used; none of them depends on the processor or on the C library, whose own
/// functions differ in the last bit between versions. Everything that reaches a simulated number goes through these.
public enum Elementary {
    /// High and low parts of the logarithm of 2: the high part has 20 trailing zero bits, so that small multiples are exact.
    @usableFromInline static let ln2High = 0.693147180369123816490
    @usableFromInline static let ln2Low = 1.90821492927058770002e-10

    /// The natural logarithm; error below 1 ulp (tested against mpmath).
    ///
    /// The argument is written as `2^k m` with m between sqrt(1/2) and sqrt(2), and `log m = 2 artanh(s)`,
    /// `s = (m - 1) / (m + 1)`, as a series in s.
    public static func log(_ x: Double) -> Double {
        if !(x > 0) { return x == 0 ? -.infinity : .nan }
        if x == .infinity { return x }
        var bits = x.bitPattern
        var exponent = 0
        if bits < 0x0010_0000_0000_0000 {
            // Subnormal: scale by 2^54 first.
            bits = (x * 18014398509481984).bitPattern
            exponent = -54
        }
        exponent += Int(bits >> 52) - 1023
        bits = (bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000
        var m = Double(bitPattern: bits)
        if m > 1.4142135623730951 {
            m *= 0.5
            exponent += 1
        }
        let f = m - 1
        let s = f / (2 + f)
        let z = s * s
        // sum over j of 2 z^j / (2 j + 1), j = 1 ... 11; z is below 0.0295.
        var tail = 2.0 / 23
        for denominator in stride(from: 21.0, through: 3, by: -2) { tail = tail * z + 2 / denominator }
        tail *= z
        // log m = 2 s + s tail = f - s (f - tail), where f carries most digits exactly.
        let half = 0.5 * f * f
        let k = Double(exponent)
        return k * ln2High - ((half - (s * (half + tail) + k * ln2Low)) - f)
    }

    /// The exponential function; error below 1 ulp (tested against mpmath).
    ///
    /// `exp(x) = 2^k exp(r)` with |r| at most half of log 2, and a Taylor series in r.
    public static func exp(_ x: Double) -> Double {
        if x.isNaN { return x }
        if x > 709.782712893384 { return .infinity }
        if x < -745.1332191019412 { return 0 }
        let k = (x * 1.4426950408889634).rounded(.toNearestOrEven)
        let high = x - k * ln2High
        let low = k * ln2Low
        let r = high - low
        // The digits lost in r, added back at first order.
        let rest = (high - r) - low
        var series = 1.0 / 87178291200
        for factorial in inverseFactorials { series = series * r + factorial }
        // exp(r) = 1 + r + r^2 (1/2 + ...), the small parts first.
        let value = 1 + (r + (r * r * series + rest * (1 + r)))
        return scaled(value, by: Int(k))
    }

    /// 1/13! ... 1/2!, from the smallest.
    private static let inverseFactorials: [Double] = [
        1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
        1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2,
    ]

    /// `value * 2^exponent`, in two steps where one would leave the range of normal numbers.
    private static func scaled(_ value: Double, by exponent: Int) -> Double {
        func power(_ n: Int) -> Double { Double(bitPattern: UInt64(n + 1023) << 52) }
        if exponent > 1023 { return value * power(1023) * power(exponent - 1023) }
        if exponent < -1022 { return value * power(exponent + 60) * power(-60) }
        return value * power(exponent)
    }
}
