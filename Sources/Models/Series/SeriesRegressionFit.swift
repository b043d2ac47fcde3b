import LinearAlgebra

/// A fitted segmented line.
public struct SeriesRegressionFit: Sendable {
    /// The kind of errors: `newey_west`.
    public let method: String
    /// The coefficients with their covariance and degrees of freedom.
    public let coefficients: Coefficients
    /// n - k; infinite where normal quantiles were asked for.
    public let degreesOfFreedom: Double
    /// Value minus line, for each year.
    public let residuals: [Double]
    /// The residual standard deviation (of a year with weight one); 0 where sampling errors and ``processVariance`` take
    /// its place.
    public let sigma: Double
    /// The lag that Newey-West's method used.
    public var lag: Int?
    /// The autocorrelation of two years in a row.
    public var autocorrelation: Double?
    /// The variance of the years about the line beyond their sampling errors, tau^2.
    public var processVariance: Double?
    /// The log-likelihood, restricted when fitted by REML.
    public var logLikelihood: Double?

    /// Durbin and Watson's statistic of the residuals in the order of years: near 2 without autocorrelation, below it
    /// when residuals resemble their neighbours.
    public var durbinWatson: Double {
        let steps = zip(residuals, residuals.dropFirst()).map { $1 - $0 }
        return dot(steps, steps) / dot(residuals, residuals)
    }
}

extension SeriesLeastSquares {
    /// The least-squares solution, where dependent columns were refused before.
    static func solved(_ design: Matrix, _ response: [Double]) throws(ModelError) -> SeriesLeastSquares {
        do {
            return try SeriesLeastSquares(design: design, response: response)
        } catch {
            throw .numericalBreakdown
        }
    }

    /// `x_t e_t`, n x k: the estimating functions.
    func scores(_ design: Matrix) -> Matrix {
        var scores = design
        for column in 0..<design.columns {
            for row in 0..<design.rows { scores[row, column] *= residuals[row] }
        }
        return scores
    }
}
