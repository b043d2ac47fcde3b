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
    /// - Complexity: O(different rows (p K + points K^2)), with the points of the mean over schools: 41 in one dimension,
    ///   1,681 in two.
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
        let cells = try cells(rows, weights)
        switch outcome {
        case .multinomial: return ProbabilityMean<SoftmaxLikelihood>(self, school).mean(cells, total)
        case .ordered: return ProbabilityMean<CumulativeLikelihood>(self, school).mean(cells, total)
        }
    }

    /// Rows to predict for, equal ones merged with their weights as counts of a first state, kept columns only.
    private func cells(_ rows: [Double], _ weights: [Double]) throws(CategoricalProblem) -> CategoricalCells {
        let design = try CategoricalDesign(
            columns: columns, rows: rows, states: ["weight", "none"],
            responses: Array(repeating: 0, count: weights.count), weights: weights)
        var cells = CategoricalCells(design, place: [0, 1])
        if !shape.aliased.dependences.isEmpty {
            for cell in 0..<cells.count {
                let row = Array(cells.x[(cell * cells.width)..<((cell + 1) * cells.width)])
                if let column = shape.aliased.unfollowed(by: row) { throw .notEstimable(column: columns[column]) }
            }
        }
        cells.keep(shape.aliased.kept)
        return cells
    }
}
