import LinearAlgebra
import TestSupport
import Testing

@testable import Surveys

/// What every statistic must do, on generated schools.
@Suite("Statistics by domain")
struct DomainStatisticTests {
    enum Kind: String, CaseIterable, Sendable {
        case mean, total, share, ratio, variance, deviation, quantile
        /// By how much estimates grow when all weights do.
        var scalesWithWeights: Bool { self == .total }
    }

    /// 60 rows in 12 clusters; some values missing.
    struct Data {
        var weights: [Double]
        var x, y: [Double]
        var categories, groups, clusters: [Int32]

        init(seed: Int) {
            var random = SeededGenerator(seed: seed)
            let rows = 0..<60
            weights = rows.map { _ in .random(in: 1...5, using: &random) }
            x = rows.map { $0 % 17 == 3 ? .nan : .random(in: 10...20, using: &random) }
            y = rows.map { _ in .random(in: 1...9, using: &random) }
            categories = rows.map { $0 % 13 == 5 ? -1 : .random(in: 0..<3, using: &random) }
            groups = rows.map { $0 % 11 == 7 ? -1 : Int32($0 % 3) }
            clusters = rows.map { Int32($0 / 5) }
        }

        func rows(_ order: [Int]) -> Data {
            var result = self
            result.weights = order.map { weights[$0] }
            (result.x, result.y) = (order.map { x[$0] }, order.map { y[$0] })
            result.categories = order.map { categories[$0] }
            (result.groups, result.clusters) = (order.map { groups[$0] }, order.map { clusters[$0] })
            return result
        }

        var domains: DomainCodes { DomainCodes(codes: groups, names: ["a", "b", "c"]) }

        func statistic(_ kind: Kind, _ domains: DomainCodes?) -> any DomainStatistic {
            switch kind {
            case .mean: MeanStatistic([x, y], domains: domains)
            case .total: TotalStatistic([x, y], domains: domains)
            case .share: ShareStatistic(categories, categoryCount: 3, domains: domains)
            case .ratio: RatioStatistic([.init(numerator: x, denominator: y)], domains: domains)
            case .variance: VarianceStatistic([x, y], domains: domains, weights: weights)
            case .deviation:
                VarianceStatistic([x, y], measure: .standardDeviation, domains: domains, weights: weights)
            case .quantile: QuantileStatistic(x, probabilities: [0.2, 0.5], domains: domains)
            }
        }

        func estimates(_ kind: Kind, _ domains: DomainCodes?) throws -> SurveyEstimates {
            let design = try SurveyDesign(weights: weights, stages: [.init(clusters: clusters)])
            return try SurveySample(design).estimates(of: statistic(kind, domains))
        }
    }

