import Recovery
import TestSupport
import Testing

@testable import Funding

/// The implementation monitor, wave 5, start of 2023/24: nothing left, 1-20%, 21-50% and more than 50% left; in percent.
private let monitor = ["po": [35.0, 35, 28, 2], "vo": [13, 36, 47, 4], "so": [29, 29, 38, 4]]

private func published(_ sector: String) throws -> MoneyLeft {
    let shares = try #require(monitor[sector])
    return try #require(
        MoneyLeft(
            zip([0, 0.2, 0.5, 1], shares).map { .init(upTo: $0, share: $1 / 100) }, source: "implementation monitor 5"))
}

private func monitorPolicy(
    _ sectors: [String] = ["po", "vo", "so"], at year: Int = 2023, shift: Double = 0
) throws -> SpendingPolicy {
    SpendingPolicy(
        boardShare: DeclaredShare(value: 0.148, source: "final letter 2025"),
        profiles: try sectors.map { sector in
            SpendingProfile(
                sectors: [sector],
                moments: [.init(year: SchoolYear(start: year), left: try published(sector))],
                quintileShift: DeclaredShare(value: shift, source: "test"))
        })
}

/// EUR 701.16 and 500 a pupil in the programme's two years.
private func receipts(_ population: SchoolPopulation) -> [[Int]] {
    [70_116, 50_000].map { rate in population.schools.map { rate * $0.pupils } }
}

private func simulated(_ population: SchoolPopulation, deadline: Int, seed: UInt64, shift: Double = 0) throws
    -> SpendingPath
{
    let policy = try monitorPolicy(population.sectors, shift: shift)
    return try SpendingPath(
        allocation(receipts(population)), deadline: SchoolYear(start: deadline), policy: policy,
        population: population, seed: seed)
}

/// The share of schools of a sector and quintile (nil for all) with nothing left at the end of a year.
private func nothingLeft(
    _ path: SpendingPath, _ population: SchoolPopulation, _ sector: String, _ quintile: Int? = nil, position: Int = 1
) -> Double {
    let members = population.schools.indices.filter {
        population.schools[$0].sector == sector && (quintile ?? population.quintiles[$0]) == population.quintiles[$0]
    }
    let count = path.schoolsWithNothingLeft(atEndOf: position, among: members)
    return Double(count.nothingLeft) / Double(count.schools)
}

@Suite struct SpendingProfileTests {
    @Test("The monitor's shares hold in the embedded population, sector by sector", arguments: [1, 2, 20_210_217])
    func embeddedPopulationHasTheMonitorsShares(seed: UInt64) throws {
        let population = try PopulationMarginals.netherlands().synthesise(seed: seed)
        let path = try simulated(population, deadline: 2024, seed: seed)
        let rows = path.calibration(population)
        #expect(rows.count == 12)
        for row in rows {
            // Half a school at either end of a class, and rounding in cents.
            #expect(abs(row.simulatedShare - row.declaredShare) <= 1.5 / Double(row.schools), "\(row)")
        }
        for (sector, shares) in monitor {
            #expect(abs(nothingLeft(path, population, sector) - shares[0] / 100) < 0.001)
        }
        // And in every quintile.
        for quintile in 1...5 {
            #expect(abs(nothingLeft(path, population, "po", quintile) - 0.35) < 0.002)
            #expect(abs(nothingLeft(path, population, "vo", quintile) - 0.13) < 0.005)
        }
    }

    @Test(.enabled(if: hasSharedData), arguments: [1, 7])
    func realPrimarySchoolsHaveTheMonitorsShares(seed: UInt64) throws {
        let table = SchoolTable(
            path: sharedData("nl_primary_schools_2019/primary_schools.csv"), id: "brin6", pupils: "funded_pupils_2019",
            score: "disadv_score_2019", scoreBeforeThreshold: "disadv_score_nothresh", lowPupils: nil,
            sectorColumn: nil, sector: "po", shareLow: 0.2)
        let population = try table.read().population
        let path = try simulated(population, deadline: 2024, seed: seed)
        for row in path.calibration(population) {
            #expect(abs(row.simulatedShare - row.declaredShare) <= 1.5 / Double(row.schools), "\(row)")
        }
        #expect(abs(nothingLeft(path, population, "po") - 0.35) < 0.001)
    }

