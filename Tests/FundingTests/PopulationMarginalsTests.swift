import Foundation
import Specifications
import TestSupport
import Testing

@testable import Funding

@Suite struct PopulationMarginalsTests {
    @Test(
        "The embedded population has the declared marginals for every seed", arguments: [1, 2, 20_260_101] as [UInt64])
    func embeddedMarginals(seed: UInt64) throws {
        let population = try PopulationMarginals.netherlands().synthesise(seed: seed)
        let schools = population.schools
        // Implementation monitor 2023: 6,427, 1,450 and 570 schools; pupils as declared in netherlands.yaml.
        for (sector, count, pupils) in [("po", 6427, 1_432_128), ("vo", 1450, 934_333), ("so", 570, 70_200)] {
            #expect(schools.count { $0.sector == sector } == count)
            #expect(population.pupils(in: sector) == pupils)
        }
        #expect(schools.allSatisfy { $0.pupils > 0 })
        let regular = schools.filter { $0.traits.type == "bo" }
        #expect(regular.count == 6164 && regular.reduce(0) { $0 + $1.pupils } == 1_396_457)
        #expect(schools.count { $0.traits.type == "sbo" } == 263)
        let low = regular.reduce(0) { $0 + $1.lowPupils }
        #expect(abs(Double(low) / 1_396_457 - 0.09) < 0.001)
        // Special schools have no score, and no quintile.
        for quintile in 1...5 {
            #expect(abs(zip(schools, population.quintiles).count { $0.sector == "po" && $1 == quintile } - 1233) <= 1)
        }
        #expect(
            zip(schools, population.quintiles).allSatisfy {
                ($1 == 0) == ($0.sector == "so" || $0.traits.type == "sbo")
            })
        // Grade 8 has 12.381% of the pupils; starts at random move it by 0.4 pupil a school at most, so 31 or so in all.
        let last = regular.flatMap(\.grades).filter { $0.grade == "8" }.reduce(0) { $0 + $1.low + $1.high }
        #expect(abs(Double(last) - 0.12381 * 1_396_457) < 250)
    }

    @Test func everySchoolHasAPlaceAndGrades() throws {
        let population = try PopulationMarginals.netherlands().synthesise(seed: 1)
        #expect(population.municipalities.count == 342)
        let inhabitants = population.municipalities.reduce(0) { $0 + $1.inhabitants }
        // nl_pc4_2023: 17,809,175 inhabitants, less a postcode without a neighbour in the table.
        #expect(abs(inhabitants - 17_809_175) < 25_000)
        let names = Set(population.municipalities.map(\.name))
        for school in population.schools {
            let traits = school.traits
            #expect(traits.type != nil && traits.region != nil && traits.urbanity != nil)
            #expect(traits.municipality.map(names.contains) == true)
            #expect(traits.municipality?.hasPrefix((traits.region ?? "?") + "-") == true)
            #expect(school.grades.isEmpty == (school.sector == "so"))
            #expect((school.newcomers != nil) == (school.sector == "so" || traits.type == "sbo"))
        }
        // Implementation monitor 2023, table B1.5: 118, 135 and 89 municipalities to 25,000, to 50,000 and above. The shapes
        // are those of 380 municipalities of 2019, before small ones merged: some 15 too many are small.
        let sizes = population.municipalities.map(\.inhabitants)
        let classes = [
            sizes.count { $0 <= 25_000 }, sizes.count { $0 > 25_000 && $0 <= 50_000 }, sizes.count { $0 > 50_000 },
        ]
        for (found, published) in zip(classes, [118, 135, 89]) { #expect(abs(found - published) <= 16, "\(classes)") }
    }

    @Test func theSeedDecidesWhichSchoolIsWhich() throws {
        let marginals = try PopulationMarginals.netherlands()
        let (one, again, other) = (
            try marginals.synthesise(seed: 1).schools, try marginals.synthesise(seed: 1).schools,
            try marginals.synthesise(seed: 2).schools
        )
        #expect(one == again)
        #expect(one != other && one.map(\.id) == other.map(\.id) && one.map(\.pupils) == other.map(\.pupils))
        #expect(one.first?.id == "po-0001" && one.last?.id == "so-570")
    }

    @Test func everyFigureHasASource() throws {
        let figures = try PopulationMarginals.netherlands().figures
        #expect(figures.allSatisfy { !$0.number.source.isEmpty })
        #expect(Set(figures.map(\.name)).count == figures.count)
        #expect(figures.contains { $0.name == "po.bo.threshold_per_pupil" && $0.number.value == 0.696 })
    }

    // MARK: A file of one's own

    private static let own = """
        title: two kinds of school
        sectors:
          po:
            schools: {value: 10, source: test}
            pupils: {value: 1000, source: test}
            share_low: {value: 0.2, source: test}
            size: {probabilities: [0, 1], values: [50, 150], source: test}
            urbanity: {classes: [city, land], shares: [0.3, 0.7], source: test}
            types:
              a:
                schools: {value: 4, source: test}
                pupils: {value: 1, source: test}
                score_per_pupil: {probabilities: [0, 1], values: [0, 2], source: test}
                grades: {shares: {"1": 1, "2": 3}, source: test}
              b:
                schools: {value: 1, source: test}
                pupils: {value: 1, source: test}
                newcomer_share: {probabilities: [0, 1], values: [0.1, 0.1], source: test}
        """

    @Test func ownMarginalsAreFollowed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.own, to: "own.yaml")
        let schools = try PopulationMarginals(path: path).synthesise(seed: 3).schools
        let (a, b) = (schools.filter { $0.traits.type == "a" }, schools.filter { $0.traits.type == "b" })
        #expect(a.count == 8 && b.count == 2)
        #expect(a.reduce(0) { $0 + $1.pupils } == 500 && b.reduce(0) { $0 + $1.pupils } == 500)
        // Eight and two schools, three tenths of each in the city: 2.4 and 0.6.
        #expect(a.count { $0.traits.urbanity == "city" } == 2 && b.count { $0.traits.urbanity == "city" } == 1)
        #expect(b.allSatisfy { $0.newcomers == Int((Double($0.pupils) / 10).rounded()) && $0.scorePerPupil == nil })
        #expect(a.allSatisfy { abs(Double($0.grades[0].low + $0.grades[0].high) - Double($0.pupils) / 4) <= 2 })
        #expect(schools.map(\.id).first == "po-01")
    }

    @Test(
        "A mistake in the file is told with its place",
        arguments: [
            ("shares: [0.3, 0.7]", "shares: [0.3]", "own.yaml:8:47: found 1 shares; expected 2, one for each class."),
            (
                "shares: [0.3, 0.7]", "by_score: [[1, 2], [2, 1]]",
                "own.yaml:8:49: 'by_score' needs what it is conditional on, and no 'shares' beside it."
            ),
            (
                "value: 1000", "value: 9",
                "own.yaml:4:5: found 5 pupils in 8 schools of type 'a'; expected a school at least, and a pupil a school at least."
            ),
            (
                "share_low: {value: 0.2, source: test}", "# none",
                "own.yaml:11:9: missing key 'share_low' in school type 'a' or its sector."
            ),
            (
                "values: [0, 2]", "values: [2, 0]",
                "own.yaml:13:58: a quantile function needs rising probabilities from 0 to 1 and as many values, not falling, up to 1e9."
            ),
            (
                "schools: {value: 10", "schools: {value: 70000",
                "own.yaml:4:5: found 70000.0 schools of 1000.0 pupils; expected at most 65536 and 1e9."
            ),
            (
                "{\"1\": 1, \"2\": 3}", "{\"1\": 0, \"2\": 0}",
                "own.yaml:14:17: the shares are all 0, or one is above 1e9; expected shares or counts."
            ),
            ("    types:", "    type:", "own.yaml:9:5: unknown key 'type' in sector; did you mean 'types'?"),
        ])
    func mistakes(found: String, replacement: String, expected: String) throws {
        let text = Self.own.replacing(found, with: replacement)
        #expect(text != Self.own)
        do {
            _ = try PopulationMarginals(SpecificationFile(bytes: Array(text.utf8), path: "own.yaml"))
            Issue.record("no error")
        } catch {
            #expect(error.description.contains(expected), "\(error)")
        }
    }

    @Test(
        "Numbers beyond counting are refused",
        arguments: [
            ("schools: {value: 1,", "schools: {value: 1e300,"), ("schools: {value: 1,", "schools: {value: 0.01,"),
            ("values: [50, 150]", "values: [50, 1e300]"), ("values: [0, 2]", "values: [0, 1e308]"),
            ("shares: [0.3, 0.7]", "shares: [0.3, 1e300]"), ("pupils: {value: 1000", "pupils: {value: 1e300"),
        ])
    func numbersBeyondCounting(found: String, replacement: String) {
        let text = Self.own.replacing(found, with: replacement)
        #expect(text != Self.own)
        #expect(throws: SpecificationError.self) {
            try PopulationMarginals(SpecificationFile(bytes: Array(text.utf8), path: "own.yaml"))
        }
    }

    @Test func regionsByScoreNeedARowForEachClassOfUrbanity() {
        let region = "region: {classes: [north], by_score_and_urbanity: [[1], [1], [1]], source: test}"
        let text = Self.own.replacing("        grades:", with: "        \(region)\n        grades:")
        #expect {
            try PopulationMarginals(SpecificationFile(bytes: Array(text.utf8), path: "own.yaml"))
        } throws: {
            "\($0)"
                == "own.yaml:14:17: 'by_score_and_urbanity' needs for each part of the scores a row for each class of urbanity."
        }
    }

    @Test func whatASectorDeclaresWronglyIsToldOnce() {
        let text = Self.own.replacing("shares: [0.3, 0.7]", with: "shares: [0.3]")
        #expect {
            try PopulationMarginals(SpecificationFile(bytes: Array(text.utf8), path: "own.yaml"))
        } throws: {
            ($0 as? SpecificationError)?.problems.count == 1
        }
    }

    @Test func regionsNeedTheirMunicipalities() {
        let text =
            Self.own.replacing(
                "    types:", with: "    region: {classes: [north], shares: [1], source: test}\n    types:")
                + """

                municipalities:
                  source: test
                  probabilities: [0, 1]
                  regions: {south: {municipalities: 3, inhabitants: 100, sizes: [1, 2]}}
                """
        #expect {
            try PopulationMarginals(SpecificationFile(bytes: Array(text.utf8), path: "own.yaml"))
        } throws: {
            "\($0)".hasSuffix("region 'north' has no municipalities. Declare them, or leave 'municipalities' out.")
        }
    }

    @Test func duplicateAndImpossibleSchoolsAreRefused() {
        func school(_ id: String, _ sector: String = "po", _ pupils: Int = 10, _ score: Double? = 1) -> School {
            School(
                id: id, sector: sector, lowPupils: 0, highPupils: pupils, disadvantageScore: score,
                scoreBeforeThreshold: nil)
        }
        func message(_ schools: [School]) -> String {
            do {
                _ = try SchoolPopulation(schools: schools, sectors: ["po"], source: "test")
                return ""
            } catch {
                return error.description
            }
        }
        #expect(message([school("a"), school("a")]) == "school 'a' appears twice. Each school needs one row.")
        #expect(message([school("a", "vo")]) == "school 'a': unknown sector 'vo'; expected one of [\"po\"].")
        #expect(message([school("a", "po", -1), school("b")]) == "school 'a': a negative number of pupils.")
        #expect(
            message([school("a", "po", 10, .nan)])
                == "school 'a': a disadvantage score of nan; expected a number of 0 or more.")
        #expect(message([]) == "test: no school with a known number of pupils.")
    }
}
