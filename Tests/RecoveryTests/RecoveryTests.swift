import LinearAlgebra
import Models
import TestSupport
import Testing

@testable import Recovery

@Suite struct SchoolYearTests {
    @Test(arguments: [("2021/22", 2021), ("2021/2022", 2021), ("1999/00", 1999), ("2021-22", 2021)])
    func reads(text: String, start: Int) { #expect(SchoolYear(text)?.start == start) }

    @Test(arguments: ["2021", "2021/23", "21/22", "2021/2", "2021/22/23", "x", "２０２１/22"])
    func refuses(text: String) { #expect(SchoolYear(text) == nil) }

    @Test func writesAndOrders() {
        #expect(SchoolYear(start: 1999).description == "1999/00")
        #expect(SchoolYear(start: 2008).description == "2008/09")
        #expect(SchoolYear(start: 2019) < SchoolYear(start: 2020))
        #expect(SchoolYear.years(from: SchoolYear(start: 2020), through: SchoolYear(start: 2022)).count == 3)
    }
}

@Suite struct VerdictTests {
    @Test(arguments: [
        (0.06...0.2, Verdict.ahead), (-0.04...0.04, .recovered), (-0.04...0.2, .atLeastRecovered),
        (-0.3...(-0.06), .behind), (-0.3...0.3, .undetermined), (-0.06...0.04, .undetermined),
        // An interval that touches the margin does not lie within it.
        (-0.05...0.04, .undetermined), (-0.04...0.05, .atLeastRecovered),
    ])
    func followsTheInterval(interval: ClosedRange<Double>, verdict: Verdict) {
        #expect(Verdict(interval: interval, margin: 0.05) == verdict)
    }
}

@Suite struct DelayTests {
    @Test func isTheTimeAtTheBaselinesPace() throws {
        // 3.16 percentile points of 15.96 a year of 40 weeks: the 8 weeks of Engzell et al. (2021), 7.92.
        let weeks = try delay(
            of: ScorePoints(value: -3.16), baselineGrowth: ScorePoints(value: 15.96), teachingWeeks: 40)
        #expect(abs(weeks.value - 7.92) < 0.001)
    }

    @Test func hasNoMeaningWithoutBaselineGrowth() {
        #expect(throws: RecoveryError.noBaselineGrowth(ScorePoints(value: 0))) {
            try delay(of: ScorePoints(value: 1), baselineGrowth: ScorePoints(value: 0), teachingWeeks: 40)
        }
    }
}

@Suite("Levels against the baseline") struct LevelAnalysisTests {
    private func analysis(_ judgement: Judgement, sd: Double?) throws -> RecoveryAnalysis {
        let cells = ["2017", "2018", "2022"].map { Cell(quantity: .level, outcome: "complaints", cohort: $0) }
        return try RecoveryAnalysis(
            estimates: Estimates(labels: cells, values: [20, 22, 24], covariance: .diagonal([0.04, 0.04, 0.04])),
            baseline: BaselineDeclaration(cohorts: ["2017", "2018"], kind: .mean),
            standardDeviations: sd.map { ["complaints": $0] } ?? [:], judgement: judgement)
    }

    private func judgement(_ better: Judgement.Direction, ownMargin: Double? = nil) -> Judgement {
        Judgement(
            margin: 0.05, teachingWeeks: 40, lowGroup: "a", highGroup: "b", better: better, ownMargin: ownMargin)
    }

    @Test func lessIsBetterTurnsTheVerdictAround() throws {
        let more = try #require(try analysis(judgement(.higher), sd: 10).cellFindings().last?.comparison)
        let less = try #require(try analysis(judgement(.lower), sd: 10).cellFindings().last?.comparison)
        #expect(more.verdict == .ahead)
        #expect(less.verdict == .behind)
        #expect(less.deviation.value == 3)
        #expect(less.delayWeeks == nil)
    }

