/// A level that wanders and has a slope that wanders, seen with an irregular deviation each year.
///
/// `y_t = level_t + irregular_t + sampling error_t`, `level_t+1 = level_t + slope_t + shock`, `slope_t+1 = slope_t +
/// shock`, nothing known of the first level and slope. The variances are estimated by maximum diffuse likelihood, which is
/// REML. Sampling errors enter with their known variances; correlations between years are not used.
///
/// - SeeAlso: Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter, chapter 4.
public struct LocalLinearTrend: Sendable {
    /// Which of level and slope wander.
    public enum Form: String, Sendable, CaseIterable {
        /// Both.
        case localLinearTrend = "local_linear_trend"
        /// The level alone; there is no slope.
        case localLevel = "local_level"
        /// The slope alone: the level's own shocks are zero. Another name: integrated random walk.
        case smoothTrend = "smooth_trend"
        /// Neither: a straight line by least squares.
        case deterministic = "deterministic_trend"
    }

    /// What a year deviates from the level.
    public enum Irregular: Sendable {
        /// By a variance that is estimated, beside the sampling error where that is known.
        case estimated
        /// By the known sampling error only.
        case samplingOnly
    }

    /// The series.
    public let series: TimeSeries
    /// Which of level and slope wander.
    public let form: Form
    /// What a year deviates from the level.
    public let irregular: Irregular
    /// One a year, from the first to the last.
    let observations: [DiffuseFilter.Observation?]

    /// A series cannot be longer: the filter steps through every year.
    private static let longestSpan = 10_000.0

    /// A local linear trend.
    ///
    /// - Throws: ``SeriesProblem/yearsNotWhole(method:year:)``, ``SeriesProblem/noSamplingErrors(_:)``, or
    ///   ``SeriesProblem/tooFewYears(years:coefficients:needed:drop:)`` without a year for each start value and variance.
    public init(
        _ series: TimeSeries, form: Form = .localLinearTrend, irregular: Irregular = .estimated
    ) throws(ModelError) {
        if irregular == .samplingOnly, series.samplingCovariance == nil {
            throw .series(.noSamplingErrors("a trend without an irregular of its own"))
        }
        let words = "the local linear trend"
        if let odd = series.years.first(where: { $0 != $0.rounded() }) {
            throw .series(.yearsNotWhole(method: words, year: yearText(odd)))
        }
        self.series = series
        self.form = form
        self.irregular = irregular
        let states = form == .localLevel ? 1 : 2
        let variances = Self.free(form, irregular).count
        guard series.count >= states + max(1, variances), let first = series.years.first, let last = series.years.last
        else {
            throw .series(
                .tooFewYears(
                    years: series.count, coefficients: states + variances, needed: states + max(1, variances),
                    drop: form == .localLevel ? "" : "use 'trend_with_scatter'"))
        }
        guard last - first <= Self.longestSpan else {
            throw .series(.yearsNotWhole(method: words + ", over at most 10000 years,", year: yearText(last)))
        }
        var observations = [DiffuseFilter.Observation?](repeating: nil, count: Int(last - first) + 1)
        for (index, year) in series.years.enumerated() {
            observations[Int(year - first)] = .init(
                value: series.values[index], samplingVariance: series.samplingVariances?[index] ?? 0)
        }
        self.observations = observations
    }

    /// How many of the first level and slope are unknown.
    var diffuseStates: Int { form == .localLevel ? 1 : 2 }

    /// The variances that are estimated.
    var freeVariances: [WritableKeyPath<TrendVariances, Double> & Sendable] { Self.free(form, irregular) }

    private static func free(
        _ form: Form, _ irregular: Irregular
    ) -> [WritableKeyPath<TrendVariances, Double> & Sendable] {
        var list: [WritableKeyPath<TrendVariances, Double> & Sendable] = []
        if form == .localLevel || form == .localLinearTrend { list.append(\.level) }
        if form == .smoothTrend || form == .localLinearTrend { list.append(\.slope) }
        if irregular == .estimated { list.append(\.irregular) }
        return list
    }

    /// Estimates the variances and the states.
    ///
    /// - Throws: ``SeriesProblem/exactFit`` or ``ModelError/notConverged(evaluations:reason:)``.
    public func fit() throws(ModelError) -> LocalLinearTrendFit {
        try fit(variances: TrendVarianceSearch(model: self).run())
    }

    /// The states with given variances.
    ///
    /// - Throws: ``ModelError/numericalBreakdown`` when a year has no variance at all.
    public func fit(variances: TrendVariances) throws(ModelError) -> LocalLinearTrendFit {
        guard let filter = filter(variances) else { throw .numericalBreakdown }
        return LocalLinearTrendFit(model: self, variances: variances, filter: filter)
    }

    func filter(_ variances: TrendVariances) -> DiffuseFilter? {
        DiffuseFilter(observations, variances: variances, hasSlope: form != .localLevel)
    }
}
