import LinearAlgebra
import RealModule

/// A linear mixed model bound to its data, ready to be fitted.
public struct GrowthModel: Sendable {
    let frame: ModelFrame
    let design: PredictorDesign
    let columns: FixedEffectsColumns
    let blocks: [RandomEffectsBlock]
    /// The root mean square of each random effect's column, by block: theta is estimated for columns of size one.
    let effectScales: [[Double]]
    /// The fixed effects of ordinary least squares, subtracted from the response before the products are formed.
    let startingEffects: [Double]
    let profile: ProfiledCriterion

    /// Builds the model's equations.
    ///
    /// - Throws: ``ModelError`` when the design is not identified.
    public init(_ frame: ModelFrame, criterion: Criterion) throws(ModelError) {
        self.frame = frame
        design = PredictorDesign(frame.formula.fixed, variables: frame.variables, codings: frame.codings)
        columns = FixedEffectsColumns(design, frame)
        guard frame.rowCount > columns.count else {
            throw .tooFewRows(rows: frame.rowCount, effects: columns.count)
        }
        let random = try RandomEffectsDesign(frame)
        let scaled = random.blocks.map { $0.scaled(rowCount: frame.rowCount) }
        blocks = scaled.map(\.block)
        effectScales = scaled.map(\.scales)
        let rootWeights = frame.weights.map { $0.map { $0.squareRoot() } }
        let response = frame.responseWithoutOffset
        startingEffects = try Self.leastSquares(columns, response, frame.weights)
        let residuals = Self.residuals(columns, response, startingEffects)
        let products = CrossProducts(
            blocks: blocks, columns: columns.matrix, fixedCount: columns.count, response: residuals,
            rootWeights: rootWeights)
        profile = ProfiledCriterion(
            products: products, patterns: LevelPatterns(products), templates: blocks.map(\.template),
            criterion: criterion,
            sumOfLogWeights: frame.weights.map { $0.reduce(0) { $0 + Double.log($1) } } ?? 0,
            logDeterminantCorrection: columns.logDeterminantCorrection)
    }

    /// Ordinary (weighted) least squares: only a centre for the response, so the normal equations are good enough.
    private static func leastSquares(
        _ columns: FixedEffectsColumns, _ response: [Double], _ weights: [Double]?
    ) throws(ModelError) -> [Double] {
        let p = columns.count
        guard p > 0 else { return [] }
        var gram = Matrix(rows: p, columns: p)
        var right = [Double](repeating: 0, count: p)
        for row in response.indices {
            let weight = weights?[row] ?? 1
            for column in 0..<p {
                let weighted = weight * columns.matrix[row * p + column]
                right[column] += weighted * response[row]
                for other in column..<p { gram[other, column] += weighted * columns.matrix[row * p + other] }
            }
        }
        do {
            return try Cholesky(gram).solve(right)
        } catch {
            throw .numericalBreakdown
        }
    }

    private static func residuals(_ columns: FixedEffectsColumns, _ response: [Double], _ beta: [Double]) -> [Double] {
        let p = columns.count
        return response.indices.map { row in
            var fitted = 0.0
            for column in 0..<p { fitted += columns.matrix[row * p + column] * beta[column] }
            return response[row] - fitted
        }
    }

    /// Fits the model: a quasi-Newton search over theta with the analytic gradient, then Newton steps to the optimum's
    /// full digits. Where some variance goes to zero, BOBYQA searches again with the boundary included.
    ///
    /// - Throws: ``ModelError/notConverged(evaluations:reason:)`` or ``ModelError/numericalBreakdown``.
    public func fit() throws(ModelError) -> GrowthFit {
        let parameters = profile.templates.flatMap(\.parameters)
        var minimum: Minimum
        do {
            minimum = try searchInside(parameters)
        } catch ModelError.notConverged(let evaluations, _) {
            // A search without derivatives takes longer but needs no line search to succeed.
            let start = parameters.map { $0.isDiagonal ? 1.0 : 0 }
            minimum = try searchWithBoundary(
                parameters, from: Minimum(point: start, value: .infinity, evaluations: evaluations))
        }
        if zip(minimum.point, parameters).contains(where: { $1.isDiagonal && $0 < Self.nearBoundary }) {
            minimum = try searchWithBoundary(parameters, from: minimum)
        }
        let polished = try polish(minimum, parameters)
        return try GrowthFit(self, polished)
    }

