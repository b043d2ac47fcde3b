import Recovery
import TestSupport
import Testing

@testable import Funding

/// The school years of generated cases begin here.
let firstYear = SchoolYear(start: 2021)

/// An allocation of given cents: `receipts[year][school]`.
func allocation(_ receipts: [[Int]]) -> Allocation {
    Allocation(
        payments: receipts.enumerated().map { year, amounts in
            Allocation.Payment(
                rule: "r", year: firstYear.advanced(by: year), amounts: amounts.map(Cents.init), municipalAmounts: [])
        })
}

/// Schools of two sectors with boards, scores and some without pupils, drawn from a seed.
func schools(_ count: Int, using random: inout SeededGenerator) throws -> SchoolPopulation {
    let list = (0..<count).map { index in
        let pupils = Int.random(in: 0...900, using: &random)
        let score = Bool.random(using: &random) ? Double.random(in: 0...300, using: &random) : nil
        let board = Int.random(in: 0...count / 3, using: &random)
        return School(
            id: "s\(index)", sector: index % 3 == 0 ? "vo" : "po",
            traits: School.Traits(board: board == 0 ? nil : "b\(board)"), lowPupils: pupils / 3,
            highPupils: pupils - pupils / 3, disadvantageScore: score, scoreBeforeThreshold: score)
    }
    return try SchoolPopulation(schools: list, sectors: ["po", "vo"], source: "generated")
}

private func share(using random: inout SeededGenerator) -> DeclaredShare {
    let value = [0, 1, Double.random(in: 0...1, using: &random)].randomElement(using: &random) ?? 0
    return DeclaredShare(value: value, source: "test")
}

private func moneyLeft(using random: inout SeededGenerator) throws -> MoneyLeft {
    var bounds = (0..<Int.random(in: 0...3, using: &random)).map { _ in Double.random(in: 0.01...1, using: &random) }
    if Bool.random(using: &random) || bounds.isEmpty { bounds.append(0) }
    let weights = bounds.map { _ in Double.random(in: 0...1, using: &random) + 1e-6 }
    let total = weights.reduce(0, +)
    return try #require(
        MoneyLeft(zip(bounds, weights).map { .init(upTo: $0, share: $1 / total) }, source: "test"))
}

private func profile(_ sectors: [String], last: Int, using random: inout SeededGenerator) throws -> SpendingProfile {
    let years = (1...last + 1).filter { _ in Bool.random(using: &random) }
    return SpendingProfile(
        sectors: sectors,
        moments: try years.map {
            .init(year: firstYear.advanced(by: $0), left: try moneyLeft(using: &random))
        }, quintileShift: share(using: &random))
}

