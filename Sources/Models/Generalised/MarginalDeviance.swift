import LinearAlgebra
import Probability

/// Minus twice the approximated marginal log-likelihood as a function of theta and beta.
///
/// Laplace: `2 h(u) + log|H| - 2 c` at the conditional mode u, with h the penalised log-likelihood, H its curvature and c the
/// constant of the family. Bates, "Computational methods for mixed models" (vignette of lme4); Tuerlinckx,
/// Rijmen, Verbeke and De Boeck (2006), British Journal of Mathematical and Statistical Psychology 59(2). With more
/// quadrature points, ``AdaptiveQuadrature``.
///
/// A value with memory: each search for the modes begins where the last one ended.
struct MarginalDeviance: Sendable {
    let templates: [CovarianceTemplate]
    /// Z, the (scaled) random effects' columns, cells x row width.
    var randomColumns: [Double]
    /// For each block the effects in the order in which ``randomColumns`` has them.
    var orders: [[Int]]
    /// X, standardised, cells x p.
    let fixedColumns: [Double]
    let fixedCount: Int
    /// One a cell.
    let offsets: [Double]
    /// c, the part of the log-likelihood without parameters.
    let constant: Double
    /// nil for Laplace.
    let rule: GaussHermiteRule?
    private(set) var search: ConditionalModeSearch
    private(set) var evaluations = 0

    /// The number of covariance parameters, which come first in a point.
    var thetaCount: Int { templates.reduce(0) { $0 + $1.parameterCount } }
    var layout: EffectsLayout { search.layout }
    var cellCount: Int { offsets.count }

    init(
        family: Family, layout: EffectsLayout, cells: ResponseCells, templates: [CovarianceTemplate],
        randomColumns: [Double], fixedColumns: [Double], fixedCount: Int, offsets: [Double], constant: Double,
        rule: GaussHermiteRule?
    ) {
        self.templates = templates
        self.randomColumns = randomColumns
        orders = templates.map { Array(0..<$0.width) }
        self.fixedColumns = fixedColumns
        self.fixedCount = fixedCount
        self.offsets = offsets
        self.constant = constant
        self.rule = rule
        search = ConditionalModeSearch(family, layout, cells)
    }

    /// Lets the next search for the modes begin at zero: for a point far from the last one.
    mutating func forgetModes() { search.modes = EffectsVector(layout) }

    /// The relative covariance factors of all blocks.
    func factors(_ point: [Double]) -> [Matrix] {
        var start = 0
        return templates.map { template in
            defer { start += template.parameterCount }
            return template.factor(point[start..<(start + template.parameterCount)])
        }
    }

    /// The conditional modes at a point, their penalised log-likelihood and its curvature.
    mutating func findModes(_ point: [Double]) throws(ModelError) -> (objective: Double, factor: BlockedFactor) {
        evaluations += 1
        let lambdas = factors(point)
        let beta = Array(point[thetaCount...])
        for cell in 0..<cellCount {
            var eta = offsets[cell]
            for column in 0..<fixedCount { eta += fixedColumns[cell * fixedCount + column] * beta[column] }
            search.fixedPart[cell] = eta
        }
        for (block, lambda) in lambdas.enumerated() {
            for cell in 0..<cellCount { scale(cell, block, by: lambda) }
        }
        return try search.run()
    }

    /// `a = Lambda' z` of one block of a cell.
    private mutating func scale(_ cell: Int, _ block: Int, by lambda: Matrix) {
        let start = cell * layout.rowWidth + layout.starts[block]
        for column in 0..<lambda.columns {
            var sum = 0.0
            for row in column..<lambda.rows { sum += lambda[row, column] * randomColumns[start + row] }
            search.effects[start + column] = sum
        }
    }

    /// The criterion at (theta, beta).
    mutating func value(_ point: [Double]) throws(ModelError) -> Double {
        let (objective, factor) = try findModes(point)
        let laplace = 2 * objective + factor.logDeterminant - 2 * constant
        guard let rule else { return laplace }
        return laplace + AdaptiveQuadrature(rule, search, factor).correction
    }

