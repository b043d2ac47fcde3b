import TestSupport
import Testing

@testable import Probability

@Suite struct ElementaryLanesTests {
    @Test func exponentialsHaveTheBitsOfTheScalarFunction() {
        var random = SeededGenerator(seed: 708)
        for width in [1e-300, 1e-9, 1, 30, 708] {
            for _ in 0..<400 { expectSameBits(SIMD8.random(in: -width...width, using: &random)) }
        }
    }

    /// The ends of the fast road, of the range of results, and everything that is not an ordinary number.
    @Test func specialExponentialsHaveTheBitsOfTheScalarFunction() {
        let special: [Double] = [
            0, -0.0, 708, -708, 708.0.nextUp, -708.0.nextDown, 709.7, 709.9, -708.5, -745, -745.2, 1e308, -1e308,
            .infinity, -.infinity, .nan, 0x1p-1074, 0.34657359027997264, -0.34657359027997264,
        ]
        for x in special {
            expectSameBits(SIMD8(repeating: x))
            // Among ordinary ones, in every lane.
            for lane in 0..<8 {
                var lanes = SIMD8<Double>(-3, -2, -1, -0.5, 0.5, 1, 2, 3)
                lanes[lane] = x
                expectSameBits(lanes)
            }
        }
    }

    @Test func logarithmsHaveTheBitsOfTheScalarFunction() {
        var random = SeededGenerator(seed: 53)
        for _ in 0..<2_000 {
            let exponents = SIMD8<UInt64>.random(in: 1...2_046, using: &random)
            let fractions = SIMD8<UInt64>.random(in: 0..<1 << 52, using: &random)
            let x = unsafeBitCast(exponents &<< 52 | fractions, to: SIMD8<Double>.self)
            let logs = Elementary.logOfNormal(x)
            for lane in 0..<8 {
                #expect(logs[lane].bitPattern == Elementary.log(x[lane]).bitPattern, "\(x[lane])")
            }
        }
    }

    private func expectSameBits(_ x: SIMD8<Double>) {
        let values = Elementary.exp(x)
        for lane in 0..<8 {
            let value = Elementary.exp(x[lane])
            #expect(
                values[lane].bitPattern == value.bitPattern || (values[lane].isNaN && value.isNaN), "\(x[lane]) of \(x)"
            )
        }
    }
}