    private func expectEqual(_ ours: SurveyEstimates, _ other: SurveyEstimates, scale: Double = 1) {
        for (a, b) in zip(ours.values, other.values) { #expect(relativeDifference(a, scale * b) < 1e-13) }
        for (a, b) in zip(ours.standardErrors, other.standardErrors) {
            #expect(relativeDifference(a, scale * b) < 1e-11)
        }
    }

    @Test("The influence is the derivative to the weights", arguments: Kind.allCases.filter { $0 != .quantile })
    func influenceIsTheDerivative(kind: Kind) throws {
        let data = Data(seed: 1)
        let statistic = data.statistic(kind, data.domains)
        let influence = try statistic.influence(weights: data.weights)
        for row in stride(from: 0, to: 60, by: 3) {
            let step = 1e-4
            var (more, less) = (data.weights, data.weights)
            more[row] += step
            less[row] -= step
            let slopes = try zip(statistic.values(weights: more), statistic.values(weights: less)).map {
                ($0 - $1) / (2 * step)
            }
            for (position, slope) in slopes.enumerated() {
                // Central differences: step^2 of truncation, 1e-16 / step of rounding.
                #expect(abs(slope - influence[row, position]) < 1e-6 * max(1, abs(slope)))
            }
        }
    }

    @Test("Weights times a number change nothing but totals", arguments: Kind.allCases)
    func weightsRescaled(kind: Kind) throws {
        let data = Data(seed: 2)
        var scaled = data
        scaled.weights = data.weights.map { 8.25 * $0 }
        expectEqual(
            try scaled.estimates(kind, data.domains), try data.estimates(kind, data.domains),
            scale: kind.scalesWithWeights ? 8.25 : 1)
    }

    @Test("A row of weight 0 is as good as absent from the estimates", arguments: Kind.allCases)
    func weightZero(kind: Kind) throws {
        var data = Data(seed: 3)
        data.weights[9] = 0
        let others = data.rows((0..<60).filter { $0 != 9 })
        let (with, without) = (try data.estimates(kind, data.domains), try others.estimates(kind, others.domains))
        expectEqual(with, without)
        #expect(with.degreesOfFreedom == 11)
    }

    @Test("The order of rows does not matter", arguments: Kind.allCases)
    func permuted(kind: Kind) throws {
        var random = SeededGenerator(seed: 4)
        let data = Data(seed: 4)
        let shuffled = data.rows((0..<60).shuffled(using: &random))
        expectEqual(try shuffled.estimates(kind, shuffled.domains), try data.estimates(kind, data.domains))
    }

    @Test("One domain of all rows is the whole sample", arguments: Kind.allCases)
    func oneDomain(kind: Kind) throws {
        let data = Data(seed: 5)
        let all = DomainCodes(codes: Array(repeating: 0, count: 60), names: ["all"])
        expectEqual(try data.estimates(kind, all), try data.estimates(kind, nil))
    }

    @Test("Each domain's estimates are its own, domain by domain", arguments: Kind.allCases)
    func domainByDomain(kind: Kind) throws {
        let data = Data(seed: 6)
        let together = try data.estimates(kind, data.domains)
        let width = data.statistic(kind, nil).estimatesPerDomain
        #expect(together.values.count == 3 * width)
        for domain in 0..<3 {
            let rows = DomainCodes(rows: data.groups.map { $0 == domain }, name: "one")
            let positions = Array(domain * width..<(domain + 1) * width)
            expectEqual(together.selected(positions), try data.estimates(kind, rows))
        }
    }

    @Test("A domain without weight is named", arguments: Kind.allCases.filter { $0 != .total })
    func emptyDomain(kind: Kind) throws {
        let data = Data(seed: 7)
        let domains = DomainCodes(codes: data.groups, names: ["a", "b", "c", "rural schools"])
        #expect(throws: SurveyError.emptyDomain("rural schools")) { try data.estimates(kind, domains) }
    }

    @Test func mistakesAreInWords() {
        #expect(
            SurveyError.emptyDomain("rural schools").description
                == "no row with a weight and a value is in rural schools. Leave it out, or join it with another.")
        #expect(throws: SurveyError.zeroDenominator(domain: "the sample")) {
            try RatioStatistic([.init(numerator: [1, 2], denominator: [1, -1])]).values(weights: [1, 1])
        }
        #expect(
            SurveyError.zeroDenominator(domain: "d").description
                == "the denominator adds up to 0 in d, so it has no ratio. Leave it out, or choose another denominator."
        )
        #expect(throws: SurveyError.tooFewRows(domain: "the sample", found: 1, needed: 2)) {
            try VarianceStatistic([[1, .nan]]).values(weights: [1, 1])
        }
        #expect(
            SurveyError.tooFewRows(domain: "d", found: 1, needed: 2).description
                == "1 row with a weight and a value in d; needed 2 or more. Join it with another domain.")
    }

    @Test("Missing values leave a row out of all variables of one call")
    func listwise() throws {
        let means = MeanStatistic([[1, 2, .nan, 4], [8, .nan, 6, 4]])
        #expect(try means.values(weights: [1, 1, 1, 1]) == [2.5, 6])
    }
}
