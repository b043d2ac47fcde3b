import LinearAlgebra
import Specifications
import TestSupport
import Testing

@testable import Models

@Suite struct SeriesSpecificationTests {
    private func read(_ text: String) throws -> SeriesSpecification {
        let file = try SpecificationFile(bytes: Array(text.utf8), path: "series.yaml")
        return try file.decoded { SeriesSpecification($0) }
    }

    private func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch {
            return "\(error)".split(separator: "\n").map(String.init)
        }
    }

    @Test func everyKeyIsRead() throws {
        let found = try read(
            """
            unit: score points
            crisis: 2019/20
            programme: {year: 2021, changes: [slope]}
            breaks: [{name: reform, year: 2014, changes: [level]}]
            trend: linear
            weights: inverse_variance
            errors: [classical, hc3, newey_west, gls_ar1, gls_car1, sampling]
            lag: 2
            spacing: order
            prewhiten: ar1
            small_sample: none
            estimation: ML
            inference: knapp_hartung
            counterfactual: [mean, trend, mean_with_scatter, trend_with_scatter, local_linear_trend]
            coverage: 0.9
            """)
        #expect(found.unit == "score points")
        #expect(found.crisis == 2019)
        #expect(
            found.breaks == [
                SeriesBreak(name: "crisis", year: 2019), SeriesBreak(name: "programme", year: 2021, changes: [.slope]),
                SeriesBreak(name: "reform", year: 2014, changes: [.level]),
            ])
        let method = NeweyWest(lag: .fixed(2), spacing: .order, isPrewhitened: true, isAdjusted: false)
        #expect(
            found.errors == [
                .classical, .heteroskedastic(.hc3), .neweyWest(method), .autoregressive(.discrete, .ml),
                .autoregressive(.continuous, .ml), .sampling(.ml, .knappHartung),
            ])
        #expect(found.weighting == .inverseVariance)
        #expect(found.counterfactuals.count == 5)
        #expect(found.coverage == 0.9)
    }

    @Test func defaultsAreTheDocumentedOnes() throws {
        let found = try read("crisis: 2020\n")
        #expect(found.errors == [.neweyWest(NeweyWest())])
        #expect(found.counterfactuals == [.trendWithScatter])
        #expect(found.breaks == [SeriesBreak(name: "crisis", year: 2020)])
        #expect(try read("crisis: {year: 2020, changes: []}\n").breaks.isEmpty)
        #expect(try read("lag: newey_west_1994\n").errors == [.neweyWest(NeweyWest(lag: .automatic))])
        #expect(try read("trend: none\n").hasTrend == false)
    }

    @Test func everyMistakeIsSaidAtItsPlace() {
        #expect(
            problems("crisis: soon\nerrors: [newey-west, hc9]\ncounterfactual: [trends]\nlag: rul\n") == [
                "series.yaml:1:9: found 'soon'; expected a calendar year such as 2021, or a school year such as 2021/22.",
                "series.yaml:2:10: found 'newey-west'; expected 'classical', 'hc0', 'hc1', 'hc2', 'hc3', 'newey_west', "
                    + "'gls_ar1', 'gls_car1' or 'sampling'. Did you mean 'newey_west'?",
                "series.yaml:2:22: found 'hc9'; expected 'classical', 'hc0', 'hc1', 'hc2', 'hc3', 'newey_west', "
                    + "'gls_ar1', 'gls_car1' or 'sampling'. Did you mean 'hc0'?",
                "series.yaml:3:18: found 'trends'; expected 'mean', 'mean_with_scatter', 'trend', 'trend_with_scatter' or "
                    + "'local_linear_trend'. Did you mean 'trend'?",
                "series.yaml:4:6: found 'rul'; expected 'rule' or 'newey_west_1994'. Did you mean 'rule'?",
            ])
        #expect(
            problems("criss: 2020\n") == ["series.yaml:1:1: unknown key 'criss' in series; did you mean 'crisis'?"])
        #expect(
            problems("counterfactual: [trend]\n") == [
                "series.yaml:1:17: a counterfactual needs the year of the crisis. Add the key 'crisis'."
            ])
        #expect(
            problems("crisis: 2020\nerrors: [hc3]\nlag: 1\n") == [
                "series.yaml:3:6: 'lag' needs 'newey_west' in 'errors'. Add it, or drop the key."
            ])
        #expect(
            problems("crisis: 2020\nprogramme: 2020\n") == [
                "series.yaml:2:12: the programme starts in 2020, not after the crisis of 2020: their effects cannot be "
                    + "told apart. Correct a year, or drop the key."
            ])
        #expect(
            problems("crisis: 2020\nerrors: [hc3, hc3]\n") == [
                "series.yaml:2:9: entry 2 of the list repeats an earlier one. Name each once."
            ])
        #expect(
            problems("errors: []\n") == [
                "series.yaml:1:1: nothing is asked of the series: both 'errors' and 'counterfactual' are empty lists."
            ])
        #expect(problems("coverage: 1\n").count == 1)
        #expect(problems("lag: -1\n") == ["series.yaml:1:6: found -1; expected a whole number from 0 to 1000."])
        #expect(problems("[]\n").count == 1)
    }

    @Test func findingsHaveARowForEverythingAsked() throws {
        let series = try madeSeries(24, seed: 12, standardErrors: true)
        let specification = try read(
            """
            crisis: 2020
            errors: [classical, newey_west, gls_ar1, sampling]
            counterfactual: [mean, trend, trend_with_scatter, local_linear_trend]
            coverage: 0.9
            """)
        let findings = try SeriesAnalysis(series, specification).run()
        #expect(findings.coefficientRows.count == 16)
        let after = series.years.filter { $0 >= 2020 }.count
        #expect(findings.deviationRows.count == 4 * after)
        for row in findings.coefficientRows { #expect(row.interval.contains(row.estimate.value)) }
        for row in findings.deviationRows {
            #expect(row.row.deviation.value == row.row.observed - row.row.expected)
            #expect(row.interval.contains(row.row.deviation.value))
        }
        let names = findings.diagnostics.map(\.name)
        for name in ["years", "gls_ar1_autocorrelation", "newey_west_lag", "sampling_tau", "classical_durbin_watson"] {
            #expect(names.contains(name))
        }
        #expect(!names.contains("few_years"))
        let few = try SeriesAnalysis(madeSeries(9, seed: 13), read("crisis: 2020\n")).run()
        #expect(few.diagnostics.contains { $0.name == "few_years" && $0.isWarning })
        let wrong = SeriesSpecification(crisis: 2020, coverage: 1)
        #expect(throws: ModelError.series(.badCoverage(1))) { try SeriesAnalysis(series, wrong).run() }
    }
}

