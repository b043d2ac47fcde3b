import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Models

/// The same model without a filter: the joint normal density of all years with the first level and slope as fixed
/// effects, and the states as best linear unbiased predictions.
private struct DenseTrend {
    let fit: SeriesLeastSquares
    let logLikelihood: Double
    private let factor: Cholesky
    private let hasSlope: Bool
    private let times: [Double]
    private let variances: TrendVariances
    private let design: Matrix
    private let response: [Double]

    init(_ series: TimeSeries, _ variances: TrendVariances, hasSlope: Bool) throws {
        times = series.years.map { $0 - series.years[0] }
        var total = Matrix.diagonal(
            (0..<series.count).map { variances.irregular + (series.samplingVariances?[$0] ?? 0) })
        for row in times.indices {
            for column in times.indices {
                total[row, column] += Self.covariance(times[row], times[column], variances)
            }
        }
        design = Matrix(rowVectors: times.map { hasSlope ? [1, $0] : [1] })
        factor = try Cholesky(total)
        response = factor.solveLower(Matrix(rows: times.count, columns: 1, elements: series.values)).elements
        fit = try SeriesLeastSquares(design: factor.solveLower(design), response: response)
        let sum = Double(times.count) * log(2 * .pi) + factor.logDeterminant + fit.logDeterminant
        logLikelihood = -(sum + fit.residualSumOfSquares) / 2
        self.hasSlope = hasSlope
        self.variances = variances
    }

    /// The covariance of two levels given the first: shocks that both have passed, slopes' shocks times the years since.
    static func covariance(_ s: Double, _ t: Double, _ variances: TrendVariances) -> Double {
        let common = min(s, t)
        let bends = stride(from: 1, through: common, by: 1).reduce(0) { $0 + (s - $1) * (t - $1) }
        return common * variances.level + bends * variances.slope
    }

    /// The level at a time, in the years or after them, given all values.
    func level(at time: Double) -> (value: Double, variance: Double) {
        prediction(
            target: hasSlope ? [1, time] : [1], own: Self.covariance(time, time, variances),
            crossed: times.map { Self.covariance(time, $0, variances) })
    }

    /// The slope at a time given all values: the first slope and the shocks up to the time.
    func slope(at time: Double) -> (value: Double, variance: Double) {
        let crossed = times.map { other in
            variances.slope * stride(from: 1, through: min(time, other), by: 1).reduce(0) { $0 + (other - $1) }
        }
        return prediction(target: [0, 1], own: time * variances.slope, crossed: crossed)
    }

    private func prediction(
        target: [Double], own: Double, crossed: [Double]
    ) -> (value: Double, variance: Double) {
        let white = factor.solveLower(Matrix(rows: times.count, columns: 1, elements: crossed))
        let explained = factor.solveLower(design).transposedTimes(white).elements
        let rest = zip(target, explained).map { $0 - $1 }
        let value = dot(target, fit.beta) + dot(white.elements, fit.residuals)
        return (value, own - dot(white.elements, white.elements) + quadraticForm(fit.inverseGram, rest))
    }
}

