/// What a stream of random numbers is for. The codes are part of every result: never reused, never renumbered.
public enum StreamPurpose: UInt8, Sendable, CaseIterable {
    /// Parameters with a distribution of their own.
    case parameter = 1
    /// Joint draws of estimates.
    case estimates = 2
    /// Lasting differences between schools.
    case schoolHeterogeneity = 3
    /// Year-to-year variation.
    case noise = 4
    /// Synthetic populations: draw 0 for school tables, from 1 for microdata.
    case population = 5
    /// Responses of a parametric bootstrap.
    case bootstrap = 6
    /// Schools' places among fast and slow spenders: draw 0.
    case spending = 7
    /// Which schools apply for a subsidy.
    case application = 8
    /// Effects of interventions, drawn from what the evidence predicts for a new setting.
    case effect = 9
    /// Clusters of a survey that a bootstrap draws again: draw is the replicate, entity the stratum.
    case surveyBootstrap = 10
    /// Pupils who go on, stay, change tracks or leave: entity is the school, period the school year; period 0 and the last blocks
    /// of a year are for who is there at the start and who enters.
    case careers = 11
    /// Points of a study's Latin hypercube: draw is the sample, entity the factor's position.
    case studyDesign = 12
    /// Tests.
    case test = 255
}

/// One keyed sequence of random numbers: a function of its key and a position, without a state that moves.
///
/// Nothing depends on the order of calls: the same key and position give the same number in every thread, shard, scenario
/// and machine. A sequence is Philox4x32-10 with the seed as its key and the counter
/// `(entity low, entity high, draw, purpose << 24 | period << 16 | block)`; streams that differ in any part share no counter.
/// A block holds two numbers, a stream 65,536 blocks.
public struct RandomStream: Sendable, Equatable {
    @usableFromInline let key0, key1: UInt32
    @usableFromInline let entity0, entity1: UInt32
    @usableFromInline let draw: UInt32
    @usableFromInline let prefix: UInt32

    /// A sequence.
    ///
    /// - Parameters:
    ///   - seed: The run's seed.
    ///   - purpose: What the numbers are for.
    ///   - draw: The draw.
    ///   - entity: Whose numbers they are, such as ``streamKey(_:)`` of a school's id.
    ///   - period: The school year, counted from the first of the simulation; 0 for what does not change with time.
    @inlinable @inline(__always)
    public init(seed: UInt64, purpose: StreamPurpose, draw: UInt32, entity: UInt64, period: UInt8) {
        key0 = UInt32(truncatingIfNeeded: seed)
        key1 = UInt32(truncatingIfNeeded: seed &>> 32)
        entity0 = UInt32(truncatingIfNeeded: entity)
        entity1 = UInt32(truncatingIfNeeded: entity &>> 32)
        self.draw = draw
        prefix = UInt32(purpose.rawValue) &<< 24 | UInt32(period) &<< 16
    }

    /// Two independent uniform numbers, strictly between 0 and 1: odd multiples of 2^-53.
    @inlinable @inline(__always)
    public func uniforms(at block: UInt16) -> (Double, Double) {
        let counter = Philox4x32.State(entity0, entity1, draw, prefix | UInt32(block))
        let (first, second) = Philox4x32.words(counter, key0: key0, key1: key1)
        return (Self.openUnit(first), Self.openUnit(second))
    }

    /// Two independent standard normal numbers: the quantiles of ``uniforms(at:)``, so one uniform is one normal.
    @inlinable @inline(__always)
    public func normals(at block: UInt16) -> (Double, Double) {
        let (first, second) = uniforms(at: block)
        return (quantileOfOpenUnit(first), quantileOfOpenUnit(second))
    }

    /// The uniform number at a position: two to a block.
    ///
    /// - Parameter index: 0 to 131,071.
    @inlinable
    public func uniform(at index: UInt32) -> Double {
        precondition(index < 131_072, "a stream has 131,072 numbers")
        let (first, second) = uniforms(at: UInt16(truncatingIfNeeded: index &>> 1))
        return index & 1 == 0 ? first : second
    }

    /// The standard normal number at a position: two to a block.
    ///
    /// Half of a block's work is thrown away; loops over many numbers use ``normals(at:)``.
    ///
    /// - Parameter index: 0 to 131,071.
    @inlinable
    public func normal(at index: UInt32) -> Double { quantileOfOpenUnit(uniform(at: index)) }

    /// The upper 52 bits k of a word as (k + 1/2) 2^-52, which is exact.
    @inlinable @inline(__always)
    static func openUnit(_ word: UInt64) -> Double {
        (Double(Int64(bitPattern: word &>> 12)) + 0.5) * 0x1p-52
    }
}

/// A stable 64-bit hash of a text's UTF-8 bytes: FNV-1a, then two multiply-and-shift steps.
///
/// A school's stream is keyed by its id, so it does not depend on the row in which the school stands, nor on the machine
/// (Swift's own hash values change with every run). Two of 10,000 ids collide with probability 3e-12.
/// Texts are compared byte by byte: differently composed accents are different texts.
///
/// - SeeAlso: Fowler, Noll and Vo, draft-eastlake-fnv.
public func streamKey(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    // FNV alone leaves the upper bits of short texts poorly mixed.
    hash = (hash ^ (hash &>> 32)) &* 0xD6E8_FEB8_6659_FD93
    hash = (hash ^ (hash &>> 32)) &* 0xD6E8_FEB8_6659_FD93
    return hash ^ (hash &>> 32)
}
