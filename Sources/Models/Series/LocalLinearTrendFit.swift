/// A fitted local linear trend: the states of all years, and forecasts.
public struct LocalLinearTrendFit: Sendable {
    /// A year ahead of the series.
    public struct Forecast: Sendable {
        /// The year.
        public let year: Double
        /// The level that the trend leads to, with the uncertainty of the states.
        public let level: Estimate
        /// A value of that year without its sampling error: the level and the irregular deviation.
        public let value: Estimate
    }

    /// The variances.
    public let variances: TrendVariances
    /// The variances that were estimated and are zero at the optimum: `level`, `slope`, `irregular`.
    public let zeroVariances: [String]
    /// The diffuse log-likelihood, Durbin and Koopman's (7.4).
    public let logLikelihood: Double
    /// All years from the first to the last, also those without a value.
    public let years: [Double]
    /// The level of each year given all years.
    public let levels: [Estimate]
    /// The slope from each year to the next given all years; zero without uncertainty for a local level.
    public let slopes: [Estimate]
    /// The level of each year given the years before it and itself; none for the first years, until level and slope are
    /// determined.
    public let filteredLevels: [Estimate?]
    /// Years with a value minus the diffuse states: the degrees of freedom of intervals.
    public let degreesOfFreedom: Double

    private let next: DiffuseFilter.Step

    init(model: LocalLinearTrend, variances: TrendVariances, filter: DiffuseFilter) {
        let df = Double(model.series.count - model.diffuseStates)
        func estimate(_ value: Double, _ variance: Double) -> Estimate {
            Estimate(value: value, standardError: max(0, variance).squareRoot(), degreesOfFreedom: df)
        }
        let smoothed = DiffuseSmoother(filter).states
        let first = model.series.years.first ?? 0
        self.variances = variances
        let names: [(name: String, path: WritableKeyPath<TrendVariances, Double> & Sendable)] = [
            ("level", \.level), ("slope", \.slope), ("irregular", \.irregular),
        ]
        zeroVariances = names.filter { model.freeVariances.contains($0.path) && variances[keyPath: $0.path] == 0 }
            .map(\.name)
        logLikelihood = filter.logLikelihood(scale: 1, diffuseStates: model.diffuseStates)
        years = smoothed.indices.map { first + Double($0) }
        levels = smoothed.map { estimate($0.state.level, $0.covariance.levelLevel) }
        slopes = smoothed.map { estimate($0.state.slope, $0.covariance.slopeSlope) }
        // The prediction of next year's level minus this year's shocks is this year's filtered state.
        let later = Array(filter.steps.dropFirst()) + [filter.next]
        filteredLevels = later.map { step in
            guard step.diffuse == StateMatrix() else { return nil }
            let back = StateMatrix.transition(over: -1)
            let covariance = back.around(step.covariance.adding(-1, variances.shocks(over: 1)))
            return estimate(back.times(step.state).level, covariance.levelLevel)
        }
        degreesOfFreedom = df
        next = filter.next
    }

    /// The level and the value in a year after the last.
    ///
    /// - Parameter year: A whole year after the last of the series.
    /// - Throws: ``SeriesProblem/notAYear(_:)`` for another year.
    public func forecast(_ year: Double) throws(ModelError) -> Forecast {
        guard let last = years.last, year > last, year == year.rounded(), year - last <= 10_000 else {
            throw .series(.yearsNotWhole(method: "a forecast from \(yearText(years.last ?? 0))", year: yearText(year)))
        }
        let ahead = Int(year - last) - 1
        let move = StateMatrix.transition(over: ahead)
        let state = move.times(next.state)
        let variance = move.around(next.covariance).adding(1, variances.shocks(over: ahead)).levelLevel
        func estimate(_ variance: Double) -> Estimate {
            Estimate(
                value: state.level, standardError: max(0, variance).squareRoot(), degreesOfFreedom: degreesOfFreedom)
        }
        return Forecast(year: year, level: estimate(variance), value: estimate(variance + variances.irregular))
    }
}
