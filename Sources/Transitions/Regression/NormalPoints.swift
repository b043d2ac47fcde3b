import Probability

/// Points and weights for means over a standard normal vector of d dimensions.
///
/// Up to four dimensions the product of Gauss-Hermite rules (41, 41, 21 and 11 nodes each way), beyond that 16,384 scrambled
/// Sobol points. For logits with effects of standard deviation 1 the error of a probability is below 1e-10 in one and two
/// dimensions, about 1e-7 in three, 1e-4 in four and more.
struct NormalPoints: Sendable {
    /// points x d.
    let points: [Double]
    /// They add up to 1.
    let weights: [Double]
    /// d.
    let dimensions: Int

    private static let nodes = [41, 41, 21, 11]
    private static let sobolCount: UInt32 = 16_384

    init(dimensions d: Int) {
        dimensions = d
        guard d <= Self.nodes.count else {
            let sequence = SobolSequence(dimensions: d, seed: 1, replicate: 0)
            var points: [Double] = []
            for point in 0..<Self.sobolCount {
                for dimension in 0..<d {
                    points.append(standardNormalQuantile(sequence.value(point: point, dimension: dimension)))
                }
            }
            self.points = points
            weights = Array(repeating: 1 / Double(Self.sobolCount), count: Int(Self.sobolCount))
            return
        }
        let rule = Self.hermite(Self.nodes[max(d, 1) - 1])
        var (points, weights) = ([[Double]()], [1.0])
        for _ in 0..<d {
            (points, weights) = (
                points.flatMap { point in rule.nodes.map { point + [$0] } },
                weights.flatMap { weight in rule.weights.map { weight * $0 } }
            )
        }
        self.points = points.flatMap { $0 }
        self.weights = weights
    }

    /// The nodes and weights of the Gauss-Hermite rule for a standard normal weight, exact up to degree 2 n - 1.
    ///
    /// The zeros of He_n by bisection on the number of sign changes in the Sturm sequence He_0(x) ... He_n(x); the weights are
    /// Christoffel's, `1 / sum of h_j(x)^2` with h_j orthonormal. Abramowitz and Stegun (1964), 25.4.46.
    static func hermite(_ n: Int) -> (nodes: [Double], weights: [Double]) {
        let bound = 2 * Double(n).squareRoot() + 1
        let nodes = (0..<n).map { index in
            if 2 * index + 1 == n { return 0.0 }
            var (low, high) = (-bound, bound)
            while true {
                let middle = (low + high) / 2
                if middle <= low || middle >= high { return middle }
                if n - zerosAbove(middle, n) > index { high = middle } else { low = middle }
            }
        }
        return (nodes, nodes.map { 1 / sumOfSquares($0, n) })
    }

    private static func zerosAbove(_ x: Double, _ n: Int) -> Int {
        // The ratios of successive polynomials; a negative one is a sign change.
        var ratio = x
        var changes = ratio < 0 ? 1 : 0
        for degree in 1..<max(n, 1) {
            if ratio == 0 { ratio = 1e-300 }
            ratio = x - Double(degree) / ratio
            if ratio < 0 { changes += 1 }
        }
        return changes
    }

    private static func sumOfSquares(_ x: Double, _ n: Int) -> Double {
        var (previous, current, sum) = (0.0, 1.0, 1.0)
        for degree in 1..<max(n, 1) {
            let next = (x * current - Double(degree - 1).squareRoot() * previous) / Double(degree).squareRoot()
            (previous, current) = (current, next)
            sum += next * next
        }
        return sum
    }
}
