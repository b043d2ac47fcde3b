/// Student's t distribution; with infinite degrees of freedom the standard normal one.
public struct StudentT: Sendable {
    /// The degrees of freedom, above 0; not necessarily whole.
    public let degreesOfFreedom: Double

    /// The distribution with these degrees of freedom.
    public init(degreesOfFreedom: Double) {
        precondition(degreesOfFreedom > 0, "degrees of freedom are above 0")
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// Above this, t and normal differ by less than 1e-10 of a probability.
    private static let practicallyNormal = 1e10

    /// The probability of a value at least this far from 0, on either side.
    public func twoSidedPValue(_ t: Double) -> Double {
        if t.isNaN { return .nan }
        if t.isInfinite { return 0 }
        if degreesOfFreedom > Self.practicallyNormal { return regularizedIncompleteGammaUpper(a: 0.5, x: t * t / 2) }
        let x = degreesOfFreedom / (degreesOfFreedom + t * t)
        return regularizedIncompleteBeta(x, a: degreesOfFreedom / 2, b: 0.5)
    }

    /// The distribution function.
    public func cdf(_ t: Double) -> Double {
        let tail = twoSidedPValue(t) / 2
        return t < 0 ? tail : 1 - tail
    }

    /// The quantile at a probability between 0 and 1; by bisection on the distribution function.
    public func quantile(_ p: Double) -> Double {
        guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
        if degreesOfFreedom > Self.practicallyNormal { return standardNormalQuantile(p) }
        if p == 0.5 { return 0 }
        let tail = 2 * min(p, 1 - p)
        var (low, high) = (0.0, 1.0)
        while twoSidedPValue(high) > tail, high < 1e300 { high *= 2 }
        // The interval shrinks to neighbouring numbers: at most some 1,080 halvings, usually about 60.
        while true {
            let middle = low + (high - low) / 2
            if middle <= low || middle >= high { break }
            if twoSidedPValue(middle) > tail { low = middle } else { high = middle }
        }
        return p < 0.5 ? -high : high
    }
}

/// The chi-squared distribution.
public struct ChiSquared: Sendable {
    /// The degrees of freedom, above 0.
    public let degreesOfFreedom: Double

    /// The distribution with these degrees of freedom.
    public init(degreesOfFreedom: Double) {
        precondition(degreesOfFreedom > 0, "degrees of freedom are above 0")
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The probability of a larger value.
    public func upperTail(_ x: Double) -> Double {
        regularizedIncompleteGammaUpper(a: degreesOfFreedom / 2, x: x / 2)
    }
}
