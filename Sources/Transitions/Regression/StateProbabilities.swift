import LinearAlgebra

/// The probabilities of the states, with their derivatives by the parameters of a fit.
public struct StateProbabilities: Sendable, Equatable {
    /// The probabilities, in the order of the states, K.
    public let values: [Double]
    /// Their derivatives, K x parameters, theta included.
    public let jacobian: Matrix

    /// The covariance of the probabilities by the delta method, K x K.
    ///
    /// - Parameter parameters: The covariance of the fit's parameters.
    public func covariance(_ parameters: Matrix) -> Matrix {
        (jacobian * parameters).timesTransposed(jacobian).symmetrised
    }
}

/// Which school a prediction is for.
public enum PredictedSchool: Sendable, Equatable {
    /// One with random intercepts of 0.
    case typical
    /// All schools: the mean over the distribution of the random intercepts.
    case average
}

extension CategoricalFit {
    /// The probabilities of the states for a row of covariates.
    ///
    /// - Parameters:
    ///   - row: A number for each of ``columns``, dropped ones included.
    ///   - school: ``PredictedSchool/average`` integrates over the random intercepts; without them both are the same.
    /// - Throws: ``CategoricalProblem/notEstimable(column:)`` when the row does not follow a dropped column's combination,
    ///   ``CategoricalProblem/notFinite(column:row:found:)``.
    public func probabilities(
        _ row: [Double], school: PredictedSchool = .typical
    ) throws(CategoricalProblem) -> StateProbabilities {
        try meanProbabilities(rows: row, weights: [1], school: school)
    }

    /// The weighted mean of the probabilities over rows of covariates: standardised shares.
    ///
    /// - Parameters:
    ///   - rows: n x ``columns``, row by row.
    ///   - weights: n, at least 0, with a sum above 0; they need not add up to 1.
    /// - Throws: ``CategoricalProblem``: what one row throws, ``CategoricalProblem/badWeight(row:found:)`` or
    ///   ``CategoricalProblem/noPredictionWeight``.
    /// - Complexity: O(n (p K + points K^2)), with the points of the mean over schools: 41 in one dimension, 1,681 in two.
    public func meanProbabilities(
        rows: [Double], weights: [Double], school: PredictedSchool = .typical
    ) throws(CategoricalProblem) -> StateProbabilities {
        precondition(rows.count == weights.count * columns.count, "the rows are n x columns")
        var total = 0.0
        for (row, weight) in weights.enumerated() {
            guard weight >= 0, weight < .infinity else { throw .badWeight(row: row + 1, found: weight) }
            total += weight
        }
        guard total > 0, total < .infinity else { throw .noPredictionWeight }
        let kept = try keptColumns(rows, weights.count)
        let shares = weights.map { $0 / total }
        switch outcome {
        case .multinomial: return ProbabilityMean<SoftmaxLikelihood>(self, school).mean(kept, shares)
        case .ordered: return ProbabilityMean<CumulativeLikelihood>(self, school).mean(kept, shares)
        }
    }

    /// The kept columns of rows to predict for, checked.
    private func keptColumns(_ rows: [Double], _ n: Int) throws(CategoricalProblem) -> [Double] {
        let p = columns.count
        var kept: [Double] = []
        for row in 0..<n {
            let values = Array(rows[(row * p)..<((row + 1) * p)])
            if let column = values.firstIndex(where: { !$0.isFinite }) {
                throw .notFinite(column: columns[column], row: row + 1, found: values[column])
            }
            if let column = shape.aliased.unfollowed(by: values) { throw .notEstimable(column: columns[column]) }
            kept += shape.aliased.kept.map { values[$0] }
        }
        return kept
    }
}

/// Means of probabilities over schools and rows.
private struct ProbabilityMean<Likelihood: StateLikelihood> {
    private let likelihood: Likelihood
    private let shape: CategoricalShape
    private let places: [(row: Int, column: Int)]
    private let points: NormalPoints
    /// u at each point, points x d.
    private let effects: [Double]

