import LinearAlgebra
import TestSupport
import Testing

@testable import Surveys

@Suite("Estimates of which the influence is made one at a time")
struct ColumnwiseTests {
    /// Means of two variables.
    struct Means: ColumnwiseStatistic {
        let variables: [[Double]]

        func values(weights: [Double]) -> [Double] {
            variables.map { dot($0, weights) / weights.reduce(0, +) }
        }

        func influence(on position: Int, values: [Double], weights: [Double]) -> [Double] {
            let total = weights.reduce(0, +)
            return variables[position].map { ($0 - values[position]) / total }
        }
    }

    /// The same, all at once.
    struct Whole: SurveyStatistic {
        let means: Means
        func values(weights: [Double]) throws(SurveyError) -> [Double] { means.values(weights: weights) }
        func influence(weights: [Double]) throws(SurveyError) -> Matrix { try means.influence(weights: weights) }
    }

    @Test("They have the covariance that the whole matrix gives", arguments: [false, true])
    func agree(isCalibrated: Bool) throws {
        var random = SeededGenerator(seed: 3)
        let rows = 240
        let schools = (0..<rows).map { Int32($0 / 6) }
        let first = try SurveyDesign.Stage(
            strata: schools.map { $0 / 10 }, clusters: schools, populationSizes: Array(repeating: 25, count: rows))
        let second = try SurveyDesign.Stage(
            clusters: (0..<rows).map { Int32($0 / 2) }, populationSizes: Array(repeating: 7, count: rows), within: first
        )
        let design = try SurveyDesign(
            weights: (0..<rows).map { _ in Double.random(in: 1...3, using: &random) }, stages: [first, second])
        var sample = SurveySample(design)
        if isCalibrated {
            let totals = try CalibrationTotals([
                .factor(
                    "half", codes: (0..<rows).map { Int32($0 % 2) }, categories: ["a", "b"],
                    totals: ["a": 300, "b": 200])
            ])
            sample = try sample.calibrated(to: totals)
        }
        let means = Means(
            variables: (0..<2).map { _ in (0..<rows).map { _ in Double.random(in: 0...9, using: &random) } })
        let (one, all) = (try sample.estimates(of: means), try sample.estimates(of: Whole(means: means)))
        #expect(one.values == all.values)
        for (mine, whole) in zip(one.covariance.elements, all.covariance.elements) {
            #expect(relativeDifference(mine, whole) < 1e-12)
        }
    }
}
