/// Standard normal numbers of many entities at once: the bits of
/// `RandomStream(seed:purpose:draw:entity:period:).normals(at: block)` for each.
public enum NormalLanes {
    /// Fills first[i], second[i] with the two normals of entity i.
    public static func fill(
        seed: UInt64, purpose: StreamPurpose, draw: UInt32, period: UInt8, block: UInt16,
        entities: UnsafeBufferPointer<UInt64>, first: UnsafeMutablePointer<Double>,
        second: UnsafeMutablePointer<Double>
    ) {
        for (index, entity) in entities.enumerated() {
            (first[index], second[index]) =
                RandomStream(seed: seed, purpose: purpose, draw: draw, entity: entity, period: period).normals(
                    at: block)
        }
    }
}
