import Probability
import TestSupport
import Testing

@Suite struct TestDistributionsTests {
    // R 4.2.2, 2 * pt(-t, df).
    @Test(arguments: [
        (0.5, 3.7, 0.64533563331993204), (2, 10, 0.073388034770740393), (4.5, 1, 0.13920897454612788),
        (30, 8.25, 1.0231830029184275e-09),
    ])
    func twoSidedPValuesAgreeWithR(t: Double, df: Double, p: Double) {
        #expect(relativeDifference(StudentT(degreesOfFreedom: df).twoSidedPValue(t), p) < 1e-13)
        #expect(relativeDifference(StudentT(degreesOfFreedom: df).twoSidedPValue(-t), p) < 1e-13)
    }

    // R 4.2.2, qt(p, df).
    @Test(arguments: [
        (0.975, 1, 12.706204736174694), (0.95, 4.3, 2.0898220962719454), (0.6, 12, 0.259032745676887),
        (0.001, 2.5, -13.822193110865999), (0.975, 2e6, 1.9599651706763741),
    ])
    func quantilesAgreeWithR(p: Double, df: Double, t: Double) {
        #expect(relativeDifference(StudentT(degreesOfFreedom: df).quantile(p), t) < 1e-12)
    }

    /// The Cauchy distribution's tail is arctan(1 / t) / pi: 1 / (pi t) far out, where t^2 would overflow.
    @Test(arguments: [1e8, 1e100, 1e200, 1e300])
    func farTailOfTheCauchyDistribution(t: Double) {
        let cauchy = StudentT(degreesOfFreedom: 1)
        #expect(relativeDifference(cauchy.upperTail(t), 1 / (.pi * t)) < 2e-13)
        #expect(cauchy.cdf(-t) == cauchy.upperTail(t))
    }

    @Test(arguments: [0.3, 1, 2.5, 30, 99_999, 100_000, 1e7])
    func distributionFunctionUndoesTheQuantile(df: Double) {
        let t = StudentT(degreesOfFreedom: df)
        for p in [1e-12, 1e-3, 0.1, 0.4, 0.5, 0.7, 0.99] {
            #expect(relativeDifference(t.cdf(t.quantile(p)), p) < 1e-12, "\(p)")
        }
    }

    @Test func theSwitchToTheExpansionIsSmooth() {
        let (below, above) = (StudentT(degreesOfFreedom: 99_999.9999), StudentT(degreesOfFreedom: 100_000))
        for t in [0.1, 1, 5, 20] {
            #expect(relativeDifference(below.upperTail(t), above.upperTail(t)) < 1e-8 * (1 + t))
        }
        #expect(relativeDifference(below.quantile(0.975), above.quantile(0.975)) < 1e-12)
    }

    @Test func infiniteDegreesOfFreedomAreTheNormalDistribution() {
        let t = StudentT(degreesOfFreedom: .infinity)
        #expect(t.quantile(0.975) == standardNormalQuantile(0.975))
        #expect(t.cdf(-2) == standardNormalCDF(-2))
        #expect(relativeDifference(t.twoSidedPValue(1.959963984540054), 0.05) < 1e-14)
    }

    @Test func limitsOfStudentsT() {
        let t = StudentT(degreesOfFreedom: 4)
        #expect(t.quantile(0) == -.infinity && t.quantile(1) == .infinity && t.quantile(0.5) == 0)
        #expect(t.quantile(-1).isNaN && t.cdf(.nan).isNaN && t.twoSidedPValue(.nan).isNaN)
        #expect(t.cdf(.infinity) == 1 && t.cdf(-.infinity) == 0 && t.twoSidedPValue(0) == 1)
    }

    // R 4.2.2, pf(f, m, n, lower.tail = FALSE).
    @Test(arguments: [
        (3.5, 2, 10, 0.07042962777237427), (10, 3.5, 22.4, 0.0001338175561853594), (0.2, 5, 7, 0.95241645022142751),
        (250, 1, 4, 9.3492746399944583e-05),
    ])
    func tailsOfFAgreeWithR(f: Double, m: Double, n: Double, p: Double) {
        let distribution = FDistribution(numeratorDegreesOfFreedom: m, denominatorDegreesOfFreedom: n)
        #expect(relativeDifference(distribution.upperTail(f), p) < 1e-13)
    }

    @Test func fWithOneNumeratorDegreeIsTheSquareOfT() {
        let f = FDistribution(numeratorDegreesOfFreedom: 1, denominatorDegreesOfFreedom: 6.5)
        #expect(relativeDifference(f.upperTail(9), StudentT(degreesOfFreedom: 6.5).twoSidedPValue(3)) < 1e-13)
    }

    @Test func fWithAKnownVarianceIsChiSquared() {
        let f = FDistribution(numeratorDegreesOfFreedom: 3, denominatorDegreesOfFreedom: .infinity)
        #expect(f.upperTail(2) == ChiSquared(degreesOfFreedom: 3).upperTail(6))
    }

    // R 4.2.2, pchisq(x, df, lower.tail = FALSE).
    @Test(arguments: [
        (3.84, 1, 0.050043521248705224), (40, 12.5, 0.00010023312963460478), (0.1, 3, 0.99183742373187644),
        (300, 50, 2.31413641651407e-37),
    ])
    func tailsOfChiSquaredAgreeWithR(x: Double, df: Double, p: Double) {
        #expect(relativeDifference(ChiSquared(degreesOfFreedom: df).upperTail(x), p) < 1e-13)
    }

    @Test func tailsAtTheEnds() {
        let f = FDistribution(numeratorDegreesOfFreedom: 3, denominatorDegreesOfFreedom: 8)
        #expect(f.upperTail(0) == 1 && f.upperTail(-1) == 1 && f.upperTail(.infinity) == 0 && f.upperTail(.nan).isNaN)
        let chiSquared = ChiSquared(degreesOfFreedom: 3)
        #expect(chiSquared.upperTail(-1) == 1)
        #expect(
            chiSquared.upperTail(0) == 1 && chiSquared.upperTail(.infinity) == 0 && chiSquared.upperTail(.nan).isNaN)
    }
}
