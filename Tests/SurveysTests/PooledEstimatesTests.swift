import LinearAlgebra
import TestSupport
import Testing

@testable import Surveys

@Suite("Rubin's rules")
struct PooledEstimatesTests {
    static func estimates(_ values: [Double], _ variances: [Double], _ degreesOfFreedom: Double) -> SurveyEstimates {
        SurveyEstimates(values: values, covariance: .diagonal(variances), degreesOfFreedom: degreesOfFreedom)
    }

    @Test("Rubin's formulas by hand: estimates 1, 2, 3 with variance 1/2")
    func byHand() throws {
        let pooled = try PooledEstimates([1, 2, 3].map { Self.estimates([$0], [0.5], 10) })
        let total = 0.5 + 4 / 3.0
        #expect(pooled.values == [2] && pooled.within[0, 0] == 0.5 && pooled.between[0, 0] == 1)
        #expect(relativeDifference(pooled.covariance[0, 0], total) < 1e-15)
        // (m - 1)(1 + W / ((1 + 1/m) B))^2 = 2 (1 + 3/8)^2.
        let rubin = 2 * 1.375 * 1.375
        #expect(relativeDifference(pooled.degreesOfFreedom(of: [1], rule: .rubin), rubin) < 1e-14)
        let observed = 11 / 13.0 * 10 * 0.5 / total
        let exact = 1 / (1 / rubin + 1 / observed)
        #expect(relativeDifference(pooled.degreesOfFreedom(of: [1]), exact) < 1e-14)
        let r = 8 / 3.0
        let missing = (r + 2 / (rubin + 3)) / (r + 1)
        #expect(relativeDifference(pooled.missingInformation(of: [1], rule: .rubin), missing) < 1e-14)
    }

    @Test("A contrast is pooled as if it had been estimated in every data set")
    func contrasts() throws {
        let sets = [([3.0, 1.0], [0.4, 0.2]), ([3.5, 0.5], [0.5, 0.3]), ([2.8, 1.4], [0.3, 0.2])]
        let pooled = try PooledEstimates(sets.map { Self.estimates($0.0, $0.1, 20) })
        let direct = try PooledEstimates(sets.map { Self.estimates([$0.0[0] - $0.0[1]], [$0.1[0] + $0.1[1]], 20) })
        let transformed = pooled.transformed(Matrix(rowVectors: [[1, -1]]))
        #expect(relativeDifference(transformed.covariance[0, 0], direct.covariance[0, 0]) < 1e-14)
        for rule in PooledEstimates.DegreesOfFreedomRule.allCases {
            let expected = direct.degreesOfFreedom(rule: rule)[0]
            #expect(relativeDifference(pooled.degreesOfFreedom(of: [1, -1], rule: rule), expected) < 1e-12)
            #expect(relativeDifference(transformed.degreesOfFreedom(rule: rule)[0], expected) < 1e-12)
        }
        #expect(pooled.estimates().degreesOfFreedom == pooled.degreesOfFreedom().min())
    }

    @Test("Equal data sets leave the sampling error alone; without sampling error imputation is all")
    func edges() throws {
        let same = try PooledEstimates([1, 1].map { Self.estimates([$0], [0.5], 10) })
        #expect(same.covariance[0, 0] == 0.5 && same.missingInformation() == [0])
        #expect(same.degreesOfFreedom(of: [1], rule: .rubin) == .infinity)
        #expect(relativeDifference(same.degreesOfFreedom(of: [1]), 110 / 13.0) < 1e-14)
        let known = try PooledEstimates([1, 2, 4].map { Self.estimates([$0], [0], .infinity) })
        #expect(abs(known.degreesOfFreedom(of: [1]) - 2) < 1e-12)
        let constant = try PooledEstimates([1, 1].map { Self.estimates([$0], [0], 7) })
        #expect(constant.degreesOfFreedom(of: [1]) == 7)
    }

    @Test("The first plausible value's sampling variance stands for all when asked") func firstValue() throws {
        let columns = [[1.0, 2, 3, 4], [1, 2, 4, 9], [0, 2, 3, 3]]
        let sample = SurveySample(try ReplicateWeights(SurveyDesign(weights: [1, 1, 1, 1]), by: .jackknife))
        let statistics = columns.map { ReplicateWeightsTests.Mean(values: $0) }
        let (all, first) = try (
            sample.estimates(ofPlausibleValues: statistics),
            sample.estimates(ofPlausibleValues: statistics, sampling: .firstValue)
        )
        let variances = try statistics.map { try sample.estimates(of: $0).covariance[0, 0] }
        #expect(all.values == first.values && all.between == first.between)
        #expect(relativeDifference(all.within[0, 0], variances.reduce(0, +) / 3) < 1e-14)
        #expect(first.within[0, 0] == variances[0])
        #expect(all.completeDegreesOfFreedom == 3)
    }

    @Test("Mistakes are told") func mistakes() {
        func message(_ sets: [SurveyEstimates]) -> String? {
            ReplicateWeightsTests.message { _ = try PooledEstimates(sets) }
        }
        let one = Self.estimates([1], [1], 5)
        #expect(
            message([one])
                == "found 1 completed data sets or plausible values; the uncertainty of imputation needs two or more.")
        #expect(message([])?.hasPrefix("found 0 completed") == true)
        #expect(
            message([one, Self.estimates([1, 2], [1, 1], 5)])
                == "completed data set 2 has 2 estimates where the first has 1. Estimate the same in each.")
        #expect(
            message([one, Self.estimates([.nan], [1], 5)])
                == "estimate 1 of completed data set 2, or its variance, is missing or infinite.")
    }
}
