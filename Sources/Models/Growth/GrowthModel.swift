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
        design = PredictorDesign(frame.formula.fixed, variables: frame.variables)
        columns = FixedEffectsColumns(design, frame)
        guard frame.rowCount > columns.count else {
            throw .tooFewRows(rows: frame.rowCount, effects: columns.count)
        }
        let random = try RandomEffectsDesign(frame)
        let scaled = random.blocks.map { $0.scaled(rowCount: frame.rowCount) }
        blocks = scaled.map(\.block)
        effectScales = scaled.map(\.scales)
        let rootWeights = frame.weights.map { $0.map { $0.squareRoot() } }
        startingEffects = try Self.leastSquares(columns, frame.response, frame.weights)
        let residuals = Self.residuals(columns, frame.response, startingEffects)
        profile = ProfiledCriterion(
            products: CrossProducts(
                blocks: blocks, columns: columns.matrix, fixedCount: columns.count, response: residuals,
                rootWeights: rootWeights),
            templates: blocks.map(\.template), criterion: criterion,
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

    /// Fits the model: BOBYQA over theta, then Newton steps to the optimum's full digits.
    ///
    /// - Throws: ``ModelError/notConverged(evaluations:reason:)`` or ``ModelError/numericalBreakdown``.
    public func fit() throws(ModelError) -> GrowthFit {
        let parameters = profile.templates.flatMap(\.parameters)
        let lower = parameters.map { $0.isDiagonal ? 0 : -Double.infinity }
        let start = parameters.map { $0.isDiagonal ? 1.0 : 0 }
        let profile = profile
        var minimum = try minimiseBOBYQA(
            start: start, lower: lower, relativeTolerance: 1e-7, maximumEvaluations: 20_000
        ) { theta throws(ModelError) in try profile.value(theta) }
        try polish(&minimum, lower: lower)
        return try GrowthFit(self, theta: minimum.point, value: minimum.value, evaluations: minimum.evaluations)
    }

    /// A parameter this close to its bound of zero is at it: the variance is estimated as zero.
    static let boundaryTolerance = 1e-5

    /// Newton steps over the parameters that are not on their bound.
    ///
    /// A derivative-free search knows the optimum to half the digits of the criterion only.
    private func polish(_ minimum: inout Minimum, lower: [Double]) throws(ModelError) {
        var evaluations = 0
        let atBound = minimum.point.indices.filter { lower[$0] == 0 && minimum.point[$0] < Self.boundaryTolerance }
        for index in atBound { minimum.point[index] = 0 }
        let free = minimum.point.indices.filter { !atBound.contains($0) }
        guard !free.isEmpty else {
            minimum.value = try profile.value(minimum.point)
            return
        }
        let base = minimum.point
        func value(_ x: [Double]) throws(ModelError) -> Double {
            var theta = base
            for (position, index) in free.enumerated() { theta[index] = x[position] }
            evaluations += 1
            return try profile.value(theta)
        }
        var x = free.map { base[$0] }
        var best = try value(x)
        for _ in 0..<4 {
            let steps = zip(x, free).map { x, index in Self.step(for: x, bound: lower[index]) }
            let gradient = try NumericalDerivatives.gradient(at: x, steps: steps, value)
            let hessian = try NumericalDerivatives.hessian(at: x, steps: steps, value)
            guard let direction = try? Cholesky(hessian).solve(gradient) else { break }
            let candidate = zip(x, direction).map { $0 - $1 }
            guard zip(candidate, free).allSatisfy({ $0 > lower[$1] }) else { break }
            let candidateValue = try value(candidate)
            // The criterion is flat at the optimum: equal up to rounding counts as no worse.
            guard candidateValue <= best + 1e-9 * max(1, abs(best)) else { break }
            (x, best) = (candidate, candidateValue)
            if zip(direction, x).allSatisfy({ abs($0) < 1e-10 * max(1, abs($1)) }) { break }
        }
        for (position, index) in free.enumerated() { minimum.point[index] = x[position] }
        minimum.value = best
        minimum.evaluations += evaluations
    }

    /// A step for differences that stays inside the bound.
    static func step(for value: Double, bound: Double) -> Double {
        let step = 5e-3 * max(abs(value), 0.05)
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
