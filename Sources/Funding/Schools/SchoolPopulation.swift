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
    /// The class of schools without a known score per pupil: no quintile.
    public static let unknownQuintile = 0

    /// For each school its quintile of score per pupil: 1 (lowest) to 5, or ``unknownQuintile``.
    ///
    /// Cut per sector over all its schools with a known score and at least one pupil, whatever their size and type: n schools
    /// in rising order of score before the threshold (after it, where that is all there is) per pupil, ties in the order of
    /// their ids, and the school of rank r from 0 is in quintile `5 r / n` rounded down, plus 1. The five parts differ by at
    /// most one school, also when many scores are equal; below five schools some quintiles are empty. The order in which
    /// schools are given does not matter.
    public let quintiles: [Int]
    /// The sectors in order of first declaration.
    public let sectors: [String]
    /// The municipalities whose inhabitants are declared, by name; empty when none are.
    public let municipalities: [Municipality]
    /// Where the schools come from, for provenance.
    public let source: String

    /// A population of schools.
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
        seen.reserveCapacity(ordered.count)
        for school in ordered {
            guard seen.insert(school.id).inserted else { throw .duplicateSchool(id: school.id) }
            if let reason = school.problem(sectors: sectors) {
                throw .badSchool(id: school.id, reason: reason)
            }
        }
        self.schools = ordered
        let named = Set(ordered.map(\.sector))
        self.sectors = sectors.filter(named.contains)
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

    /// The quintiles of schools in the order of ``schools``: a sector's schools stand together, by id.
    private static func quintiles(of schools: [School]) -> [Int] {
        var quintiles = [Int](repeating: unknownQuintile, count: schools.count)
        var start = 0
        while start < schools.count {
            let sector = schools[start].sector
            let end = schools[start...].firstIndex { $0.sector != sector } ?? schools.count
            var scored = (start..<end).compactMap { position in
                schools[position].scoreOrder.map { (score: $0, position: position) }
            }
            scored.sort { ($0.score, $0.position) < ($1.score, $1.position) }
            for (rank, school) in scored.enumerated() { quintiles[school.position] = rank * 5 / scored.count + 1 }
            start = end
        }
        return quintiles
    }

    /// The number of pupils of a sector.
    public func pupils(in sector: String) -> Int {
        schools.lazy.filter { $0.sector == sector }.reduce(0) { $0 + $1.pupils }
    }
}