    /// With the first deadline what was left at the start of 2023/24 returns; with the extension it is spent.
    @Test func bothDeadlinesHaveTheSameMoneyLeftAtTheFirst() throws {
        let population = try PopulationMarginals.netherlands().synthesise(seed: 1)
        let first = try simulated(population, deadline: 2022, seed: 1)
        let extended = try simulated(population, deadline: 2024, seed: 1)
        #expect(first.years.count == 2 && extended.years.count == 4)
        #expect(first.years[1].leftAtSchool == extended.years[1].leftAtSchool)
        #expect(first.years[1].returned == first.years[1].leftAtSchool)
        #expect(extended.years[3].returned.allSatisfy { $0 == .zero })
        #expect(nothingLeft(first, population, "vo") == nothingLeft(extended, population, "vo"))
    }

    @Test func aShiftBetweenQuintilesKeepsTheShareOfTheSector() throws {
        let population = try PopulationMarginals.netherlands().synthesise(seed: 1)
        let path = try simulated(population, deadline: 2024, seed: 1, shift: 0.1)
        #expect(abs(nothingLeft(path, population, "po") - 0.35) < 0.001)
        for (quintile, expected) in [(1, 0.40), (2, 0.375), (3, 0.35), (4, 0.325), (5, 0.30)] {
            #expect(abs(nothingLeft(path, population, "po", quintile) - expected) < 0.003)
        }
    }

    /// Each quintile of a sector may have its own profile; the others spend in equal parts.
    @Test func profilesDifferByQuintile() throws {
        let population = try PopulationMarginals.netherlands().synthesise(seed: 1)
        func profile(_ quintile: Int, _ none: Double) throws -> SpendingProfile {
            let left = try #require(
                MoneyLeft([.init(upTo: 0, share: none), .init(upTo: 1, share: 1 - none)], source: "test"))
            return SpendingProfile(
                sectors: ["po"], quintiles: [quintile], moments: [.init(year: SchoolYear(start: 2022), left: left)])
        }
        let policy = SpendingPolicy(profiles: [try profile(1, 0.6), try profile(5, 0.1)])
        let path = try SpendingPath(
            allocation(receipts(population)), deadline: SchoolYear(start: 2024), policy: policy,
            population: population, seed: 1)
        for (quintile, expected) in [(1, 0.6), (2, 0), (5, 0.1)] {
            #expect(abs(nothingLeft(path, population, "po", quintile, position: 0) - expected) < 0.001)
        }
        #expect(nothingLeft(path, population, "vo", position: 0) == 0)
        #expect(path.calibration(population).map(\.quintiles) == [[1], [1], [5], [5]])
    }

    @Test("Few schools cover the whole range too", arguments: 1...20)
    func smallPopulationsAreSpread(seed: Int) throws {
        let schools = (0..<20).map { index in
            School(
                id: "s\(index)", sector: "po", lowPupils: 0, highPupils: 100, disadvantageScore: Double(index),
                scoreBeforeThreshold: Double(index))
        }
        let population = try SchoolPopulation(schools: schools, sectors: ["po"], source: "test")
        let path = try simulated(population, deadline: 2024, seed: UInt64(seed))
        #expect(nothingLeft(path, population, "po") == 0.35)
    }

    @Test func neitherTheOrderOfSchoolsNorTheRunChangesABit() throws {
        var random = SeededGenerator(seed: 3)
        let population = try schools(300, using: &random)
        let shuffled = try SchoolPopulation(
            schools: population.schools.shuffled(using: &random), sectors: ["po", "vo"], source: "generated")
        let (one, other) = (
            try simulated(population, deadline: 2024, seed: 5), try simulated(shuffled, deadline: 2024, seed: 5)
        )
        for (left, right) in zip(one.years, other.years) {
            #expect(left.spent == right.spent && left.carried == right.carried && left.effective == right.effective)
        }
        let another = try simulated(population, deadline: 2024, seed: 6)
        #expect(another.years[0].spent != one.years[0].spent)
    }

    /// Slow spenders stay slow: at every moment the order of schools is the same.
    @Test func aSchoolHasOnePlaceAtAllMoments() throws {
        let population = try PopulationMarginals.netherlands().synthesise(seed: 1)
        let left = try published("po")
        let policy = SpendingPolicy(profiles: [
            SpendingProfile(
                sectors: ["po"], moments: [2022, 2023].map { .init(year: SchoolYear(start: $0), left: left) })
        ])
        let path = try SpendingPath(
            allocation(receipts(population)), deadline: SchoolYear(start: 2024), policy: policy,
            population: population, seed: 1)
        let members = population.schools.indices.filter { population.schools[$0].sector == "po" }
        let (first, second) = (
            path.sharesLeft(at: SchoolYear(start: 2022), members), path.sharesLeft(at: SchoolYear(start: 2023), members)
        )
        // But for whole cents: the smallest school receives EUR 600.
        #expect(first.count == second.count && zip(first, second).allSatisfy { abs($0 - $1) < 1e-4 })
    }
}
