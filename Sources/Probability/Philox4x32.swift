/// The counter-based generator Philox4x32: a keyed bijection of 128-bit counters whose output passes as random.
///
/// No state: a block of output is a function of a key and a counter, so any part of a sequence can be had in any order.
/// Ten rounds pass BigCrush with a margin. Not for cryptography.
///
/// - SeeAlso: Salmon, Moraes, Dror and Shaw (2011), Parallel random numbers: as easy as 1, 2, 3. Proceedings of SC11.
public struct Philox4x32: Sendable {
    /// The four output words of one counter; word 0 first.
    ///
    /// - Parameters:
    ///   - counter: The counter; word 0 is the one that counts fastest.
    ///   - key: The key.
    ///   - rounds: Rounds of mixing, 10 unless an older sequence has to be reproduced.
    @inlinable
    public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, rounds: Int = 10) -> SIMD4<UInt32> {
        var state = State(counter[0], counter[1], counter[2], counter[3])
        var (key0, key1) = (key[0], key[1])
        for round in 0..<rounds {
            if round > 0 { advance(&key0, &key1) }
            state.mix(key0, key1)
        }
        return SIMD4(state.word0, state.word1, state.word2, state.word3)
    }

    /// The four words while they are mixed: scalars, because vectors of 32-bit words are slower here (PLATFORM.md section 4).
    @usableFromInline
    struct State {
        @usableFromInline var word0, word1, word2, word3: UInt32

        @inlinable @inline(__always)
        init(_ word0: UInt32, _ word1: UInt32, _ word2: UInt32, _ word3: UInt32) {
            (self.word0, self.word1, self.word2, self.word3) = (word0, word1, word2, word3)
        }

        /// One round: two 32 by 32 bit products, their upper halves crossed over and keyed.
        @inlinable @inline(__always)
        mutating func mix(_ key0: UInt32, _ key1: UInt32) {
            let product0 = UInt64(word0) &* 0xD251_1F53
            let product1 = UInt64(word2) &* 0xCD9E_8D57
            word0 = UInt32(truncatingIfNeeded: product1 &>> 32) ^ word1 ^ key0
            word1 = UInt32(truncatingIfNeeded: product1)
            word2 = UInt32(truncatingIfNeeded: product0 &>> 32) ^ word3 ^ key1
            word3 = UInt32(truncatingIfNeeded: product0)
        }
    }

    /// The next round's key: Weyl sequences of the golden ratio and of sqrt(3) - 1.
    @inlinable @inline(__always)
    static func advance(_ key0: inout UInt32, _ key1: inout UInt32) {
        key0 &+= 0x9E37_79B9
        key1 &+= 0xBB67_AE85
    }

    /// The ten-round block as two 64-bit words, low word first, written out for the hot path.
    @inlinable @inline(__always)
    static func words(_ counter: State, key0: UInt32, key1: UInt32) -> (UInt64, UInt64) {
        var state = counter
        var (key0, key1) = (key0, key1)
        state.mix(key0, key1)
        for _ in 1..<10 {
            advance(&key0, &key1)
            state.mix(key0, key1)
        }
        return (
            UInt64(state.word0) | UInt64(state.word1) &<< 32,
            UInt64(state.word2) | UInt64(state.word3) &<< 32
        )
    }
}
