import Foundation
import TestSupport
import Testing

@testable import Probability

/// The distance of two doubles in units in the last place.
private func ulps(_ x: Double, _ y: Double) -> Double { x == y ? 0 : abs(x - y) / y.ulp }

@Suite struct ElementaryTests {
    // mpmath 1.3.0 with 40 digits, rounded to the nearest double.
    static let logarithms: [(Double, Double)] = [
        (1e-300, -690.7755278982137), (0.1, -2.3025850929940455),
        (0.5, -0.6931471805599453), (0.7071067811865475, -0.34657359027997275), (0.9999999, -1.0000000494736474e-07),
        (1.0000001, 9.999999505838704e-08), (1.4142135623730951, 0.3465735902799727), (2, 0.6931471805599453),
        (3.3, 1.1939224684724346), (1e10, 23.025850929940457), (1.7e308, 709.7268368932282),
    ]
    static let exponentials: [(Double, Double)] = [
        (-700.5, 5.980196118639791e-305), (-20.25, 1.6052280551856116e-09), (-1, 0.36787944117144233),
        (-1e-9, 0.999999999), (1e-9, 1.000000001), (0.3465, 1.4141094938303624), (0.5, 1.6487212707001282),
        (1, 2.718281828459045), (10.7, 44355.85513029784), (300.3, 2.6220013776845454e+130),
        (709.7, 1.6549840276802644e+308),
    ]

    @Test(arguments: logarithms) func logIsWithinOneUnitInTheLastPlace(x: Double, expected: Double) {
        #expect(ulps(Elementary.log(x), expected) <= 1)
    }

    @Test(arguments: exponentials) func expIsWithinOneUnitInTheLastPlace(x: Double, expected: Double) {
        #expect(ulps(Elementary.exp(x), expected) <= 1)
    }

    @Test func bothStayNearTheCLibraryEverywhere() {
        let stream = RandomStream(seed: 1, purpose: .test, draw: 0, entity: 1, period: 0)
        for index in 0..<100_000 {
            let (first, second) = (stream.uniform(at: UInt32(index)), stream.uniform(at: UInt32(index) ^ 1))
            let x = Foundation.exp((first - 0.5) * 1400) * (0.5 + second)
            // Both are within one unit of the truth, so within two of each other.
            #expect(ulps(Elementary.log(x), Foundation.log(x)) <= 2)
            let y = (first - 0.5) * 1400
            #expect(ulps(Elementary.exp(y), Foundation.exp(y)) <= 2)
        }
    }

    @Test func edgesAreThoseOfTheMathematics() {
        #expect(Elementary.log(0) == -.infinity && Elementary.log(-1).isNaN && Elementary.log(.infinity) == .infinity)
        #expect(Elementary.log(1) == 0 && Elementary.exp(0) == 1 && Elementary.exp(-.infinity) == 0)
        #expect(
            Elementary.exp(-745) == .leastNonzeroMagnitude
                && abs(Elementary.log(.leastNonzeroMagnitude) + 744.4400719213812) < 1e-12)
        #expect(Elementary.exp(710) == .infinity && Elementary.exp(.nan).isNaN && Elementary.exp(-800) == 0)
    }

    // mpmath 1.3.0.
    @Test(arguments: [
        (1e-5, 11.512919692895826), (0.1, 2.252712651734206), (0.5, 0.5723649429247001), (1.5, -0.12078223763524522),
        (3.7, 1.428072326665388), (14.9, 24.924132002217277), (100.5, 361.4355404677776), (1e6, 12815504.569147611),
    ])
    func logGammaAgreesWithMpmath(x: Double, expected: Double) {
        // Near its zeros at 1 and 2 the shift leaves an absolute error.
        #expect(abs(logGamma(x) - expected) < 3e-14 * max(1, abs(expected)))
    }
}

@Suite struct DistributionTests {
    // mpmath 1.3.0, root of the distribution function.
    @Test(arguments: [
        (1e-300, -37.0470962993612), (1e-20, -9.262340089798407), (1e-05, -4.264890793922825),
        (0.001, -3.0902323061678136), (0.025, -1.9599639845400543), (0.07, -1.4757910281791706),
        (0.3, -0.5244005127080408), (0.5, 0.0), (0.6, 0.2533471031357997), (0.93, 1.475791028179171),
        (0.975, 1.9599639845400538), (0.999999, 4.753424308817087),
    ])
    func normalQuantileAgreesWithMpmath(p: Double, expected: Double) {
        #expect(relativeDifference(standardNormalQuantile(p), expected) < 1e-15)
    }

    @Test(arguments: [
        (-30, 4.906713927148187e-198), (-8, 6.220960574271784e-16), (-3, 0.0013498980316300946),
        (-1, 0.15865525393145705), (-0.1, 0.460172162722971), (0, 0.5), (0.5, 0.6914624612740131),
        (2, 0.9772498680518208),
    ])
    func normalDistributionFunctionAgreesWithMpmath(x: Double, expected: Double) {
        #expect(relativeDifference(standardNormalCDF(x), expected) < 1e-12)
    }

