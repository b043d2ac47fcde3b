/// The F distribution: of a ratio of two mean squares.
public struct FDistribution: Sendable, Equatable {
    /// The degrees of freedom of the numerator, above 0 and finite.
    public let numeratorDegreesOfFreedom: Double
    /// The degrees of freedom of the denominator, above 0; infinite when the variance is known.
    public let denominatorDegreesOfFreedom: Double

    /// The distribution with these degrees of freedom, not necessarily whole.
    public init(numeratorDegreesOfFreedom: Double, denominatorDegreesOfFreedom: Double) {
        precondition(
            numeratorDegreesOfFreedom > 0 && numeratorDegreesOfFreedom < .infinity,
            "numerator degrees of freedom must be above 0 and finite")
        precondition(denominatorDegreesOfFreedom > 0, "denominator degrees of freedom must be above 0")
        self.numeratorDegreesOfFreedom = numeratorDegreesOfFreedom
        self.denominatorDegreesOfFreedom = denominatorDegreesOfFreedom
    }

    /// The probability of a value above f, to full relative precision: the p-value of an F test. Error: relative 1e-13.
    ///
    /// 1 for f <= 0. Another name: `pf(lower.tail = FALSE)`.
    public func upperTail(_ f: Double) -> Double {
        guard f > 0 else { return f.isNaN ? f : 1 }
        guard f < .infinity else { return 0 }
        let (m, n) = (numeratorDegreesOfFreedom, denominatorDegreesOfFreedom)
        if n == .infinity { return ChiSquared(degreesOfFreedom: m).upperTail(m * f) }
        let odds = m / n * f
        guard odds < .infinity else { return 0 }
        return IncompleteBeta(n / 2, m / 2).tails(1 / (1 + odds), complement: odds / (1 + odds)).lower
    }
}

/// The chi-squared distribution: of a sum of squared standard normal numbers.
public struct ChiSquared: Sendable, Equatable {
    /// The degrees of freedom, above 0 and finite; not necessarily whole.
    public let degreesOfFreedom: Double

    /// The distribution with these degrees of freedom.
    public init(degreesOfFreedom: Double) {
        precondition(
            degreesOfFreedom > 0 && degreesOfFreedom < .infinity, "degrees of freedom must be above 0 and finite")
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The probability of a value above x, to full relative precision: the p-value of the test. Error: relative 1e-14.
    ///
    /// 1 for x <= 0. Another name: `pchisq(lower.tail = FALSE)`.
    public func upperTail(_ x: Double) -> Double {
        x <= 0 ? 1 : regularizedIncompleteGammaQ(degreesOfFreedom / 2, x / 2)
    }
}
