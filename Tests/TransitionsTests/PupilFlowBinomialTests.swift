import Probability
import TestSupport
import Testing

@testable import Transitions

@Suite struct PupilFlowBinomialTests {
    static let trials = [1, 2, 5, 17, 30, 60, 100, 1000, 100_000]
    static let probabilities = [1e-5, 0.003, 0.06, 0.3, 0.5, 0.72, 0.98]
    // R 4.2.2, qbinom(u, n, p): rows as `trials`, columns as `probabilities`.
    static let goldens: [(u: Double, k: [[Int]])] = [
        (
            1e-9,
            [
                [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 10],
                [0, 0, 0, 0, 1, 6, 21], [0, 0, 0, 1, 8, 21, 48], [0, 0, 0, 6, 21, 43, 85],
                [0, 0, 21, 216, 405, 633, 948], [0, 202, 5555, 29133, 49052, 71146, 97729],
            ]
        ),
        (
            0.01,
            [
                [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 1, 4], [0, 0, 0, 1, 4, 8, 15],
                [0, 0, 0, 4, 9, 16, 27], [0, 0, 0, 10, 21, 35, 56], [0, 0, 1, 20, 38, 61, 94],
                [0, 0, 43, 267, 463, 687, 969], [0, 261, 5826, 29663, 49632, 71669, 97896],
            ]
        ),
        (
            0.5,
            [
                [0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 2, 4, 5], [0, 0, 1, 5, 8, 12, 17],
                [0, 0, 2, 9, 15, 22, 30], [0, 0, 3, 18, 30, 43, 59], [0, 0, 6, 30, 50, 72, 98],
                [0, 3, 60, 300, 500, 720, 980], [1, 300, 6000, 30000, 50000, 72000, 98000],
            ]
        ),
        (
            0.9,
            [
                [0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 2, 2, 2], [0, 0, 1, 3, 4, 5, 5], [0, 0, 2, 8, 11, 15, 17],
                [0, 0, 4, 12, 19, 25, 30], [0, 1, 6, 23, 35, 48, 60], [0, 1, 9, 36, 56, 78, 100],
                [0, 5, 70, 319, 520, 738, 986], [2, 322, 6096, 30186, 50203, 72182, 98057],
            ]
        ),
        (
            1 - 1e-9,
            [
                [1, 1, 1, 1, 1, 1, 1], [1, 2, 2, 2, 2, 2, 2], [1, 3, 5, 5, 5, 5, 5], [2, 5, 10, 17, 17, 17, 17],
                [2, 5, 13, 25, 29, 30, 30], [2, 6, 19, 41, 52, 60, 60], [2, 7, 24, 59, 79, 95, 100],
                [3, 18, 110, 389, 595, 802, 1000], [11, 409, 6456, 30871, 50948, 72849, 98260],
            ]
        ),
    ]

    @Test(arguments: goldens.indices) func agreesWithR(index: Int) {
        let (u, expected) = Self.goldens[index]
        for (n, row) in zip(Self.trials, expected) {
            for (p, k) in zip(Self.probabilities, row) {
                #expect(binomialQuantile(u, trials: n, probability: p) == k, "u \(u), n \(n), p \(p)")
            }
        }
    }

    @Test func theEndsAreTheEnds() {
        for n in [0, 1, 7, 100_000] {
            #expect(binomialQuantile(0, trials: n, probability: 0.4) == 0)
            #expect(binomialQuantile(1, trials: n, probability: 0.4) == n)
            #expect(binomialQuantile(0.3, trials: n, probability: 0) == 0)
            #expect(binomialQuantile(0.3, trials: n, probability: 1) == n)
            #expect(binomialQuantile(0.3, trials: n, probability: .nan) == 0)
            // The extreme numbers of a stream end, and stay in range, for hard probabilities too.
            for p in [1e-300, 1e-9, 0.5, 1 - 1e-9, 1 - 0x1p-53] {
                for u in [0x1p-53, 1 - 0x1p-53] {
                    #expect((0...n).contains(binomialQuantile(u, trials: n, probability: p)))
                }
            }
        }
    }

    /// The definition itself: the least k whose sum of exact probabilities reaches u, sums by the incomplete beta function.
    @Test func isTheLeastNumberThatReachesTheProbability() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<4000 {
            let n = Int(Elementary.exp(Double.random(in: 0...11.5, using: &random)))
            let p = Double.random(in: 0...1, using: &random) * (Bool.random(using: &random) ? 1 : 0.05)
            let u = Double.random(in: 1e-6...(1 - 1e-6), using: &random)
            let k = binomialQuantile(u, trials: n, probability: p)
            func below(_ k: Int) -> Double {
                k < 0 ? 0 : k >= n ? 1 : regularizedIncompleteBeta(1 - p, a: Double(n - k), b: Double(k + 1))
            }
            // 1e-9: a million times the error of the sums.
            #expect(below(k) >= u - 1e-9 && below(k - 1) <= u + 1e-9, "n \(n), p \(p), u \(u)")
        }
    }

    @Test func neverFallsWithTrialsProbabilityOrNumber() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<3000 {
            let n = Int.random(in: 0...300, using: &random)
            let p = Double.random(in: 0...1, using: &random)
            let u = Double.random(in: 0...1, using: &random)
            let k = binomialQuantile(u, trials: n, probability: p)
            #expect(binomialQuantile(u, trials: n + 1, probability: p) >= k)
            #expect(binomialQuantile(u, trials: n, probability: min(1, p + 0.01)) >= k)
            #expect(binomialQuantile(min(1, u + 0.01), trials: n, probability: p) >= k)
        }
    }
}
