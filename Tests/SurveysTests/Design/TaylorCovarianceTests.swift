import LinearAlgebra
import TestSupport
import Testing

@testable import Surveys

@Suite("The covariance of totals by the design")
struct TaylorCovarianceTests {
    private func variance(_ values: [Double], _ design: SurveyDesign) throws -> Double {
        try SurveySample(design).estimates(of: TotalStatistic([values])).covariance[0, 0]
    }

    private func sampleVariance(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }

    @Test("A simple random sample: N^2 (1 - n / N) s^2 / n, the closed form")
    func simpleRandomSample() throws {
        let values = [3.0, 1, 4, 1, 5, 9, 2, 6]
        let design = try SurveyDesign(weights: Array(repeating: 5, count: 8), populationSize: 40)
        let estimates = try SurveySample(design).estimates(of: TotalStatistic([values]))
        #expect(estimates.values == [155])
        let closed = 40 * 40 * (1 - 8 / 40.0) * sampleVariance(values) / 8
        #expect(relativeDifference(estimates.covariance[0, 0], closed) < 1e-14)
        #expect(estimates.degreesOfFreedom == 7)
    }

    // Särndal, Swensson and Wretman (1992), result 4.3.1, simple random sampling at both stages:
    // N^2 (1 - n / N) s_t^2 / n + N / n sum N_i^2 (1 - n_i / N_i) s_i^2 / n_i, t the estimated cluster totals.
    @Test("Two stages: between clusters, and within them by the share of clusters drawn")
    func twoStages() throws {
        let values = [3.0, 1, 4, 1, 5, 9, 2, 6, 5]
        let clusters: [Int32] = [7, 7, 7, 2, 2, 5, 5, 5, 5]
        let (sizes, population) = ([7: 6.0, 2: 4, 5: 12], 10.0)
        let drawn = [7: 3.0, 2: 2, 5: 4]
        let weights = clusters.map { population / 3 * (sizes[Int($0)] ?? 0) / (drawn[Int($0)] ?? 1) }
        let first = try SurveyDesign.Stage(clusters: clusters) { _ in population }
        let second = try SurveyDesign.Stage(clusters: [0, 1, 2, 0, 1, 0, 1, 2, 3], within: first) {
            sizes[Int(clusters[$0])] ?? 0
        }
        let design = try SurveyDesign(weights: weights, stages: [first, second])
        var (totals, within) = ([Double](), 0.0)
        for cluster in [7, 2, 5] {
            let own = values.indices.filter { clusters[$0] == cluster }.map { values[$0] }
            let (n, size) = (Double(own.count), sizes[cluster] ?? 0)
            totals.append(size * own.reduce(0, +) / n)
            within += size * size * (1 - n / size) * sampleVariance(own) / n
        }
        let closed =
            population * population * (1 - 3 / population) * sampleVariance(totals) / 3 + population / 3 * within
        #expect(relativeDifference(try variance(values, design), closed) < 1e-14)
    }

    @Test("Thousands of clusters in strata add up as stratum by stratum, over the ends of blocks", arguments: 1...3)
    func agreesWithThePlainSum(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let (rows, strata) = (12_000, 7)
        let clusters = (0..<rows).map { _ in Int32.random(in: 0..<6_000, using: &random) }
        let stratumOfRow = clusters.map { $0 % Int32(strata) }
        let x = Matrix(rows: rows, columns: 2, elements: (0..<2 * rows).map { _ in .random(in: 0...1, using: &random) })
        let design = try SurveyDesign(
            weights: Array(repeating: 1, count: rows), stages: [.init(strata: stratumOfRow, clusters: clusters)])
        var plain = 0.0
        for stratum in 0..<Int32(strata) {
            var totals: [Int32: (Double, Double)] = [:]
            for row in 0..<rows where stratumOfRow[row] == stratum {
                totals[clusters[row], default: (0, 0)].0 += x[row, 0]
                totals[clusters[row], default: (0, 0)].1 += x[row, 1]
            }
            let all = totals.keys.sorted().compactMap { totals[$0] }
            let count = Double(all.count)
            let means = (all.reduce(0) { $0 + $1.0 } / count, all.reduce(0) { $0 + $1.1 } / count)
            plain += count / (count - 1) * all.reduce(0) { $0 + ($1.0 - means.0) * ($1.1 - means.1) }
        }
        // Sums of 6,000 products of either sign: their size bounds the rounding.
        let covariance = design.covariance(ofTotals: x)
        let scale = (covariance[0, 0] * covariance[1, 1]).squareRoot()
        #expect(abs(covariance[0, 1] - plain) < 1e-13 * scale)
    }

