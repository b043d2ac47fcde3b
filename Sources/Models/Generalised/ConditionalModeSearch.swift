/// The penalised log-likelihood of the spherical random effects u at fixed theta and beta, and the search for its maximum.
///
/// `h(u) = -sum log f(y_i | eta_i) + |u|^2 / 2` with `eta = offset + X beta + Z Lambda u`; its minimum is the conditional
/// mode. Newton's method, which for a canonical link is the penalised iteratively reweighted least squares of Bates,
/// "Computational methods for mixed models" (vignette of lme4).
struct ConditionalModeSearch: Sendable {
    let family: Family
    let layout: EffectsLayout
    let totals: [Double]
    let sizes: [Double]
    /// A = Z Lambda, cells x row width.
    var effects: [Double]
    /// offset + X beta, one a cell.
    var fixedPart: [Double]
    /// u, where the search begins and ends.
    var modes: EffectsVector
    /// eta at ``modes``.
    private(set) var predictor: [Double]
    /// y - mu.
    private(set) var residuals: [Double]
    /// W, the variances: minus the second derivatives of the log-likelihood in eta.
    private(set) var weights: [Double]
    /// The derivatives of W in eta.
    private(set) var slopes: [Double]

    init(_ family: Family, _ layout: EffectsLayout, _ cells: ResponseCells) {
        self.family = family
        self.layout = layout
        totals = cells.totals
        sizes = cells.sizes
        modes = EffectsVector(layout)
        let zeros = [Double](repeating: 0, count: cells.count)
        effects = Array(repeating: 0, count: cells.count * layout.rowWidth)
        (fixedPart, predictor, residuals, weights, slopes) = (zeros, zeros, zeros, zeros, zeros)
    }

    /// The longest search; three or four steps are usual.
    private static let maximumSteps = 100
    /// With a squared Newton step this small, one more step leaves nothing but rounding: convergence is quadratic.
    private static let lastStep = 1e-11

    /// Moves ``modes`` to the conditional mode; from zero, where the search from the last modes does not succeed.
    ///
    /// - Returns: h and the factor of its curvature there.
    /// - Throws: ``ModelError/numericalBreakdown`` where the likelihood is out of range.
    mutating func run() throws(ModelError) -> (objective: Double, factor: BlockedFactor) {
        do {
            return try search()
        } catch {
            modes = EffectsVector(layout)
            return try search()
        }
    }

    private mutating func search() throws(ModelError) -> (objective: Double, factor: BlockedFactor) {
        var objective = evaluate()
        guard objective.isFinite else { throw .numericalBreakdown }
        for _ in 0..<Self.maximumSteps {
            let factor = try BlockedFactor(layout, effects: effects, weights: weights)
            var slope = layout.transposedProduct(effects, residuals)
            slope.add(-1, modes)
            let step = factor.solve(slope)
            let decrement = slope.dot(step)
            guard decrement.isFinite else { throw .numericalBreakdown }
            if decrement < Self.lastStep {
                modes.add(1, step)
                objective = evaluate()
                return (objective, try BlockedFactor(layout, effects: effects, weights: weights))
            }
            objective = try move(along: step, from: objective)
        }
        throw .numericalBreakdown
    }

    /// Takes a step, halved until h does not grow.
    private mutating func move(along step: EffectsVector, from objective: Double) throws(ModelError) -> Double {
        let start = modes
        var length = 1.0
        while length > 1e-10 {
            modes = start
            modes.add(length, step)
            let candidate = evaluate()
            // Equal up to rounding counts as no worse.
            if candidate <= objective + 1e-13 * abs(objective) { return candidate }
            length /= 2
        }
        throw .numericalBreakdown
    }

    /// h at ``modes``; the derivatives are left in their properties.
    private mutating func evaluate() -> Double {
        var logLikelihood = 0.0
        for level in 0..<layout.levelCount {
            for cell in layout.cellStart[level]..<layout.cellStart[level + 1] {
                let eta = fixedPart[cell] + layout.product(effects, cell: cell, level: level, modes)
                let cumulants = family.cumulants(eta)
                let (total, size) = (totals[cell], sizes[cell])
                predictor[cell] = eta
                logLikelihood += total * eta - size * cumulants.value
                residuals[cell] = total - size * cumulants.mean
                weights[cell] = size * cumulants.variance
                slopes[cell] = size * cumulants.thirdMoment
            }
        }
        return 0.5 * modes.dot(modes) - logLikelihood
    }
}
