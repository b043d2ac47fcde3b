import Probability

/// The integral over each level's scalar random effect by a Gauss-Hermite rule centred at the conditional mode and scaled
/// by the curvature there.
///
/// With f(u) the penalised log-likelihood of level j, its mode and curvature H, and `sigma = H^-1/2`, nodes z and weights w:
///
///     L_j = sigma * sum of w_k exp(f(mode + sigma z_k) + z_k^2 / 2)
///
/// One node is the Laplace approximation. Pinheiro and Chao (2006), Journal of Computational and Graphical Statistics
/// 15(1); Liu and Pierce (1994), Biometrika 81(3).
struct AdaptiveQuadrature {
    /// What is added to Laplace's minus twice log-likelihood.
    private(set) var correction = 0.0
    /// For each cell the mean over nodes of y - mu.
    private(set) var meanResiduals: [Double]
    /// For each cell the mean over nodes of (y - mu) times the node's distance from the mode.
    private(set) var spreads: [Double]
    /// For each level the mean of f'(node) over nodes.
    private(set) var meanSlopes: [Double]
    /// For each level the mean of f'(node) times the node's distance from the mode.
    private(set) var slopeSpreads: [Double]

    /// - Parameters:
    ///   - search: At its mode; one block of width one.
    ///   - factor: Its curvature there.
    init(_ rule: GaussHermiteRule, _ search: ConditionalModeSearch, _ factor: BlockedFactor) {
        let levelCount = search.layout.levelCount
        meanResiduals = search.residuals
        spreads = Array(repeating: 0, count: search.residuals.count)
        meanSlopes = Array(repeating: 0, count: levelCount)
        slopeSpreads = meanSlopes
        for level in 0..<levelCount {
            let nodes = LevelNodes(rule, search, level: level, sigma: 1 / factor.head[level])
            correction -= 2 * nodes.logIntegral
            average(nodes, search, level: level)
        }
    }

    private mutating func average(_ nodes: LevelNodes, _ search: ConditionalModeSearch, level: Int) {
        for cell in nodes.cells { meanResiduals[cell] = 0 }
        for (k, share) in nodes.shares.enumerated() {
            let distance = nodes.distances[k]
            var slope = -(search.modes.head[level] + distance)
            for (index, cell) in nodes.cells.enumerated() {
                let residual = nodes.residuals[k * nodes.cells.count + index]
                meanResiduals[cell] += share * residual
                spreads[cell] += share * residual * distance
                slope += search.effects[cell] * residual
            }
            meanSlopes[level] += share * slope
            slopeSpreads[level] += share * slope * distance
        }
    }
}

/// One level's integrand at the nodes.
private struct LevelNodes {
    let cells: Range<Int>
    /// sigma z, the distances of the nodes from the mode.
    let distances: [Double]
    /// y - mu of each cell, node by node.
    private(set) var residuals: [Double] = []
    /// Each node's share of the integral.
    let shares: [Double]
    /// The logarithm of the integral over Laplace's.
    let logIntegral: Double

    init(_ rule: GaussHermiteRule, _ search: ConditionalModeSearch, level: Int, sigma: Double) {
        let (family, mode) = (search.family, search.modes.head[level])
        let cells = search.layout.cellStart[level]..<search.layout.cellStart[level + 1]
        let atMode = cells.map { family.cumulants(search.predictor[$0]).value }
        let distances = rule.nodes.map { sigma * $0 }
        residuals.reserveCapacity(cells.count * distances.count)
        var exponents: [Double] = []
        for (z, distance) in zip(rule.nodes, distances) {
            // Relative to the mode, so that nothing under- or overflows.
            var exponent = 0.5 * z * z - distance * (mode + 0.5 * distance)
            for (index, cell) in cells.enumerated() {
                let shift = search.effects[cell] * distance
                let there = family.cumulants(search.predictor[cell] + shift)
                exponent += search.totals[cell] * shift - search.sizes[cell] * (there.value - atMode[index])
                residuals.append(search.totals[cell] - search.sizes[cell] * there.mean)
            }
            exponents.append(exponent)
        }
        let largest = exponents.reduce(-.infinity, max)
        let heights = zip(rule.weights, exponents).map { $0 * Elementary.exp($1 - largest) }
        let sum = heights.reduce(0, +)
        (self.cells, self.distances) = (cells, distances)
        shares = heights.map { $0 / sum }
        logIntegral = largest + Elementary.log(sum)
    }
}
