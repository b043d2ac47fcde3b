/// Philox4x32-10 for eight counters at once that differ in their lower words only.
///
/// Each lane is a 64-bit integer of which the lower half counts: processors multiply 32 by 32 bits to 64 in such lanes, and what
/// earlier steps left in the upper halves need not be cleared, because no later step looks at it.
struct PhiloxLanes {
    private let keys: Keys
    private let word2, word3: UInt64

    /// - Parameters:
    ///   - seed: The key.
    ///   - word2: Word 2 of all counters, below 2^32.
    ///   - word3: Word 3 of all counters, below 2^32.
    init(seed: UInt64, word2: UInt64, word3: UInt64) {
        keys = Keys(seed: seed)
        (self.word2, self.word3) = (word2, word3)
    }

    /// The uniform numbers of ``RandomStream/uniforms(at:)`` less 1/2, which is exact.
    @inline(__always)
    func deviations(of entities: SIMD8<UInt64>) -> (SIMD8<Double>, SIMD8<Double>) {
        let (first, second) = words(entities)
        return (Self.deviation(first), Self.deviation(second))
    }

    /// The output of the counters (entity low, entity high, word 2, word 3) as two 64-bit words, low word first.
    @inline(__always)
    func words(_ entities: SIMD8<UInt64>) -> (SIMD8<UInt64>, SIMD8<UInt64>) {
        var state = (entities, entities &>> 32, SIMD8(repeating: word2), SIMD8(repeating: word3))
        mix(&state, keys.r0)
        mix(&state, keys.r1)
        mix(&state, keys.r2)
        mix(&state, keys.r3)
        mix(&state, keys.r4)
        mix(&state, keys.r5)
        mix(&state, keys.r6)
        mix(&state, keys.r7)
        mix(&state, keys.r8)
        // The last round makes whole words at once: turned by half, a product has its upper half, which belongs to the even word,
        // below and its lower half, the odd word, above.
        let product0 = (state.0 & 0xFFFF_FFFF) &* Self.multiplier0
        let product1 = (state.2 & 0xFFFF_FFFF) &* Self.multiplier1
        let even0 = (state.1 ^ keys.r9.0) & 0xFFFF_FFFF
        let even2 = (state.3 ^ keys.r9.1) & 0xFFFF_FFFF
        return (Self.turned(product1) ^ even0, Self.turned(product0) ^ even2)
    }

    @inline(__always)
    private static func turned(_ x: SIMD8<UInt64>) -> SIMD8<UInt64> { x &<< 32 | x &>> 32 }

    private static var multiplier0: UInt64 { 0xD251_1F53 }
    private static var multiplier1: UInt64 { 0xCD9E_8D57 }

    private typealias State = (SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>)

    @inline(__always)
    private func mix(_ x: inout State, _ key: (UInt64, UInt64)) {
        // The masks say that these are 32-bit products; they cost nothing.
        let product0 = (x.0 & 0xFFFF_FFFF) &* Self.multiplier0
        let product1 = (x.2 & 0xFFFF_FFFF) &* Self.multiplier1
        x = ((product1 &>> 32) ^ x.1 ^ key.0, product1, (product0 &>> 32) ^ x.3 ^ key.1, product0)
    }

    /// `RandomStream.openUnit(word) - 1/2`: the upper 52 bits as the fraction of a number in [1, 2), which is exact too.
    @inline(__always)
    private static func deviation(_ word: SIMD8<UInt64>) -> SIMD8<Double> {
        let unit = unsafeBitCast((word &>> 12) | 0x3FF0_0000_0000_0000, to: SIMD8<Double>.self)
        return (unit - 1.5) + 0x1p-53
    }

    /// The keys of the ten rounds.
    private struct Keys {
        let r0, r1, r2, r3, r4, r5, r6, r7, r8, r9: (UInt64, UInt64)

        init(seed: UInt64) {
            var (key0, key1) = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed &>> 32))
            func next() -> (UInt64, UInt64) {
                defer { Philox4x32.advance(&key0, &key1) }
                return (UInt64(key0), UInt64(key1))
            }
            r0 = next()
            r1 = next()
            r2 = next()
            r3 = next()
            r4 = next()
            r5 = next()
            r6 = next()
            r7 = next()
            r8 = next()
            r9 = next()
        }
    }
}
