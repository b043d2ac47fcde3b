import Recovery

/// Money for municipalities, of which a share reaches their schools through cooperation.
///
/// A municipality's amount is made of its inhabitants, the pupils of its reached schools and their scores. The cooperation
/// share of it is divided over these schools per pupil, to the cent; the rest stays with the municipality.
public struct MunicipalPart: Sendable, Equatable {
    /// Euros per inhabitant.
    public let perInhabitant: YearlyNumber
    /// Euros per pupil of the reached schools.
    public let perPupil: YearlyNumber
    /// Euros per point of the reached schools' scores after the threshold.
    public let perScorePoint: YearlyNumber
    /// The share of a municipality's amount that reaches its schools, from 0 to 1.
    public let cooperationShare: Double

    /// A municipal part.
    public init(
        perInhabitant: YearlyNumber, perPupil: YearlyNumber, perScorePoint: YearlyNumber, cooperationShare: Double
    ) {
        self.perInhabitant = perInhabitant
        self.perPupil = perPupil
        self.perScorePoint = perScorePoint
        self.cooperationShare = cooperationShare
    }

    /// A municipality's euros in a year, before indexation.
    func euros(_ municipality: MunicipalBasis, in year: SchoolYear) -> Double {
        perInhabitant[year] * municipality.inhabitants + perPupil[year] * municipality.pupils
            + perScorePoint[year] * municipality.score
    }

    /// Whether inhabitants count in any year.
    var needsInhabitants: Bool { perInhabitant.distinct.contains { $0.value > 0 } }
}

/// One municipality under a rule: its inhabitants and its reached schools.
struct MunicipalBasis: Sendable {
    let name: String
    let inhabitants: Double
    /// Positions among the reached schools.
    let schools: [Int]
    let pupils: Double
    let score: Double

    /// The municipalities of some schools, and those with inhabitants but without such a school, by name.
    ///
    /// - Throws: ``FundingError/unknownInhabitants(rule:municipality:)`` when a municipality's inhabitants count but are not declared.
    static func all(
        _ schools: ReachedSchools, part: MunicipalPart, rule: String
    ) throws(FundingError) -> [MunicipalBasis] {
        var members: [String: [Int]] = [:]
        for (position, name) in schools.map(\.traits.municipality).enumerated() {
            if let name { members[name, default: []].append(position) }
        }
        let declared = Dictionary(
            uniqueKeysWithValues: schools.population.municipalities.map { ($0.name, $0.inhabitants) })
        var result: [MunicipalBasis] = []
        for name in Set(members.keys).union(part.needsInhabitants ? Array(declared.keys) : []).sorted() {
            if part.needsInhabitants, declared[name] == nil {
                throw .unknownInhabitants(rule: rule, municipality: name)
            }
            let own = members[name] ?? []
            result.append(
                MunicipalBasis(
                    name: name, inhabitants: Double(declared[name] ?? 0), schools: own,
                    pupils: own.reduce(0) { $0 + Double(schools[$1].pupils) },
                    score: own.reduce(0) { $0 + (schools[$1].disadvantageScore ?? 0) }))
        }
        return result
    }
}
