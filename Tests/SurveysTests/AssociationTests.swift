import LinearAlgebra
import Probability
import TestSupport
import Testing

@testable import Surveys

@Suite("Association of survey variables")
struct AssociationTests {
    /// Items of 1 to 5 that go together, with weights.
    static func items(_ count: Int = 80, seed: Int = 3) -> (x: [Double], y: [Double], weights: [Double]) {
        var random = SeededGenerator(seed: seed)
        var (x, y, weights): ([Double], [Double], [Double]) = ([], [], [])
        for _ in 0..<count {
            let shared = Double.random(in: 0...3, using: &random)
            x.append((shared + Double.random(in: 0...2, using: &random)).rounded(.down))
            y.append((shared + Double.random(in: 0...2, using: &random)).rounded(.down))
            weights.append(Double.random(in: 1...4, using: &random))
        }
        return (x, y, weights)
    }

    @Test("Influences are derivatives by the weights") func influences() throws {
        let (x, y, weights) = Self.items()
        let rows = [0, 1, 33, 79]
        let codes = (x.map { Int32($0) }, y.map { Int32($0) })
        try expectDerivative(PearsonCorrelation(x, y), weights: weights, rows: rows)
        try expectDerivative(SpearmanCorrelation(x, y), weights: weights, rows: rows)
        try expectDerivative(KendallTau(x, y), weights: weights, rows: rows)
        for method in PolychoricCorrelation.Method.allCases {
            try expectDerivative(
                PolychoricCorrelation(codes.0, codes.1, method: method), weights: weights, rows: rows, tolerance: 1e-5)
        }
    }

