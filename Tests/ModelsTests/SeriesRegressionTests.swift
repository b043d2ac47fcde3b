import Foundation
import LinearAlgebra
import Specifications
import TestSupport
import Testing

@testable import Models

/// A series made for tests: a wandering line with a step in 2020, from a printed seed.
func madeSeries(
    _ count: Int, seed: Int, without gaps: [Int] = [], standardErrors: Bool = false
) throws -> TimeSeries {
    var random = SeededGenerator(seed: seed)
    let positions = (0..<count).filter { !gaps.contains($0) }
    let first = 2020 - Double(count * 2 / 3)
    let values = positions.map { position in
        let year = first + Double(position)
        return 500 - 1.5 * Double(position) + (year >= 2020 ? -8 : 0) + Double.random(in: -6...6, using: &random)
    }
    let years = positions.map { first + Double($0) }
    guard standardErrors else { return try TimeSeries(name: "made", years: years, values: values) }
    return try TimeSeries(
        name: "made", years: years, values: values,
        standardErrors: positions.map { _ in Double.random(in: 0.5...3, using: &random) })
}

@Suite struct SeriesRegressionTests {
    private let crisis = SeriesBreak(name: "crisis", year: 2020)

    // Without a trend a level change is a difference of two means: closed form, so only rounding differs.
    @Test func levelChangeIsADifferenceOfMeans() throws {
        let series = try TimeSeries(
            name: "gap", years: [2016, 2017, 2018, 2020, 2021], values: [3, 5, 4, 9, 7])
        let change = SeriesBreak(name: "crisis", year: 2020, changes: [.level])
        let fit = try SegmentedRegression(series, breaks: [change], hasTrend: false).fit(.classical)
        #expect(fit.coefficients.labels == ["intercept", "crisis_level"])
        #expect(abs(fit.coefficients.values[0] - 4) < 1e-12)
        #expect(abs(fit.coefficients.values[1] - 4) < 1e-12)
        let variance = (2.0 + 2.0) / 3
        #expect(abs(fit.coefficients.standardErrors[1] - (variance * (1.0 / 3 + 1.0 / 2)).squareRoot()) < 1e-12)
        #expect(fit.coefficients.estimate(at: 1).degreesOfFreedom == 3)
        // Residuals -1, 1, 0, 1, -1: squared steps 4 + 1 + 1 + 4 over squares 4.
        #expect(abs(fit.durbinWatson - 2.5) < 1e-12)
    }

    @Test func neweyWestWithoutLagIsHC0() throws {
        let regression = try SegmentedRegression(madeSeries(24, seed: 1), breaks: [crisis])
        let method = NeweyWest(lag: .fixed(0), isAdjusted: false)
        let (robust, plain) = (try regression.fit(.neweyWest(method)), try regression.fit(.heteroskedastic(.hc0)))
        for (one, other) in zip(robust.coefficients.standardErrors, plain.coefficients.standardErrors) {
            #expect(relativeDifference(one, other) < 1e-12)
        }
    }

    // With a gap of ten years between two halves, no pair of rows across the gap is within the lag: by years the middle
    // matrix is the sum of the halves', by the order of rows it is not.
    @Test func neweyWestCountsMissingYearsAsDistance() throws {
        let series = try madeSeries(30, seed: 2, without: Array(10..<20))
        let design = try SeriesDesign(series, breaks: [], hasTrend: true)
        let scores = try SeriesLeastSquares(design: design.matrix, response: series.values).scores(design.matrix)
        func part(_ rows: Range<Int>) throws -> Matrix {
            let part = try series.part(Array(rows))
            let some = Matrix(rowVectors: rows.map { [scores[$0, 0], scores[$0, 1]] })
            return try NeweyWest(lag: .fixed(2), isAdjusted: false).middle(some, part).matrix
        }
        let halves = try part(0..<10) + part(10..<20)
        let byYears = try NeweyWest(lag: .fixed(2), isAdjusted: false).middle(scores, series).matrix
        let byOrder = try NeweyWest(lag: .fixed(2), spacing: .order, isAdjusted: false).middle(scores, series).matrix
        #expect(zip(halves.elements, byYears.elements).allSatisfy { relativeDifference($0, $1) < 1e-12 })
        #expect(zip(halves.elements, byOrder.elements).contains { relativeDifference($0, $1) > 1e-3 })
    }

    // floor(4 (n / 100)^(2/9)): 4 at 100 years, 3 at 50 (4 * 0.857 = 3.43), 2 at 12 (4 * 0.624 = 2.50).
    @Test(arguments: [(100, 4), (50, 3), (12, 2)]) func ruleOfThumbLag(years: Int, lag: Int) throws {
        let regression = try SegmentedRegression(madeSeries(years, seed: 3), breaks: [])
        #expect(try regression.fit(.neweyWest(NeweyWest(lag: .rule))).lag == lag)
    }

