import Probability
import TestSupport
import Testing

@Suite struct QuantileSketchTests {
    /// Samples of 40,000: normal, lognormal with a wide spread, of mixed sign around a gap, and with many zeros.
    static let samples: [String: [Double]] = {
        let stream = { (draw: Int) in
            RandomStream(seed: 4, purpose: .test, draw: UInt32(draw), entity: 0, period: 0).normals(at: 0)
        }
        let normals = (0..<20_000).flatMap { [stream($0).0, stream($0).1] }
        return [
            "normal": normals, "shifted": normals.map { 3 * $0 - 4 },
            "lognormal": normals.map { Elementary.exp(4 * $0) },
            "mixed": normals.enumerated().map { $0 % 3 == 0 ? -Elementary.exp($1) : 2 + Elementary.exp(3 * $1) },
            "zeros": normals.map { $0 < 0.5 ? 0 : $0 },
        ]
    }()

    static let probabilities = [0, 1e-4, 0.01, 0.05, 0.1, 0.25, 0.5, 0.6915, 0.75, 0.9, 0.95, 0.99, 0.9999, 1]

    @Test(arguments: samples.keys.sorted())
    func quantilesAreWithinTheBound(name: String) throws {
        let draws = try #require(Self.samples[name])
        let sorted = draws.sorted()
        let sketch = QuantileSketch(draws)
        for (p, computed) in zip(Self.probabilities, sketch.quantiles(Self.probabilities)) {
            let position = Int(Double(draws.count - 1) * p)
            let size = max(abs(sorted[position]), abs(sorted[min(position + 1, draws.count - 1)]))
            let exact = quantile(sorted: sorted, probability: p)
            #expect(abs(computed - exact) <= QuantileSketch.errorBound * size, "\(p): \(computed), \(exact)")
            #expect(sketch.quantile(p) == computed)
        }
        #expect(sketch.quantile(0) == sorted.first && sketch.quantile(1) == sorted.last)
        #expect(sketch.count == 40_000)
    }

    @Test("Parts merge in any order to the same sketch", arguments: 1...20)
    func mergesInAnyOrder(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let draws = try #require(Self.samples["mixed"]).prefix(5_000) + [0, -0.0, 1e9, 0x1p-1030]
        let whole = DrawAccumulator(draws)
        let shuffled = draws.shuffled(using: &random)
        var parts = stride(from: 0, to: shuffled.count, by: 417).map {
            DrawAccumulator(shuffled[$0..<min($0 + 417, shuffled.count)])
        }
        while parts.count > 1 {
            parts.shuffle(using: &random)
            let last = parts.removeLast()
            parts[0].merge(last)
        }
        #expect(parts[0] == whole)
        #expect(DrawSummary(parts[0]) == DrawSummary(whole))
        #expect(parts[0].sketch.quantiles(Self.probabilities) == whole.sketch.quantiles(Self.probabilities))
    }

    @Test func extremesAndSpecialNumbers() {
        let sketch = QuantileSketch([-.infinity, -1, 0, 0x1p-1074, 1, .greatestFiniteMagnitude, .infinity])
        #expect(sketch.minimum == -.infinity && sketch.maximum == .infinity)
        #expect(sketch.quantile(0) == -.infinity && sketch.quantile(1) == .infinity)
        #expect(sketch.quantile(2.0 / 6) == 0 && sketch.quantile(3.0 / 6) == 0)
        let largest = sketch.quantile(5.0 / 6)
        #expect(largest.isFinite && largest >= .greatestFiniteMagnitude * (1 - QuantileSketch.errorBound))
        let infinite = QuantileSketch([1, .infinity, .infinity, .infinity])
        #expect(infinite.quantile(0.5) == .infinity && infinite.quantile(0.25) == .infinity)
        let undefined = QuantileSketch([1, .nan, 2])
        #expect(undefined.countOfNaN == 1 && undefined.count == 3 && undefined.quantile(0.5).isNaN)
        #expect(undefined.minimum == 1 && undefined.maximum == 2)
        #expect(QuantileSketch([.nan]).quantile(1).isNaN)
        #expect(QuantileSketch([-0.0]) == QuantileSketch([0.0]))
        #expect(QuantileSketch([7.3]).quantile(0.3) == 7.3)
    }

    /// Every bin of the normal range holds what lies within the bound of its ends: powers of two, and numbers beside them.
    @Test func errorsStayWithinTheBoundAtEveryScale() {
        for exponent in -1022...1023 {
            let power = Double(sign: .plus, exponent: exponent, significand: 1)
            for value in [power, power * 1.001953124, power * 1.5, power * 1.99999999] {
                // Three equal draws between others, so that the answer is not the exact minimum or maximum.
                for x in [value, -value] {
                    let sketch = QuantileSketch([-.infinity, x, x, x, .infinity])
                    for p in [0.25, 0.5, 0.75] {
                        #expect(abs(sketch.quantile(p) - x) <= QuantileSketch.errorBound * value)
                    }
                }
            }
        }
    }
}

@Suite struct ManyDrawsTests {
    /// Beyond the limit the moments are exact, the quantiles within the bound, and their errors what halved differences of
    /// quantiles within the bound can be.
    @Test func summariesOfManyDraws() throws {
        let draws = try #require(QuantileSketchTests.samples["shifted"])
        let (many, sorted) = (DrawSummary(draws), draws.sorted())
        #expect(many.quantileErrorBound == 0x1p-9 && many.count == 40_000)
        #expect(many == DrawSummary(DrawAccumulator(draws.reversed())))
        #expect(many.mean == ExactMoments(draws).mean)
        let moments = (CompensatedSum(draws).value / 40_000, 3.0)
        #expect(
            relativeDifference(many.mean, moments.0) < 1e-15
                && relativeDifference(many.standardDeviation ?? 0, 3) < 0.02)
        let errors = try #require(many.mcseOfQuantiles)
        for (index, p) in DrawSummary.probabilities.enumerated() {
            let exact = quantile(sorted: sorted, probability: p)
            #expect(abs(many.quantiles[index] - exact) <= 0x1p-9 * (abs(exact) + 1e-3))
            let half = (p * (1 - p) / 40_000).squareRoot()
            let ends = [p - half, p + half].map { quantile(sorted: sorted, probability: $0) }
            #expect(abs(errors[index] - (ends[1] - ends[0]) / 2) <= 0x1p-9 * (abs(ends[0]) + abs(ends[1])) / 2)
        }
    }

    /// At the limit a summary is what it was: the exact quantiles of the draws; one draw more and it tells so.
    @Test func theLimitIsExact() throws {
        let draws = Array(try #require(QuantileSketchTests.samples["lognormal"]).prefix(DrawSummary.exactLimit + 1))
        let kept = Array(draws.dropLast())
        #expect(DrawSummary(kept).quantileErrorBound == 0 && DrawSummary(draws).quantileErrorBound > 0)
        let sorted = kept.sorted()
        #expect(
            DrawSummary(kept).quantiles == DrawSummary.probabilities.map { quantile(sorted: sorted, probability: $0) })
        #expect(DrawSummary(kept).mean == CompensatedSum(kept).value / Double(kept.count))
    }

    @Test func notANumberIsNotHiddenAmongMany() {
        var draws = [Double](repeating: 1, count: 20_000)
        draws[12_345] = .nan
        let summary = DrawSummary(draws)
        #expect(summary.mean.isNaN && summary.quantiles.allSatisfy(\.isNaN) && summary.standardDeviation?.isNaN == true)
        #expect(summary.mcseOfQuantiles?.allSatisfy(\.isNaN) == true)
    }
}