    /// The criterion with its gradient in (theta, beta).
    ///
    /// With V = H^-1, `r_i = w_i' a_i'V a_i` the derivative of log|H| in eta_i, `s = A'r` that in u and `k = V s`, the modes'
    /// own movement (implicit differentiation of h'(u) = 0) adds `-k' d2h/(du dphi)` to each derivative. With e = y - mu and
    /// `rho = r - W A k`:
    ///
    ///     d/dbeta      X'(rho - 2 e)
    ///     d/dtheta_ab  sum of z_a ((rho - 2 e) u_b + e k_b + 2 w (V a)_b)
    ///
    /// For quadrature e becomes its mean over nodes, and the weights of log|H| and of the modes' movement change: its
    /// derivative `(1 + p2) dlog|H| - 2 sum of pi_k df(u_k) - 2 p1 du`, with p1 and p2 of ``AdaptiveQuadrature``.
    mutating func derivatives(_ point: [Double]) throws(ModelError) -> (value: Double, gradient: [Double]) {
        let (objective, factor) = try findModes(point)
        let quadrature = rule.map { AdaptiveQuadrature($0, search, factor) }
        var leverages = Leverages(self, factor, quadrature)
        var slope = layout.transposedProduct(search.effects, leverages.slopes)
        if let quadrature {
            for level in slope.head.indices { slope.head[level] -= 2 * quadrature.meanSlopes[level] }
        }
        let adjoint = factor.solve(slope)
        for level in 0..<layout.levelCount {
            for cell in layout.cellStart[level]..<layout.cellStart[level + 1] {
                let moved = layout.product(search.effects, cell: cell, level: level, adjoint)
                let residual = quadrature?.meanResiduals[cell] ?? search.residuals[cell]
                leverages.slopes[cell] -= search.weights[cell] * moved + 2 * residual
            }
        }
        let theta = thetaGradient(leverages, adjoint, quadrature)
        var beta = [Double](repeating: 0, count: fixedCount)
        for cell in 0..<cellCount {
            let slope = leverages.slopes[cell]
            for column in 0..<fixedCount { beta[column] += slope * fixedColumns[cell * fixedCount + column] }
        }
        let value = 2 * objective + factor.logDeterminant - 2 * constant + (quadrature?.correction ?? 0)
        return (value, theta + beta)
    }

    private func thetaGradient(
        _ leverages: Leverages, _ adjoint: EffectsVector, _ quadrature: AdaptiveQuadrature?
    ) -> [Double] {
        var sums = leverages.products
        for level in 0..<layout.levelCount {
            for cell in layout.cellStart[level]..<layout.cellStart[level + 1] {
                let (slope, residual) = (leverages.slopes[cell], search.residuals[cell])
                let spread = 2 * (quadrature?.spreads[cell] ?? 0)
                for (block, width) in layout.widths.enumerated() {
                    let row = cell * layout.rowWidth + layout.starts[block]
                    let isHead = block == 0
                    let first =
                        isHead ? level * width : layout.tailColumns[cell * layout.tailBlockCount + block - 1]
                    for b in 0..<width {
                        let u = isHead ? search.modes.head[first + b] : search.modes.tail[first + b]
                        let k = isHead ? adjoint.head[first + b] : adjoint.tail[first + b]
                        let factor = slope * u + residual * k - spread
                        for a in b..<width { sums[block][a, b] += randomColumns[row + a] * factor }
                    }
                }
            }
        }
        return zip(templates, sums).flatMap { template, sum in
            template.parameters.map { sum[$0.row, $0.column] }
        }
    }
}

/// What the gradient needs of the inverse of the curvature.
private struct Leverages {
    /// For each cell `w' a'V a`: the derivative of log|H| in its linear predictor.
    var slopes: [Double]
    /// For each block `2 sum of w z (V a)'`: the derivative of log|H| in Lambda at fixed W.
    var products: [Matrix]

    init(_ deviance: MarginalDeviance, _ factor: BlockedFactor, _ quadrature: AdaptiveQuadrature?) {
        let (layout, search) = (deviance.layout, deviance.search)
        slopes = Array(repeating: 0, count: deviance.cellCount)
        products = layout.widths.map { Matrix(rows: $0, columns: $0) }
        var inverse = InverseBlocks(factor, layout)
        var image = [Double](repeating: 0, count: layout.rowWidth)
        for level in 0..<layout.levelCount {
            inverse.load(level: level)
            let share = 1 + (quadrature?.slopeSpreads[level] ?? 0)
            for cell in layout.cellStart[level]..<layout.cellStart[level + 1] {
                inverse.multiply(search.effects, cell: cell, level: level, into: &image)
                let row = cell * layout.rowWidth
                var leverage = 0.0
                for index in 0..<layout.rowWidth { leverage += search.effects[row + index] * image[index] }
                slopes[cell] = share * search.slopes[cell] * leverage
                let weight = 2 * share * search.weights[cell]
                for (block, width) in layout.widths.enumerated() {
                    let start = layout.starts[block]
                    for b in 0..<width {
                        let factor = weight * image[start + b]
                        for a in b..<width { products[block][a, b] += deviance.randomColumns[row + start + a] * factor }
                    }
                }
            }
        }
    }
}
