import Specifications
import TestSupport
import Testing

@testable import Models

/// England's disadvantage gap in GCSEs (Department for Education, published index by school year), as R fits it.
@Suite struct SeriesOfEnglandTests {
    private func series() throws -> TimeSeries {
        try TimeSeries(
            name: "gap", labels: (10...24).map { "20\($0)/\($0 + 1)" },
            values: [4.07, 3.89, 3.8, 3.74, 3.79, 3.78, 3.66, 3.68, 3.7, 3.66, 3.79, 3.84, 3.94, 3.93, 3.92])
    }

    private static let linear = "R 4.2.2, sandwich 3.0.2; linear equations, so only rounding differs"
    private static let optimised = "R 4.2.2, nlme 3.1.162 polished by optimize(); flat at its maximum"

    static let goldens: [(String, Int, [Golden])] = [
        (
            "[hc3]", 1,
            [
                Golden("crisis_level", 0.096091476833441394, relativeTolerance: 1e-10, source: linear),
                Golden("crisis_slope", 0.028873821551218169, relativeTolerance: 1e-10, source: linear),
            ]
        ),
        (
            "[newey_west]", 1,
            [
                Golden("crisis_level", 0.070268910944838794, relativeTolerance: 1e-10, source: linear),
                Golden("crisis_slope", 0.015762436696229048, relativeTolerance: 1e-10, source: linear),
            ]
        ),
        (
            "[newey_west]\nprewhiten: ar1", 2,
            [
                Golden("crisis_level", 0.061721158435838724, relativeTolerance: 1e-8, source: linear),
                Golden("crisis_slope", 0.0093559979638202072, relativeTolerance: 1e-8, source: linear),
            ]
        ),
        (
            "[gls_ar1]\nestimation: ML", 1,
            [
                Golden("crisis_level", 0.068538650333221207, relativeTolerance: 1e-5, source: optimised),
                Golden("crisis_slope", 0.018281496370221945, relativeTolerance: 1e-5, source: optimised),
            ]
        ),
    ]

    @Test(arguments: goldens) func standardErrorsAgreeWithR(words: String, lag: Int, goldens: [Golden]) throws {
        let isNeweyWest = words.contains("newey_west")
        let text = "crisis: 2019/20\nerrors: \(words)\n" + (isNeweyWest ? "lag: \(lag)\n" : "")
        let file = try SpecificationFile(bytes: Array(text.utf8), path: "series.yaml")
        let findings = try SeriesAnalysis(series(), file.decoded { SeriesSpecification($0) }).run()
        for golden in goldens {
            let row = try #require(findings.coefficientRows.first { $0.term == golden.name })
            #expect(golden.agrees(with: row.estimate.standardError), "\(golden): \(row)")
            #expect(row.estimate.degreesOfFreedom == 11)
        }
    }

    // 2010/11 to 2024/25 are 15 years; Newey and West's (1994) own choice is a lag of 8 (sandwich 3.0.2, bwNeweyWest).
    @Test func aLagOfHalfTheYearsIsWarnedOf() throws {
        let specification = SeriesSpecification(
            crisis: 2019, breaks: [SeriesBreak(name: "crisis", year: 2019)],
            errors: [.neweyWest(NeweyWest(lag: .automatic))])
        let findings = try SeriesAnalysis(series(), specification).run()
        let lag = try #require(findings.diagnostics.first { $0.name == "newey_west_lag" })
        #expect(lag.value == 8)
        #expect(lag.isWarning)
    }

    // R 4.2.2: the years' joint normal density maximised without a filter (Tests/Peers/R/series.R).
    @Test func localLinearTrendAgreesWithADenseMaximum() throws {
        let fit = try LocalLinearTrend(series()).fit()
        #expect(relativeDifference(fit.variances.level, 0.0036313750918984112) < 1e-5)
        #expect(relativeDifference(fit.variances.slope, 0.0013609382404812323) < 1e-5)
        #expect(relativeDifference(fit.logLikelihood, 12.13640089276355) < 1e-9)
        #expect(fit.zeroVariances == ["irregular"])
    }

    // nlme's REML estimate runs to 0.9999 here: the series wanders, and a line with AR(1) errors is not identified.
    @Test func autocorrelationAtItsBoundIsRefused() throws {
        let regression = try SegmentedRegression(series(), breaks: [SeriesBreak(name: "crisis", year: 2019)])
        #expect(throws: ModelError.series(.unitAutocorrelation(0.9995))) {
            try regression.fit(.autoregressive(.discrete, .reml))
        }
    }
}
