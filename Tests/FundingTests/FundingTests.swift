import Foundation
import Recovery
import Specifications
import TestSupport
import Testing

@testable import Funding

private func population(seed: Int, schools: Int = 50) throws -> SchoolPopulation {
    var random = SeededGenerator(seed: seed)
    let list = (0..<schools).map { index in
        let pupils = Int.random(in: 1...1500, using: &random)
        let low = Int.random(in: 0...pupils, using: &random)
        let score = Double.random(in: 0...300, using: &random)
        return School(
            id: "s\(index)", sector: index % 2 == 0 ? "po" : "vo", lowPupils: low, highPupils: pupils - low,
            disadvantageScore: max(0, score - 100), scoreBeforeThreshold: score)
    }
    return try SchoolPopulation(schools: list, sectors: ["po", "vo"], source: "generated")
}

private let year = SchoolYear(start: 2021)

@Suite struct CentsTests {
    @Test("Parts are non-negative and add up to the budget", arguments: 1...500)
    func splitIsExact(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let weights = (0..<200).map { _ in Double.random(in: 0...1_500, using: &random).rounded() }
        let budget = Cents(Int.random(in: 0...580_000_000_000, using: &random))
        let parts = try budget.split(by: weights)
        #expect(parts.map(\.count).reduce(0, +) == budget.count)
        #expect(parts.allSatisfy { $0.count >= 0 })
        // No part is more than a cent from its exact share, and no weight of zero gets money.
        let total = weights.reduce(0, +)
        for (part, weight) in zip(parts, weights) {
            #expect(abs(Double(part.count) - Double(budget.count) * weight / total) <= 1.001)
            if weight == 0 { #expect(part == .zero) }
        }
    }

    @Test func equalPartsGiveTheLeftOverCentsToTheFirst() {
        #expect(Cents(100).split(into: 3).map(\.count) == [34, 33, 33])
    }

    @Test func writesEurosWithTwoDecimals() {
        #expect(
            Cents(70116).description == "701.16" && Cents(5).description == "0.05" && Cents(-120).description == "-1.20"
        )
        #expect(Cents(euros: 251.16) == Cents(25116) && Cents(euros: 1e30) == nil)
    }

    @Test func refusesToDivideByNothing() {
        // Halves of decimal figures go up, as on paper: 5135161.02 x 0.25, 3 x 701.15 x 0.5 and 1.005 are less in binary.
        #expect(Cents(euros: 5135161.02 * 0.25)?.count == 128_379_026)
        #expect(Cents(euros: 701.15 * 3 * 0.5)?.count == 105_173)
        #expect(Cents(euros: 1.005)?.count == 101 && Cents(euros: -1.005)?.count == -101)
        #expect(Cents(euros: 1.00499)?.count == 100 && Cents(euros: 1e13) == .largestTotal)
        #expect(throws: FundingError.nothingToDivideBy) { try Cents(1).split(by: [0, 0]) }
    }
}

@Suite struct AllocationTests {
    @Test("A total is allocated to the cent, whatever the order of schools", arguments: 1...50)
    func totalsAreExact(seed: Int) throws {
        let schools = try population(seed: seed)
        let total = Cents(123_456_789_01)
        for basis in FundingRule.Basis.allCases {
            let rule = FundingRule(
                name: "r", basis: basis, amount: .total(total), years: [year], sectors: ["po", "vo"], source: "test")
            let allocation = try Allocation(rules: [rule], population: schools)
            #expect(allocation.total == total)
            let shuffled = try SchoolPopulation(
                schools: schools.schools.reversed(), sectors: ["po", "vo"], source: "generated")
            #expect(
                try Allocation(rules: [rule], population: shuffled).payments[0].amounts
                    == allocation.payments[0].amounts)
            // Redistributing moves no money between sectors.
            let other = try allocation.redistributed(by: .perPupil, population: schools)
            #expect(other.total == total)
            for sector in ["po", "vo"] {
                func sum(_ allocation: Allocation) -> Cents {
                    zip(schools.schools, allocation.received(in: year, schools: 50)).reduce(.zero) {
                        $1.0.sector == sector ? $0 + $1.1 : $0
                    }
                }
                #expect(sum(other) == sum(allocation))
            }
        }
    }

    @Test(.enabled(if: hasSharedData)) func realSchoolsGetTheBudgetToTheCent() throws {
        let table = SchoolTable(
            path: sharedData("nl_primary_schools_2019/primary_schools.csv"), id: "brin6", pupils: "funded_pupils_2019",
            score: "disadv_score_2019", scoreBeforeThreshold: "disadv_score_nothresh", lowPupils: nil,
            sectorColumn: nil,
            sector: "po", shareLow: 0.09)
        let (schools, leftOut) = try table.read()
        #expect(schools.schools.count == 6295 && leftOut == 338)
        let budget = try #require(Cents(euros: 5_800_000_000))
        for basis in FundingRule.Basis.allCases {
            let rule = FundingRule(
                name: "r", basis: basis, amount: .total(budget), years: [year], sectors: ["po"], source: "test")
            #expect(try Allocation(rules: [rule], population: schools).total == budget)
        }
        // The published rates on these schools: the columns npo_base_2021_22_eur and npo_disadv_2021_22_eur of the table.
        let rates = [
            FundingRule(
                name: "base", basis: .perPupil, amount: .rate(701.16), years: [year], sectors: ["po"], source: "test"),
            FundingRule(
                name: "score", basis: .perScorePoint, amount: .rate(251.16), years: [year], sectors: ["po"],
                source: "test"),
        ]
        let first = try #require(schools.schools.firstIndex { $0.id == "00AP00" })
        let amounts = try Allocation(rules: rates, population: schools).payments.map { $0.amounts[first] }
        #expect(amounts == [Cents(7_011_600), Cents(829_330)])
    }

    @Test func amountsThatCannotBeAddedAreRefused() throws {
        for rate in [1e12, 1e14, 1e300] {
            let rule = FundingRule(
                name: "r", basis: .perPupil, amount: .rate(rate), years: [year], sectors: ["po"], source: "test")
            #expect {
                try Allocation(rules: [rule], population: population(seed: 1))
            } throws: {
                "\($0)" == "rule 'r' gives an amount that is too large to count in cents."
            }
        }
    }

    @Test func aRuleWithoutSchoolsIsRefused() throws {
        let rule = FundingRule(
            name: "r", basis: .perPupil, amount: .rate(1), years: [year], sectors: ["so"], source: "test")
        #expect { try Allocation(rules: [rule], population: population(seed: 1)) } throws: {
            "\($0)" == "rule 'r' reaches no school: no schools in its sectors."
        }
    }
}

