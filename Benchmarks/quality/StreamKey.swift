import Probability

/// A part of the space of streams: what is the same for all, with a shift of the entities.
public struct StreamKey: Sendable {
    /// The parts of a stream's key.
    public var seed: UInt64 = 20_211, purpose = StreamPurpose.noise, draw: UInt32 = 0, period: UInt8 = 0,
        block: UInt16 = 0
    /// Entities are consecutive even numbers from here, so that shifts by one bit meet none of them.
    public var entity: UInt64 = 0

    /// The first key.
    public init() {}

    /// Pairs of keys that differ in one unit or one bit of one part, with a name for each.
    public static func neighbours() -> [(name: String, change: @Sendable (inout StreamKey) -> Void)] {
        [
            ("seed + 1", { $0.seed += 1 }), ("seed bit 31", { $0.seed ^= 1 << 31 }),
            ("seed bit 32", { $0.seed ^= 1 << 32 }), ("seed bit 63", { $0.seed ^= 1 << 63 }),
            ("purpose + 1", { $0.purpose = .population }), ("purpose bit 2", { $0.purpose = .parameter }),
            ("draw + 1", { $0.draw += 1 }), ("draw bit 16", { $0.draw ^= 1 << 16 }),
            ("draw bit 31", { $0.draw ^= 1 << 31 }), ("entity + 1", { $0.entity += 1 }),
            ("entity bit 31", { $0.entity ^= 1 << 31 }), ("entity bit 32", { $0.entity ^= 1 << 32 }),
            ("entity bit 63", { $0.entity ^= 1 << 63 }), ("period + 1", { $0.period += 1 }),
            ("period bit 7", { $0.period ^= 1 << 7 }), ("block + 1", { $0.block += 1 }),
            ("block bit 15", { $0.block ^= 1 << 15 }),
        ]
    }

    /// Fills both halves of `numbers` with the normal numbers of `numbers.count / 2` entities.
    public func fill(_ numbers: UnsafeMutableBufferPointer<Double>) {
        let half = numbers.count / 2
        let entities = (0..<half).map { entity &+ 2 &* UInt64($0) }
        guard let first = numbers.baseAddress else { return }
        entities.withUnsafeBufferPointer {
            NormalLanes.fill(
                seed: seed, purpose: purpose, draw: draw, period: period, block: block, entities: $0, first: first,
                second: first + half)
        }
    }
}
