import Foundation
import Testing

@testable import Probability

/// The distance between two numbers in units of the second one's last place.
func ulps(_ x: Double, _ reference: Double) -> Double {
    x == reference ? 0 : abs(x - reference) / reference.ulp
}

@Suite struct ElementaryFunctionsTests {
    @Test func logarithmsAgreeWithMpmath() {
        for (x, value) in ElementaryTables.logarithms { #expect(ulps(Elementary.log(x), value) <= 1, "log \(x)") }
    }

    @Test func exponentialsAgreeWithMpmath() {
        for (x, value) in ElementaryTables.exponentials { #expect(ulps(Elementary.exp(x), value) <= 1, "exp \(x)") }
    }

    // mpmath 1.3.0, 40 digits. The long ones are points where 1 + x loses more than an ulp of the result.
    @Test(arguments: [
        (-0.9, -2.302585092994046), (-1e-09, -1.0000000005000001e-09), (1e-12, 9.999999999995e-13),
        (0.3, 0.26236426446749106), (0.5, 0.4054651081081644), (0.4346935685417751, 0.3609512853225694),
        (0.4460051577731704, 0.368804690654949), (0.46605594730769384, 0.3825757659747979),
        (-0.34625830213740666, -0.4250429629377999), (2.5, 1.252762968495368), (1e10, 23.025850930040455),
    ])
    func logOfOnePlusKeepsSmallArguments(x: Double, value: Double) {
        #expect(ulps(Elementary.log1p(x), value) <= 1.1)
    }

    // mpmath 1.3.0, 40 digits.
    @Test(arguments: [
        (-30.0, -0.9999999999999064), (-0.5, -0.3934693402873666), (-1e-09, -9.999999995e-10),
        (1e-12, 1.0000000000005e-12), (0.3, 0.3498588075760031), (0.36, 0.43332941456034024),
        (1.0, 1.7182818284590453), (45.0, 3.4934271057485095e+19),
    ])
    func expMinusOneKeepsSmallArguments(x: Double, value: Double) {
        #expect(ulps(Elementary.expm1(x), value) <= 2)
    }

    @Test func agreesWithTheSystemLibraryAtRandomPoints() {
        let stream = RandomStream(seed: 1, purpose: .test, draw: 0, entity: 0, period: 0)
        var worst = 0.0
        for block in 0..<50_000 as Range<UInt16> {
            let (u, v) = stream.uniforms(at: block)
            let exponent = u * 1417 - 708
            let argument = Double(bitPattern: UInt64(v * 0x1p63 * 0.9995))
            worst = max(worst, ulps(Elementary.exp(exponent), Foundation.exp(exponent)))
            worst = max(worst, ulps(Elementary.log(argument), Foundation.log(argument)))
            worst = max(worst, ulps(Elementary.log(v * 3), Foundation.log(v * 3)))
        }
        #expect(worst <= 2)
    }

    @Test func specialArguments() {
        #expect(Elementary.log(0) == -.infinity)
        #expect(Elementary.log(-0.0) == -.infinity)
        #expect(Elementary.log(.infinity) == .infinity)
        #expect(Elementary.log(1) == 0)
        #expect(Elementary.log(-1).isNaN && Elementary.log(.nan).isNaN && Elementary.log(-.infinity).isNaN)
        #expect(Elementary.exp(0) == 1)
        #expect(Elementary.exp(710) == .infinity && Elementary.exp(.infinity) == .infinity)
        #expect(Elementary.exp(-746) == 0 && Elementary.exp(-.infinity) == 0)
        #expect(Elementary.exp(.nan).isNaN)
        #expect(Elementary.log1p(-1) == -.infinity && Elementary.log1p(.infinity) == .infinity)
        #expect(Elementary.log1p(-1.5).isNaN && Elementary.log1p(.nan).isNaN)
        #expect(Elementary.expm1(-.infinity) == -1 && Elementary.expm1(.infinity) == .infinity)
        #expect(Elementary.expm1(.nan).isNaN)
    }
}
