import Probability
import TestSupport
import Testing

@Suite struct NormalDistributionTests {
    // mpmath 1.3.0, 40 digits, of the double nearest to p: all three branches and their borders.
    @Test(arguments: [
        (1e-300, -37.0470962993612), (1e-20, -9.262340089798407), (1e-9, -5.9978070150076865),
        (0.001, -3.0902323061678136), (0.05, -1.6448536269514726), (0.075, -1.439531470938456),
        (0.3, -0.5244005127080408), (0.4999, -0.00025066283008800747), (0.6, 0.2533471031357997),
        (0.93, 1.475791028179171), (0.99, 2.3263478740408408),
    ])
    func quantilesAgreeWithMpmath(p: Double, x: Double) {
        #expect(relativeDifference(standardNormalQuantile(p), x) < 1e-15)
    }

    @Test func quantilesOfTheEndsAndOutside() {
        #expect(standardNormalQuantile(0) == -.infinity && standardNormalQuantile(1) == .infinity)
        #expect(standardNormalQuantile(0.5) == 0)
        #expect(standardNormalQuantile(-0.1).isNaN && standardNormalQuantile(1.1).isNaN)
        #expect(standardNormalQuantile(.nan).isNaN)
    }

    // mpmath 1.3.0, 40 digits: x, distribution function, density.
    @Test(arguments: [
        (-37.0, 5.725571222524577e-300, 2.1200065515246056e-298),
        (-20.0, 2.7536241186062337e-89, 5.520948362159764e-88),
        (-8.0, 6.220960574271784e-16, 5.052271083536892e-15), (-3.0, 0.0013498980316300946, 0.0044318484119380075),
        (-1.2, 0.11506967022170828, 0.19418605498321295), (-1.0, 0.15865525393145705, 0.24197072451914334),
        (-0.5, 0.3085375387259869, 0.35206532676429947), (0.25, 0.5987063256829237, 0.3866681168028492),
        (1.3, 0.9031995154143897, 0.17136859204780736), (2.0, 0.9772498680518208, 0.05399096651318805),
        (5.0, 0.9999997133484281, 1.4867195147342977e-06),
    ])
    func distributionFunctionAndDensityAgreeWithMpmath(x: Double, probability: Double, density: Double) {
        #expect(relativeDifference(standardNormalCDF(x), probability) < 1.5e-15)
        #expect(relativeDifference(standardNormalDensity(x), density) < 5e-16)
        #expect(standardNormalUpperTail(-x) == standardNormalCDF(x))
    }

    /// An error e of x, relative, is one of about x^2 e in the probability; x reaches 3.3 here.
    @Test func distributionFunctionUndoesTheQuantile() {
        for step in 1..<2_000 {
            let p = Double(step) / 2_000
            #expect(relativeDifference(standardNormalCDF(standardNormalQuantile(p)), p) < 1e-14)
        }
    }

    @Test func limits() {
        #expect(standardNormalCDF(.infinity) == 1 && standardNormalCDF(-.infinity) == 0)
        #expect(standardNormalDensity(.infinity) == 0)
        #expect(standardNormalCDF(.nan).isNaN && standardNormalDensity(.nan).isNaN)
    }
}
