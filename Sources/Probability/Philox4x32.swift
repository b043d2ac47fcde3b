/// The counter-based generator Philox4x32: a keyed bijection of 128-bit counters that makes random numbers without state.
///
/// Salmon, Moraes, Dror and Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC11. With 10 rounds it passes
/// BigCrush. Not for cryptography.
public enum Philox4x32 {
    /// The random block of a counter under a key; word 0 is the word that counts fastest.
    ///
    /// - Parameter rounds: 10 for use; fewer only for checks against published values.
    @inlinable
    public static func block(
        counter: SIMD4<UInt32>, key: SIMD2<UInt32>, rounds: Int = 10
    ) -> SIMD4<UInt32> {
        var (c0, c1, c2, c3) = (counter.x, counter.y, counter.z, counter.w)
        var (k0, k1) = (key.x, key.y)
        for _ in 0..<rounds {
            let first = UInt64(c0) &* 0xD251_1F53
            let second = UInt64(c2) &* 0xCD9E_8D57
            let next0 = UInt32(truncatingIfNeeded: second >> 32) ^ c1 ^ k0
            let next2 = UInt32(truncatingIfNeeded: first >> 32) ^ c3 ^ k1
            c1 = UInt32(truncatingIfNeeded: second)
            c3 = UInt32(truncatingIfNeeded: first)
            c0 = next0
            c2 = next2
            k0 = k0 &+ 0x9E37_79B9
            k1 = k1 &+ 0xBB67_AE85
        }
        return SIMD4(c0, c1, c2, c3)
    }
}
