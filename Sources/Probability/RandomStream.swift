/// What random numbers are for. The codes are part of every result: they are never reused or renumbered.
public enum StreamPurpose: UInt8, Sendable, CaseIterable {
    /// Uncertain parameters.
    case parameter = 1
    /// Draws of estimates.
    case estimates = 2
    /// Differences between schools that last.
    case schoolHeterogeneity = 3
    /// Year-to-year noise.
    case noise = 4
    /// Synthetic populations.
    case population = 5
    /// Tests.
    case test = 255
}

/// The random numbers of one purpose, draw, entity and period: a function of its key, without state.
///
/// Number n of a stream is the same whatever else was drawn before, on which thread, and in which order. A normal uses
/// one uniform (inverse distribution function), so that scenarios that share streams stay paired.
public struct RandomStream: Sendable {
    @usableFromInline let key: SIMD2<UInt32>
    @usableFromInline let entityLow: UInt32
    @usableFromInline let entityHigh: UInt32
    @usableFromInline let draw: UInt32
    @usableFromInline let tag: UInt32

    /// The stream of a key.
    ///
    /// - Parameters:
    ///   - seed: The run's seed.
    ///   - purpose: What the numbers are for.
    ///   - draw: The draw.
    ///   - entity: A school, an outcome or a model: see ``streamKey(_:)``.
    ///   - period: A year or another step; 0 where there is none.
    @inlinable
    public init(seed: UInt64, purpose: StreamPurpose, draw: UInt32, entity: UInt64, period: UInt8) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        entityLow = UInt32(truncatingIfNeeded: entity)
        entityHigh = UInt32(truncatingIfNeeded: entity >> 32)
        self.draw = draw
        tag = UInt32(purpose.rawValue) << 24 | UInt32(period) << 16
    }

    /// Two independent uniform numbers strictly between 0 and 1.
    @inlinable
    public func uniforms(at block: UInt16) -> (Double, Double) {
        let counter = SIMD4(entityLow, entityHigh, draw, tag | UInt32(block))
        let words = Philox4x32.block(counter: counter, key: key)
        return (Self.unit(words.x, words.y), Self.unit(words.z, words.w))
    }

    /// Two independent standard normal numbers.
    @inlinable
    public func normals(at block: UInt16) -> (Double, Double) {
        let (first, second) = uniforms(at: block)
        return (standardNormalQuantile(first), standardNormalQuantile(second))
    }

    /// The uniform number at an index below 131,072.
    public func uniform(at index: UInt32) -> Double {
        let pair = uniforms(at: UInt16(index >> 1))
        return index & 1 == 0 ? pair.0 : pair.1
    }

    /// The standard normal number at an index below 131,072.
    public func normal(at index: UInt32) -> Double { standardNormalQuantile(uniform(at: index)) }

    /// The middle of one of 2^52 equal parts of the unit interval: never 0 or 1, and symmetric about a half.
    @inlinable
    static func unit(_ low: UInt32, _ high: UInt32) -> Double {
        let bits = (UInt64(high) << 32 | UInt64(low)) >> 12
        return (Double(bits) + 0.5) * 0x1p-52
    }
}

/// A stable 64-bit key of a name (FNV-1a, then a finishing mix), for entities that are known by name.
///
/// A school's random numbers hang on its id, not on its row, so that sorting, adding or leaving out schools changes no
/// other school's numbers.
public func streamKey(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 32)) &* 0xd6e8_feb8_6659_fd93
    hash = (hash ^ (hash >> 32)) &* 0xd6e8_feb8_6659_fd93
    return hash ^ (hash >> 32)
}