    /// A diagonal element this small may be zero at the optimum: the gradient cannot tell.
    private static let nearBoundary = 1e-2
    /// A parameter this close to its bound of zero is at it: the variance is estimated as zero.
    static let boundaryTolerance = 1e-5

    private func searchInside(_ parameters: [CovarianceTemplate.Element]) throws(ModelError) -> Minimum {
        let profile = profile
        let size = profile.residualDegreesOfFreedom
        let search = Minimisation(
            method: .slsqp, start: parameters.map { $0.isDiagonal ? 1.0 : 0 },
            lower: parameters.map { $0.isDiagonal ? 1e-3 : -Double.infinity }, relativeTolerance: 1e-5,
            maximumEvaluations: 1_000)
        // Per row, so that the first steps of the search have a sensible length whatever the number of rows.
        return try search.run { theta, _ throws(ModelError) in
            let derivatives = try profile.derivatives(theta)
            return (derivatives.value / size, derivatives.profiled.map { $0 / size })
        }
    }

    private func searchWithBoundary(
        _ parameters: [CovarianceTemplate.Element], from start: Minimum
    ) throws(ModelError) -> Minimum {
        let profile = profile
        let search = Minimisation(
            method: .bobyqa, start: start.point, lower: parameters.map { $0.isDiagonal ? 0 : -Double.infinity },
            relativeTolerance: 1e-7, maximumEvaluations: 20_000)
        var found = try search.run { theta, _ throws(ModelError) in (try profile.value(theta), []) }
        found.evaluations += start.evaluations
        return found
    }

    /// The optimum with the curvature there.
    struct Optimum {
        var theta: [Double]
        var value: Double
        var sigma: Double
        var evaluations: Int
        /// The positions of the parameters that are not on their bound.
        var free: [Int]
        /// The Hessian of the criterion, not profiled, in the free parameters and, last, sigma; nil when it is not positive
        /// definite.
        var hessian: Matrix?
    }

    /// Newton steps over the parameters that are not on their bound: a search knows the optimum to half the digits only.
    private func polish(
        _ minimum: Minimum, _ parameters: [CovarianceTemplate.Element]
    ) throws(ModelError) -> Optimum {
        var theta = minimum.point
        var (value, evaluations) = (try profile.value(theta), minimum.evaluations + 1)
        // The criterion is flat in a small variance, where a search stops anywhere: if zero is no worse, it is zero.
        for (index, element) in parameters.enumerated() where element.isDiagonal && theta[index] < Self.nearBoundary {
            var candidate = theta
            candidate[index] = 0
            let atZero = try profile.value(candidate)
            evaluations += 1
            if atZero <= value || theta[index] < Self.boundaryTolerance { (theta, value) = (candidate, atZero) }
        }
        let free = theta.indices.filter { theta[$0] != 0 || !parameters[$0].isDiagonal }
        var optimum = Optimum(theta: theta, value: value, sigma: 0, evaluations: evaluations, free: free)
        try takeNewtonSteps(&optimum, Curvature(profile: profile, free: free, parameters: parameters))
        let solution = try profile.solve(optimum.theta)
        optimum.sigma = (solution.residualSumOfSquares / profile.residualDegreesOfFreedom).squareRoot()
        guard optimum.sigma > 0, optimum.sigma.isFinite else { throw .numericalBreakdown }
        return optimum
    }

