import LinearAlgebra

/// A survey's rows as estimators see them: weights, and how errors follow from them.
public struct SurveySample: Sendable {
    /// How sampling errors are found.
    public enum Errors: Sendable {
        /// Taylor linearisation by the design.
        case linearisation(SurveyDesign)
        /// The spread of the estimates over replicate weights.
        case replication(ReplicateWeights)
    }

    /// The weight of each row that estimates use; after calibration, the calibrated ones.
    public let weights: [Double]
    /// How sampling errors are found.
    public let errors: Errors
    /// What each calibration to population totals did, in order; empty for design weights. Linearisation takes residuals by them;
    /// replicate weights are calibrated themselves.
    public let calibrations: [Calibration]

    /// A sample with its design weights and errors by linearisation.
    public init(_ design: SurveyDesign) {
        self.init(weights: design.weights, errors: .linearisation(design))
    }

    /// A sample with replicate weights.
    public init(_ replicates: ReplicateWeights) {
        self.init(weights: replicates.weights, errors: .replication(replicates))
    }

    init(weights: [Double], errors: Errors, calibrations: [Calibration] = []) {
        (self.weights, self.errors, self.calibrations) = (weights, errors, calibrations)
    }

    /// The number of rows.
    public var rowCount: Int { weights.count }

    /// The degrees of freedom of its covariances.
    public var degreesOfFreedom: Double {
        switch errors {
        case .linearisation(let design): Double(design.degreesOfFreedom)
        case .replication(let replicates): replicates.degreesOfFreedom
        }
    }

    /// A statistic with its covariance.
    ///
    /// - Throws: ``SurveyError`` where the statistic is not defined.
    public func estimates(of statistic: some SurveyStatistic) throws(SurveyError) -> SurveyEstimates {
        let values = try statistic.values(weights: weights)
        let covariance: Matrix
        switch errors {
        case .linearisation(let design):
            if let columnwise = statistic as? any ColumnwiseStatistic {
                covariance = self.covariance(of: columnwise, values: values, design: design)
            } else {
                covariance = self.covariance(ofInfluence: try statistic.influence(weights: weights))
            }
        case .replication(let replicates):
            covariance = try replicates.covariance(around: values) { weights throws(SurveyError) in
                try statistic.values(weights: weights)
            }
        }
        return SurveyEstimates(values: values, covariance: covariance, degreesOfFreedom: degreesOfFreedom)
    }

    private func covariance(
        of statistic: any ColumnwiseStatistic, values: [Double], design: SurveyDesign
    ) -> Matrix {
        design.covariance(ofTotals: values.count) { position in
            let influence = statistic.influence(on: position, values: values, weights: weights)
            var scores = zip(influence, weights).map { $0 * $1 }
            for calibration in calibrations.reversed() {
                let column = Matrix(rows: scores.count, columns: 1, elements: scores)
                scores = calibration.residuals(of: column).elements
            }
            return scores
        }
    }

    /// The covariance of statistics with some influence: by linearisation of the design, or of the replicates' totals.
    ///
    /// - Parameter influence: n x k, not yet weighted.
    public func covariance(ofInfluence influence: Matrix) -> Matrix {
        var scores = influence
        for column in 0..<scores.columns {
            for row in 0..<scores.rows { scores[row, column] *= weights[row] }
        }
        switch errors {
        case .linearisation(let design):
            // Outside in, by the chain rule: the last calibration's estimator is a function of the weights it started from.
            for calibration in calibrations.reversed() { scores = calibration.residuals(of: scores) }
            return design.covariance(ofTotals: scores)
        case .replication(let replicates):
            return replicates.covariance(ofInfluence: influence)
        }
    }
}