    // The recursion of whitened rows against the full correlation matrix phi^|s - t|, gaps included.
    @Test(arguments: [-0.6, -0.2, 0.3, 0.85]) func autoregressiveLikelihoodIsTheDenseOne(phi: Double) throws {
        let series = try madeSeries(20, seed: 4, without: [3, 4, 11])
        let regression = try SegmentedRegression(series, breaks: [crisis])
        var correlations = Matrix.identity(series.count)
        for row in 0..<series.count {
            for column in 0..<series.count {
                correlations[row, column] = pow(phi, abs(series.years[row] - series.years[column]))
            }
        }
        let factor = try Cholesky(correlations)
        let response = factor.solveLower(Matrix(rows: series.count, columns: 1, elements: series.values)).elements
        let fit = try SeriesLeastSquares(design: factor.solveLower(regression.design.matrix), response: response)
        let n = Double(series.count)
        let k = Double(regression.terms.count)
        for criterion in Criterion.allCases {
            let free = criterion == .reml ? n - k : n
            let scatter = free * (log(2 * .pi) + 1 + log(fit.residualSumOfSquares / free))
            let determinants = factor.logDeterminant + (criterion == .reml ? fit.logDeterminant : 0)
            let model = AutoregressiveErrors(regression: regression, kind: .discrete, criterion: criterion)
            #expect(relativeDifference(model.logLikelihood(phi), -(scatter + determinants) / 2) < 1e-10)
        }
    }

    // Equal sampling variances v and a mean alone: REML's tau^2 is s^2 - v, cut at zero (closed form). The likelihood is
    // flat at its maximum, so tau^2 is held to half the digits.
    @Test(arguments: [0.5, 4.0, 100.0]) func processVarianceOfEqualErrors(sampling: Double) throws {
        let values = [3.0, 7, 4, 8, 9, 2]
        let series = try TimeSeries(
            name: "gap", years: (2010...2015).map(Double.init), values: values,
            standardErrors: values.map { _ in sampling.squareRoot() })
        let mean = values.reduce(0, +) / 6
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5
        let fit = try SegmentedRegression(series, breaks: [], hasTrend: false).fit(.sampling(.reml, .t))
        let expected = max(0, variance - sampling)
        #expect(abs((fit.processVariance ?? -1) - expected) < 1e-6 * variance)
        #expect(relativeDifference(fit.coefficients.standardErrors[0], ((expected + sampling) / 6).squareRoot()) < 1e-6)
    }

    @Test func rowsInAnyOrderAndOtherUnitsChangeNothing() throws {
        let series = try madeSeries(24, seed: 5, standardErrors: true)
        let order = Array(0..<24).reversed()
        let other = try TimeSeries(
            name: "other", years: order.map { series.years[$0] }, values: order.map { 10 * series.values[$0] },
            standardErrors: order.map { 10 * (series.samplingVariances?[$0] ?? 0).squareRoot() })
        let kinds: [SeriesErrors] = [
            .classical, .heteroskedastic(.hc3), .neweyWest(NeweyWest(lag: .automatic)),
            .autoregressive(.discrete, .reml), .sampling(.reml, .t),
        ]
        for kind in kinds {
            let one = try SegmentedRegression(series, breaks: [crisis]).fit(kind).coefficients
            let two = try SegmentedRegression(other, breaks: [crisis]).fit(kind).coefficients
            for position in 0..<one.count {
                let error = one.standardErrors[position]
                #expect(abs(two.values[position] - 10 * one.values[position]) < 1e-5 * 10 * error)
                #expect(relativeDifference(two.standardErrors[position], 10 * error) < 1e-5)
            }
        }
    }

