import Foundation
import TestSupport
import Testing

@testable import Probability

private func words(_ text: Substring) -> [UInt32] { text.split(separator: " ").compactMap { UInt32($0, radix: 16) } }

@Suite struct PhiloxTests {
    // Random123 1.14.0, tests/kat_vectors: all zero, all one, digits of pi.
    @Test(
        arguments: [
            ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            (
                [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
                [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
            ),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
            ),
        ] as [([UInt32], [UInt32], [UInt32])])
    func agreesWithThePublishedKnownAnswers(counter: [UInt32], key: [UInt32], expected: [UInt32]) {
        let block = Philox4x32.block(counter: SIMD4(counter), key: SIMD2(key))
        #expect(block == SIMD4(expected))
    }

    @Test(.enabled(if: hasSharedData), arguments: ["kat.csv", "sequence.csv"])
    func agreesWithEveryRowOfTheFile(name: String) throws {
        let lines = try contents(of: sharedData("random123/\(name)")).split(whereSeparator: \.isNewline).dropFirst()
        var checked = 0
        for line in lines {
            let cells = line.split(separator: ",")
            guard cells.count == 5, cells[0] == "philox4x32", let rounds = Int(cells[1]) else { continue }
            let block = Philox4x32.block(counter: SIMD4(words(cells[2])), key: SIMD2(words(cells[3])), rounds: rounds)
            #expect(block == SIMD4(words(cells[4])))
            checked += 1
        }
        #expect(checked == (name == "kat.csv" ? 6 : 128))
    }
}

@Suite struct RandomStreamTests {
    private func stream(
        seed: UInt64 = 7, purpose: StreamPurpose = .test, draw: UInt32 = 3, entity: UInt64 = 5, period: UInt8 = 2
    ) -> RandomStream { RandomStream(seed: seed, purpose: purpose, draw: draw, entity: entity, period: period) }

    @Test func everyPartOfTheKeyMatters() {
        let base = stream().uniform(at: 0)
        let others =
            [
                stream(seed: 8), stream(seed: 7 | 1 << 40), stream(purpose: .noise), stream(draw: 4), stream(entity: 6),
                stream(entity: 5 | 1 << 40), stream(period: 3),
            ].map { $0.uniform(at: 0) } + [stream().uniform(at: 1), stream().uniform(at: 2)]
        #expect(Set(others + [base]).count == others.count + 1)
    }

    @Test func numbersAreAFunctionOfTheirKey() {
        #expect(stream().normal(at: 9) == stream().normal(at: 9))
        #expect(stream().normals(at: 4).1 == stream().normal(at: 9))
    }

    @Test func momentsOfUniformsAndNormalsAreRight() {
        // 4 x 25,000 numbers over draws, entities and periods; each bound is four standard errors.
        var uniforms: [Double] = [], normals: [Double] = []
        for index in 0..<100_000 {
            let own = stream(draw: UInt32(index % 100), entity: UInt64(index / 1000), period: UInt8(index / 100 % 10))
            uniforms.append(own.uniform(at: 0))
            normals.append(own.normal(at: 7))
        }
        let n = Double(uniforms.count)
        let mean = uniforms.reduce(0, +) / n
        #expect(abs(mean - 0.5) < 4 * (1 / 12.0 / n).squareRoot())
        let normalMean = normals.reduce(0, +) / n
        #expect(abs(normalMean) < 4 / n.squareRoot())
        let variance = normals.reduce(0) { $0 + $1 * $1 } / n
        #expect(abs(variance - 1) < 4 * (2 / n).squareRoot())
        let fourth = normals.reduce(0) { $0 + $1 * $1 * $1 * $1 } / n
        #expect(abs(fourth - 3) < 4 * (96 / n).squareRoot())
        // Neighbouring keys and the two numbers of a block are uncorrelated.
        let neighbours = zip(normals, normals.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / n
        #expect(abs(neighbours) < 4 / n.squareRoot())
        let blocks = (0..<50_000).map { stream(draw: UInt32($0)).normals(at: 1) }
        #expect(abs(blocks.reduce(0) { $0 + $1.0 * $1.1 } / 50_000) < 4 / 50_000.0.squareRoot())
    }

    @Test func uniformsAreNeverZeroOrOne() {
        #expect(RandomStream.unit(0, 0) > 0 && RandomStream.unit(.max, .max) < 1)
        #expect(RandomStream.unit(0, 0) == 1 - RandomStream.unit(.max, .max))
    }

    @Test func keysOfNamesAreStableAndDiffer() {
        // A changed key would change every simulated number.
        #expect(streamKey("00AH00") == streamKey("00AH00"))
        let keys = Set((0..<20_000).map { streamKey("school-\($0)") })
        #expect(keys.count == 20_000)
    }
}
