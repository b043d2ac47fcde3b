import OrderedCollections
import Specifications
import Tables

/// The staff that a sector's schools can find beside those they have.
public struct SectorCapacity: Sendable {
    /// The number that keys its random numbers; unique among sectors.
    public let stream: UInt64
    /// The extra staff that a school without shortage finds, FTE per 100 pupils.
    public let available: UncertainParameter
    /// The share of it that schools find, by quintile of the disadvantage score 1 to 5.
    public let byQuintile: [Double]
    /// The share of that by region; regions that are not named find all of it.
    public let byRegion: OrderedDictionary<String, Double>
    /// Where the shares come from.
    public let source: String
    private let regionPlaces: [SpecificationPlace]

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
        var regions: OrderedDictionary<String, Double> = [:]
        var places: [SpecificationPlace] = []
        if let declared = mapping.optional("by_region") {
            guard let entries = declared.openMapping("by_region")?.entries else { return nil }
            for entry in entries {
                guard let share = entry.value.number(in: .share) else { return nil }
                regions[entry.key] = share
                places.append(entry.keyValue.place)
            }
        }
        byRegion = regions
        regionPlaces = places
        self.stream = UInt64(stream)
        self.available = available
        byQuintile = shares
        self.source = source
    }

    /// Checks that the regions are those of schools: a share of a region that is spelt otherwise would do nothing.
    ///
    /// - Parameter regions: The regions of all schools.
    /// - Throws: ``ScenarioError/capacity(_:place:)``.
    func check(regions: Set<String>) throws(ScenarioError) {
        for (name, place) in zip(byRegion.keys, regionPlaces) where !regions.contains(name) {
            let hint =
                regions.isEmpty
                ? " The schools have no regions: name their column with 'region' under 'schools', or leave 'by_region' out."
                : nearest(to: name, among: regions.sorted()).map { " Did you mean '\($0)'?" } ?? ""
            throw .capacity("no school is in region '\(name)'." + hint, place: place)
        }
    }

    /// The share of a quintile; schools of unknown score, quintile 0, take the mean.
    func share(quintile: Int, region: String?) -> Double {
        let regional = region.flatMap { byRegion[$0] } ?? 1
        let own = byQuintile.indices.contains(quintile - 1) ? byQuintile[quintile - 1] : byQuintile.reduce(0, +) / 5
        return own * regional
    }
}
