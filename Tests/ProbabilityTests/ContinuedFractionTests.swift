import Testing

@testable import Probability

@Suite struct ContinuedFractionTests {
    /// 1 + 1 / (1 + 1 / (1 + ...)) is the golden ratio.
    @Test func findsTheGoldenRatio() {
        var fraction = ContinuedFraction(leading: 1)
        while !fraction.hasConverged { fraction.append(numerator: 1, denominator: 1) }
        #expect(abs(fraction.value - (1 + 5.0.squareRoot()) / 2) < 4e-16)
    }

    @Test func notANumberEndsItAndStays() {
        var fraction = ContinuedFraction(leading: 1)
        fraction.append(numerator: .nan, denominator: 1)
        #expect(fraction.hasConverged && fraction.value.isNaN)
        #expect(atMostOne(.nan).isNaN && atMostOne(1.5) == 1 && atMostOne(0.25) == 0.25)
    }
}
