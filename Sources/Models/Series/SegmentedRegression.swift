import LinearAlgebra
import RealModule

/// A segmented line through a series: its level and slope, and how they change at declared years.
///
/// `y = b0 + b1 (year - first) + sum of level changes 1[year >= break] + slope changes max(0, year - break)`.
///
/// - SeeAlso: Wagner, Soumerai, Zhang and Ross-Degnan (2002), Journal of Clinical Pharmacy and Therapeutics 27, 299-309.
public struct SegmentedRegression: Sendable {
    /// How much each year counts.
    public enum Weighting: String, Sendable, CaseIterable {
        /// All years alike.
        case equal
        /// By the inverse of the sampling variances, which are taken as known up to one factor.
        case inverseVariance = "inverse_variance"
    }

    /// The series.
    public let series: TimeSeries
    /// How much each year counts in least squares and autoregressive errors.
    public let weighting: Weighting
    /// The model matrix.
    let design: SeriesDesign

    /// A segmented line.
    ///
    /// - Parameters:
    ///   - breaks: Years of change, each after the first year and not after the last.
    ///   - hasTrend: Whether the line has a slope before the breaks.
    /// - Throws: A ``SeriesProblem`` when the years do not determine every coefficient with one to spare, or weights are
    ///   asked of a series without sampling errors.
    public init(
        _ series: TimeSeries, breaks: [SeriesBreak], hasTrend: Bool = true, weighting: Weighting = .equal
    ) throws(ModelError) {
        if weighting == .inverseVariance, series.samplingCovariance == nil {
            throw .series(.noSamplingErrors("weighting by inverse variances"))
        }
        self.series = series
        self.weighting = weighting
        design = try SeriesDesign(series, breaks: breaks, hasTrend: hasTrend)
    }

    /// The names of the coefficients.
    public var terms: [String] { design.terms }

    /// Fits the line with a kind of standard errors.
    ///
    /// - Throws: A ``SeriesProblem``, or ``ModelError/numericalBreakdown`` for numbers of too different sizes.
    public func fit(_ errors: SeriesErrors) throws(ModelError) -> SeriesRegressionFit {
        let fit =
            switch errors {
            case .classical, .heteroskedastic, .neweyWest: try leastSquaresFit(errors)
            case .autoregressive(let kind, let criterion):
                try AutoregressiveErrors(regression: self, kind: kind, criterion: criterion).fit()
            case .sampling(let criterion, let inference):
                try SamplingErrorRegression(
                    series: series, design: design, criterion: criterion, inference: inference
                ).fit()
            }
        guard (fit.coefficients.values + fit.coefficients.covariance.elements).allSatisfy(\.isFinite) else {
            throw .numericalBreakdown
        }
        return fit
    }

    /// The rows divided by the standard deviations that the weights stand for, and the sum of the logs of these.
    var weightedRows: (design: Matrix, response: [Double], logScales: Double) {
        guard weighting == .inverseVariance, let variances = series.samplingVariances else {
            return (design.matrix, series.values, 0)
        }
        var scaled = design.matrix
        let deviations = variances.map { $0.squareRoot() }
        for column in 0..<scaled.columns {
            for row in 0..<scaled.rows { scaled[row, column] /= deviations[row] }
        }
        return (scaled, zip(series.values, deviations).map { $0 / $1 }, deviations.reduce(0) { $0 + .log($1) })
    }

    /// Refuses a fit without scatter: what is left is rounding of the values.
    static func refuseExactFit(_ fit: SeriesLeastSquares, _ response: [Double]) throws(ModelError) {
        guard fit.residualSumOfSquares > 1e-24 * dot(response, response) else { throw .series(.exactFit) }
    }

    /// Refuses errors judged by the residuals of single years where a year has none: a level change with one year.
    private func refuseYearsAlone(
        _ fit: SeriesLeastSquares, _ design: Matrix, _ method: String
    ) throws(ModelError) {
        for index in 0..<design.rows {
            let row = (0..<design.columns).map { design[index, $0] }
            guard quadraticForm(fit.inverseGram, row) < 1 - 1e-8 else {
                throw .series(.yearAlone(series.labels[index], method: method))
            }
        }
    }

    private func leastSquaresFit(_ errors: SeriesErrors) throws(ModelError) -> SeriesRegressionFit {
        let rows = weightedRows
        let fit = try SeriesLeastSquares.solved(rows.design, rows.response)
        try Self.refuseExactFit(fit, rows.response)
        let df = Double(series.count - terms.count)
        let sigma = (fit.residualSumOfSquares / df).squareRoot()
        if errors != .classical { try refuseYearsAlone(fit, rows.design, errors.name) }
        var (covariance, lag) = (sigma * sigma * fit.inverseGram, Int?.none)
        if let kind = errors.heteroskedasticity {
            let middle = kind.middle(rows.design, fit)
            covariance = fit.inverseGram * middle * fit.inverseGram
        } else if case .neweyWest(let method) = errors {
            let found = try method.middle(fit.scores(rows.design), series)
            covariance = fit.inverseGram * found.matrix * fit.inverseGram
            lag = found.lag
        }
        let coefficients = Coefficients(
            labels: terms, values: fit.beta, covariance: covariance, degreesOfFreedom: { _ in df })
        return SeriesRegressionFit(
            method: errors.name, coefficients: coefficients, degreesOfFreedom: df,
            residuals: zip(series.values, design.matrix * fit.beta).map { $0 - $1 }, sigma: sigma, lag: lag)
    }
}
