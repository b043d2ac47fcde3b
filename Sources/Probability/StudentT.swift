/// Student's t distribution.
public struct StudentT: Sendable, Equatable {
    /// The degrees of freedom, above 0; not necessarily whole; infinite for the standard normal.
    public let degreesOfFreedom: Double

    /// The distribution with these degrees of freedom.
    public init(degreesOfFreedom: Double) {
        precondition(degreesOfFreedom > 0, "degrees of freedom must be above 0")
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// From here on the continued fraction is slower than an expansion that is as exact.
    private static let manyDegreesOfFreedom = 1e5
    /// From here on t^2 could overflow; the tail is a power of t.
    private static let farOut = 1e140

    /// The probability of a value up to t, with full relative precision in the lower tail. Another name: `pt`.
    public func cdf(_ t: Double) -> Double { t <= 0 ? upperTail(-t) : 1 - upperTail(t) }

    /// The probability of a value above t, with full relative precision in the upper tail. Error: relative 1e-13, 2e-13 below 1e-160.
    public func upperTail(_ t: Double) -> Double {
        if t < 0 { return 1 - upperTail(-t) }
        if t.isNaN { return t }
        if degreesOfFreedom >= Self.manyDegreesOfFreedom { return standardNormalUpperTail(normalEquivalent(t)) }
        if t > Self.farOut {
            let distance = Elementary.log(t) - Elementary.log(Self.farOut)
            return upperTail(Self.farOut) * Elementary.exp(-degreesOfFreedom * distance)
        }
        let total = degreesOfFreedom + t * t
        let beta = IncompleteBeta(degreesOfFreedom / 2, 0.5)
        return beta.tails(degreesOfFreedom / total, complement: t * t / total).lower / 2
    }

    /// The probability of a value at least as far from zero as t: the p-value of a two-sided test.
    public func twoSidedPValue(_ t: Double) -> Double { atMostOne(2 * upperTail(abs(t))) }

    /// The value that the distribution stays below with probability p. Another name: `qt`.
    ///
    /// Minus infinity at 0, infinity at 1, NaN outside; infinite also where it is out of range. Error: relative 1e-14.
    public func quantile(_ p: Double) -> Double {
        guard p > 0, p < 1 else { return standardNormalQuantile(p) }
        if p == 0.5 { return 0 }
        if degreesOfFreedom >= Self.manyDegreesOfFreedom { return quantileFromNormal(p) }
        // Two-sided, and the body's probability without rounding: t^2 / df is the odds of a beta(1/2, df/2) number.
        let tails = p < 0.5 ? 2 * p : 2 * (1 - p)
        let body = 2 * abs(p - 0.5)
        let logit = IncompleteBeta(degreesOfFreedom / 2, 0.5).logitOfQuantile(tails, complement: body)
        let size = degreesOfFreedom.squareRoot() * Elementary.exp(-logit / 2)
        return p < 0.5 ? -size : size
    }

    /// The normal deviate with the same tail as t >= 0, for many degrees of freedom.
    ///
    /// - SeeAlso: Hill (1970), Algorithm 395, Communications of the ACM 13, 617-619.
    private func normalEquivalent(_ t: Double) -> Double {
        guard degreesOfFreedom < .infinity else { return t }
        let a = degreesOfFreedom - 0.5
        let b = 48 * a * a
        let y = a * Elementary.log1p(t / degreesOfFreedom * t)
        let second = (((-0.4 * y - 3.3) * y - 24) * y - 85.5) / (0.8 * y * y + 100 + b)
        return y.squareRoot() * (1 + (second + y + 3) / b)
    }

    /// The Cornish-Fisher expansion to the order df^-4 for many degrees of freedom (Abramowitz and Stegun 26.7.5).
    private func quantileFromNormal(_ p: Double) -> Double {
        let z = standardNormalQuantile(p)
        let s = z * z
        let first = (s + 1) / 4
        let second = ((5 * s + 16) * s + 3) / 96
        let third = (((3 * s + 19) * s + 17) * s - 15) / 384
        let fourth = ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) / 92160
        let h = 1 / degreesOfFreedom
        return z * (1 + h * (first + h * (second + h * (third + h * fourth))))
    }
}