    // R 4.2.2: 2 * pt(-t, df); the last digits of pt differ between versions.
    @Test(arguments: [
        (0.1, 1.0, 9.365489651388929e-01), (2, 17, 6.173860653011918e-02), (6.771484764, 17, 3.263788071236659e-06),
        (40, 3.5, 8.766441109373023e-06),
    ])
    func tProbabilitiesAgreeWithR(t: Double, df: Double, expected: Double) {
        #expect(relativeDifference(StudentT(degreesOfFreedom: df).twoSidedPValue(t), expected) < 1e-11)
    }

    // R 4.2.2: qt(p, df).
    @Test(arguments: [
        (0.95, 1.0, 6.313751514675038), (0.975, 17, 2.109815577833317), (0.9, 2.5, 1.730250928807176),
        (0.0005, 1000, -3.300282648423912), (0.975, .infinity, 1.959963984540054),
    ])
    func tQuantilesAgreeWithR(p: Double, df: Double, expected: Double) {
        #expect(relativeDifference(StudentT(degreesOfFreedom: df).quantile(p), expected) < 1e-11)
    }

    // R 4.2.2: pchisq(x, df, lower.tail = FALSE).
    @Test(arguments: [
        (1.8, 1.0, 0.1797124948789998178), (0.01, 3, 0.9997348349413444080), (30, 10, 0.0008566412107753005),
        (200, 150, 0.0039731859708216086),
    ])
    func chiSquaredTailsAgreeWithR(x: Double, df: Double, expected: Double) {
        #expect(relativeDifference(ChiSquared(degreesOfFreedom: df).upperTail(x), expected) < 1e-11)
    }

    // R 4.2.2: qbeta(p, alpha, beta).
    @Test(arguments: [
        (0.05, 2.0, 3.0, 0.097611462886414355), (0.5, 5.5, 2, 0.754839836310023049),
        (0.975, 0.5, 0.5, 0.998458666866564037),
        (1e-6, 3, 8, 0.002034635634091056),
    ])
    func betaQuantilesAgreeWithR(p: Double, alpha: Double, beta: Double, expected: Double) {
        #expect(relativeDifference(Distribution.beta(alpha: alpha, beta: beta).quantile(p), expected) < 1e-10)
    }

    @Test func momentsAreThoseOfTheDrawnNumbers() throws {
        let distributions: [Distribution] = [
            .normal(mean: 2, sd: 3), try #require(.lognormal(mean: 0.0068, sd: 0.005)),
            try #require(.beta(mean: 0.4, sd: 0.12)), .triangular(low: 0.003, mode: 0.0096, high: 0.012),
            .uniform(low: -1, high: 4),
        ]
        let n = 20_000
        for distribution in distributions {
            // Midpoints of equal parts of probability: the mean of the quantiles is the mean, up to the tails.
            let values = (0..<n).map { distribution.quantile((Double($0) + 0.5) / Double(n)) }
            let summary = DrawSummary(values)
            let sd = try #require(summary.standardDeviation)
            #expect(abs(summary.mean - distribution.mean) < 1e-3 * distribution.standardDeviation, "\(distribution)")
            #expect(abs(sd / distribution.standardDeviation - 1) < 5e-3, "\(distribution)")
        }
    }

    @Test func impossibleParametersAreNamed() {
        #expect(Distribution.normal(mean: 0, sd: -1).problem() == "the standard deviation is -1.0; expected 0 or more")
        #expect(
            Distribution.uniform(low: 1, high: 0).problem() == "low and high are 1.0 and 0.0; expected low below high")
        #expect(Distribution.beta(mean: 0.5, sd: 0.6) == nil && Distribution.lognormal(mean: -1, sd: 1) == nil)
    }
}

@Suite struct DrawSummaryTests {
    @Test func agreesWithR() throws {
        let summary = DrawSummary([3, 1, 4, 1, 5, 9, 2, 6])
        // R 4.2.2: mean, sd, quantile(type = 7).
        #expect(summary.mean == 3.875)
        #expect(abs(try #require(summary.standardDeviation) - 2.748376143938713) < 1e-14)
        for (found, expected) in zip(summary.quantiles, [1, 1, 1.75, 3.5, 5.25, 6.9, 7.95]) {
            #expect(abs(found - expected) < 1e-14)
        }
        #expect(abs(try #require(summary.mcseOfMean) - 2.748376143938713 / 8.0.squareRoot()) < 1e-14)
    }

    @Test func aSingleDrawHasNoSpread() {
        let summary = DrawSummary([2])
        #expect(
            summary.standardDeviation == nil && summary.mcseOfMean == nil && summary.quantiles.allSatisfy { $0 == 2 })
    }

    @Test func compensatedSumKeepsLostDigits() {
        var sum = CompensatedSum()
        for term in [1, 1e100, 1, -1e100] { sum.add(term) }
        #expect(sum.value == 2)
    }
}
