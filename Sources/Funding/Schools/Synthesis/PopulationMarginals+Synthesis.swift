import Probability

extension PopulationMarginals {
    /// Synthesises schools with these marginals.
    ///
    /// The marginals hold for every seed; the seed only decides which school is which, see ``SchoolSynthesis``. Schools are
    /// numbered by type and size, from the smallest: `po-0001`.
    ///
    /// - Throws: ``FundingError``.
    public func synthesise(seed: UInt64) throws(FundingError) -> SchoolPopulation {
        var drawn = sectors.map { sector in
            zip(sector.types, sector.counts).flatMap { type, counts in
                SchoolSynthesis(
                    sector: sector.name, type: type, count: counts.schools, pupils: counts.pupils, seed: seed
                ).schools()
            }
        }
        var towns: [Municipality] = []
        for region in municipalities?.regions ?? [] {
            let list = region.municipalities
            for sector in drawn.indices { Self.settle(&drawn[sector], in: region.name, list, seed: seed) }
            towns += list
        }
        let schools = drawn.flatMap { list in
            list.enumerated().map { index, school in
                school.school(id: school.sector + "-" + numbered(index + 1, of: list.count))
            }
        }
        return try SchoolPopulation(
            schools: schools, sectors: sectors.map(\.name), municipalities: towns, source: "synthetic: \(title)")
    }

    /// Gives the schools of a region to its municipalities in proportion to inhabitants, the most urban schools to the
    /// largest municipalities; among schools as urban the seed decides.
    private static func settle(
        _ schools: inout [SyntheticSchool], in region: String, _ municipalities: [Municipality], seed: UInt64
    ) {
        let members = schools.indices.filter { schools[$0].region == region }
        guard let first = members.first else { return }
        let stream = RandomStream(
            seed: seed, purpose: .population, draw: 0, entity: streamKey(schools[first].sector),
            period: SchoolSynthesis.Step.municipality.rawValue)
        let keys = members.map { (schools[$0].urbanityPosition, stream.uniform(at: UInt32($0)), $0) }
        let parts = wholeParts(of: members.count, by: municipalities.map { Double($0.inhabitants) })
        let names = zip(municipalities, parts).flatMap { Array(repeating: $0.name, count: $1) }
        for (key, name) in zip(keys.sorted(by: <), names) { schools[key.2].municipality = name }
    }
}
