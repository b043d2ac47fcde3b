/// A nested uniform scrambling of the binary digits of a number in [0, 1): every digit is flipped or not, by a hash of the
/// digits before it and of a key.
///
/// On a word with its bits reversed (the first digit lowest), additions, multiplications by odd numbers and `x ^= x * even`
/// carry only towards higher bits, so that each digit depends on those before it alone: a permutation of the tree of digits,
/// as Owen's is. The points of a net stay a net, and each point by itself is uniform over the keys.
///
/// A hash, not 2^32 independent flips: within a key, deep digits of far prefixes are only as independent as its mixing makes
/// them. Four words of key, each from Philox, are drawn afresh for every dimension and replicate.
///
/// - SeeAlso: Owen (1995), Randomly permuted (t,m,s)-nets and (t,s)-sequences; Laine and Karras (2011), Stratified sampling
///   for stochastic transparency, Computer Graphics Forum 30(4); Burley (2020), Practical hash-based Owen scrambling,
///   Journal of Computer Graphics Techniques 9(4), 1-20, section 3.
struct NestedScramble: Sendable, Equatable {
    let key: SIMD4<UInt32>

    /// The scrambling of one dimension of one replicate.
    init(seed: UInt64, replicate: UInt32, dimension: UInt32) {
        key = QuasiRandomPurpose.scrambling.block(seed: seed, first: dimension, second: replicate)
    }

    /// The scrambled word; the bits of both are reversed, the first digit lowest.
    @inline(__always)
    func callAsFunction(reversed word: UInt32) -> UInt32 {
        // Random odd factors let the second digit see the first independently of the flip of the first; the fixed even factors
        // spread low bits over all higher ones. They are digits of pi, each 2 modulo 4 so that neighbours mix.
        var x = word &+ key[0]
        x = x &* (key[1] | 1)
        x ^= x &* 0x243F_6A8A
        x = x &+ key[2]
        x = x &* (key[3] | 1)
        x ^= x &* 0x8531_A30A
        x ^= x &* 0x1319_8A2E
        return x
    }
}

/// What a random number of this folder is for: the upper byte of the last counter word of Philox, as in ``RandomStream``.
///
/// The codes are part of every result: never reused, never renumbered, and never those of ``StreamPurpose``.
enum QuasiRandomPurpose: UInt8, CaseIterable {
    /// Keys of scrambled sequences.
    case scrambling = 128

    /// Four words, a function of the arguments alone.
    func block(seed: UInt64, first: UInt32, second: UInt32) -> SIMD4<UInt32> {
        Philox4x32.block(
            counter: SIMD4(first, second, 0, UInt32(rawValue) &<< 24),
            key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed &>> 32)))
    }
}
