import Recovery
import Testing

@testable import Funding

@Suite struct RedistributionTests {
    @Test func schoolsWithoutAScoreKeepTheirAmounts() throws {
        let schools = [("a", 10, 5.0), ("b", 30, 20), ("c", 20, nil)].map { id, pupils, score in
            School(
                id: id, sector: "po", lowPupils: 0, highPupils: pupils, disadvantageScore: score,
                scoreBeforeThreshold: nil)
        }
        let population = try SchoolPopulation(schools: schools, sectors: ["po"], source: "test")
        let rule = FundingRule(
            name: "r", basis: .perPupil, amount: .rate(100), years: [SchoolYear(start: 2021)], sectors: ["po"],
            source: "test")
        let allocation = try Allocation(rules: [rule], population: population)
        func amounts(_ basis: RedistributionBasis) throws -> [Int] {
            try allocation.redistributed(by: basis, population: population).payments[0].amounts.map(\.count)
        }
        // 4,000 euros of a and b by score, a fifth and four fifths; 2,000 stay with c.
        #expect(try amounts(.perScorePoint) == [80_000, 320_000, 200_000])
        #expect(try amounts(.perPupil) == [100_000, 300_000, 200_000])
    }
}