    init(_ fit: CategoricalFit, _ school: PredictedSchool) {
        shape = fit.shape
        likelihood = Likelihood(fit.shape, coefficients: Array(fit.values[..<fit.coefficientCount]))
        let d = fit.shape.effectCount
        guard case .random(let structure) = fit.grouping else {
            (places, points, effects) = ([], NormalPoints(dimensions: 0), Array(repeating: 0, count: d))
            return
        }
        places = fit.shape.covariancePlaces(structure)
        guard school == .average else {
            (points, effects) = (NormalPoints(dimensions: 0), Array(repeating: 0, count: d))
            return
        }
        points = NormalPoints(dimensions: d)
        var effects = [Double](repeating: 0, count: points.weights.count * d)
        for point in points.weights.indices {
            for (index, place) in places.enumerated() {
                effects[point * d + place.row] +=
                    fit.values[fit.coefficientCount + index] * points.points[point * d + place.column]
            }
        }
        self.effects = effects
    }

    func mean(_ rows: [Double], _ shares: [Double]) -> StateProbabilities {
        let (k, m, d) = (shape.states.count, shape.predictorCount, shape.effectCount)
        let work = Workspace(m + k + k * m + d)
        let sums = Workspace(k + k * m + k * places.count)
        let gradients = Workspace(k * shape.coefficientCount)
        let totals = Workspace(k + k * places.count)
        let padded = rows + [0]
        padded.withUnsafeBufferPointer { rows in
            effects.withUnsafeBufferPointer { effects in
                guard let rows = rows.baseAddress, let effects = effects.baseAddress else { return }
                for (row, share) in shares.enumerated() where share > 0 {
                    let x = rows + row * shape.width
                    likelihood.predict(x, into: work.start)
                    integrate(effects, work.start, sums.start, share)
                    for state in 0..<k {
                        totals.start[state] += sums.start[state]
                        likelihood.addScore(
                            x, sums.start + k + state * m, to: gradients.start + state * shape.coefficientCount)
                    }
                    let byTheta = sums.start + k + k * m
                    for index in 0..<(k * places.count) { totals.start[k + index] += byTheta[index] }
                }
            }
        }
        return collect(totals, gradients)
    }

    /// The probabilities, their derivatives by the predictors and by theta, times a share.
    private func integrate(
        _ effects: UnsafePointer<Double>, _ work: UnsafeMutablePointer<Double>, _ sums: UnsafeMutablePointer<Double>,
        _ share: Double
    ) {
        let (k, m, d) = (shape.states.count, shape.predictorCount, shape.effectCount)
        let (p, slopes, byEffect) = (work + m, work + m + k, work + m + k + k * m)
        for index in 0..<(k + k * m + k * places.count) { sums[index] = 0 }
        for (point, weight) in points.weights.enumerated() {
            likelihood.probabilities(work, effects + point * d, into: p, slopes: slopes)
            for index in 0..<(k + k * m) { sums[index] += share * weight * p[index] }
            guard points.dimensions > 0 else { continue }
            for state in 0..<k {
                for effect in 0..<d { byEffect[effect] = 0 }
                likelihood.addEffects(slopes + state * m, to: byEffect)
                for (index, place) in places.enumerated() {
                    sums[k + k * m + state * places.count + index] +=
                        share * weight * byEffect[place.row] * points.points[point * d + place.column]
                }
            }
        }
    }

    /// In the order of the design's states.
    private func collect(_ totals: Workspace, _ gradients: Workspace) -> StateProbabilities {
        let (k, own) = (shape.states.count, shape.coefficientCount)
        var values = [Double](repeating: 0, count: k)
        var jacobian = Matrix(rows: k, columns: own + places.count)
        for (position, state) in shape.stateOrder.enumerated() {
            values[state] = totals.start[position]
            for column in 0..<own { jacobian[state, column] = gradients.start[position * own + column] }
            for index in places.indices {
                jacobian[state, own + index] = totals.start[k + position * places.count + index]
            }
        }
        return StateProbabilities(values: values, jacobian: jacobian)
    }
}
