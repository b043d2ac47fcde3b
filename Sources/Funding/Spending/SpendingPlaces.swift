import Probability

/// Each school's profile and its place among the profile's schools of its sector, from the fastest spender to the slowest.
///
/// Places are equally spaced over (0, 1), in an order that is random within a quintile and spread evenly over quintiles, so
/// that the declared shares hold up to rounding in every sector and quintile, whatever the population and the seed. A
/// profile's shift between quintiles moves the later quintiles towards slow spenders and keeps the shares of the sector. A
/// school has one place at all moments, in all scenarios and in all draws: slow spenders stay slow, which is an assumption.
struct SpendingPlaces {
    /// The position of each school's profile, or -1.
    private(set) var profile: [Int]
    /// Each school's place, above 0 and below 1; 0 without a profile or pupils.
    private(set) var place: [Double]

    /// Schools without a profile.
    init(schools: Int) {
        profile = [Int](repeating: -1, count: schools)
        place = [Double](repeating: 0, count: schools)
    }

    /// Places schools.
    ///
    /// - Parameter seed: The scenario's seed; numbers are keyed by the schools' ids.
    init(_ profiles: [SpendingProfile], _ population: SchoolPopulation, seed: UInt64) {
        self.init(schools: population.schools.count)
        for (position, item) in profiles.enumerated() {
            let isCovered = (0...5).map { item.quintiles.contains($0) }
            for sector in item.sectors {
                var strata: [[Member]] = Array(repeating: [], count: 6)
                for (index, school) in population.schools.enumerated() where school.sector == sector {
                    let quintile = population.quintiles[index]
                    guard isCovered[quintile] else { continue }
                    profile[index] = position
                    guard school.pupils > 0 else { continue }
                    strata[quintile].append(Member(school: index, key: Self.key(school.id, seed: seed)))
                }
                arrange(strata, shift: item.quintileShift.value)
            }
        }
    }

    private struct Member {
        let school: Int
        /// A random number of the school's own; ids break ties, as schools are in their order.
        let key: Double
    }

    private static func key(_ id: String, seed: UInt64) -> Double {
        RandomStream(seed: seed, purpose: .spending, draw: 0, entity: streamKey(id), period: 0).uniform(at: 0)
    }

    private mutating func arrange(_ strata: [[Member]], shift: Double) {
        // Strata start at different points of the first step, so that small ones together cover the whole range.
        let filled = strata.indices.filter { !strata[$0].isEmpty }
        let firstKeys = strata.map { $0.lazy.map(\.key).min() ?? 0 }
        let starts = filled.sorted { (firstKeys[$0], $0) < (firstKeys[$1], $1) }
        var arranged: [(order: Double, member: Member)] = []
        for (rank, quintile) in starts.enumerated() {
            let members = strata[quintile].sorted { ($0.key, $0.school) < ($1.key, $1.school) }
            let start = (Double(rank) + 0.5) / Double(starts.count)
            let later = quintile == 0 ? 0 : shift * Double(quintile - 3) / 4
            for (step, member) in members.enumerated() {
                arranged.append(((Double(step) + start) / Double(members.count) + later, member))
            }
        }
        arranged.sort { ($0.order, $0.member.key, $0.member.school) < ($1.order, $1.member.key, $1.member.school) }
        for (rank, item) in arranged.enumerated() {
            place[item.member.school] = (Double(rank) + 0.5) / Double(arranged.count)
        }
    }
}
