import LinearAlgebra
import RealModule

/// A line through years whose sampling errors are known, with a variance of the years beyond these: `V + tau^2 I`.
///
/// The random-effects meta-regression of years; V may be any covariance matrix. tau^2 is profiled: the criterion, REML or
/// ML, is a function of it alone.
///
/// - SeeAlso: Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30, 261-293.
public struct SamplingErrorRegression: Sendable {
    /// From which distribution intervals and p-values come.
    public enum Inference: String, Sendable, CaseIterable {
        /// The normal: all variances taken as known.
        case normal
        /// Student's t with n - k degrees of freedom.
        case t
        /// t, and the covariance multiplied by the mean squared whitened residual (Knapp and Hartung 2003).
        case knappHartung = "knapp_hartung"
    }

    let series: TimeSeries
    let design: SeriesDesign
    let criterion: Criterion
    let inference: Inference

    /// - Throws: ``SeriesProblem/noSamplingErrors(_:)`` for a series without them.
    func fit() throws(ModelError) -> SeriesRegressionFit {
        let variance = try processVariance()
        guard let found = solution(variance) else { throw .numericalBreakdown }
        let df = Double(series.count - design.terms.count)
        let scale = inference == .knappHartung ? found.fit.residualSumOfSquares / df : 1
        let used = inference == .normal ? Double.infinity : df
        let coefficients = Coefficients(
            labels: design.terms, values: found.fit.beta, covariance: scale * found.fit.inverseGram,
            degreesOfFreedom: { _ in used })
        return SeriesRegressionFit(
            method: "sampling", coefficients: coefficients, degreesOfFreedom: used,
            residuals: zip(series.values, design.matrix * found.fit.beta).map { $0 - $1 }, sigma: 0,
            processVariance: variance, logLikelihood: logLikelihood(found))
    }

    /// tau^2, zero where the sampling errors explain all scatter.
    func processVariance() throws(ModelError) -> Double {
        guard let variances = series.samplingVariances else {
            throw .series(.noSamplingErrors("the regression with sampling errors"))
        }
        let plain = try SeriesLeastSquares.solved(design.matrix, series.values)
        let scatter = plain.residualSumOfSquares / Double(series.count - design.terms.count)
        let scale = scatter + variances.reduce(0, +) / Double(variances.count)
        let grid = [0] + (-48...8).map { scale * Double.pow(10, Double($0) / 8) }
        func deviance(_ variance: Double) -> Double { solution(variance).map { -2 * logLikelihood($0) } ?? .infinity }
        guard let found = ScalarSearch(grid: grid).minimum(deviance) else { throw .numericalBreakdown }
        return deviance(0) <= found.value + 1e-10 ? 0 : found.point
    }

    private typealias Solution = (fit: SeriesLeastSquares, logDeterminant: Double)

    private func solution(_ variance: Double) -> Solution? {
        guard let sampling = series.samplingCovariance else { return nil }
        let total = sampling + .diagonal([Double](repeating: variance, count: series.count))
        guard let factor = try? Cholesky(total) else { return nil }
        let response = factor.solveLower(Matrix(rows: series.count, columns: 1, elements: series.values)).elements
        guard let fit = try? SeriesLeastSquares(design: factor.solveLower(design.matrix), response: response) else {
            return nil
        }
        return (fit, factor.logDeterminant)
    }

    /// With `log|X'X| / 2` under REML, so that it does not hang on the units of the years (Harville 1974).
    private func logLikelihood(_ solution: Solution) -> Double {
        let isRestricted = criterion == .reml
        let n = Double(series.count - (isRestricted ? design.terms.count : 0))
        let sum = n * .log(2 * .pi) + solution.logDeterminant + solution.fit.residualSumOfSquares
        guard isRestricted else { return -sum / 2 }
        let plain = try? SeriesLeastSquares(design: design.matrix, response: series.values)
        return -(sum + solution.fit.logDeterminant - (plain?.logDeterminant ?? 0)) / 2
    }
}
