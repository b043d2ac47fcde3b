import LinearAlgebra
import Models
import Testing

@testable import Recovery

@Suite("Risk ratios") struct RatioFindingTests {
    /// Shares in percent of independent groups of so many.
    private func analysis(_ shares: [(cohort: String, group: String, count: Double, n: Double)]) throws
        -> RecoveryAnalysis
    {
        let labels = shares.map { Cell(quantity: .level, outcome: "dropout", cohort: $0.cohort, group: $0.group) }
        let p = shares.map { $0.count / $0.n }
        return try RecoveryAnalysis(
            estimates: Estimates(
                labels: labels, values: p.map { 100 * $0 },
                covariance: .diagonal(zip(p, shares).map { 1e4 * $0 * (1 - $0) / $1.n })),
            baseline: BaselineDeclaration(cohorts: ["2018"], kind: .mean), standardDeviations: [:],
            judgement: Judgement(margin: 0.05, teachingWeeks: 40, lowGroup: "with", highGroup: "without"))
    }

    // 60 of 100 against 40 of 100. Closed form: 1.5, and sqrt(1/60 - 1/100 + 1/40 - 1/100) for its logarithm
    // (Katz and others 1978). The figures pass through percents: 1e-12.
    @Test("The ratio of two groups is that of their shares, with Katz's standard error") func groups() throws {
        let found = try analysis([("2018", "with", 60, 100), ("2018", "without", 40, 100)]).ratioFindings()
        let ratio = try #require(found.first)
        #expect(found.count == 1 && ratio.reference == .group("without"))
        #expect(abs(ratio.ratio - 1.5) < 1e-12)
        #expect(abs(ratio.logStandardError - 0.14719601443879746) < 1e-12)
        // exp(log(1.5) -+ 1.959963984540054 x 0.147196014438797466)
        #expect(
            abs(ratio.interval.lowerBound - 1.1240814588593262) < 1e-12
                && abs(ratio.interval.upperBound - 2.001634296399846) < 1e-12)
    }

    @Test("A year is compared with its own group's baseline") func baseline() throws {
        let found = try analysis([
            ("2018", "with", 10, 200), ("2018", "without", 10, 100), ("2021", "with", 20, 100),
            ("2021", "without", 0, 100),
        ]).ratioFindings()
        let ratio = try #require(found.first { $0.reference == .baseline(.mean) })
        #expect(ratio.cell.cohort == "2021" && ratio.cell.group == "with")
        #expect(abs(ratio.ratio - 4) < 1e-12)
        #expect(abs(ratio.logStandardError - (1 / 20.0 - 1 / 100.0 + 1 / 10.0 - 1 / 200.0).squareRoot()) < 1e-12)
        #expect(!found.contains { $0.cell.group == "without" && $0.cell.cohort == "2021" }, "a share of 0 has no ratio")
    }
}
