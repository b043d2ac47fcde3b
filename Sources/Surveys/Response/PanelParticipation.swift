/// Which units took part in which waves of a survey: how many did so once, twice and so on, and how far waves overlap.
public struct PanelParticipation: Sendable, Equatable {
    /// The waves' names, in order.
    public let waves: [String]
    /// The units of each wave.
    public let unitCounts: [Int]
    /// The units in both of two waves, waves x waves; a wave with itself: its units.
    public let overlaps: [[Int]]
    /// The units that took part in one wave, in two, up to all.
    public let unitsByTimes: [Int]

    /// Participation by the units of each wave.
    ///
    /// - Parameter waves: The waves in order, each with the identifiers of the units that took part. A unit of several respondents
    ///   takes part once.
    public init(_ waves: [(name: String, units: [String])]) {
        let sets = waves.map { Set($0.units) }
        self.waves = waves.map(\.name)
        unitCounts = sets.map(\.count)
        overlaps = sets.map { one in sets.map { one.intersection($0).count } }
        var times: [String: Int] = [:]
        for set in sets { for unit in set { times[unit, default: 0] += 1 } }
        var units = [Int](repeating: 0, count: waves.count)
        for count in times.values { units[count - 1] += 1 }
        unitsByTimes = units
    }

    /// All units that took part in any wave.
    public var unitCount: Int { unitsByTimes.reduce(0, +) }

    /// How the estimates of two waves hang together, for ``DifferenceTest``: by the units in both.
    ///
    /// It takes units for respondents: for surveys in which a unit answers once.
    ///
    /// - Parameters:
    ///   - first: A wave's position.
    ///   - second: Another wave's.
    ///   - correlation: Of the two answers of a unit in both; nil where it is not known.
    public func relation(_ first: Int, _ second: Int, correlation: Double?) -> DifferenceTest.Relation {
        let shared = Double(overlaps[first][second])
        guard shared > 0 else { return .independent }
        return correlation.map { .overlap(respondents: shared, correlation: $0) }
            ?? .unknownOverlap(respondents: shared)
    }
}