    @Test func aMarginOfItsOwnNeedsNoStandardDeviation() throws {
        let comparison = try #require(
            try analysis(judgement(.lower, ownMargin: 4), sd: nil).cellFindings().last?.comparison)
        #expect(comparison.verdict == .recovered)
        #expect(comparison.deviationInSD == nil)
        #expect(try analysis(judgement(.lower), sd: nil).cellFindings().last?.comparison?.verdict == nil)
    }

    @Test func theSimulatorStartsPositiveWhenBetter() throws {
        let analysis = try analysis(judgement(.lower), sd: 10)
        let start = try analysis.deviations(of: [analysis.estimates.labels[2]])
        #expect(abs(start.values[0] + 0.3) < 1e-14)
    }

    @Test func aCellWithoutItsBaselineIsNotCompared() throws {
        let cells = [("2017", "a"), ("2018", "a"), ("2022", "a"), ("2022", "b")].map {
            Cell(quantity: .level, outcome: "y", cohort: $0.0, group: $0.1)
        }
        let analysis = try RecoveryAnalysis(
            estimates: Estimates(labels: cells, values: [1, 1, 1, 1], covariance: .identity(4)),
            baseline: BaselineDeclaration(cohorts: ["2017", "2018"], kind: .mean), standardDeviations: ["y": 1],
            judgement: judgement(.higher))
        let findings = try analysis.cellFindings()
        #expect(findings.last?.comparison == nil)
        #expect(findings[2].comparison != nil)
        #expect(try analysis.gapFindings().allSatisfy { $0.change == nil })
    }
}

@Suite struct RecoveryAnalysisTests {
    private let cohorts = ["2016/17", "2017/18", "2018/19", "2019/20"]

    /// Independent cells with variance 0.04; low grows 10, 11, 12 and then 9, high 12, 12, 12 and then 11.
    private func analysis(_ kind: BaselineDeclaration.Kind = .mean, cohorts baseline: [String]? = nil) throws
        -> RecoveryAnalysis
    {
        let values: [String: [Double]] = ["practical": [10, 11, 12, 9], "theoretical": [12, 12, 12, 11]]
        var cells: [Cell] = [], means: [Double] = []
        for group in ["practical", "theoretical"] {
            for (index, cohort) in cohorts.enumerated() {
                cells.append(Cell(outcome: "reading", cohort: cohort, group: group))
                means.append(values[group]?[index] ?? 0)
            }
        }
        let estimates = Estimates(labels: cells, values: means, covariance: .diagonal(cells.map { _ in 0.04 }))
        return try RecoveryAnalysis(
            estimates: estimates,
            baseline: BaselineDeclaration(cohorts: baseline ?? Array(cohorts.dropLast()), kind: kind),
            standardDeviations: ["reading": 20],
            judgement: Judgement(margin: 0.05, teachingWeeks: 40, lowGroup: "practical", highGroup: "theoretical"))
    }

