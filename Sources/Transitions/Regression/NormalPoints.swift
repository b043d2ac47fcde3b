import Probability

/// Points and weights for means over a standard normal vector of d dimensions.
///
/// Up to four dimensions the product of Gauss-Hermite rules (41, 41, 21 and 11 nodes each way), beyond that 16,384 scrambled
/// Sobol points. The largest errors of softmax probabilities against finer rules, for effects of standard deviation 1 (2):
/// 1e-15 (7e-9) in one dimension, 1e-15 (1e-9) in two, 6e-12 (5e-7) in three, 4e-8 (1e-5) in four, 2e-5 (5e-5) in five.
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
        let rule = GaussHermiteRule(count: Self.nodes[max(d, 1) - 1])
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
}
