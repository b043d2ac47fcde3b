import LinearAlgebra
import Probability

/// A scaled F test of several contrasts at once.
public struct KenwardRogerTest: Sendable, Equatable {
    /// q, the number of contrasts.
    public let numeratorDegreesOfFreedom: Double
    /// m, the denominator degrees of freedom.
    public let denominatorDegreesOfFreedom: Double
    /// lambda, by which the Wald statistic over q is multiplied.
    public let scaling: Double
    /// F, scaled.
    public let statistic: Double
    /// The probability of an F at least as large if the hypothesis is true.
    public let pValue: Double

    init(_ approximation: KenwardRogerApproximation, unscaledStatistic: Double) {
        numeratorDegreesOfFreedom = approximation.numerator
        denominatorDegreesOfFreedom = approximation.denominator
        scaling = approximation.scaling
        statistic = approximation.scaling * unscaledStatistic
        pValue = FDistribution(
            numeratorDegreesOfFreedom: numeratorDegreesOfFreedom,
            denominatorDegreesOfFreedom: denominatorDegreesOfFreedom
        ).upperTail(statistic)
    }
}

/// The F distribution whose first two moments match those of the Wald statistic.
///
/// Kenward and Roger (1997), with their modification that is exact in balanced one-way designs and for Hotelling's T^2.
struct KenwardRogerApproximation {
    let numerator: Double
    let denominator: Double
    let scaling: Double

    /// - Parameters:
    ///   - slopes: For each covariance parameter `C^-1 L (dPhi) L' C^-T` with dPhi the derivative of Phi and
    ///     `C C' = L Phi L'`, q x q.
    ///   - w: The covariance of the covariance parameters.
    /// - Throws: ``ModelError/noDegreesOfFreedom``.
    init(_ slopes: [Matrix], _ w: Matrix) throws(ModelError) {
        let q = Double(slopes[0].rows)
        var (a1, a2) = (0.0, 0.0)
        for (i, first) in slopes.enumerated() {
            for (j, second) in slopes.enumerated() {
                a1 += w[i, j] * first.diagonal.reduce(0, +) * second.diagonal.reduce(0, +)
                a2 += w[i, j] * dot(first.elements, second.elements)
            }
        }
        numerator = q
        let remaining = 1 - a2 / q
        denominator = a2 == 0 ? .infinity : q == 1 ? 2 / a2 : Self.denominator(q, a1, a2)
        guard denominator > 0 else { throw .noDegreesOfFreedom }
        // The scale is 0/0 at two degrees of freedom; pbkrtest leaves the statistic unscaled there, and so do we.
        if abs(denominator - 2) < 0.01 || denominator == .infinity {
            scaling = 1
        } else {
            scaling = denominator * remaining / (denominator - 2)
        }
        guard scaling > 0 else { throw .noDegreesOfFreedom }
    }

    private static func denominator(_ q: Double, _ a1: Double, _ a2: Double) -> Double {
        let b = (a1 + 6 * a2) / (2 * q)
        let g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
        let base = 3 * q + 2 * (1 - g)
        let (c1, c2, c3) = (g / base, (q - g) / base, (q + 2 - g) / base)
        let (v0, v1, v2) = (1 + c1 * b, 1 - c2 * b, 1 - c3 * b)
        let remaining = 1 - a2 / q
        let ratio = abs(remaining) < 1e-14 && abs(v1) < 1e-14 ? 1 : remaining / v1
        let rho = ratio * ratio * (abs(v0) < 1e-10 ? 0 : v0) / (q * v2)
        return 4 + (q + 2) / (q * rho - 1)
    }
}
