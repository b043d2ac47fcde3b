/// The Gauss-Hermite rule for a standard normal weight: `E f(Z)` is about the sum of `weights_k f(nodes_k)`.
///
/// Exact for polynomials up to degree 2 n - 1. Abramowitz and Stegun (1964), 25.4.46, there for the weight exp(-x^2).
public struct GaussHermiteRule: Sendable, Equatable {
    /// The zeros of the Hermite polynomial He_n, ascending.
    public let nodes: [Double]
    /// Their weights, which add up to 1.
    public let weights: [Double]

    /// The rule with n >= 1 nodes.
    ///
    /// The nodes are found by bisection, one at a time: the number of sign changes in the Sturm sequence He_0(x) ... He_n(x)
    /// says how many zeros lie above x. The weights are Christoffel's, `1 / sum of h_j(x)^2` with h_j orthonormal.
    public init(count n: Int) {
        precondition(n >= 1, "a rule has at least one node")
        let bound = 2 * Double(n).squareRoot() + 1
        nodes = (0..<n).map { index in
            if 2 * index + 1 == n { return 0 }
            var (low, high) = (-bound, bound)
            while true {
                let middle = (low + high) / 2
                if middle <= low || middle >= high { return middle }
                if n - Self.zerosAbove(middle, n) > index { high = middle } else { low = middle }
            }
        }
        weights = nodes.map { 1 / Self.sumOfSquares($0, n) }
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
