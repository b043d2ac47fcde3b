import LinearAlgebra
import TestSupport
import Testing

@testable import Models

@Suite struct PersistenceModelTests {
    private func fitted(_ text: String, _ csv: String? = nil) throws -> PersistenceFit {
        let folder = try TemporaryFolder()
        if let csv { try folder.write(csv, to: "d.csv") }
        let path = try folder.write("kind: persistence\n" + text, to: "m.yaml")
        return try #require(try ModelFile(path: path).fit().persistence)
    }

    private static func exact(_ months: [Double], plateau: Double, rate: Double) -> [FollowUp] {
        let curve = DecayCurve(plateau: plateau, rate: rate)
        return months.map { FollowUp(months: $0, ratio: curve.share(after: $0), standardError: 0.05 + 0.001 * $0) }
    }

    @Test(arguments: [(0.4, 0.2), (0.1, 0.05), (0.7, 1.0), (0.02, 0.4)])
    func followUpsOnACurveGiveThatCurve(plateau: Double, rate: Double) throws {
        let followUps = Self.exact([1, 2, 4, 8, 16, 32], plateau: plateau, rate: rate)
        let fit = try PersistenceFit(followUps, isDispersed: false, months: [12], coverage: 0.9)
        #expect(relativeDifference(fit.curve.plateau, plateau) < 1e-8)
        #expect(relativeDifference(fit.curve.rate, rate) < 1e-8)
        #expect(fit.chiSquared < 1e-14)
        #expect(relativeDifference(fit.curve.halfLife, 0.6931471805599453 / rate) < 1e-8)
        let left = fit.shareLeft(after: 12)
        #expect(relativeDifference(left.estimate, DecayCurve(plateau: plateau, rate: rate).share(after: 12)) < 1e-8)
        let drawn = fit.curve(of: fit.coefficients.values)
        #expect(relativeDifference(drawn.plateau, plateau) < 1e-7 && relativeDifference(drawn.rate, rate) < 1e-7)
    }

    /// At the minimum the weighted residuals are orthogonal to the curve's derivatives.
    @Test(arguments: 1...30) func theMinimumIsStationary(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let followUps = Self.exact([1, 3, 6, 12, 24, 48], plateau: 0.4, rate: 0.15).map {
            FollowUp(
                months: $0.months, ratio: $0.ratio + Double.random(in: -0.08...0.08, using: &random),
                standardError: $0.standardError)
        }
        let fit = try PersistenceFit(followUps, isDispersed: true, months: [12], coverage: 0.95)
        for parameter in 0..<2 {
            var (slope, size) = (0.0, 0.0)
            for followUp in followUps {
                let weight = 1 / (followUp.standardError * followUp.standardError)
                let gradient = fit.curve.gradient(after: followUp.months)[parameter]
                slope += weight * (followUp.ratio - fit.curve.share(after: followUp.months)) * gradient
                size += weight * gradient * gradient
            }
            #expect(abs(slope) < 1e-7 * size.squareRoot())
        }
        #expect(fit.dispersion == max(1, fit.chiSquared / 4))
    }

    @Test func aPlateauAtItsBoundIsSaid() throws {
        // Falls faster than an exponential: no plateau above zero fits better.
        let fit = try PersistenceFit(
            [
                FollowUp(months: 2, ratio: 0.8, standardError: 0.05),
                FollowUp(months: 4, ratio: 0.55, standardError: 0.05),
                FollowUp(months: 8, ratio: 0.2, standardError: 0.05),
                FollowUp(months: 16, ratio: 0.0, standardError: 0.05),
            ], isDispersed: false, months: [12], coverage: 0.95)
        #expect(fit.isPlateauZero && fit.curve.plateau == 0)
        #expect(fit.coefficients.labels == ["log(rate)"] && fit.degreesOfFreedom == 3)
        #expect(fit.curve(of: fit.coefficients.values).plateau == 0)
        #expect(fit.plateauTest == nil && fit.quantities[0].interval == nil)
        #expect(fit.diagnostics.contains { $0.name == "plateau_at_zero" && $0.isWarning })
    }

    @Test func intervalsAndPairsBecomeStandardErrors() throws {
        let fit = try fitted(
            """
            data_coverage: 0.90
            correlation: 0.5
            follow_ups:
              - {months: 2, ratio: 0.8, conf_low: 0.6, conf_high: 1.0, source: a}
              - {months: 6, post: 0.4, post_std_error: 0.1, follow_up: 0.2, follow_up_std_error: 0.05, source: a, studies: 4}
              - {months: 24, ratio: 0.4, std_error: 0.1, source: a}
            """)
        // 0.2 over the 95% quantile of the normal; sqrt(0.125^2 + 0.125^2 - 0.125^2).
        #expect(abs(fit.followUps[0].standardError - 0.2 / 1.6448536269514722) < 1e-14)
        #expect(fit.followUps[1].ratio == 0.5 && abs(fit.followUps[1].standardError - 0.125) < 1e-14)
        #expect(fit.followUps[1].studies == 4)
    }