@Suite struct SpendingAccountingTests {
    /// Forty cases of sixty schools each in twenty-five seeds: a thousand allocations and policies.
    @Test("Every cent is spent, carried or returned, whatever the policy", arguments: 1...25)
    func noCentIsLost(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let population = try schools(60, using: &random)
            let last = Int.random(in: 0...5, using: &random)
            let largest = [3, 1_000, 50_000_000, 900_000_000_000_000].randomElement(using: &random) ?? 3
            // All schools receive something first, so that no moment comes before the money.
            let receipts = (0...Int.random(in: 0...last, using: &random)).map { year in
                population.schools.map { _ in Int.random(in: (year == 0 ? 1 : 0)...largest, using: &random) }
            }
            let policy = SpendingPolicy(
                boardShare: share(using: &random),
                boardSpending: Bool.random(using: &random) ? .perPupil : .sameSchool, overhead: share(using: &random),
                unspentAtDeadline: share(using: &random),
                profiles: [
                    try profile(["po"], last: last, using: &random), try profile(["vo"], last: last, using: &random),
                ])
            let path = try SpendingPath(
                allocation(receipts), deadline: firstYear.advanced(by: last), policy: policy, population: population,
                seed: UInt64(seed))
            #expect(path.years.count == last + 1)
            check(path, receipts, population, policy)
        }
    }

    private func check(
        _ path: SpendingPath, _ receipts: [[Int]], _ population: SchoolPopulation, _ policy: SpendingPolicy
    ) {
        for school in population.schools.indices {
            var (before, boardBefore) = (0, 0)
            for (position, year) in path.years.enumerated() {
                let received = year.received[school].count
                #expect(received == (position < receipts.count ? receipts[position][school] : 0))
                let flows = [year.spent, year.carried, year.returned].map { $0[school].count }
                #expect(before + received == flows.reduce(0, +))
                #expect(flows.allSatisfy { $0 >= 0 })
                let byBoard = year.spentOfSchoolByBoard[school].count
                #expect(byBoard >= 0 && byBoard <= year.spent[school].count)
                let reached = year.spentForSchoolByBoard[school].count
                let effective = year.effective[school].count
                #expect(effective >= 0 && year.overhead[school].count >= 0)
                #expect(year.spent[school].count - byBoard + reached == effective + year.overhead[school].count)
                let isLast = position == path.years.count - 1
                #expect(isLast ? year.carried[school] == .zero : year.returned[school] == .zero)
                #expect((0...flows[1] + flows[2]).contains(year.leftAtSchool[school].count))
                before = flows[1]
                boardBefore += byBoard
            }
            // The board's share of receipts is spent in full by the deadline.
            let all = receipts.reduce(0) { $0 + $1[school] }
            #expect(abs(Double(boardBefore) - Double(all) * policy.boardShare.value) <= 1)
        }
        for year in path.years {
            func sum(_ amounts: [Cents]) -> Cents { amounts.reduce(.zero, +) }
            #expect(sum(year.spentOfSchoolByBoard) == sum(year.spentForSchoolByBoard))
        }
    }

    @Test func aBoardSpendsPerPupilOverItsSchools() throws {
        func school(_ id: String, _ pupils: Int, _ board: String?) -> School {
            School(
                id: id, sector: "po", traits: School.Traits(board: board), lowPupils: 0, highPupils: pupils,
                disadvantageScore: nil, scoreBeforeThreshold: nil)
        }
        let population = try SchoolPopulation(
            schools: [
                school("a", 100, "one"), school("b", 300, "one"), school("c", 100, nil), school("d", 0, "two"),
                school("e", 0, "two"),
            ], sectors: ["po"], source: "test")
        let money = allocation([[40_000, 0, 10_000, 5_000, 1_000]])
        let share = DeclaredShare(value: 0.25, source: "test")
        var path = try SpendingPath(
            money, deadline: firstYear, policy: SpendingPolicy(boardShare: share), population: population, seed: 1)
        #expect(path.years[0].spentOfSchoolByBoard.map(\.count) == [10_000, 0, 2_500, 1_250, 250])
        #expect(path.years[0].spentForSchoolByBoard.map(\.count) == [2_500, 7_500, 2_500, 1_250, 250])
        #expect(path.years[0].effective.map(\.count) == [32_500, 7_500, 10_000, 5_000, 1_000])
        // With overhead, and spent where it came from.
        path = try SpendingPath(
            money, deadline: firstYear,
            policy: SpendingPolicy(
                boardShare: share, boardSpending: .sameSchool, overhead: DeclaredShare(value: 0.1, source: "test")),
            population: population, seed: 1)
        #expect(path.years[0].overhead.map(\.count) == [4_000, 0, 1_000, 500, 100])
        #expect(path.years[0].effective.map(\.count) == [36_000, 0, 9_000, 4_500, 900])
    }

    /// Final letter 2025: 83.5% spent by schools and 14.8% by boards; 1.7% left.
    @Test func publishedSharesOfSchoolsAndBoardsAddUp() throws {
        var random = SeededGenerator(seed: 1)
        let population = try schools(900, using: &random)
        let receipts = (0..<2).map { _ in population.schools.map { _ in Int.random(in: 0...50_000_000, using: &random) }
        }
        let policy = SpendingPolicy(
            boardShare: DeclaredShare(value: 0.148, source: "final letter 2025"),
            unspentAtDeadline: DeclaredShare(value: 0.017 / 0.852, source: "final letter 2025"))
        let path = try SpendingPath(
            allocation(receipts), deadline: firstYear.advanced(by: 3), policy: policy, population: population, seed: 1)
        func total(_ flow: (SpendingPath.Year) -> [Cents]) -> Double {
            path.years.reduce(Cents.zero) { flow($1).reduce($0, +) }.euros
        }
        let received = total(\.received)
        #expect(abs(total(\.spentForSchoolByBoard) / received - 0.148) < 1e-7)
        #expect(abs((total(\.spent) - total(\.spentOfSchoolByBoard)) / received - 0.835) < 1e-7)
        #expect(abs(total(\.returned) / received - 0.017) < 1e-7)
        #expect(abs(total(\.effective) / received - 0.983) < 1e-7)
    }
}

@Suite struct SpendDownTests {
    @Test func betweenMomentsMoneyIsSpentInEqualParts() {
        var pot = SpendDown(years: 5)
        pot.receipts = [100, 50, 0, 0, 0]
        pot.balances = [-1, 30, -1, -1, -1]
        pot.spend(unspentShare: 0.5)
        // To the start of the third year 30 of 150 stay: 20 of the first amount, 10 of the second.
        #expect(pot.spent == [40, 80, 5, 5, 5])
    }

    @Test func aLaterBalanceRaisesAnEarlierOneThatCannotBe() {
        var pot = SpendDown(years: 3)
        pot.receipts = [100, 10, 0]
        pot.balances = [0, 60, 0]
        pot.spend(unspentShare: 0)
        // 60 left after the second year needs 50 left after the first.
        #expect(pot.balances == [50, 60, 0] && pot.spent == [50, 0, 60])
    }

    @Test func nothingIsSpentBeforeItIsReceived() {
        var pot = SpendDown(years: 3)
        pot.receipts = [0, 0, 90]
        pot.balances = [0, 0, -1]
        pot.spend(unspentShare: 0)
        #expect(pot.spent == [0, 0, 90])
    }
}
