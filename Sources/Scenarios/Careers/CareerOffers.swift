import Funding

/// Which tracks the schools of a sector have, and with which shares pupils enter them.
struct CareerOffers: Sendable {
    /// Shares of those who enter, for each set of tracks that some school has: `[set][group][track]`.
    let shares: [[[Double]]]
    /// The set of each school of the population; -1 for schools of other sectors.
    let sets: [Int]

    init(
        _ declaration: CareerDeclaration, _ population: SchoolPopulation, groups: [String]
    ) throws(ScenarioError) {
        try Self.checkTypes(declaration, population)
        var (found, shares, sets) = ([[Bool]](), [[[Double]]](), [Int]())
        for school in population.schools {
            guard school.sector == declaration.sector, school.pupils > 0 else {
                sets.append(-1)
                continue
            }
            let type = school.traits.type
            let offered = declaration.tracks.map { track in
                track.schoolTypes.map { types in type.map(types.contains) ?? false } ?? true
            }
            if let known = found.firstIndex(of: offered) {
                sets.append(known)
                continue
            }
            let words = type.map { "of type '\($0)'" } ?? "without a type"
            guard offered.contains(true) else {
                throw .careers(
                    "schools \(words) have none of the tracks. Add the type to 'school_types' of a track.",
                    place: declaration.place)
            }
            var own: [[Double]] = []
            for group in groups.indices {
                let kept = zip(offered, declaration.tracks).map { $0 ? $1.shares[group] : 0 }
                let sum = kept.reduce(0, +)
                guard sum > 0 else {
                    throw .careers(
                        "schools \(words) have only tracks that nobody of '\(groups[group])' enters. Give one of them a share.",
                        place: declaration.place)
                }
                own.append(kept.map { $0 / sum })
            }
            sets.append(found.count)
            found.append(offered)
            shares.append(own)
        }
        (self.shares, self.sets) = (shares, sets)
    }

    /// Refuses types that no school has: their tracks would be empty in silence.
    private static func checkTypes(
        _ declaration: CareerDeclaration, _ population: SchoolPopulation
    ) throws(ScenarioError) {
        let known = Set(population.schools.filter { $0.sector == declaration.sector }.compactMap(\.traits.type))
            .sorted()
        for type in declaration.tracks.flatMap({ $0.schoolTypes ?? [] }) where !known.contains(type) {
            throw .careers(
                "'school_types' names '\(type)', and no school of '\(declaration.sector)' has that type. "
                    + (known.isEmpty
                        ? "The schools have no types." : "Their types are: \(known.joined(separator: ", "))."),
                place: declaration.place)
        }
    }
}
