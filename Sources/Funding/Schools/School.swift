/// A school as the rules and the simulator see it.
public struct School: Sendable, Equatable {
    /// Its identity: random numbers are keyed by it.
    public let id: String
    /// `po`, `vo`, `so`, or another declared sector.
    public let sector: String
    /// The number of pupils of the low SES group.
    public let lowPupils: Int
    /// The number of pupils of the high SES group.
    public let highPupils: Int
    /// The disadvantage score after the threshold, which drives money; nil when unknown.
    public let disadvantageScore: Double?
    /// The disadvantage score before the threshold, which orders schools; nil when unknown.
    public let scoreBeforeThreshold: Double?

    /// A school.
    public init(
        id: String, sector: String, lowPupils: Int, highPupils: Int, disadvantageScore: Double?,
        scoreBeforeThreshold: Double?
    ) {
        self.id = id
        self.sector = sector
        self.lowPupils = lowPupils
        self.highPupils = highPupils
        self.disadvantageScore = disadvantageScore
        self.scoreBeforeThreshold = scoreBeforeThreshold
    }

    /// All pupils.
    public var pupils: Int { lowPupils + highPupils }

    /// The score before the threshold, or the score after it when that is all there is, per pupil.
    public var scorePerPupil: Double? {
        guard pupils > 0 else { return nil }
        return (scoreBeforeThreshold ?? disadvantageScore).map { $0 / Double(pupils) }
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
    /// Where the schools come from, for provenance.
    public let source: String

    /// A population of schools.
    ///
    /// Quintiles cut a sector's schools with known score into five parts of equal number; ties go by id, so that the
    /// parts stay equal.
    ///
    /// - Throws: ``FundingError/duplicateSchool(id:)``, ``FundingError/badSchool(id:reason:)`` or
    ///   ``FundingError/noSchool(source:)``.
    public init(schools: [School], sectors: [String], source: String) throws(FundingError) {
        guard schools.contains(where: { $0.pupils > 0 }) else { throw .noSchool(source: source) }
        var rank: [String: Int] = [:]
        for sector in sectors where rank[sector] == nil { rank[sector] = rank.count }
        let ordered = schools.sorted { ((rank[$0.sector] ?? .max), $0.id) < ((rank[$1.sector] ?? .max), $1.id) }
        var seen: Set<String> = []
        for school in ordered {
            guard seen.insert(school.id).inserted else { throw .duplicateSchool(id: school.id) }
            if let reason = Self.problem(of: school, sectors: sectors) {
                throw .badSchool(id: school.id, reason: reason)
            }
        }
        self.schools = ordered
        self.sectors = sectors.filter { sector in ordered.contains { $0.sector == sector } }
        self.source = source
        quintiles = Self.quintiles(of: ordered)
    }

    private static func problem(of school: School, sectors: [String]) -> String? {
        if !sectors.contains(school.sector) { return "unknown sector '\(school.sector)'; expected one of \(sectors)" }
        if school.lowPupils < 0 || school.highPupils < 0 { return "a negative number of pupils" }
        for score in [school.disadvantageScore, school.scoreBeforeThreshold].compactMap({ $0 })
        where !(score >= 0) || !score.isFinite {
            return "a disadvantage score of \(score); expected a number of 0 or more"
        }
        return nil
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

/// How a sector's low-SES pupils are spread over its schools: in proportion to the score per pupil.
///
/// The share in a school is its score per pupil times one constant, at most 95%, so that the sector's share is the
/// declared one; schools without a score get the declared share itself.
struct GroupComposition {
    static let largestShare = 0.95
    let shareLow: Double

    /// The number of low-SES pupils of each school.
    ///
    /// - Parameters:
    ///   - pupils: Pupils of each school.
    ///   - scores: Score per pupil of each school, nil when unknown.
    func lowPupils(pupils: [Int], scores: [Double?]) -> [Int] {
        let factor = scale(pupils: pupils, scores: scores)
        return zip(pupils, scores).map { pupils, score in
            let share = score.map { min(Self.largestShare, factor * $0) } ?? shareLow
            return Int((Double(pupils) * share).rounded())
        }
    }

    /// The constant, by bisection: the expected number of low-SES pupils grows with it.
    private func scale(pupils: [Int], scores: [Double?]) -> Double {
        let scored = zip(pupils, scores).compactMap { pupils, score in score.map { (Double(pupils), $0) } }
        let target = shareLow * scored.reduce(0) { $0 + $1.0 }
        func total(_ factor: Double) -> Double {
            scored.reduce(0) { $0 + $1.0 * min(Self.largestShare, factor * $1.1) }
        }
        guard scored.contains(where: { $0.1 > 0 && $0.0 > 0 }) else { return 0 }
        var (low, high) = (0.0, 1.0)
        while total(high) < target, high < 1e12 { high *= 2 }
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if total(middle) < target { low = middle } else { high = middle }
        }
        return high
    }
}