    @Test("A weight of 3 counts as three rows") func weightsRepeatRows() throws {
        let (x, y, _) = Self.items(40)
        let weights = x.indices.map { Double($0 % 3 + 1) }
        let rows = x.indices.flatMap { row in Array(repeating: row, count: Int(weights[row])) }
        let (longX, longY) = (rows.map { x[$0] }, rows.map { y[$0] })
        let ones = rows.map { _ in 1.0 }
        func expectSame(_ one: [Double], _ other: [Double]) { #expect(relativeDifference(one[0], other[0]) < 1e-12) }
        expectSame(
            try PearsonCorrelation(x, y).values(weights: weights),
            try PearsonCorrelation(longX, longY).values(weights: ones))
        expectSame(
            try SpearmanCorrelation(x, y).values(weights: weights),
            try SpearmanCorrelation(longX, longY).values(weights: ones))
        expectSame(try KendallTau(x, y).values(weights: weights), try KendallTau(longX, longY).values(weights: ones))
    }

    @Test("Orders that agree in all but two neighbours: rho = 1 - 6 * 2 / (n^3 - n), tau = 1 - 4 / (n (n - 1))")
    func closedForms() throws {
        let (x, y) = ([1.0, 2, 3, 4, 5, 6], [1.0, 2, 4, 3, 5, 6])
        let ones = [Double](repeating: 1, count: 6)
        #expect(abs(try SpearmanCorrelation(x, y).values(weights: ones)[0] - (1 - 12 / 210.0)) < 1e-14)
        #expect(abs(try KendallTau(x, y).values(weights: ones)[0] - (1 - 4 / 30.0)) < 1e-14)
    }

    @Test(
        "At zero limits the bivariate normal is 1/4 + asin(rho) / (2 pi), Sheppard's closed form",
        arguments: [-1, -0.9999, -0.95, -0.9, -0.3, 0, 0.5, 0.899, 0.901, 0.999999, 1])
    func quadrant(rho: Double) {
        let angles: [Double: Double] = [
            -1: -1.5707963267948966, -0.9999: -1.5566540733173837, -0.95: -1.2532358975033751,
            -0.9: -1.1197695149986342, -0.3: -0.30469265401539751, 0: 0, 0.5: 0.52359877559829887,
            0.899: 1.117480763612906, 0.901: 1.1220691337931445, 0.999999: 1.5693821131146521, 1: 1.5707963267948966,
        ]
        let expected = 0.25 + (angles[rho] ?? .nan) / (2 * Double.pi)
        #expect(abs(BivariateNormal(correlation: rho).cdf(0, 0) - expected) < 2e-15)
    }

    @Test("The bivariate normal is continuous where its two integrals meet, and sums to its margins")
    func bivariateNormalIsConsistent() {
        for rho in [-0.95, -0.9, 0.2, 0.9000001, 0.97] {
            let normal = BivariateNormal(correlation: rho)
            for (x, y) in [(0.3, -1.2), (2, 2), (-4, 1), (1e-9, 0)] {
                let rest = standardNormalCDF(x) - normal.cdf(x, y)
                #expect(abs(rest - BivariateNormal(correlation: -rho).cdf(x, -y)) < 1e-15)
            }
        }
        let below = BivariateNormal(correlation: 0.9).cdf(0.3, 0.5)
        let above = BivariateNormal(correlation: 0.9.nextUp).cdf(0.3, 0.5)
        #expect(abs(below - above) < 1e-15)
        #expect(BivariateNormal(correlation: 0.4).cdf(.infinity, 0.7) == standardNormalCDF(0.7))
        #expect(BivariateNormal(correlation: 0.4).cdf(-.infinity, 0.7) == 0)
    }

    @Test(
        "The tetrachoric correlation of halves is sin(2 pi (p - 1/4)), the closed form",
        arguments: PolychoricCorrelation.Method.allCases)
    func tetrachoric(method: PolychoricCorrelation.Method) throws {
        let fit = try PolychoricFit([[40, 10], [10, 40]], method: method)
        // sin(2 pi 0.15); the cut points are zero.
        #expect(relativeDifference(fit.correlation, 0.80901699437494745) < 1e-11)
        #expect(abs(fit.rowCuts[0]) < 1e-11 && abs(fit.columnCuts[0]) < 1e-11)
        #expect(fit.normalityTest == nil)
    }

    @Test("Empty categories change nothing, and the design-based error needs no scale of weights")
    func emptyCategories() throws {
        let whole = try PolychoricFit([[10, 5, 2], [4, 20, 8], [1, 6, 30]], method: .maximumLikelihood)
        let holes = try PolychoricFit(
            [[10, 0, 5, 2], [0, 0, 0, 0], [4, 0, 20, 8], [1, 0, 6, 30]], method: .maximumLikelihood)
        #expect(whole.correlation == holes.correlation)
        let (x, y, weights) = Self.items()
        let statistic = try PolychoricCorrelation(x.map { Int32($0) }, y.map { Int32($0) })
        let one = try SurveySample(SurveyDesign(weights: weights)).correlation(statistic)
        let other = try SurveySample(SurveyDesign(weights: weights.map { 10 * $0 })).correlation(statistic)
        #expect(relativeDifference(one.standardError, other.standardError) < 1e-6)
        let interval = try one.confidenceInterval()
        #expect(interval.contains(one.value) && interval.lowerBound > -1 && interval.upperBound < 1)
    }

    @Test("Fisher's interval: tanh(artanh 0.5 +- 1.96 * 0.1 / 0.75)") func fisher() throws {
        let estimate = CorrelationEstimate(value: 0.5, standardError: 0.1, degreesOfFreedom: .infinity)
        let interval = try estimate.confidenceInterval(coverage: 0.95)
        // tanh(0.5493061443340549 -+ 1.959963984540054 * 0.1 / 0.75) by Python 3's math.
        #expect(abs(interval.lowerBound - 0.28027234768134845) < 1e-14)
        #expect(abs(interval.upperBound - 0.6699402289343368) < 1e-14)
    }

    @Test("What cannot be told is said in words") func mistakes() throws {
        let ones = [1.0, 1, 1, 1]
        #expect(throws: SurveyError.analysis(.perfectAssociation)) {
            try PolychoricFit([[10, 0], [0, 12]], method: .twoStep)
        }
        #expect(throws: SurveyError.analysis(.tooFewGroups(found: 1, needed: 2))) {
            try PolychoricFit([[10, 3], [0, 0]], method: .twoStep)
        }
        #expect(throws: SurveyError.analysis(.noVariation("the first variable"))) {
            try PearsonCorrelation([2, 2, 2, 2], [1, 2, 3, 4]).values(weights: ones)
        }
        #expect(throws: SurveyError.analysis(.noVariation("the second variable"))) {
            try SpearmanCorrelation([1, 2, 3, 4], [2, 2, 2, 2]).values(weights: ones)
        }
        #expect(throws: SurveyError.analysis(.noVariation("the first variable"))) {
            try KendallTau([2, 2, 2, 2], [1, 2, 3, 4]).values(weights: ones)
        }
        #expect(throws: SurveyError.analysis(.tooFewRows(found: 1, needed: 2))) {
            try PearsonCorrelation([1, .nan], [2, 3]).values(weights: [1, 1])
        }
        #expect(throws: SurveyError.self) { try PolychoricCorrelation([0, 1_000], [0, 1]) }
        #expect(throws: SurveyError.self) { try PearsonCorrelation([], []).values(weights: []) }
        #expect(throws: SurveyError.self) { try PolychoricCorrelation([], []).values(weights: []) }
    }

    @Test("Orders of items: places, moves and tops") func ranks() throws {
        let comparison = try RankComparison(
            ["tutoring", "reading", "sport", "care"], first: [0.6, 0.5, 0.4, 0.3], second: [0.3, 0.5, 0.4, 0.6])
        #expect(comparison.items.map(\.firstRank) == [1, 2, 3, 4])
        #expect(comparison.items.map(\.secondRank) == [4, 2, 3, 1])
        #expect(comparison.movedItems.map(\.name) == ["tutoring", "care"])
        #expect(comparison.movedItems.map(\.movedUp) == [-3, 3])
        #expect(comparison.itemsInBothTops(2).map(\.name) == ["reading"])
        // 1 - 6 * 18 / 60, and 1 concordant of 6 pairs.
        #expect(abs(comparison.spearman + 0.8) < 1e-14)
        #expect(abs(comparison.kendall + 4 / 6.0) < 1e-14)
        #expect(RankComparison.ranks([3, 1, 3, 2]) == [1.5, 4, 1.5, 3])
    }

    @Test("Ranges of places follow Holm's tests of all pairs") func confidenceRanks() throws {
        let estimates = SurveyEstimates(
            values: [0.5, 0.49, 0.3], covariance: .diagonal([0.0004, 0.0004, 0.0004]), degreesOfFreedom: .infinity)
        let ranks = try ConfidenceRanks(["a", "b", "c"], estimates)
        #expect(ranks.ranges == [1...2, 1...2, 3...3])
        #expect(ranks.surelyInTop(2) == ["a", "b"])
        #expect(ranks.surelyInTop(1).isEmpty)
        #expect(ranks.possiblyInTop(1) == ["a", "b"])
        // Phi(0.01 / 0.0282843) = Phi(0.353553) = 0.638163 in both.
        let same = try ranks.probabilityOfSameOrder(0, 1, in: estimates)
        #expect(abs(same - (0.638163 * 0.638163 + 0.361837 * 0.361837)) < 1e-5)
        let exact = SurveyEstimates(values: [1, 2], covariance: Matrix(rows: 2, columns: 2), degreesOfFreedom: 9)
        #expect(try ConfidenceRanks(["a", "b"], exact).ranges == [2...2, 1...1])
    }
}
