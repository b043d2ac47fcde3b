/// Judges a series as a specification asks.
public struct SeriesAnalysis: Sendable {
    /// The series.
    public let series: TimeSeries
    /// What is asked.
    public let specification: SeriesSpecification

    /// With fewer years than this, standard errors that rest on many years are a weak guide.
    private static let fewYears = 20

    /// An analysis of a series.
    public init(_ series: TimeSeries, _ specification: SeriesSpecification) {
        self.series = series
        self.specification = specification
    }

    /// Fits the segmented line with each kind of errors, and continues the years before the crisis in each way.
    ///
    /// - Throws: A ``SeriesProblem`` for the first method that the series does not allow: nothing is left out in silence.
    public func run() throws(ModelError) -> SeriesFindings {
        let coverage = specification.coverage
        guard coverage > 0, coverage < 1 else { throw .series(.badCoverage(coverage)) }
        var fits: [SeriesRegressionFit] = []
        if !specification.errors.isEmpty {
            let regression = try SegmentedRegression(
                series, breaks: specification.breaks, hasTrend: specification.hasTrend,
                weighting: specification.weighting)
            for errors in specification.errors { fits.append(try regression.fit(errors)) }
        }
        var (rows, remarks) = ([Counterfactual.Row](), [Diagnostic]())
        if let crisis = specification.crisis, !specification.counterfactuals.isEmpty {
            let counterfactual = try Counterfactual(series, crisis: crisis)
            for kind in specification.counterfactuals {
                let found = try counterfactual.rows(kind)
                rows += found.rows
                remarks += found.diagnostics
            }
        }
        return SeriesFindings(
            series: series, coverage: coverage, fits: fits, counterfactuals: rows,
            diagnostics: counts() + fits.flatMap { notes(on: $0) } + remarks)
    }

    private func counts() -> [Diagnostic] {
        var list = [Diagnostic("years", Double(series.count))]
        if series.count < Self.fewYears {
            list.append(
                Diagnostic(
                    "few_years",
                    note: "\(series.count) years: autocorrelation and the scatter of years are poorly determined, and "
                        + "Newey-West and heteroskedasticity-consistent errors tend to be too small. Compare the methods",
                    isWarning: true))
        }
        if series.evenSpacing == nil, series.count > 1 {
            list.append(Diagnostic("gaps", note: "the years are not equally spaced"))
        }
        return list
    }

    private func notes(on fit: SeriesRegressionFit) -> [Diagnostic] {
        var list = [Diagnostic("\(fit.method)_durbin_watson", fit.durbinWatson)]
        if fit.sigma > 0 { list.append(Diagnostic("\(fit.method)_sigma", fit.sigma)) }
        if let lag = fit.lag {
            // Kernel estimates lose a share of the variance that grows with the lag over the number of years.
            let isLong = 4 * lag > series.count
            list.append(
                Diagnostic(
                    "\(fit.method)_lag", Double(lag),
                    note: isLong
                        ? "more than a quarter of the years: the standard errors come out too small. Declare a shorter lag"
                        : "", isWarning: isLong))
        }
        if let value = fit.autocorrelation {
            list.append(Diagnostic("\(fit.method)_autocorrelation", value, note: "of two years in a row"))
        }
        if let variance = fit.processVariance {
            list.append(
                Diagnostic(
                    "\(fit.method)_tau", variance.squareRoot(),
                    note: variance == 0
                        ? "estimated as zero: the sampling errors explain all scatter"
                        : "standard deviation of the years beyond their sampling errors"))
        }
        if let value = fit.logLikelihood { list.append(Diagnostic("\(fit.method)_log_likelihood", value)) }
        return list
    }
}