    /// Newton steps with the Hessian of the first point: near the optimum each gains five digits or more.
    private func takeNewtonSteps(_ optimum: inout Optimum, _ curvature: Curvature) throws(ModelError) {
        let (start, hessian) = try curvature.at(optimum.theta)
        optimum.evaluations += curvature.evaluations
        guard let factor = try? Cholesky(curvature.profiled(hessian)) else { return }
        optimum.hessian = hessian
        var gradient = start
        for _ in 0..<6 {
            let step = factor.solve(gradient)
            var candidate = optimum.theta
            for (position, index) in optimum.free.enumerated() { candidate[index] -= step[position] }
            guard curvature.isInside(candidate) else { return }
            let derivatives = try profile.derivatives(candidate)
            optimum.evaluations += 1
            // The criterion is flat at the optimum: equal up to rounding counts as no worse.
            guard derivatives.value <= optimum.value + 1e-9 * max(1, abs(optimum.value)) else { return }
            (optimum.theta, optimum.value) = (candidate, derivatives.value)
            gradient = optimum.free.map { derivatives.profiled[$0] }
            if zip(step, optimum.free).allSatisfy({ abs($0) < 1e-8 * max(0.1, abs(candidate[$1])) }) { return }
        }
    }
}

/// The curvature of the criterion in its free parameters and sigma, by central differences of the analytic gradient.
private struct Curvature {
    let profile: ProfiledCriterion
    let free: [Int]
    let parameters: [CovarianceTemplate.Element]

    /// How many evaluations one call of ``at(_:)`` takes.
    var evaluations: Int { 1 + 2 * free.count }

    /// Whether every free diagonal element is above zero.
    func isInside(_ theta: [Double]) -> Bool { free.allSatisfy { !parameters[$0].isDiagonal || theta[$0] > 0 } }

    /// The profiled gradient and the Hessian, not profiled, with sigma last.
    func at(_ theta: [Double]) throws(ModelError) -> (gradient: [Double], hessian: Matrix) {
        let centre = try profile.derivatives(theta)
        let variance = centre.residualSumOfSquares / centre.degreesOfFreedom
        let sigma = variance.squareRoot()
        let count = free.count
        var hessian = Matrix(rows: count + 1, columns: count + 1)
        for (column, index) in free.enumerated() {
            let step = GrowthModel.step(for: theta[index], bound: parameters[index].isDiagonal ? 0 : -.infinity)
            var (up, down) = (theta, theta)
            up[index] += step
            down[index] -= step
            let above = try profile.derivatives(up).gradient(variance: variance)
            let below = try profile.derivatives(down).gradient(variance: variance)
            for (row, other) in free.enumerated() { hessian[row, column] = (above[other] - below[other]) / (2 * step) }
            // d/dsigma of the gradient: only r^2 / sigma^2 hangs on sigma.
            hessian[count, column] = -2 * centre.residuals[index] / (variance * sigma)
            hessian[column, count] = hessian[count, column]
        }
        hessian[count, count] = 4 * centre.degreesOfFreedom / variance
        return (free.map { centre.profiled[$0] }, hessian.symmetrised)
    }

    /// The Hessian of the profiled criterion: sigma's row and column swept out.
    func profiled(_ hessian: Matrix) -> Matrix {
        let count = free.count
        var result = Matrix(rows: count, columns: count)
        for column in 0..<count {
            for row in 0..<count {
                let swept = hessian[row, count] * hessian[count, column] / hessian[count, count]
                result[row, column] = hessian[row, column] - swept
            }
        }
        return result
    }
}

extension GrowthModel {
    /// A step for central differences that stays inside the bound: an error of 1e-6 by truncation, less by rounding.
    static func step(for value: Double, bound: Double) -> Double {
        let step = 1e-3 * max(abs(value), 0.05)
        return bound == 0 ? min(step, value / 2) : step
    }
}

extension RandomEffectsBlock {
    /// The block with columns of root mean square one, and what they were divided by.
    fileprivate func scaled(rowCount: Int) -> (block: RandomEffectsBlock, scales: [Double]) {
        let scales = (0..<width).map { effect in
            var squares = 0.0
            for row in 0..<rowCount { squares += matrix[row * width + effect] * matrix[row * width + effect] }
            return squares > 0 ? (squares / Double(rowCount)).squareRoot() : 1
        }
        var scaled = matrix
        for index in scaled.indices { scaled[index] /= scales[index % width] }
        let block = RandomEffectsBlock(
            factor: factor, codes: codes, levels: levels, effectNames: effectNames, matrix: scaled, template: template)
        return (block, scales)
    }
}
