import Testing

@testable import Runs

@Suite struct LatinHypercubeTests {
    @Test(arguments: [2, 3, 10, 1000, 4096], [0, 1, 7])
    func everyStratumHoldsOneSample(samples: Int, factor: Int) {
        let coordinates = LatinHypercube(samples: samples, seed: 5).coordinates(ofFactor: factor)
        #expect(coordinates.map(\.stratum).sorted() == Array(0..<samples))
        for coordinate in coordinates {
            #expect(coordinate.point > Double(coordinate.stratum) / Double(samples))
            #expect(coordinate.point < Double(coordinate.stratum + 1) / Double(samples))
        }
    }

    /// Factors are as good as independent: over pairs of factors of 1,000 samples the correlation of strata has mean 0 and variance
    /// 1 / 999 (of a random permutation, closed form); 5 standard errors.
    @Test func factorsAreNotCorrelated() {
        let n = 1000
        let hypercube = LatinHypercube(samples: n, seed: 6)
        let strata = (0..<12).map { hypercube.coordinates(ofFactor: $0).map { Double($0.stratum) - 499.5 } }
        let variance = Double(n * n - 1) / 12 * Double(n)
        for first in 0..<12 {
            for second in 0..<first {
                let correlation = zip(strata[first], strata[second]).reduce(0) { $0 + $1.0 * $1.1 } / variance
                #expect(abs(correlation) < 5 / 999.0.squareRoot())
            }
        }
    }

    /// A record of change: these bits are part of studies that were planned.
    @Test func theDesignStaysTheSame() {
        let coordinates = LatinHypercube(samples: 5, seed: 1).coordinates(ofFactor: 0)
        #expect(coordinates.map(\.stratum) == [])
        #expect(coordinates.map { $0.point.bitPattern } == [])
    }
}
