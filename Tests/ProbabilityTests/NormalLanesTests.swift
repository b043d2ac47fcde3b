import TestSupport
import Testing

@testable import Probability

/// The oracle of every vector function is its scalar twin: the same bits, not nearly.
@Suite struct NormalLanesTests {
    /// Counts around the eight of a vector and the 512 of a chunk, and keys with bits in every part.
    @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 100, 511, 512, 513, 519, 520, 1_030])
    func normalsHaveTheBitsOfTheStream(count: Int) {
        var random = SeededGenerator(seed: count)
        let entities = (0..<count).map { _ in UInt64.random(in: .min ... .max, using: &random) }
        for _ in 0..<3 {
            let seed = UInt64.random(in: .min ... .max, using: &random)
            let draw = UInt32.random(in: .min ... .max, using: &random)
            let period = UInt8.random(in: .min ... .max, using: &random)
            let block = UInt16.random(in: .min ... .max, using: &random)
            let (first, second) = fill(seed, .test, draw, period, block, entities)
            for i in 0..<count {
                let stream = RandomStream(seed: seed, purpose: .test, draw: draw, entity: entities[i], period: period)
                let (x, y) = stream.normals(at: block)
                #expect(first[i].bitPattern == x.bitPattern && second[i].bitPattern == y.bitPattern, "\(i) of \(count)")
            }
        }
    }

    @Test func manyNormalsHaveTheBitsOfTheStream() {
        let entities = (0..<20_000).map { streamKey("school-\($0)") }
        let (first, second) = fill(2021, .noise, 17, 3, 4, entities)
        let different = entities.indices.filter { i in
            let stream = RandomStream(seed: 2021, purpose: .noise, draw: 17, entity: entities[i], period: 3)
            let (x, y) = stream.normals(at: 4)
            return x.bitPattern != first[i].bitPattern || y.bitPattern != second[i].bitPattern
        }
        #expect(different.isEmpty)
    }

    @Test func nothingIsWrittenBesideTheNumbers() throws {
        let entities = (0..<523).map { UInt64($0) }
        for count in [3, 8, 13, 512, 515, 523] {
            var numbers = [Double](repeating: -77, count: 3 * 600)
            try numbers.withUnsafeMutableBufferPointer { numbers in
                let base = try #require(numbers.baseAddress)
                entities.withUnsafeBufferPointer { entities in
                    NormalLanes.fill(
                        seed: 1, purpose: .test, draw: 0, period: 0, block: 0,
                        entities: UnsafeBufferPointer(rebasing: entities[..<count]), first: base + 20,
                        second: base + 1_000)
                }
            }
            let written = numbers.indices.filter { numbers[$0] != -77 }
            #expect(written == Array(20..<(20 + count)) + Array(1_000..<(1_000 + count)))
        }
    }

    /// The smallest and largest uniform numbers, both borders of the central function, and the border of the far tail at exp(-25).
    @Test func extremeQuantilesHaveTheBitsOfTheScalarFunction() {
        let far = 1.3887943864964021e-11
        let middles: [Double] = [
            0x1p-53, 0x1.8p-52, 1e-15, far, 1e-9, 1e-4, 0.075, 0.25, 0.5, 0.925, 0.9999, 1 - far, 1 - 1e-15,
        ]
        // Odd multiples of 2^-53 around each.
        let uniforms: [Double] = middles.flatMap { middle -> [Double] in
            let whole = 2 * (middle * 0x1p52).rounded(.down) + 1
            return (-40...40).map { (whole + 2 * Double($0)) * 0x1p-53 }.filter { $0 > 0 && $0 < 1 }
        }
        #expect(uniforms.contains(0x1p-53) && uniforms.contains { $0 < far && standardNormalQuantile($0) < -6 })
        for start in stride(from: 0, to: uniforms.count - 8, by: 5) {
            // Every place in a vector, alone with others or among central numbers.
            let some = Array(uniforms[start..<min(start + NormalLanes.chunk, uniforms.count)])
            let mixed = some.enumerated().map { $0.offset % 3 == start % 3 ? $0.element : 0.25 + 0x1p-53 }
            for sample in start % 10 == 0 ? [some, mixed] : [Array(some.prefix(11)), Array(mixed.prefix(9))] {
                let different = zip(sample, quantiles(sample)).filter { p, x in
                    x.bitPattern != quantileOfOpenUnit(p).bitPattern
                }
                #expect(different.isEmpty)
            }
        }
    }

    @Test func wordsAreThoseOfPhilox() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<200 {
            let words = (0..<6).map { _ in UInt32.random(in: .min ... .max, using: &random) }
            let seed = UInt64(words[0]) | UInt64(words[1]) << 32
            let entities = SIMD8<UInt64>.random(in: .min ... .max, using: &random)
            let lanes = PhiloxLanes(seed: seed, word2: UInt64(words[2]), word3: UInt64(words[3])).words(entities)
            for lane in 0..<8 {
                let entity = entities[lane]
                let block = Philox4x32.block(
                    counter: SIMD4(
                        UInt32(truncatingIfNeeded: entity), UInt32(truncatingIfNeeded: entity >> 32), words[2],
                        words[3]), key: SIMD2(words[0], words[1]))
                #expect(lanes.0[lane] == UInt64(block[0]) | UInt64(block[1]) << 32)
                #expect(lanes.1[lane] == UInt64(block[2]) | UInt64(block[3]) << 32)
            }
        }
    }

    private func fill(
        _ seed: UInt64, _ purpose: StreamPurpose, _ draw: UInt32, _ period: UInt8, _ block: UInt16, _ entities: [UInt64]
    ) -> ([Double], [Double]) {
        var numbers = [Double](repeating: 0, count: 2 * entities.count + 1)
        numbers.withUnsafeMutableBufferPointer { numbers in
            guard let base = numbers.baseAddress else { return }
            entities.withUnsafeBufferPointer {
                NormalLanes.fill(
                    seed: seed, purpose: purpose, draw: draw, period: period, block: block, entities: $0, first: base,
                    second: base + entities.count)
            }
        }
        return (Array(numbers[..<entities.count]), Array(numbers[entities.count..<(2 * entities.count)]))
    }

    private func quantiles(_ uniforms: [Double]) -> [Double] {
        var normals = [Double](repeating: 0, count: uniforms.count)
        NormalLanes.withRoom { room in
            for i in uniforms.indices { room.first[i] = uniforms[i] - 0.5 }
            normals.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress else { return }
                NormalLanes.transform(room.first, uniforms.count, room, base)
            }
        }
        return normals
    }
}
