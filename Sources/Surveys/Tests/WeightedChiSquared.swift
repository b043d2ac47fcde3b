import Probability

/// A sum of independent chi-squared variables, each of 1 degree of freedom and times its own weight, over the mean square of an
/// estimated variance: what X2 of survey rows is distributed as, with design effects for weights.
///
/// A mixture of chi-squared, or F, distributions with `d, d + 2, d + 4 ...` degrees of freedom: all its weights are positive, so that
/// small tails keep their digits (Ruben 1962, Annals of Mathematical Statistics 33, 542-570; Farebrother 1984, algorithm AS 204).
public struct WeightedChiSquared: Sendable, Equatable {
    /// The weights that count.
    public let weights: [Double]
    /// The degrees of freedom of the variance below the sum; infinite when it is known.
    public let denominatorDegreesOfFreedom: Double

    /// Weights below this share of the largest are taken for the zeros that they are but for rounding.
    private static let negligible = 1e-9
    /// The part of the mixture that may be left out.
    private static let remainder = 1e-14
    /// Reached only when weights differ by a factor of 10,000 and more; what is left of the mixture then counts in full.
    private static let mostTerms = 1_000_000

    /// The distribution with these weights, none negative and one of them above 0.
    public init(weights: [Double], denominatorDegreesOfFreedom: Double = .infinity) {
        let largest = weights.max() ?? 0
        precondition(largest > 0 && largest < .infinity, "a weight is above 0")
        precondition(denominatorDegreesOfFreedom > 0, "degrees of freedom are above 0")
        self.weights = weights.filter { $0 > Self.negligible * largest }
        self.denominatorDegreesOfFreedom = denominatorDegreesOfFreedom
    }

    /// The probability of a sum above x.
    public func upperTail(_ x: Double) -> Double {
        guard x > 0 else { return x.isNaN ? x : 1 }
        let smallest = weights.reduce(.infinity) { min($0, $1) }
        let ratios = weights.map { 1 - smallest / $0 }
        // c_k = sum over weights and earlier terms of ratio^(k - r) c_r / (2 k), by running sums.
        var running = [Double](repeating: 0, count: weights.count)
        var part = weights.reduce(1) { $0 * (smallest / $1).squareRoot() }
        var (left, tail, term) = (1 - part, part * component(0, x / smallest), 1)
        while left > Self.remainder, term < Self.mostTerms {
            var sum = 0.0
            for position in running.indices {
                running[position] = ratios[position] * (running[position] + part)
                sum += running[position]
            }
            part = sum / (2 * Double(term))
            let share = component(term, x / smallest)
            tail += part * share
            left -= part
            // From here on every component is certain.
            if share > 1 - Self.remainder { break }
            term += 1
        }
        return min(1, tail + max(0, left))
    }

    /// The tail of a component with d + 2 k degrees of freedom.
    private func component(_ term: Int, _ x: Double) -> Double {
        let degrees = Double(weights.count + 2 * term)
        return FDistribution(
            numeratorDegreesOfFreedom: degrees, denominatorDegreesOfFreedom: denominatorDegreesOfFreedom
        ).upperTail(x / degrees)
    }
}