@Suite struct SpendingTests {
    @Test("Money received is spent by the deadline, to the cent", arguments: 1...50)
    func nothingIsLost(seed: Int) throws {
        let schools = try population(seed: seed)
        let rules = [
            FundingRule(
                name: "a", basis: .perPupil, amount: .rate(701.16), years: [year], sectors: ["po", "vo"], source: "test"
            ),
            FundingRule(
                name: "b", basis: .perScorePoint, amount: .rate(463.78), years: [year.advanced(by: 1)], sectors: ["po"],
                source: "test"),
        ]
        let allocation = try Allocation(rules: rules, population: schools)
        let path = try SpendingPath(
            allocation, deadline: SchoolYear(start: 2024), policy: .equalParts, population: schools, seed: 0)
        #expect(path.years.map(\.year.description) == ["2021/22", "2022/23", "2023/24", "2024/25"])
        func sum(_ amounts: [Cents]) -> Cents { amounts.reduce(.zero, +) }
        #expect(path.years.reduce(Cents.zero) { $0 + sum($1.spent) } == allocation.total)
        var carried = Cents.zero
        for flows in path.years {
            // What comes in goes out, is kept, or goes back.
            #expect(carried + sum(flows.received) == sum(flows.spent) + sum(flows.carried) + sum(flows.returned))
            carried = sum(flows.carried)
        }
        #expect(carried == .zero)
    }

    @Test func firstReceiptIsSpentInEqualParts() throws {
        let school = School(
            id: "s", sector: "po", lowPupils: 0, highPupils: 1, disadvantageScore: nil, scoreBeforeThreshold: nil)
        let schools = try SchoolPopulation(schools: [school], sectors: ["po"], source: "one school")
        let rule = FundingRule(
            name: "r", basis: .perPupil, amount: .rate(400), years: [year], sectors: ["po"], source: "test")
        let path = try SpendingPath(
            Allocation(rules: [rule], population: schools), deadline: SchoolYear(start: 2024), policy: .equalParts,
            population: schools, seed: 0)
        #expect(path.years.map { $0.spent[0].count } == [10000, 10000, 10000, 10000])
        #expect(path.years.map { $0.carried[0].count } == [30000, 20000, 10000, 0])
    }

    @Test func moneyAfterTheDeadlineIsRefused() throws {
        let rule = FundingRule(
            name: "r", basis: .perPupil, amount: .rate(1), years: [year], sectors: ["po"], source: "test")
        let schools = try population(seed: 1)
        let allocation = try Allocation(rules: [rule], population: schools)
        for (deadline, message) in [
            (
                SchoolYear(start: 2020),
                "money is received in 2021/22, after the spending deadline 2020/21. Move the deadline or the money."
            ),
            (
                SchoolYear(start: 2072),
                "the deadline 2072/73 is more than 50 school years after the first money, in 2021/22. Correct one of them."
            ),
        ] {
            #expect {
                try SpendingPath(allocation, deadline: deadline, policy: .equalParts, population: schools, seed: 0)
            } throws: {
                "\($0)" == message
            }
        }
    }
}
