import Testing

@testable import Probability

@Suite struct RandomStreamTests {
    private func stream(
        seed: UInt64 = 2021, purpose: StreamPurpose = .test, draw: UInt32 = 0, entity: UInt64 = 7, period: UInt8 = 3
    ) -> RandomStream { RandomStream(seed: seed, purpose: purpose, draw: draw, entity: entity, period: period) }

    @Test func uniformsAreTheDocumentedBitsOfPhilox() {
        let stream = RandomStream(
            seed: 0x299f_31d0_a409_3822, purpose: .population, draw: 9, entity: 0x85a3_08d3_243f_6a88, period: 17)
        let words = Philox4x32.block(
            counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 9, 5 << 24 | 17 << 16 | 513),
            key: SIMD2(0xa409_3822, 0x299f_31d0))
        let (first, second) = stream.uniforms(at: 513)
        #expect(first == (Double((UInt64(words[1]) << 32 | UInt64(words[0])) >> 12) + 0.5) * 0x1p-52)
        #expect(second == (Double((UInt64(words[3]) << 32 | UInt64(words[2])) >> 12) + 0.5) * 0x1p-52)
    }

    @Test func uniformsNeverReachTheEnds() {
        #expect(RandomStream.openUnit(0) == 0x1p-53)
        #expect(RandomStream.openUnit(.max) == 1 - 0x1p-53)
    }

    @Test func purposesKeepTheirCodes() {
        #expect(StreamPurpose.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 255])
    }

    @Test func positionsAreTheSameNumbersAsBlocks() {
        for block in [0, 1, 500, .max] as [UInt16] {
            let (index, stream) = (UInt32(block) * 2, stream())
            #expect(stream.uniform(at: index) == stream.uniforms(at: block).0)
            #expect(stream.uniform(at: index + 1) == stream.uniforms(at: block).1)
            #expect(stream.normal(at: index) == stream.normals(at: block).0)
            #expect(stream.normal(at: index + 1) == standardNormalQuantile(stream.uniforms(at: block).1))
        }
    }

    @Test func everyPartOfTheKeyMakesAnotherStream() {
        let streams = [
            stream(), stream(seed: 2022), stream(seed: 2021 | 1 << 40), stream(purpose: .noise), stream(draw: 1),
            stream(entity: 8), stream(entity: 7 | 1 << 50), stream(period: 4),
        ]
        #expect(Set(streams.map { $0.uniform(at: 0) }).count == streams.count)
        #expect(Set(streams.map { $0.uniform(at: 1) }).count == streams.count)
        #expect(stream() == stream() && stream().uniform(at: 5) == stream().uniform(at: 5))
    }

    /// Fixed seeds, so this cannot fail by chance; the bounds are four standard errors.
    @Test func normalsHaveMeanZeroAndVarianceOne() {
        let (sum, squares, n) = sums { draw in stream(draw: draw).normals(at: 0) }
        #expect(abs(sum / n) < 4 / n.squareRoot())
        #expect(abs(squares / n - 1) < 4 * (2 / n).squareRoot())
    }

    @Test func uniformsHaveTheMomentsOfTheUnitInterval() {
        let (sum, squares, n) = sums { draw in stream(draw: draw).uniforms(at: 0) }
        #expect(abs(sum / n - 0.5) < 4 / (12 * n).squareRoot())
        #expect(abs(squares / n - 1.0 / 3) < 4 * (4.0 / 45 / n).squareRoot())
    }

    @Test func neighbouringStreamsAreUncorrelated() {
        let pairs: [(String, (UInt32) -> (Double, Double))] = [
            ("block", { stream(draw: $0).normals(at: 0) }),
            ("draw", { (stream(draw: $0).normal(at: 0), stream(draw: $0 + 1).normal(at: 0)) }),
            ("entity", { (stream(draw: $0).normal(at: 0), stream(draw: $0, entity: 8).normal(at: 0)) }),
            ("period", { (stream(draw: $0).normal(at: 0), stream(draw: $0, period: 4).normal(at: 0)) }),
            ("purpose", { (stream(draw: $0).normal(at: 0), stream(purpose: .noise, draw: $0).normal(at: 0)) }),
            ("seed", { (stream(draw: $0).normal(at: 0), stream(seed: 2022, draw: $0).normal(at: 0)) }),
        ]
        for (name, pair) in pairs {
            let products = (0..<100_000 as Range<UInt32>).map { draw in
                let (x, y) = pair(draw)
                return x * y
            }
            #expect(abs(CompensatedSum(products).value / 1e5) < 4 / 1e5.squareRoot(), "\(name)")
        }
    }

    /// FNV-1a 64 of "" and "a" as published (draft-eastlake-fnv-17), then the final mix in Python 3.11 integers.
    @Test(
        arguments: [("", 0x2180A92350D49CCE), ("a", 0x55E22B8CCBB1816F), ("basisonderwijs-0001", 0x644D080A8C860D22)]
            as [(String, UInt64)])
    func keysOfTextsAreStable(text: String, key: UInt64) {
        #expect(streamKey(text) == key)
    }

    @Test func keysOfSimilarTextsDiffer() {
        #expect(Set((0..<20_000).map { streamKey("school-\($0)") }).count == 20_000)
    }

    private func sums(_ pair: (UInt32) -> (Double, Double)) -> (Double, Double, Double) {
        var (sum, squares) = (CompensatedSum(), CompensatedSum())
        for draw in 0..<100_000 as Range<UInt32> {
            let (x, y) = pair(draw)
            sum.add(x)
            sum.add(y)
            squares.add(x * x)
            squares.add(y * y)
        }
        return (sum.value, squares.value, 200_000)
    }
}
