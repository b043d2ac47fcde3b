import Specifications

/// The staff that a sector's schools can find beside those they have.
public struct SectorCapacity: Sendable {
    /// The number that keys its random numbers; unique among sectors.
    public let stream: UInt64
    /// The extra staff that a school without shortage finds, FTE per 100 pupils.
    public let available: UncertainParameter
    /// The share of it that schools find, by quintile of the disadvantage score 1 to 5.
    public let byQuintile: [Double]
    /// The share of that by region; regions that are not named find all of it.
    public let byRegion: [String: Double]
    /// Where the shares come from.
    public let source: String

    init?(sector: String, _ value: SpecificationValue) {
        let keys = ["stream", "fte_per_100_pupils", "by_quintile", "by_region", "source"]
        guard let mapping = value.mapping("capacity of sector '\(sector)'", keys: keys),
            let stream = mapping.integer("stream", in: 1...65_535),
            let available = mapping.required("fte_per_100_pupils").flatMap({ UncertainParameter(.staffAvailable, $0) }),
            let list = mapping.required("by_quintile")?.list(), let source = mapping.text("source")
        else { return nil }
        let shares = list.compactMap { $0.number(in: .share) }
        guard shares.count == list.count else { return nil }
        guard shares.count == 5 else {
            mapping.optional("by_quintile")?.fail("found \(shares.count) shares; expected 5, of quintiles 1 to 5.")
            return nil
        }
        var regions: [String: Double] = [:]
        if let declared = mapping.optional("by_region") {
            guard let entries = declared.openMapping("by_region")?.entries else { return nil }
            for entry in entries {
                guard let share = entry.value.number(in: .share) else { return nil }
                regions[entry.key] = share
            }
        }
        byRegion = regions
        self.stream = UInt64(stream)
        self.available = available
        byQuintile = shares
        self.source = source
    }

    /// The share of a quintile; schools of unknown score, quintile 0, take the mean.
    func share(quintile: Int, region: String? = nil) -> Double {
        let regional = region.flatMap { byRegion[$0] } ?? 1
        let own = byQuintile.indices.contains(quintile - 1) ? byQuintile[quintile - 1] : byQuintile.reduce(0, +) / 5
        return own * regional
    }
}