@Suite struct SeriesTrendTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let form: LocalLinearTrend.Form
        let variances: TrendVariances
        let gaps: [Int]
        let hasErrors: Bool
        var testDescription: String { "\(form.rawValue) \(variances) without \(gaps)" }
    }

    static let cases = [
        Case(form: .localLinearTrend, variances: .init(level: 3, slope: 0.4, irregular: 5), gaps: [], hasErrors: false),
        Case(
            form: .localLinearTrend, variances: .init(level: 3, slope: 0.4, irregular: 0), gaps: [1, 2, 7],
            hasErrors: true),
        Case(
            form: .localLinearTrend, variances: .init(level: 0.5, slope: 2, irregular: 1), gaps: [1, 9, 10, 11],
            hasErrors: true),
        Case(form: .smoothTrend, variances: .init(level: 0, slope: 0.7, irregular: 2), gaps: [4], hasErrors: false),
        Case(form: .localLevel, variances: .init(level: 4, slope: 0, irregular: 3), gaps: [5, 6], hasErrors: true),
        Case(form: .deterministic, variances: .init(level: 0, slope: 0, irregular: 3), gaps: [3], hasErrors: false),
    ]

    // Two algorithms for one model. What differs is rounding, amplified by the conditioning of the dense matrix.
    @Test(arguments: cases) func filterAndSmootherAreTheDenseModel(peer: Case) throws {
        let series = try madeSeries(16, seed: 6, without: peer.gaps, standardErrors: peer.hasErrors)
        let fit = try LocalLinearTrend(series, form: peer.form).fit(variances: peer.variances)
        let dense = try DenseTrend(series, peer.variances, hasSlope: peer.form != .localLevel)
        #expect(relativeDifference(fit.logLikelihood, dense.logLikelihood) < 1e-9)
        for (position, year) in fit.years.enumerated() {
            let expected = dense.level(at: year - fit.years[0])
            #expect(abs(fit.levels[position].value - expected.value) < 1e-7)
            #expect(relativeDifference(fit.levels[position].standardError, expected.variance.squareRoot()) < 1e-7)
            guard peer.form != .localLevel else { continue }
            let slope = dense.slope(at: year - fit.years[0])
            #expect(abs(fit.slopes[position].value - slope.value) < 1e-7)
            #expect(relativeDifference(fit.slopes[position].standardError, slope.variance.squareRoot()) < 1e-7)
        }
        for ahead in 1...5 {
            let year = try #require(fit.years.last) + Double(ahead)
            let expected = dense.level(at: year - fit.years[0])
            let forecast = try fit.forecast(year)
            #expect(relativeDifference(forecast.level.value, expected.value) < 1e-9)
            #expect(relativeDifference(forecast.level.standardError, expected.variance.squareRoot()) < 1e-7)
            let variance = expected.variance + peer.variances.irregular
            #expect(relativeDifference(forecast.value.standardError, variance.squareRoot()) < 1e-7)
        }
        // Given all years is given the years up to it, in the last year.
        let last = try #require(fit.filteredLevels.last ?? nil)
        #expect(abs(last.value - (fit.levels.last?.value ?? 0)) < 1e-8)
        #expect(relativeDifference(last.standardError, fit.levels.last?.standardError ?? 0) < 1e-7)
        #expect(fit.filteredLevels.first == .some(nil) || peer.form == .localLevel)
    }

    // A straight line without shocks is least squares: s^2 = RSS / (n - 2) and the textbook variance of a prediction.
    @Test func deterministicTrendIsLeastSquares() throws {
        let series = try madeSeries(15, seed: 7, without: [2, 8])
        let fit = try LocalLinearTrend(series, form: .deterministic).fit()
        let line = try SegmentedRegression(series, breaks: []).fit(.classical)
        #expect(relativeDifference(fit.variances.irregular, line.sigma * line.sigma) < 1e-10)
        for slope in fit.slopes {
            #expect(relativeDifference(slope.value, line.coefficients.values[1]) < 1e-9)
            #expect(relativeDifference(slope.standardError, line.coefficients.standardErrors[1]) < 1e-8)
        }
        let year = try #require(series.years.last) + 3
        let forecast = try fit.forecast(year)
        let expected = line.coefficients.functional([1, year - series.years[0]])
        #expect(relativeDifference(forecast.level.value, expected.value) < 1e-10)
        #expect(relativeDifference(forecast.level.standardError, expected.standardError) < 1e-8)
        #expect(forecast.value.degreesOfFreedom == Double(series.count - 2))
    }

    // Nothing near has a higher likelihood; a small step along any free variance lowers it or, at zero, does not raise it.
    @Test(arguments: LocalLinearTrend.Form.allCases, [false, true])
    func varianceEstimatesAreAMaximum(form: LocalLinearTrend.Form, hasErrors: Bool) throws {
        for seed in 10..<12 {
            let series = try madeSeries(22, seed: seed, without: [6], standardErrors: hasErrors)
            let model = try LocalLinearTrend(series, form: form)
            let fit = try model.fit()
            for path in model.freeVariances {
                for step in [-0.1, -0.01, 0.01, 0.1] {
                    var other = fit.variances
                    other[keyPath: path] = max(0, other[keyPath: path] * (1 + step) + (step > 0 ? 1e-4 * step : 0))
                    guard let filter = model.filter(other) else { continue }
                    let found = filter.logLikelihood(scale: 1, diffuseStates: model.diffuseStates)
                    #expect(found <= fit.logLikelihood + 1e-7)
                }
            }
        }
    }

    @Test func variancesOfZeroAreReported() throws {
        // Deviations that alternate in sign leave nothing for a wandering level or slope.
        let years = (2000...2015).map(Double.init)
        let values = years.map { 100 + 2 * ($0 - 2000) + (Int($0) % 2 == 0 ? 1.5 : -1.5) }
        let fit = try LocalLinearTrend(TimeSeries(name: "", years: years, values: values)).fit()
        #expect(fit.zeroVariances == ["level", "slope"])
        #expect(fit.variances.irregular > 2)
        let rows = try Counterfactual(TimeSeries(name: "", years: years, values: values), crisis: 2012)
            .rows(.localLinearTrend)
        #expect(rows.diagnostics.contains { $0.name == "trend_zero_variances" && $0.isWarning })
    }

    @Test func everyMistakeIsSaid() throws {
        let halves = try TimeSeries(name: "", years: [2000, 2000.5, 2001, 2002], values: [1, 3, 2, 5])
        #expect(throws: ModelError.series(.yearsNotWhole(method: "the local linear trend", year: "2000.5"))) {
            try LocalLinearTrend(halves)
        }
        #expect(
            "\(SeriesProblem.yearsNotWhole(method: "the local linear trend", year: "2000.5"))"
                == "the local linear trend steps from year to year, and 2000.5 is no whole year. Use whole years, or another "
                + "method.")
        #expect(throws: ModelError.self) {
            try LocalLinearTrend(TimeSeries(name: "", years: [1, 2, 1e12, 3e12, 4e12], values: [1, 4, 2, 5, 6]))
        }
        let few = try TimeSeries(name: "", years: [2000, 2001, 2002, 2003], values: [1, 3, 2, 5])
        #expect(
            throws: ModelError.series(
                .tooFewYears(years: 4, coefficients: 5, needed: 5, drop: "use 'trend_with_scatter'"))
        ) { try LocalLinearTrend(few) }
        #expect(throws: ModelError.self) { try LocalLinearTrend(few, form: .smoothTrend, irregular: .samplingOnly) }
        let line = try TimeSeries(name: "", years: (1...8).map(Double.init), values: (1...8).map(Double.init))
        #expect(throws: ModelError.series(.exactFit)) { try LocalLinearTrend(line).fit() }
        let fit = try LocalLinearTrend(madeSeries(12, seed: 8)).fit()
        #expect(throws: ModelError.self) { try fit.forecast(2000) }
    }
}
