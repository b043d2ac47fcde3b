import TestSupport
import Testing

@testable import Funding

private func school(_ id: String, _ sector: String = "po", pupils: Int = 100, score: Double?) -> School {
    School(
        id: id, sector: sector, lowPupils: 0, highPupils: pupils, disadvantageScore: nil, scoreBeforeThreshold: score)
}

private func quintiles(_ schools: [School]) throws -> [String: Int] {
    let population = try SchoolPopulation(schools: schools, sectors: ["po", "vo"], source: "test")
    return Dictionary(uniqueKeysWithValues: zip(population.schools.map(\.id), population.quintiles))
}

@Suite struct QuintileTests {
    @Test("Five equal parts per sector, whatever the ties and the order of schools", arguments: 1...100)
    func partsAreEqual(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let schools = (0..<Int.random(in: 1...300, using: &random)).map { index in
            // Few different scores make many ties; some schools have no score or no pupils.
            let score = Int.random(in: 0...7, using: &random) == 0 ? nil : Double(Int.random(in: 0...9, using: &random))
            let pupils = max(0, Int.random(in: -10...200, using: &random))
            return school("s\(index)", index % 3 == 0 ? "vo" : "po", pupils: pupils, score: score)
        }
        guard schools.contains(where: { $0.pupils > 0 }) else { return }
        let found = try quintiles(schools)
        #expect(try quintiles(schools.shuffled(using: &random)) == found)
        for sector in ["po", "vo"] {
            let members = schools.filter { $0.sector == sector }
            let scored = members.filter { $0.scorePerPupil != nil }
            let counts = (1...5).map { quintile in scored.count { found[$0.id] == quintile } }
            #expect(counts.reduce(0, +) == scored.count)
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
            // A higher quintile has no lower score; equal scores go by id.
            for one in scored {
                for other in scored where (found[one.id] ?? 0) < (found[other.id] ?? 0) {
                    let (x, y) = (one.scorePerPupil ?? 0, other.scorePerPupil ?? 0)
                    #expect(x < y || (x == y && one.id < other.id))
                }
            }
            for unknown in members where unknown.scorePerPupil == nil {
                #expect(found[unknown.id] == SchoolPopulation.unknownQuintile)
            }
        }
    }

    @Test func scoresInOneProportionGoById() throws {
        // 3.3 / 33 < 10 / 100 in binary, but neither school is more disadvantaged than the other.
        let found = try quintiles([school("b", pupils: 33, score: 3.3), school("a", score: 10)])
        #expect(found == ["a": 1, "b": 3])
    }

    @Test("Few schools leave quintiles empty", arguments: [[1], [1, 3], [1, 2, 4], [1, 2, 3, 4], [1, 2, 3, 4, 5]])
    func fewSchools(expected: [Int]) throws {
        let schools = expected.indices.map { school("s\($0)", score: Double($0)) }
        #expect(try expected.indices.map { try quintiles(schools)["s\($0)"] } == expected)
    }

    @Test func sixAndSevenSchoolsDifferByOne() throws {
        for count in 6...7 {
            let found = try quintiles((0..<count).map { school("s\($0)", score: 1) })
            let counts = (1...5).map { quintile in found.values.count { $0 == quintile } }
            #expect(counts.sorted() == (count == 6 ? [1, 1, 1, 1, 2] : [1, 1, 1, 2, 2]))
            // All scores are equal: the order is that of the ids.
            #expect(found["s0"] == 1 && found["s\(count - 1)"] == 5)
        }
    }

    @Test func schoolsWithoutScoresAreAClassOfTheirOwn() throws {
        let found = try quintiles([school("a", score: nil), school("b", score: nil), school("c", pupils: 0, score: 5)])
        #expect(Set(found.values) == [SchoolPopulation.unknownQuintile])
    }

    @Test func scoreAfterTheThresholdStandsInWhereItIsAllThereIs() throws {
        let schools = (0..<5).map { index in
            School(
                id: "s\(index)", sector: "po", lowPupils: 0, highPupils: 10, disadvantageScore: Double(4 - index),
                scoreBeforeThreshold: nil)
        }
        #expect(try quintiles(schools) == ["s0": 5, "s1": 4, "s2": 3, "s3": 2, "s4": 1])
    }
}
