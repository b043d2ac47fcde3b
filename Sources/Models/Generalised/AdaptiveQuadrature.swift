import Probability

/// The integral over each level's scalar random effect by a Gauss-Hermite rule centred at the conditional mode and scaled
/// by the curvature there.
///
/// With f(u) the penalised log-likelihood of level j, its mode and curvature H, and `sigma = H^-1/2`, nodes z and weights w:
///
///     L_j = sigma * sum of w_k exp(f(mode + sigma z_k) + z_k^2 / 2)
///
/// One node is the Laplace approximation. Pinheiro and Chao (2006), Journal of Computational and Graphical Statistics
/// 15(1), section 2.2, equation 9; Liu and Pierce (1994), Biometrika 81(3).
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
        let layout = search.layout
        meanResiduals = search.residuals
        spreads = Array(repeating: 0, count: search.residuals.count)
        meanSlopes = Array(repeating: 0, count: layout.levelCount)
        slopeSpreads = meanSlopes
        let nodeCount = rule.nodes.count
        var (exponents, shares) = ([Double](repeating: 0, count: nodeCount), [Double](repeating: 0, count: nodeCount))
        for level in 0..<layout.levelCount {
            let cells = layout.cellStart[level]..<layout.cellStart[level + 1]
            let (mode, sigma) = (search.modes.head[level], 1 / factor.head[level])
            var residuals = [Double](repeating: 0, count: nodeCount * cells.count)
            let here = cells.map { search.family.cumulants(search.predictor[$0]).value }
            for (k, z) in rule.nodes.enumerated() {
                let distance = sigma * z
                // Relative to the mode, so that nothing under- or overflows.
                var exponent = 0.5 * z * z - distance * (mode + 0.5 * distance)
                for (index, cell) in cells.enumerated() {
                    let shift = search.effects[cell] * distance
                    let there = search.family.cumulants(search.predictor[cell] + shift)
                    exponent += search.totals[cell] * shift - search.sizes[cell] * (there.value - here[index])
                    residuals[k * cells.count + index] = search.totals[cell] - search.sizes[cell] * there.mean
                }
                exponents[k] = exponent
            }
            let largest = exponents.reduce(-.infinity, max)
            var sum = 0.0
            for k in 0..<nodeCount {
                shares[k] = rule.weights[k] * Elementary.exp(exponents[k] - largest)
                sum += shares[k]
            }
            correction -= 2 * (largest + Elementary.log(sum))
            for cell in cells { meanResiduals[cell] = 0 }
            for (k, z) in rule.nodes.enumerated() {
                let (share, distance) = (shares[k] / sum, sigma * z)
                var slope = -(mode + distance)
                for (index, cell) in cells.enumerated() {
                    let residual = residuals[k * cells.count + index]
                    meanResiduals[cell] += share * residual
                    spreads[cell] += share * residual * distance
                    slope += search.effects[cell] * residual
                }
                meanSlopes[level] += share * slope
                slopeSpreads[level] += share * slope * distance
            }
        }
    }
}
