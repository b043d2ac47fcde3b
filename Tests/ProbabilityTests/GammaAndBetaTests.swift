import TestSupport
import Testing

@testable import Probability

@Suite struct GammaAndBetaTests {
    // mpmath 1.3.0, 40 digits: every branch, near the zeros at 1 and 2, and at the minimum.
    @Test(arguments: [
        (1e-10, 23.025850929882736), (0.1, 2.252712651734206), (0.5, 0.5723649429247001),
        (1.001, -0.0005763935982833062), (1.4616321449683622, -0.12148629053584961), (2.001, 0.000423106734800117),
        (3.7, 1.428072326665388), (7.9, 8.32426586800881), (8.1, 8.72738826343204), (100.5, 361.4355404677776),
        (1e6, 12815504.569147611), (1e100, 2.2925850929940456e+102),
    ])
    func logGammaAgreesWithMpmath(x: Double, value: Double) {
        #expect(relativeDifference(logGamma(x), value) < 1e-15)
    }

    @Test func logGammaAtItsZerosAndEnds() {
        #expect(logGamma(1) == 0 && logGamma(2) == 0)
        #expect(logGamma(0) == .infinity && logGamma(.infinity) == .infinity)
        #expect(logGamma(-1).isNaN && logGamma(.nan).isNaN)
    }

    // R 4.2.2 pbeta.
    @Test(arguments: [
        (0.1, 2, 5, 0.11426500000000002), (0.5, 0.5, 0.5, 0.5), (0.93, 30, 4.5, 0.86745038598666868),
        (0.2, 3, 70, 0.99998117542786424),
    ])
    func incompleteBetaAgreesWithR(x: Double, a: Double, b: Double, value: Double) {
        #expect(relativeDifference(regularizedIncompleteBeta(x, a: a, b: b), value) < 1e-14)
        #expect(relativeDifference(1 - regularizedIncompleteBeta(1 - x, a: b, b: a), value) < 1e-14)
    }

    /// I_x(a, 1) = x^a and I_x(1, b) = 1 - (1 - x)^b, also for large and small parameters.
    @Test(arguments: [0.01, 0.5, 3, 1000])
    func incompleteBetaWithAParameterOfOneIsAPower(a: Double) {
        for x in [1e-3, 0.2, 0.5, 0.9, 0.999] {
            let power = Elementary.exp(a * Elementary.log(x))
            guard power > 1e-290 else { continue }
            #expect(relativeDifference(regularizedIncompleteBeta(x, a: a, b: 1), power) < 2e-13)
            #expect(abs(regularizedIncompleteBeta(1 - x, a: 1, b: a) - (1 - power)) < 1e-13)
        }
    }

    @Test func incompleteBetaOutsideItsRange() {
        #expect(regularizedIncompleteBeta(0, a: 2, b: 3) == 0 && regularizedIncompleteBeta(1, a: 2, b: 3) == 1)
        #expect(regularizedIncompleteBeta(-0.1, a: 2, b: 3).isNaN && regularizedIncompleteBeta(1.1, a: 2, b: 3).isNaN)
        #expect(regularizedIncompleteBeta(0.5, a: 0, b: 3).isNaN && regularizedIncompleteBeta(.nan, a: 2, b: 3).isNaN)
    }

    /// P(1, x) = 1 - e^-x; P(a, x) - P(a + 1, x) is the Poisson term.
    @Test(arguments: [0.1, 0.9, 1.5, 5, 20])
    func incompleteGammaOfAnExponential(x: Double) {
        #expect(relativeDifference(regularizedIncompleteGammaP(1, x), -Elementary.expm1(-x)) < 1e-14)
        #expect(relativeDifference(regularizedIncompleteGammaQ(1, x), Elementary.exp(-x)) < 1e-14)
    }

    @Test func incompleteGammaOutsideItsRange() {
        #expect(regularizedIncompleteGammaP(2, 0) == 0 && regularizedIncompleteGammaQ(2, .infinity) == 0)
        #expect(regularizedIncompleteGammaP(0, 1).isNaN && regularizedIncompleteGammaP(1, -1).isNaN)
        #expect(regularizedIncompleteGammaQ(1, .nan).isNaN)
    }
}
