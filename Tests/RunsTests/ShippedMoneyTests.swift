import Funding
import Recovery
import Scenarios
import TestSupport
import Testing

@testable import Runs

/// The money of `scenarios/np-onderwijs.yaml` against published totals that are not put in.
@Suite struct ShippedMoneyTests {
    private func plan() throws -> FundingPlan {
        try AllocatedMoney(path: repositoryFile("scenarios/np-onderwijs.yaml")).plan
    }

    private func allocation(_ name: String) throws -> Allocation {
        try #require(try plan().scenarios.first { $0.declaration.name == name }).allocation
    }

    /// EUR 4.1bn of direct funding (final letter 2025); the synthetic schools and the rates give 4.15bn.
    @Test func totalIsThatOfTheFinalLetter() throws {
        let total = try allocation("programme").total.euros
        #expect(abs(total / 4.1e9 - 1) < 0.02)
    }

    /// 12% by score in 2021/22 from the published rates alone, to a point; 22% in 2022/23 is put in by the rate of vo.
    @Test func sharesByScore() throws {
        let allocation = try allocation("programme")
        for (start, share, tolerance) in [(2021, 0.12, 0.01), (2022, 0.22, 0.002)] {
            let payments = allocation.payments.filter { $0.year == SchoolYear(start: start) }
            let total = payments.reduce(0) { $0 + $1.total.euros }
            let byScore = payments.filter { $0.rule.hasPrefix("disadvantage") }.reduce(0) { $0 + $1.total.euros }
            #expect(abs(byScore / total - share) < tolerance)
        }
    }

    /// 342 municipalities of EUR 0.9m on average (implementation monitor 5): EUR 308m.
    @Test func municipalPartIsThatOfTheMonitor() throws {
        let kept = try allocation("all_schemes").payments.flatMap(\.municipalAmounts).reduce(0) { $0 + $1.amount.euros }
        #expect(abs(kept / (342 * 900_000) - 1) < 0.03)
    }

    /// The allowance's rates on the synthetic schools exceed the EUR 375m that two years cost: the score of the top 15% of
    /// secondary schools is an assumption, and so are newcomers.
    @Test func allowanceIsOfThePublishedOrder() throws {
        let allowances = try allocation("all_schemes").payments.filter { $0.rule.hasPrefix("allowance") }
        let total = allowances.reduce(0) { $0 + $1.total.euros }
        #expect(total > 375e6 && total < 1.25 * 375e6)
    }
}
