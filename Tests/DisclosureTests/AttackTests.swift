import TestSupport
import Testing

@testable import Disclosure

@Suite struct AttackTests {
    /// A mask that hides some cells at random, never the grand total: every interval then has two ends.
    private func mask(_ problem: SuppressionProblem, seed: Int, keeping total: CellName) -> SuppressionMask {
        var random = SeededGenerator(seed: seed + 1000)
        let published = problem.cells.filter { $0.name == total || Int.random(in: 0..<10, using: &random) < 5 }
        return SuppressionMask(published: Set(published.map(\.name)))
    }

    /// Both lists of intervals, of the linear program and of all tables.
    private func intervals(_ problem: SuppressionProblem, _ mask: SuppressionMask, _ rule: DisclosureRule)
        throws -> (program: [CellName: ClosedRange<Int>], all: [CellName: ClosedRange<Int>])
    {
        let recoveries = try problem.recoveries(from: mask, rule: rule, attacker: rule.attacker)
        var program: [CellName: ClosedRange<Int>] = [:]
        for recovery in recoveries { program[recovery.name] = recovery.smallest...(try #require(recovery.largest)) }
        let attacker = BruteForceAttacker(problem: problem, rule: rule, attacker: rule.attacker)
        let all = try attacker.intervals(hiding: Set(recoveries.map(\.name)), slack: 100)
        return (program, all)
    }

    @Test("In two-way tables the linear program finds the intervals of all tables", arguments: 1...150)
    func agreesWithAllTables(seed: Int) throws {
        let problem = try GeneratedProblems.twoWay(seed: seed, largest: 4)
        let mask = mask(problem, seed: seed, keeping: CellName("total", "total"))
        for attacker in DisclosureRule.Attacker.allCases {
            let rule = try DisclosureRule(minimumCount: 3, attacker: attacker)
            let (program, all) = try intervals(problem, mask, rule)
            #expect(program == all)
        }
    }

    @Test("In three-way tables no table lies outside the linear program's intervals", arguments: 1...60)
    func containsAllTables(seed: Int) throws {
        let problem = try GeneratedProblems.threeWay(seed: seed, largest: 4)
        let mask = mask(problem, seed: seed, keeping: CellName("*", "*", "*"))
        for attacker in DisclosureRule.Attacker.allCases {
            let rule = try DisclosureRule(minimumCount: 3, attacker: attacker)
            let (program, all) = try intervals(problem, mask, rule)
            #expect(program.keys == all.keys)
            for (name, interval) in all { #expect(program[name]?.clamped(to: interval) == interval) }
        }
    }

    @Test func aTotalThatIsHiddenLimitsNothing() throws {
        let problem = try SuppressionProblem.split(
            SuppressionCell(CellName("all"), count: 30),
            into: [SuppressionCell(CellName("a"), count: 5), SuppressionCell(CellName("b"), count: 25)])
        let mask = SuppressionMask(published: [CellName("b")])
        let recoveries = try problem.recoveries(from: mask, rule: DisclosureRule(), attacker: .readsNumbers)
        #expect(
            recoveries == [
                Recovery(name: CellName("a"), smallest: 0, largest: nil),
                Recovery(name: CellName("all"), smallest: 25, largest: nil),
            ])
        #expect(recoveries.map(\.width) == [nil, nil])
    }

    @Test func readingReasonsNarrowsAnInterval() throws {
        let cells = [5, 11, 30].enumerated().map { SuppressionCell(CellName("\($0.offset)"), count: $0.element) }
        let problem = try SuppressionProblem.split(SuppressionCell(CellName("all"), count: 46), into: cells)
        let mask = SuppressionMask(published: [CellName("2"), CellName("all")])
        let numbers = try problem.recoveries(from: mask, rule: DisclosureRule(), attacker: .readsNumbers)
        let reasons = try problem.recoveries(from: mask, rule: DisclosureRule(), attacker: .readsReasons)
        // Together they are 16; the second is known to be at least 10.
        #expect(numbers[0] == Recovery(name: CellName("0"), smallest: 0, largest: 16))
        #expect(reasons[0] == Recovery(name: CellName("0"), smallest: 0, largest: 6))
    }
}
