import LinearAlgebra

/// Replicate weights: what the design weights would have been in other samples, with how to add the replicates' squares.
public struct ReplicateWeights: Sendable {
    /// The full sample's weights.
    public let weights: [Double]
    /// The weights of each replicate, one a row.
    public let replicates: [[Double]]
    /// The factor of all squares.
    public let scale: Double
    /// The factor of each replicate's square.
    public let replicateScales: [Double]
    /// The degrees of freedom.
    public let degreesOfFreedom: Double

    /// The covariance of estimates by their spread over the replicates around the full sample's:
    /// `scale * sum r (theta_r - theta)(theta_r - theta)'`.
    func covariance(
        around values: [Double], _ estimate: ([Double]) throws(SurveyError) -> [Double]
    ) throws(SurveyError) -> Matrix {
        var sum = Matrix(rows: values.count, columns: values.count)
        for (weights, factor) in zip(replicates, replicateScales) {
            let replicate = try estimate(weights)
            let difference = Matrix(rows: values.count, columns: 1, elements: zip(replicate, values).map { $0 - $1 })
            sum = sum + scale * factor * difference.timesTransposed(difference)
        }
        return sum
    }

    /// The covariance of totals of an influence, n x k.
    func covariance(ofInfluence influence: Matrix) -> Matrix {
        var sum = Matrix(rows: influence.columns, columns: influence.columns)
        for (replicate, factor) in zip(replicates, replicateScales) {
            let change = Matrix(rows: 1, columns: replicate.count, elements: zip(replicate, weights).map { $0 - $1 })
            let difference = (change * influence).transposed
            sum = sum + scale * factor * difference.timesTransposed(difference)
        }
        return sum
    }
}
