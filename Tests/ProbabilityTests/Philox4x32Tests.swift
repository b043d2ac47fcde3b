import Foundation
import Probability
import TestSupport
import Testing

@Suite struct Philox4x32Tests {
    // Random123 1.14.0, tests/kat_vectors: all zero, all one, digits of pi.
    @Test(arguments: [
        ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ])
    func reproducesThePublishedVectors(counter: String, key: String, expected: String) {
        #expect(block(counter, key, rounds: 10) == words(expected))
    }

    @Test(.enabled(if: hasSharedData), arguments: [("kat.csv", 6), ("sequence.csv", 128)])
    func reproducesEveryKnownAnswer(file: String, rows: Int) throws {
        let text = try contents(of: sharedData("random123/" + file))
        let known = text.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
            .filter { $0[0] == "philox4x32" }
        #expect(known.count == rows)
        for row in known {
            let rounds = try #require(Int(row[1]))
            #expect(block(row[2], row[3], rounds: rounds) == words(row[4]), "\(row)")
        }
    }

    private func words(_ hex: String) -> [UInt32] { hex.split(separator: " ").compactMap { UInt32($0, radix: 16) } }

    private func block(_ counter: String, _ key: String, rounds: Int) -> [UInt32] {
        let (counter, key) = (words(counter), words(key))
        let result = Philox4x32.block(counter: SIMD4(counter), key: SIMD2(key), rounds: rounds)
        return (0..<4).map { result[$0] }
    }
}