@Suite struct SeriesOfEstimatesTests {
    private let estimates = Estimates(
        labels: ["2018/19", "2019/20", "2021/22"].flatMap { cohort in
            ["practical", "theoretical"].map { Cell(outcome: "reading", cohort: cohort, group: $0) }
        }, values: [10, 14, 9, 14, 7, 13],
        covariance: Matrix.diagonal([1, 2, 1, 2, 1, 2]) + Matrix(rows: 6, columns: 6, repeating: 0.5))

    @Test func cellsOfAGroupAreASeries() throws {
        let list = try TimeSeries.series(in: estimates, unit: "points")
        #expect(list.map(\.name) == ["reading:practical", "reading:theoretical"])
        #expect(list[0].years == [2018, 2019, 2021])
        #expect(list[0].labels == ["2018/19", "2019/20", "2021/22"])
        #expect(list[1].values == [14, 14, 13])
        #expect(
            list[1].samplingCovariance == Matrix(rowVectors: [[2.5, 0.5, 0.5], [0.5, 2.5, 0.5], [0.5, 0.5, 2.5]]))
    }

    // What both groups share cancels in their gap.
    @Test func gapsCarryTheCovariance() throws {
        let gaps = try TimeSeries.gaps(in: estimates, low: "practical", high: "theoretical")
        #expect(gaps.map(\.name) == ["reading:practical-theoretical"])
        #expect(gaps[0].values == [-4, -5, -6])
        #expect(gaps[0].samplingCovariance == Matrix.diagonal([3, 3, 3]))
        #expect(try TimeSeries.gaps(in: estimates, low: "practical", high: "practical").isEmpty)
    }
}
