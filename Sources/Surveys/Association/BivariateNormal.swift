import Probability
import RealModule

/// The standard bivariate normal distribution with some correlation.
///
/// The distribution function integrates over the correlation (Drezner and Wesolowsky 1990, Journal of Statistical Computation
/// and Simulation 35, 101-107): from 0 where the correlation is moderate, from 1 where it is strong. Near 1 the integrand has
/// a narrow layer, and panels that halve towards it keep Gauss-Legendre's 20 points exact. Error: absolute 1e-14.
public struct BivariateNormal: Sendable, Equatable {
    /// The correlation, -1...1.
    public let correlation: Double
    /// From here on in size the integral begins at 1.
    private static let strong = 0.9

    /// The distribution with a correlation of -1 to 1.
    public init(correlation: Double) {
        precondition(abs(correlation) <= 1, "a correlation is between -1 and 1")
        self.correlation = correlation
    }

    /// The probability of a first number up to x and a second up to y; infinite limits are allowed.
    public func cdf(_ x: Double, _ y: Double) -> Double {
        if x.isNaN || y.isNaN { return .nan }
        if x == -.infinity || y == -.infinity { return 0 }
        if x == .infinity { return standardNormalCDF(y) }
        if y == .infinity { return standardNormalCDF(x) }
        // Reflecting the second number turns a negative correlation round.
        if correlation < -Self.strong {
            let reflected = BivariateNormal(correlation: -correlation)
            return max(0, standardNormalCDF(x) - reflected.cdf(x, -y))
        }
        let value = correlation > Self.strong ? fromOne(x, y) : fromZero(x, y)
        return min(1, max(0, value))
    }

    /// The density.
    public func density(_ x: Double, _ y: Double) -> Double {
        guard x.isFinite, y.isFinite else { return 0 }
        let rest = (1 - correlation) * (1 + correlation)
        return standardNormalDensity(x) * standardNormalDensity((y - correlation * x) / rest.squareRoot())
            / rest.squareRoot()
    }

    private func fromZero(_ x: Double, _ y: Double) -> Double {
        let end = Double.asin(correlation)
        let (half, product) = ((x * x + y * y) / 2, x * y)
        let integral = GaussLegendre.integral(from: 0, to: end) { angle in
            let (sine, cosine) = (Double.sin(angle), Double.cos(angle))
            return Elementary.exp((product * sine - half) / (cosine * cosine))
        }
        return standardNormalCDF(x) * standardNormalCDF(y) + integral / (2 * .pi)
    }

    /// `Phi(min(x, y))` less the integral over the angle from correlation 1.
    private func fromOne(_ x: Double, _ y: Double) -> Double {
        let end = Double.acos(correlation)
        let (gap, product) = (abs(x - y), x * y)
        func integrand(_ angle: Double) -> Double {
            let ratio = gap == 0 ? 0 : gap / Double.sin(angle)
            return Elementary.exp(-ratio * ratio / 2 - product / (1 + Double.cos(angle)))
        }
        var (integral, upper) = (0.0, end)
        // Below gap / 9 the integrand is less than 1e-17; without a gap it is smooth, and one panel will do.
        while upper > 1e-17, gap > 0, upper > gap / 9 {
            let lower = upper / 2
            integral += GaussLegendre.integral(from: lower, to: upper, integrand)
            upper = lower
        }
        if gap == 0 { integral = GaussLegendre.integral(from: 0, to: end, integrand) }
        return standardNormalCDF(min(x, y)) - integral / (2 * .pi)
    }
}

/// Gauss and Legendre's quadrature with 20 points.
enum GaussLegendre {
    /// The integral of a smooth function over an interval.
    static func integral(from lower: Double, to upper: Double, _ function: (Double) -> Double) -> Double {
        let (centre, half) = ((lower + upper) / 2, (upper - lower) / 2)
        var sum = 0.0
        for (node, weight) in zip(points.nodes, points.weights) {
            sum += weight * (function(centre - half * node) + function(centre + half * node))
        }
        return half * sum
    }

    /// The positive roots of the Legendre polynomial of degree 20 by Newton's method, and their weights
    /// `2 / ((1 - x^2) P'(x)^2)` (Abramowitz and Stegun 25.4.29).
    private static let points: (nodes: [Double], weights: [Double]) = {
        let degree = 20
        var (nodes, weights): ([Double], [Double]) = ([], [])
        for index in 0..<(degree / 2) {
            var x = Double.cos(.pi * (Double(index) + 0.75) / (Double(degree) + 0.5))
            var slope = 1.0
            for _ in 0..<8 {
                let (value, derivative) = legendre(x, degree: degree)
                slope = derivative
                x -= value / derivative
            }
            nodes.append(x)
            weights.append(2 / ((1 - x * x) * slope * slope))
        }
        return (nodes, weights)
    }()

    private static func legendre(_ x: Double, degree: Int) -> (value: Double, derivative: Double) {
        var (before, value) = (1.0, x)
        for k in 2...degree {
            let next = (Double(2 * k - 1) * x * value - Double(k - 1) * before) / Double(k)
            (before, value) = (value, next)
        }
        return (value, Double(degree) * (x * value - before) / (x * x - 1))
    }
}
