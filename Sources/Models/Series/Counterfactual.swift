import LinearAlgebra

/// What a series would have been without the crisis, from the years before it, and how far each later year is from that.
///
/// The uncertainty of the reference is carried along: of the mean or the slope, of the target year's own sampling error
/// and their correlation, and, in the kinds with scatter, of what single years deviate from the line by.
public struct Counterfactual: Sendable {
    /// How the years before the crisis are continued.
    public enum Kind: String, Sendable, CaseIterable {
        /// Their mean. Only sampling errors are uncertain; normal quantiles.
        case mean
        /// Their mean; single years scatter around it. t quantiles with n - 1 degrees of freedom.
        case meanWithScatter = "mean_with_scatter"
        /// Their least-squares line. Only sampling errors are uncertain; normal quantiles.
        case trend
        /// Their least-squares line; single years scatter around it. t quantiles with n - 2 degrees of freedom.
        case trendWithScatter = "trend_with_scatter"
        /// The forecast of a local linear trend, whose slope may wander. t quantiles with n - 2 degrees of freedom.
        case localLinearTrend = "local_linear_trend"

        var hasSlope: Bool { self == .trend || self == .trendWithScatter }
        var hasScatter: Bool { self == .meanWithScatter || self == .trendWithScatter }
    }

    /// A year from the crisis on.
    public struct Row: Sendable, Equatable {
        /// How the years before the crisis were continued.
        public let method: Kind
        /// The year.
        public let year: Double
        /// How the year is written.
        public let label: String
        /// The value.
        public let observed: Double
        /// The value expected without the crisis.
        public let expected: Double
        /// Observed minus expected, with its standard error and degrees of freedom.
        public let deviation: Estimate
    }

    /// The whole series.
    public let series: TimeSeries
    /// The first year of the crisis.
    public let crisis: Double

    /// - Throws: ``SeriesProblem/noYears(when:crisis:)`` when no year is before the crisis, or none from it on.
    public init(_ series: TimeSeries, crisis: Double) throws(ModelError) {
        guard let first = series.years.first, first < crisis else {
            throw .series(.noYears(when: "before", crisis: yearText(crisis)))
        }
        guard let last = series.years.last, last >= crisis else {
            throw .series(.noYears(when: "in or after", crisis: yearText(crisis)))
        }
        self.series = series
        self.crisis = crisis
    }

    /// The rows of all years from the crisis on, and remarks on the reference.
    ///
    /// - Throws: A ``SeriesProblem``: too few years before the crisis, or no sampling errors where they are needed.
    public func rows(_ kind: Kind) throws(ModelError) -> (rows: [Row], diagnostics: [Diagnostic]) {
        let found = kind == .localLinearTrend ? try forecastRows() : try lineRows(kind)
        guard found.rows.allSatisfy({ $0.deviation.value.isFinite && $0.deviation.standardError.isFinite }) else {
            throw .numericalBreakdown
        }
        return found
    }

    private var before: [Int] { series.years.indices.filter { series.years[$0] < crisis } }
    private var after: [Int] { series.years.indices.filter { series.years[$0] >= crisis } }

    private func row(_ kind: Kind, _ position: Int, expected: Double, variance: Double, df: Double) -> Row {
        let observed = series.values[position]
        return Row(
            method: kind, year: series.years[position], label: series.labels[position], observed: observed,
            expected: expected,
            deviation: Estimate(
                value: observed - expected, standardError: max(0, variance).squareRoot(), degreesOfFreedom: df))
    }

    // MARK: Mean and line

