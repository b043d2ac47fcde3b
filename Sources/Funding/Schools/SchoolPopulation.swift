/// A municipality that may receive a part of the money.
public struct Municipality: Sendable, Equatable {
    /// Its name, as in the schools' traits.
    public let name: String
    /// Its inhabitants.
    public let inhabitants: Int

    /// A municipality.
    public init(name: String, inhabitants: Int) {
        self.name = name
        self.inhabitants = inhabitants
    }
}

/// The schools of a scenario, ordered by sector and id, each with its disadvantage quintile.
public struct SchoolPopulation: Sendable {
    /// The schools.
    public let schools: [School]
    /// For each school its quintile of score per pupil within its sector: 1 (lowest) to 5; 0 when the score is unknown.
    public let quintiles: [Int]
    /// The sectors in order of first declaration.
    public let sectors: [String]
    /// The municipalities whose inhabitants are declared, by name; empty when none are.
    public let municipalities: [Municipality]
    /// Where the schools come from, for provenance.
    public let source: String

    /// A population of schools.
    ///
    /// Quintiles cut a sector's schools with known score into five parts of equal number; ties go by id, so that the
    /// parts stay equal.
    ///
    /// - Throws: ``FundingError/duplicateSchool(id:)``, ``FundingError/badSchool(id:reason:)``,
    ///   ``FundingError/noSchool(source:)``, or their counterparts for municipalities.
    public init(
        schools: [School], sectors: [String], municipalities: [Municipality] = [], source: String
    ) throws(FundingError) {
        guard schools.contains(where: { $0.pupils > 0 }) else { throw .noSchool(source: source) }
        var rank: [String: Int] = [:]
        for sector in sectors where rank[sector] == nil { rank[sector] = rank.count }
        let ordered = schools.sorted { ((rank[$0.sector] ?? .max), $0.id) < ((rank[$1.sector] ?? .max), $1.id) }
        var seen: Set<String> = []
        for school in ordered {
            guard seen.insert(school.id).inserted else { throw .duplicateSchool(id: school.id) }
            if let reason = school.problem(sectors: sectors) {
                throw .badSchool(id: school.id, reason: reason)
            }
        }
        self.schools = ordered
        self.sectors = sectors.filter { sector in ordered.contains { $0.sector == sector } }
        self.source = source
        self.municipalities = municipalities.sorted { $0.name < $1.name }
        for (one, next) in zip(self.municipalities, self.municipalities.dropFirst()) where one.name == next.name {
            throw .duplicateMunicipality(name: one.name)
        }
        for municipality in municipalities where municipality.inhabitants < 0 {
            throw .badMunicipality(
                name: municipality.name, reason: "\(municipality.inhabitants) inhabitants; expected 0 or more")
        }
        quintiles = Self.quintiles(of: ordered)
    }

    private static func quintiles(of schools: [School]) -> [Int] {
        var quintiles = [Int](repeating: 0, count: schools.count)
        for sector in Set(schools.map(\.sector)) {
            var scored: [(score: Double, position: Int)] = []
            for (position, school) in schools.enumerated() where school.sector == sector {
                if let score = school.scorePerPupil { scored.append((score, position)) }
            }
            // Positions are in the order of ids.
            scored.sort { ($0.score, $0.position) < ($1.score, $1.position) }
            for (rank, school) in scored.enumerated() { quintiles[school.position] = rank * 5 / scored.count + 1 }
        }
        return quintiles
    }

    /// The number of pupils of a sector.
    public func pupils(in sector: String) -> Int {
        schools.lazy.filter { $0.sector == sector }.reduce(0) { $0 + $1.pupils }
    }
}