    @Test func yearsAreReadFromCalendarAndSchoolYears() throws {
        #expect(
            try ["2021", "2021/22", "2021-2022", "1999/00"].map { try seriesYear($0) } == [2021, 2021, 2021, 1999])
        for wrong in ["21", "2021/23", "2021/2", "", "/", "2021/22/23", "2021/-2", "summer"] {
            #expect(throws: ModelError.series(.notAYear(wrong))) { try seriesYear(wrong) }
        }
    }

    @Test func everyMistakeIsSaid() throws {
        func message(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return "no error"
        }
        let short = try TimeSeries(name: "short", years: [2018, 2019, 2020, 2021], values: [1, 3, 2, 5])
        #expect(
            message { _ = try SegmentedRegression(short, breaks: [crisis]) }
                == "the series has 4 years for 4 coefficients; this needs at least 5 years. Use more years, or drop "
                + "'crisis_slope'.")
        let late = SeriesBreak(name: "programme", year: 2024)
        #expect(
            message { _ = try SegmentedRegression(short, breaks: [late]) }
                == "the change 'programme' is declared from 2024, but the years run from 2018 to 2021: it needs a year "
                + "before it and a year from it on. Correct its year, or drop it.")
        let last = SeriesBreak(name: "crisis", year: 2027)
        let long = try TimeSeries(
            name: "long", years: (2018...2027).map(Double.init), values: [1, 3, 2, 5, 4, 6, 5, 7, 9, 8])
        #expect(
            message { _ = try SegmentedRegression(long, breaks: [last]) }
                == "the years do not tell 'crisis_slope' from the coefficients before it: too few years lie between the "
                + "changes. Drop it, for instance the slope of a change with a single year.")
        #expect(
            message { _ = try SegmentedRegression(short, breaks: [], weighting: .inverseVariance) }
                .hasPrefix("weighting by inverse variances needs the standard errors of the yearly values"))
        #expect(
            message { _ = try SegmentedRegression(long, breaks: []).fit(.neweyWest(NeweyWest(lag: .fixed(10)))) }
                == "the lag is 10; expected a whole number from 0 to 9, below the number of years.")
        let single = SeriesBreak(name: "crisis", year: 2027, changes: [.level])
        #expect(
            message { _ = try SegmentedRegression(long, breaks: [single]).fit(.heteroskedastic(.hc3)) }
                == "year 2027 alone determines a coefficient, so that it has no residual and 'hc3' would leave its error "
                + "out. Use 'classical', 'gls_ar1' or 'sampling', drop the change, or look at the counterfactual.")
        #expect(throws: Never.self) { try SegmentedRegression(long, breaks: [single]).fit(.classical) }
        let line = try TimeSeries(name: "line", years: [1, 2, 3, 4], values: [1, 2, 3, 4])
        #expect(throws: ModelError.series(.exactFit)) { try SegmentedRegression(line, breaks: []).fit(.classical) }
        #expect(throws: ModelError.series(.repeatedYear("2"))) {
            try TimeSeries(name: "", years: [2, 1, 2], values: [1, 2, 3])
        }
        #expect(throws: ModelError.series(.notFinite(year: "2"))) {
            try TimeSeries(name: "", years: [1, 2], values: [1, .nan])
        }
        #expect(throws: ModelError.series(.badStandardError(year: "2", found: 0))) {
            try TimeSeries(name: "", years: [1, 2], values: [1, 2], standardErrors: [1, 0])
        }
        #expect(throws: ModelError.series(.impossibleCovariance)) {
            try TimeSeries(
                name: "", years: [1, 2], values: [1, 2],
                samplingCovariance: Matrix(rowVectors: [[1, 2], [2, 1]]))
        }
        #expect(throws: ModelError.self) {
            try SegmentedRegression(TimeSeries(name: "", years: [], values: []), breaks: [])
        }
    }

    // Whatever the numbers: an answer or an error, never a crash or a figure that is not a number.
    @Test(arguments: [1e-160, 1e-80, 1e-9, 1e9, 1e80, 9e99], [1e-150, 1e-60, 1.0, 1e60, 1e99])
    func numbersOfAnySizeDoNotCrash(size: Double, error: Double) throws {
        let base = try madeSeries(14, seed: 21)
        for values in [base.values.map { size * $0 / 1e3 }, base.values.map { _ in size }] {
            for errors in [nil, base.values.map { _ in error }] {
                let covariance = errors.map { Matrix.diagonal($0.map { $0 * $0 }) }
                guard
                    let series = try? TimeSeries(
                        name: "", years: base.years, values: values, samplingCovariance: covariance)
                else { continue }
                for word in SeriesSpecification.errorWords {
                    let file = "crisis: 2020\nerrors: [\(word)]\ncounterfactual: []\n"
                    try expectFiniteOrRefused(series, file)
                }
                for kind in Counterfactual.Kind.allCases {
                    try expectFiniteOrRefused(series, "crisis: 2020\nerrors: []\ncounterfactual: [\(kind.rawValue)]\n")
                }
            }
        }
    }

    private func expectFiniteOrRefused(_ series: TimeSeries, _ text: String) throws {
        let file = try SpecificationFile(bytes: Array(text.utf8), path: "series.yaml")
        let specification = try file.decoded { SeriesSpecification($0) }
        guard let findings = try? SeriesAnalysis(series, specification).run() else { return }
        for row in findings.coefficientRows {
            #expect(row.estimate.value.isFinite && row.interval.upperBound.isFinite, "\(row)")
        }
        for row in findings.deviationRows {
            #expect(row.row.expected.isFinite && row.interval.upperBound.isFinite, "\(row)")
        }
    }
}
