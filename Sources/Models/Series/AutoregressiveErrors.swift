import LinearAlgebra
import RealModule

/// Generalised least squares with first-order autoregressive errors: `cor(e_s, e_t) = phi^|s - t|` in years.
///
/// The rows are whitened from year to year, phi is profiled: the criterion is a function of it alone.
///
/// - SeeAlso: Pinheiro and Bates (2000), Mixed-Effects Models in S and S-PLUS, sections 5.3 and 5.4.
public struct AutoregressiveErrors: Sendable {
    /// Which autocorrelations may be.
    public enum Kind: String, Sendable, CaseIterable {
        /// phi between -1 and 1; needs whole years.
        case discrete = "gls_ar1"
        /// phi from 0 to 1, the continuous-time process; years at any distance.
        case continuous = "gls_car1"
    }

    let regression: SegmentedRegression
    let kind: Kind
    let criterion: Criterion

    /// Beyond this the line and the errors can no longer be told apart.
    private static let bound = 0.9995

    func fit() throws(ModelError) -> SeriesRegressionFit {
        let series = regression.series
        if kind == .discrete, let odd = series.years.first(where: { $0 != $0.rounded() }) {
            throw .series(.yearsNotWhole(method: "'\(kind.rawValue)'", year: yearText(odd)))
        }
        let rows = regression.weightedRows
        try SegmentedRegression.refuseExactFit(SeriesLeastSquares.solved(rows.design, rows.response), rows.response)
        let lowest = kind == .discrete ? -Self.bound : 0
        let grid = (0...80).map { lowest + (Self.bound - lowest) * Double($0) / 80 }
        let found = ScalarSearch(grid: grid).minimum { -2 * logLikelihood($0) }
        guard let found else { throw .numericalBreakdown }
        guard abs(found.point) < Self.bound - 1e-6 else { throw .series(.unitAutocorrelation(found.point)) }
        // At the bound of the continuous-time process rounding can hide that zero is best.
        if kind == .continuous, -2 * logLikelihood(0) <= found.value + 1e-10 { return try solution(0) }
        return try solution(found.point)
    }

    private func solution(_ phi: Double) throws(ModelError) -> SeriesRegressionFit {
        let white = whitened(phi)
        let fit = try SeriesLeastSquares.solved(white.design, white.response)
        let series = regression.series
        let df = Double(series.count - regression.terms.count)
        let variance = fit.residualSumOfSquares / df
        let divisor = criterion == .reml ? df : Double(series.count)
        let coefficients = Coefficients(
            labels: regression.terms, values: fit.beta, covariance: variance * fit.inverseGram,
            degreesOfFreedom: { _ in df })
        return SeriesRegressionFit(
            method: kind.rawValue, coefficients: coefficients, degreesOfFreedom: df,
            residuals: zip(series.values, regression.design.matrix * fit.beta).map { $0 - $1 },
            sigma: (fit.residualSumOfSquares / divisor).squareRoot(), autocorrelation: phi,
            logLikelihood: logLikelihood(phi))
    }

    /// The log-likelihood with coefficients and sigma profiled out, restricted for REML; minus infinity where it is
    /// undefined.
    func logLikelihood(_ phi: Double) -> Double {
        let white = whitened(phi)
        guard let fit = try? SeriesLeastSquares(design: white.design, response: white.response) else {
            return -.infinity
        }
        let isRestricted = criterion == .reml
        let n = Double(white.response.count - (isRestricted ? white.design.columns : 0))
        let scatter = n * (.log(2 * .pi) + 1 + .log(fit.residualSumOfSquares / n))
        return -(scatter + white.logDeterminant + (isRestricted ? fit.logDeterminant : 0)) / 2
    }

    /// The rows freed from autocorrelation, and the log determinant of the errors' covariance for sigma = 1.
    private func whitened(_ phi: Double) -> (design: Matrix, response: [Double], logDeterminant: Double) {
        let years = regression.series.years
        let rows = regression.weightedRows
        var (design, response, logDeterminant) = (rows.design, rows.response, 2 * rows.logScales)
        for row in years.indices.dropFirst() {
            let correlation = power(phi, years[row] - years[row - 1])
            let free = 1 - correlation * correlation
            let scale = 1 / free.squareRoot()
            logDeterminant += .log(free)
            response[row] = (rows.response[row] - correlation * rows.response[row - 1]) * scale
            for column in 0..<design.columns {
                design[row, column] = (rows.design[row, column] - correlation * rows.design[row - 1, column]) * scale
            }
        }
        return (design, response, logDeterminant)
    }

    private func power(_ phi: Double, _ distance: Double) -> Double {
        let size = Double.pow(abs(phi), distance)
        guard phi < 0 else { return size }
        return distance.truncatingRemainder(dividingBy: 2) == 0 ? size : -size
    }
}
