import LinearAlgebra
import Probability
import TestSupport
import Testing

@testable import Models

@Suite struct SeriesCounterfactualTests {
    private let years = [2012.0, 2013, 2015, 2016, 2018, 2019, 2021, 2022]
    private let values = [10.0, 11.5, 9, 8.5, 7.9, 8.2, 5, 5.5]

    /// Mean year, sum of squares of years, slope and value of the line through the six years before 2020.
    private var line: (mean: Double, squares: Double, scatter: Double, at: (Double) -> Double) {
        let (x, y) = (Array(years.prefix(6)), Array(values.prefix(6)))
        let (mx, my) = (x.reduce(0, +) / 6, y.reduce(0, +) / 6)
        let sxx = x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
        let slope = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) } / sxx
        let rss = zip(x, y).reduce(0) { sum, pair in
            let rest = pair.1 - my - slope * (pair.0 - mx)
            return sum + rest * rest
        }
        return (mx, sxx, rss / 4, { my + slope * ($0 - mx) })
    }

    /// 1/n + (x - mean)^2 / Sxx: what the line's uncertainty is of one year's variance.
    private func leverage(_ year: Double) -> Double { 1.0 / 6 + (year - line.mean) * (year - line.mean) / line.squares }

    // Closed form: independent errors of one size v make v (1 + 1/n + (x - mean)^2 / Sxx), normal quantiles.
    @Test func uncertaintyOfTheSlopeIsCarriedAlong() throws {
        let series = try TimeSeries(
            name: "", years: years, values: values, standardErrors: years.map { _ in 0.3 })
        let rows = try Counterfactual(series, crisis: 2020).rows(.trend).rows
        #expect(rows.map(\.year) == [2021, 2022])
        for row in rows {
            #expect(relativeDifference(row.expected, line.at(row.year)) < 1e-12)
            #expect(relativeDifference(row.deviation.value, row.observed - line.at(row.year)) < 1e-11)
            let expected = 0.3 * (1 + leverage(row.year)).squareRoot()
            #expect(relativeDifference(row.deviation.standardError, expected) < 1e-11)
            #expect(row.deviation.degreesOfFreedom == .infinity)
        }
    }

    // An error that all years share cancels in a deviation from a line or a mean.
    @Test(arguments: [Counterfactual.Kind.mean, .trend]) func sharedErrorsCancel(kind: Counterfactual.Kind) throws {
        let own = Matrix.diagonal(years.map { _ in 0.09 })
        let shared = own + Matrix(rows: 8, columns: 8, repeating: 4)
        func error(_ covariance: Matrix) throws -> [Double] {
            let series = try TimeSeries(name: "", years: years, values: values, samplingCovariance: covariance)
            return try Counterfactual(series, crisis: 2020).rows(kind).rows.map(\.deviation.standardError)
        }
        for (one, other) in zip(try error(own), try error(shared)) { #expect(relativeDifference(one, other) < 1e-9) }
    }

    // The textbook prediction interval: s^2 (1 + 1/n + (x - mean)^2 / Sxx), t with n - 2 degrees of freedom.
    @Test func scatterIsCarriedAlong() throws {
        let series = try TimeSeries(name: "", years: years, values: values)
        let rows = try Counterfactual(series, crisis: 2020).rows(.trendWithScatter).rows
        for row in rows {
            let expected = (line.scatter * (1 + leverage(row.year))).squareRoot()
            #expect(relativeDifference(row.deviation.standardError, expected) < 1e-11)
            #expect(row.deviation.degreesOfFreedom == 4)
            let half = row.deviation.confidenceInterval(coverage: 0.95).upperBound - row.deviation.value
            // t(4) at 0.975: 2.7764451051977987 (R 4.2.2 qt).
            #expect(relativeDifference(half, 2.7764451051977987 * expected) < 1e-11)
        }
        let means = try Counterfactual(series, crisis: 2020).rows(.meanWithScatter).rows
        let before = values.prefix(6)
        let mean = before.reduce(0, +) / 6
        let variance = before.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5
        #expect(relativeDifference(means[0].expected, mean) < 1e-12)
        #expect(relativeDifference(means[0].deviation.standardError, (variance * 7 / 6).squareRoot()) < 1e-12)
        #expect(means[0].deviation.degreesOfFreedom == 5)
    }

    // With equal sampling variances v, tau^2 = s^2 - v: both together are the scatter, whatever their parts. When v is
    // larger than s^2, tau^2 is zero and the standard error that of sampling alone.
    @Test func processVarianceAddsToSamplingErrors() throws {
        for sampling in [0.04, 0.2, 9.0] {
            let series = try TimeSeries(
                name: "", years: years, values: values, standardErrors: years.map { _ in sampling.squareRoot() })
            let rows = try Counterfactual(series, crisis: 2020).rows(.trendWithScatter).rows
            let total = max(line.scatter, sampling)
            for row in rows {
                let expected = (total * (1 + leverage(row.year))).squareRoot()
                // tau^2 comes from a search on a flat likelihood.
                #expect(relativeDifference(row.deviation.standardError, expected) < 1e-6)
                #expect(row.deviation.degreesOfFreedom == 4)
            }
        }
    }

    @Test func forecastsCarryTheTargetsOwnErrorToo() throws {
        let series = try madeSeries(24, seed: 9, standardErrors: true)
        let rows = try Counterfactual(series, crisis: 2020).rows(.localLinearTrend).rows
        let past = try series.part(Array(series.years.indices.filter { series.years[$0] < 2020 }))
        let fit = try LocalLinearTrend(past).fit()
        let first = try #require(rows.first)
        let forecast = try fit.forecast(2020).value
        let position = try #require(series.years.firstIndex(of: 2020))
        let own = try #require(series.samplingVariances)[position]
        let expected = (forecast.standardError * forecast.standardError + own).squareRoot()
        #expect(relativeDifference(first.deviation.standardError, expected) < 1e-12)
        #expect(first.expected == forecast.value)
        #expect(first.deviation.degreesOfFreedom == Double(past.count - 2))
    }

    @Test func everyMistakeIsSaid() throws {
        let series = try TimeSeries(name: "", years: years, values: values)
        #expect(throws: ModelError.series(.noYears(when: "before", crisis: "2012"))) {
            try Counterfactual(series, crisis: 2012)
        }
        #expect(throws: ModelError.series(.noYears(when: "in or after", crisis: "2023"))) {
            try Counterfactual(series, crisis: 2023)
        }
        #expect(throws: ModelError.series(.noSamplingErrors("the counterfactual 'trend'"))) {
            try Counterfactual(series, crisis: 2020).rows(.trend)
        }
        let words = "\(SeriesProblem.noSamplingErrors("the counterfactual 'trend'"))"
        #expect(
            words
                == "the counterfactual 'trend' needs the standard errors of the yearly values, and the series has none. "
                + "Add them, or use a method that judges by the scatter of the years, such as 'newey_west' or "
                + "'trend_with_scatter'.")
        #expect(
            throws: ModelError.series(
                .tooFewYears(
                    years: 2, coefficients: 2, needed: 3, drop: "drop the counterfactual 'trend_with_scatter'"))
        ) { try Counterfactual(series, crisis: 2014).rows(.trendWithScatter) }
    }
}
