/// A scrambled Sobol' sequence: points of the unit cube that fill it more evenly than random ones, and randomly placed.
///
/// A digital (t, s)-sequence in base 2. The first 2^m points put exactly one point into each of 2^m equal intervals of every
/// axis, so that means of smooth functions converge faster than n^-1/2. Nested uniform scrambling makes every point uniform
/// over replicates: means are unbiased, and the spread between replicates tells their error (``ReplicatedMean``).
/// Numbers of points other than powers of two lose much of this, and every second point is no sample at all: in the second
/// dimension all even points lie in one half. Share a sequence out in runs of points. The first point belongs to the set and is not dropped
/// (Owen 2020, arXiv:2008.08051).
///
/// No state: a coordinate is a function of (seed, replicate, point, dimension), the same bits on every machine. Points come in
/// Gray code order (Antonov and Saleev 1979), as published tables of the sequence have them.
///
/// - SeeAlso: Joe and Kuo (2008), SIAM Journal on Scientific Computing 30(5), 2635-2654, for the direction numbers;
///   Owen (1995) and Burley (2020) for the scrambling. Another name: randomised quasi-Monte Carlo (RQMC).
public struct SobolSequence: Sendable {
    /// The largest number of dimensions: those for which the direction numbers of Joe and Kuo are held here.
    public static let maximumDimensions = 512

    /// The number of dimensions.
    public let dimensions: Int
    private let scrambles: [NestedScramble]?

    /// A scrambled sequence.
    ///
    /// - Parameters:
    ///   - dimensions: 1 to ``maximumDimensions``. The first dimensions are the best spread: give them to what matters most.
    ///   - seed: The run's seed.
    ///   - replicate: Which of the independent scramblings.
    public init(dimensions: Int, seed: UInt64, replicate: UInt32) {
        self.init(
            dimensions: dimensions,
            scrambles: (0..<UInt32(clamping: dimensions)).map {
                NestedScramble(seed: seed, replicate: replicate, dimension: $0)
            })
    }

    /// The sequence without scrambling: the same points always, so that their error cannot be told.
    ///
    /// - Parameter dimensions: 1 to ``maximumDimensions``.
    public init(unscrambledDimensions dimensions: Int) {
        self.init(dimensions: dimensions, scrambles: nil)
    }

    private init(dimensions: Int, scrambles: [NestedScramble]?) {
        precondition(
            (1...Self.maximumDimensions).contains(dimensions),
            "a Sobol' sequence has 1 to \(Self.maximumDimensions) dimensions, not \(dimensions)")
        self.dimensions = dimensions
        self.scrambles = scrambles
    }

    /// A coordinate of a point, strictly between 0 and 1: an odd multiple of 2^-33.
    ///
    /// - Parameters:
    ///   - point: Which point, from 0.
    ///   - dimension: Which coordinate, from 0.
    public func value(point: UInt32, dimension: Int) -> Double {
        precondition(dimension >= 0 && dimension < dimensions, "the sequence has \(dimensions) dimensions")
        var word = Self.reversedWord(point: point, dimension: dimension)
        if let scrambles { word = scrambles[dimension](reversed: word) }
        return (Double(Self.bitsReversed(word)) + 0.5) * 0x1p-32
    }

    /// The first 32 binary digits of a coordinate without scrambling, the first digit in the lowest bit.
    static func reversedWord(point: UInt32, dimension: Int) -> UInt32 {
        var (code, word) = (point ^ (point &>> 1), UInt32(0))
        while code != 0 {
            word ^= reversedDirections[dimension &* 32 &+ code.trailingZeroBitCount]
            code &= code &- 1
        }
        return word
    }

    /// 32 direction numbers for every dimension, bits reversed: that of the lowest bit of the index first.
    private static let reversedDirections: [UInt32] = {
        // The first dimension is the van der Corput sequence: every m is 1.
        var directions = (0..<32).map { UInt32(1) &<< $0 }
        var place = 0
        for _ in 1..<maximumDimensions {
            let polynomial = UInt32(JoeKuoNumbers.table[place])
            let degree = 31 - polynomial.leadingZeroBitCount
            let initial = JoeKuoNumbers.table[(place + 1)...(place + degree)].map(UInt32.init)
            directions += directionNumbers(polynomial: polynomial, initial: initial).map(bitsReversed)
            place += degree + 1
        }
        return directions
    }()

    /// The recurrence of Bratley and Fox (1988), Algorithm 659, on numbers v_k = m_k / 2^k held as 32-bit fractions.
    private static func directionNumbers(polynomial: UInt32, initial: [UInt32]) -> [UInt32] {
        let degree = initial.count
        var v = initial.enumerated().map { k, m in m &<< (31 - UInt32(k)) }
        for k in degree..<32 {
            var next = v[k - degree] ^ (v[k - degree] &>> UInt32(degree))
            for lag in 1..<max(degree, 1) where polynomial &>> UInt32(degree - lag) & 1 == 1 { next ^= v[k - lag] }
            v.append(next)
        }
        return v
    }

    /// The bits in the opposite order: neighbours swapped, then pairs, fours and bytes.
    @inline(__always)
    static func bitsReversed(_ word: UInt32) -> UInt32 {
        var x = word.byteSwapped
        x = (x &>> 4) & 0x0F0F_0F0F | (x & 0x0F0F_0F0F) &<< 4
        x = (x &>> 2) & 0x3333_3333 | (x & 0x3333_3333) &<< 2
        return (x &>> 1) & 0x5555_5555 | (x & 0x5555_5555) &<< 1
    }
}