    @Test func theShippedModelFits() throws {
        let fit = try #require(try ModelFile(path: repositoryFile("models/persistence.yaml")).fit().persistence)
        #expect(fit.followUps.map(\.studies) == [9, 15, 3, 5])
        #expect((0.2...0.5).contains(fit.curve.plateau))
        let year = fit.shareLeft(after: 12)
        #expect((0.3...0.47).contains(year.estimate))
    }

    static let mistakes: [(String, String?, String)] = [
        (
            "follow_ups: [{months: 3, ratio: 0.5, std_error: 0.1, studies: 1e300, source: s}]\n", nil,
            "m.yaml:2:63: found '1e300'; expected a whole number."
        ),
        ("", nil, "m.yaml:1:1: give either 'data', or 'follow_ups'."),
        (
            "follow_ups: [{months: 1, ratio: 1, source: s}]\n", nil,
            "m.yaml:2:14: give 'ratio' with 'std_error' or with 'conf_low' and 'conf_high', or 'post', 'post_std_error', 'follow_up' and 'follow_up_std_error'."
        ),
        (
            "follow_ups: [{months: 0, ratio: 1, std_error: 1, source: s}]\n", nil,
            "m.yaml:2:23: found 0; expected a number above 0."
        ),
        (
            "dispersion: yes\nfollow_ups: [{months: 1, ratio: 1, std_error: 1, source: s}]\n", nil,
            "m.yaml:2:13: found 'yes'; expected 'none' or 'estimated'."
        ),
        (
            "coverage: 0\nfollow_ups: [{months: 1, ratio: 1, std_error: 1, source: s}]\n", nil,
            "m.yaml:2:11: found 0.0; expected a share between 0 and 1."
        ),
        (
            "data: {file: d.csv}\n", "months,ratio,std_error\n1,0.9,0.1\n1,0.8,0.1\n1,0.7,0.1\n",
            "m.yaml: there are 3 follow-ups at 1 different month; a plateau and a rate need at least 3 follow-ups at 2 or more months. Use more, or declare the persistence as an assumption."
        ),
        (
            "data: {file: d.csv}\n", "months,ratio,std_error\n1,0.9,0\n2,0.8,0.1\n3,0.7,0.1\n",
            "m.yaml: 'std_error' is 0.0 in follow-up 1; expected a number above 0. Correct it."
        ),
        (
            "data: {file: d.csv}\n", "months,ratio,std_error\nNA,0.9,1\n2,0.8,0.1\n3,0.7,0.1\n",
            "m.yaml: 'months' is missing or not a finite number in follow-up 1. Correct it."
        ),
        (
            "data: {file: d.csv}\n", "months,ratio,conf_low,conf_high\n1,0.9,1,0\n2,0.8,0,1\n3,0.7,0,1\n",
            "m.yaml: the interval of follow-up 1 runs from 1.0 to 0.0; its upper end must be larger. Correct it."
        ),
        (
            "data: {file: d.csv}\n",
            "months,post,post_std_error,follow_up,follow_up_std_error\n1,0,1,1,1\n2,1,1,1,1\n3,1,1,1,1\n",
            "m.yaml: the effect after the intervention is 0 in follow-up 1: there is no share of it. Leave the row out."
        ),
        (
            "data: {file: d.csv}\n", "months,ratio,std_error\n1,1.0,0.1\n6,1.1,0.1\n12,1.2,0.1\n",
            "m.yaml: the effects do not decay: no plateau below 1 and no rate above 0 fit best. Declare the persistence as an assumption."
        ),
        (
            "data: {file: d.csv}\n", "months,ratio,std_error\n6,0.4,0.1\n12,0.4,0.1\n24,0.4,0.1\n",
            "m.yaml: the decay is over before the first follow-up, after 6.0 months: its rate has no finite estimate. Use earlier follow-ups, or declare the rate as an assumption."
        ),
        (
            "data: {file: d.csv}\n", "months,ratio\n6,0.4\n12,0.4\n24,0.4\n",
            "m.yaml: in follow-up 1: give 'ratio' with 'std_error' or with 'conf_low' and 'conf_high', or 'post', 'post_std_error', 'follow_up' and 'follow_up_std_error'."
        ),
    ]

    @Test(arguments: mistakes) func mistakesAreSaid(text: String, csv: String?, message: String) throws {
        let folder = try TemporaryFolder()
        if let csv { try folder.write(csv, to: "d.csv") }
        let path = try folder.write("kind: persistence\n" + text, to: "m.yaml")
        #expect {
            _ = try ModelFile(path: path).fit()
        } throws: { error in
            let found = "\(error)".replacing(folder.path + "/", with: "")
            if found != message { Issue.record("found: \(found)") }
            return found == message
        }
    }
}