    private func lineRows(_ kind: Kind) throws(ModelError) -> (rows: [Row], diagnostics: [Diagnostic]) {
        if !kind.hasScatter, series.samplingCovariance == nil {
            throw .series(.noSamplingErrors("the counterfactual '\(kind.rawValue)'"))
        }
        let past = try series.part(before)
        let design = try line(kind, past)
        let fit = try SeriesLeastSquares.solved(design, past.values)
        let scatter = try kind.hasScatter ? self.scatter(kind, past, fit) : 0
        let df = kind.hasScatter ? Double(past.count - design.columns) : .infinity
        var rows: [Row] = []
        for position in after {
            let target = kind.hasSlope ? [1, series.years[position] - crisis] : [1]
            // The weights of the past years in the expectation: X (X'X)^-1 x.
            let weights = design * (fit.inverseGram * target)
            let variance = samplingVariance(weights, position) + scatter * (1 + dot(weights, weights))
            rows.append(row(kind, position, expected: dot(target, fit.beta), variance: variance, df: df))
        }
        let remark = Diagnostic(
            "process_variance_\(kind.rawValue)", scatter,
            note: series.samplingCovariance == nil
                ? "of single years, sampling errors included" : "of single years, beyond their sampling errors")
        return (rows, kind.hasScatter ? [remark] : [])
    }

    /// The years count from the crisis, so that the intercept is what the crisis's first year was expected to be.
    private func line(_ kind: Kind, _ past: TimeSeries) throws(ModelError) -> Matrix {
        let ones = [Double](repeating: 1, count: past.count)
        let columns = kind.hasSlope ? [ones, past.years.map { $0 - crisis }] : [ones]
        // Without scatter, two years determine a line: its uncertainty comes from the sampling errors.
        let needed = columns.count + (kind.hasScatter ? 1 : 0)
        guard past.count >= needed else {
            throw .series(
                .tooFewYears(
                    years: past.count, coefficients: columns.count, needed: needed,
                    drop: "drop the counterfactual '\(kind.rawValue)'"))
        }
        return Matrix(rows: past.count, columns: columns.count, elements: columns.flatMap { $0 })
    }

    /// The variance of single years about the line: the residual variance, or tau^2 by REML beside sampling errors.
    private func scatter(_ kind: Kind, _ past: TimeSeries, _ fit: SeriesLeastSquares) throws(ModelError) -> Double {
        guard past.samplingCovariance != nil else {
            try SegmentedRegression.refuseExactFit(fit, past.values)
            return fit.residualSumOfSquares / Double(past.count - fit.beta.count)
        }
        let design = try SeriesDesign(past, breaks: [], hasTrend: kind.hasSlope)
        return try SamplingErrorRegression(series: past, design: design, criterion: .reml, inference: .t)
            .processVariance()
    }

    /// The sampling variance of a year's value minus a weighted sum of the past years.
    private func samplingVariance(_ weights: [Double], _ position: Int) -> Double {
        guard let covariance = series.samplingCovariance else { return 0 }
        var contrast = [Double](repeating: 0, count: series.count)
        contrast[position] = 1
        for (index, weight) in zip(before, weights) { contrast[index] -= weight }
        return quadraticForm(covariance, contrast)
    }

    // MARK: Local linear trend

    private func forecastRows() throws(ModelError) -> (rows: [Row], diagnostics: [Diagnostic]) {
        let fit = try LocalLinearTrend(series.part(before)).fit()
        var rows: [Row] = []
        for position in after {
            let value = try fit.forecast(series.years[position]).value
            let own = series.samplingVariances?[position] ?? 0
            let variance = value.standardError * value.standardError + own
            rows.append(
                row(
                    .localLinearTrend, position, expected: value.value, variance: variance, df: fit.degreesOfFreedom))
        }
        return (rows, remarks(fit))
    }

    private func remarks(_ fit: LocalLinearTrendFit) -> [Diagnostic] {
        var list = [
            Diagnostic("trend_level_variance", fit.variances.level),
            Diagnostic("trend_slope_variance", fit.variances.slope),
            Diagnostic("trend_irregular_variance", fit.variances.irregular),
            Diagnostic("trend_log_likelihood", fit.logLikelihood, note: "diffuse"),
        ]
        if !fit.zeroVariances.isEmpty {
            let names = fit.zeroVariances.joined(separator: ", ")
            list.append(
                Diagnostic(
                    "trend_zero_variances",
                    note: "estimated as zero: \(names). With few years this says little about the truth; the standard "
                        + "errors take it as known", isWarning: true))
        }
        if series.hasCorrelatedErrors {
            list.append(
                Diagnostic(
                    "trend_correlations",
                    note: "the local linear trend takes the sampling errors of different years as independent; the "
                        + "correlations between years are not used", isWarning: true))
        }
        return list
    }
}
