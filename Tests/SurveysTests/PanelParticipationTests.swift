import TestSupport
import Testing

@testable import Surveys

@Suite("Participation in several waves")
struct PanelParticipationTests {
    private let panel = PanelParticipation([
        ("2", ["a", "b", "c"]), ("3", ["b", "c", "d", "d"]), ("4", ["c", "e"]), ("5", []),
    ])

    @Test("Units are counted by their number of waves, and by pairs of waves")
    func counts() {
        #expect(panel.unitCounts == [3, 3, 2, 0])
        // a, d and e once; b twice; c three times.
        #expect(panel.unitsByTimes == [3, 1, 1, 0])
        #expect(panel.unitCount == 5)
        #expect(panel.overlaps[0] == [3, 2, 1, 0] && panel.overlaps[1] == [2, 3, 1, 0])
        #expect(PanelParticipation([]).unitCount == 0)
    }

    @Test("The overlap goes into the test of a difference; without one waves are independent")
    func relation() {
        #expect(panel.relation(0, 1, correlation: 0.6) == .overlap(respondents: 2, correlation: 0.6))
        #expect(panel.relation(0, 1, correlation: nil) == .unknownOverlap(respondents: 2))
        #expect(panel.relation(0, 3, correlation: 0.6) == .independent)
    }

    // With all units in both waves Kish's covariance rho s1 s2 / n is the covariance of two means, exactly.
    @Test("When all take part again, the overlap gives the error that the design does with units as clusters")
    func fullOverlap() throws {
        var random = SeededGenerator(seed: 21)
        let first = (0..<40).map { _ in Double.random(in: 0...10, using: &random) }
        let second = first.map { 0.5 * $0 + Double.random(in: 0...5, using: &random) }
        let units = (0..<40).map { "m\($0)" }
        let clusters = (0..<80).map { Int32($0 % 40) }
        let joint = SurveySample(
            try SurveyDesign(weights: Array(repeating: 1, count: 80), stages: [.init(clusters: clusters)]))
        let waves = DomainCodes(codes: (0..<80).map { Int32($0 / 40) }, names: ["1", "2"])
        let byDesign = try joint.estimates(of: MeanStatistic([first + second], domains: waves))
            .differences([(minuend: 1, subtrahend: 0)])
        let one = SurveySample(try SurveyDesign(weights: Array(repeating: 1, count: 40)))
        let means = try one.estimates(of: MeanStatistic([first, second]))
        let rho = try one.correlation(PearsonCorrelation(first, second)).value
        let relation = PanelParticipation([("1", units), ("2", units)]).relation(0, 1, correlation: rho)
        let estimates = (0..<2).map {
            DifferenceTest.Estimate(
                value: means.values[$0], standardError: means.standardErrors[$0], degreesOfFreedom: 39, respondents: 40)
        }
        let byOverlap = try DifferenceTest(from: estimates[0], to: estimates[1], relation)
        #expect(relativeDifference(byOverlap.standardError, byDesign.standardErrors[0]) < 1e-12)
    }
}