    private func comparison(_ kind: BaselineDeclaration.Kind, _ group: String) throws -> CellFinding.Comparison {
        let findings = try analysis().cellFindings()
        return try #require(
            findings.first { $0.cell.group == group && $0.comparison?.baselineKind == kind }?.comparison)
    }

    @Test func deviationFromTheMeanAgreesWithTheFormula() throws {
        let low = try comparison(.mean, "practical")
        #expect(abs(low.baseline.value - 11) < 1e-12 && abs(low.deviation.value + 2) < 1e-12)
        // Var = 0.04 (1 + 1/3).
        #expect(abs(low.deviation.standardError - (0.04 * 4 / 3).squareRoot()) < 1e-12)
        #expect(abs(try #require(low.deviationInSD) + 0.1) < 1e-12)
        #expect(abs(try #require(low.deviationPercent) + 200.0 / 11) < 1e-12)
        // Delay 2 x 40 / 11; delta method with D = G - B: d/dG = -40/B, d/dB = 40 G / B^2.
        let delay = try #require(low.delayWeeks)
        #expect(abs(delay.value - 80.0 / 11) < 1e-12)
        let variance = 0.04 * (40.0 / 11) * (40.0 / 11) + (0.04 / 3) * (40 * 9.0 / 121) * (40 * 9.0 / 121)
        #expect(abs(delay.standardError - variance.squareRoot()) < 1e-12)
        #expect(low.verdict == .behind)
    }

    @Test func trendIsTheStraightLineThroughTheBaseline() throws {
        let low = try comparison(.trend, "practical")
        #expect(abs(low.baseline.value - 13) < 1e-12 && abs(low.deviation.value + 4) < 1e-12)
        // Prediction weights -2/3, 1/3, 4/3: variance of the baseline 0.04 x 21/9.
        #expect(abs(low.baseline.standardError - (0.04 * 21 / 9).squareRoot()) < 1e-12)
        let high = try comparison(.trend, "theoretical")
        #expect(abs(high.deviation.value + 1) < 1e-12)
    }

    @Test func gapAndItsChangeAreDifferences() throws {
        let finding = try #require(try analysis().gapFindings().first { $0.cohort == "2019/20" })
        #expect(abs(finding.gap.value + 2) < 1e-12)
        #expect(abs(try #require(finding.change).value + 1) < 1e-12)  // -2 - (11 - 12)
        #expect(abs(try #require(finding.change).standardError - (2 * 0.04 * 4 / 3).squareRoot()) < 1e-12)
        // 1 point of the margin of 1: undetermined, not recovered.
        #expect(finding.verdict == .undetermined)
        #expect(try analysis().gapFindings().filter { $0.change == nil }.count == 3)
    }

    @Test func startingDeviationsKeepTheirCovariance() throws {
        let cells = ["practical", "theoretical"].map { Cell(outcome: "reading", cohort: "2019/20", group: $0) }
        let deviations = try analysis().deviations(of: cells)
        #expect(abs(deviations.values[0] + 0.1) < 1e-14 && abs(deviations.values[1] + 0.05) < 1e-14)
        #expect(abs(deviations.covariance[0, 0] - 0.04 * 4 / 3 / 400) < 1e-16 && deviations.covariance[0, 1] == 0)
    }

    @Test func mistakesEndInOneMessage() {
        #expect {
            try analysis(cohorts: ["2015/16"])
        } throws: {
            "\($0)"
                == "baseline cohort '2015/16' is not among the estimated cohorts: 2016/17, 2017/18, 2018/19, 2019/20."
        }
        #expect {
            try analysis(.trend, cohorts: ["2016/17", "2017/18"])
        } throws: {
            "\($0)"
                == "a baseline trend needs at least 3 cohorts; 2 declared. Use kind 'mean', or declare more cohorts."
        }
    }
}

/// The shipped model against the paper's own table.
@Suite struct EngzellModelTests {
    @Test func reproducesThePublishedEffects() throws {
        let model = try ModelFile(path: repositoryFile("models/engzell2021.yaml")).fit()
        let findings = try #require(try RecoveryAnalysis(model)).cellFindings()
        func deviation(_ outcome: String, _ group: String) throws -> CellFinding.Comparison {
            try #require(
                findings.first { $0.cell.outcome == outcome && $0.cell.group == group && $0.comparison != nil }?
                    .comparison)
        }
        // PNAS table, high parental education: -3.07 (0.16); low -4.34 and lowest -4.25 (sums of published terms).
        let high = try deviation("composite", "theoretical")
        #expect(abs(high.deviation.value + 3.07) < 0.005 && abs(high.deviation.standardError - 0.16) < 0.0005)
        let low = try deviation("composite", "practical")
        #expect(low.deviation.value > -4.34 && low.deviation.value < -4.25)
        // Pooling the independent effects -4.34 (0.242) and -4.25 (0.289): standard error 0.1855.
        #expect(abs(low.deviation.standardError - 0.1855) < 0.0005)
        // "About 0.08 SD", "one fifth of a school year" (8 weeks of 40).
        #expect(abs(try #require(high.deviationInSD) + 0.077) < 0.0005)
        #expect(abs(try #require(high.delayWeeks).value - 7.7) < 0.05)
    }
}