    @Test("Every cluster of the population drawn: no variance", arguments: SurveyDesign.LonelyClusters.allCases)
    func censusHasNoVariance(lonely: SurveyDesign.LonelyClusters) throws {
        let (strata, clusters): ([Int32], [Int32]) = ([0, 0, 0, 1, 1], [0, 0, 1, 2, 2])
        let stage = try SurveyDesign.Stage(strata: strata, clusters: clusters, populationSizes: [2, 2, 2, 1, 1])
        let design = try SurveyDesign(
            weights: Array(repeating: 1, count: 5), stages: [stage], lonelyClusters: lonely)
        #expect(try variance([3, 1, 4, 1, 5], design) == 0)
    }

    @Test("A stratum drawn whole adds what its second stage leaves open")
    func certaintyAtTheFirstStage() throws {
        let clusters: [Int32] = [0, 0, 1, 1, 1]
        let first = try SurveyDesign.Stage(clusters: clusters) { _ in 2 }
        let second = try SurveyDesign.Stage(clusters: [0, 1, 2, 3, 4], within: first) { clusters[$0] == 0 ? 4 : 6 }
        let values = [3.0, 1, 4, 1, 5]
        let design = try SurveyDesign(weights: Array(repeating: 2, count: 5), stages: [first, second])
        let closed =
            16 * (1 - 2 / 4.0) * sampleVariance([3, 1]) / 2 + 36 * (1 - 3 / 6.0) * sampleVariance([4, 1, 5]) / 3
        #expect(relativeDifference(try variance(values, design), closed) < 1e-14)
    }

    // Two strata of two clusters and one of one, totals z: 2 (z1 - z2)^2 / 2 ..., by hand.
    @Test(
        "A lonely stratum adds nothing, its square around 0, or the others' mean",
        arguments: [(SurveyDesign.LonelyClusters.certainty, 29.0), (.centre, 29 + 49), (.average, 29 * 3 / 2.0)])
    func lonelyClusters(policy: SurveyDesign.LonelyClusters, expected: Double) throws {
        let stage = try SurveyDesign.Stage(strata: [0, 0, 1, 1, 2], clusters: [0, 1, 2, 3, 4])
        let design = try SurveyDesign(
            weights: Array(repeating: 1, count: 5), stages: [stage], lonelyClusters: policy)
        #expect(relativeDifference(try variance([1, 3, 4, 9, 7], design), expected) < 1e-14)
    }

    @Test("A second stage that is not named within the first is read so")
    func nestsStages() throws {
        let clusters: [Int32] = [0, 0, 0, 1, 1, 1]
        let inner: [Int32] = [0, 0, 1, 0, 1, 1]
        let values = [3.0, 1, 4, 1, 5, 9]
        let first = try SurveyDesign.Stage(clusters: clusters) { _ in 6 }
        let weights = Array(repeating: 2.0, count: 6)
        let loose = try SurveyDesign(
            weights: weights, stages: [first, .init(clusters: inner) { _ in 8 }])
        let nested = try SurveyDesign(
            weights: weights, stages: [first, .init(clusters: inner, within: first) { _ in 8 }])
        #expect(loose.stages[1].clusterCount == 4)
        #expect(try variance(values, loose) == variance(values, nested))
        let onlyFirst = try variance(values, SurveyDesign(weights: weights, stages: [first]))
        #expect(try variance(values, nested) > onlyFirst)
    }

    @Test("Codes may be any numbers: negative, huge, or in use in another stratum")
    func anyCodes() throws {
        let values = [3.0, 1, 4, 1, 5, 9]
        let weights = Array(repeating: 2.0, count: 6)
        let plain = try SurveyDesign(
            weights: weights, stages: [.init(strata: [0, 0, 0, 1, 1, 1], clusters: [0, 0, 1, 2, 3, 3])])
        let odd = try SurveyDesign(
            weights: weights,
            stages: [.init(strata: [-5, -5, -5, .max, .max, .max], clusters: [.min, .min, 9, .min, .max, .max])])
        #expect(odd.degreesOfFreedom == 2 && plain.degreesOfFreedom == 2)
        #expect(try variance(values, odd) == variance(values, plain))
    }

    @Test("Rows of weight 0 keep their cluster in the variance, and not in the degrees of freedom")
    func weightZero() throws {
        let design = try SurveyDesign(
            weights: [2, 2, 0, 2], stages: [.init(clusters: [0, 1, 2, 3])])
        let totals = [2.0, 6, 0, 8]
        #expect(design.degreesOfFreedom == 2)
        #expect(relativeDifference(try variance([1, 3, 5, 4], design), 4 * sampleVariance(totals)) < 1e-14)
    }
}
