import TestSupport
import Testing

@testable import Disclosure

/// How many cells are suppressed to protect others, beside the fewest that would do, found by trying all sets.
@Suite struct LossTests {
    private static let tables: [[[Int]]] = [
        [[5, 20, 30], [25, 40, 35], [30, 15, 60]],
        [[5, 22, 31], [24, 41, 8], [33, 19, 62]],
        [[4, 12, 30], [11, 7, 13], [60, 14, 90]],
    ]

    /// The fewest complementary cells.
    private func optimum(_ problem: SuppressionProblem, _ rule: DisclosureRule) throws -> Int {
        let network = try CellNetwork(problem, rule)
        let candidates = network.counts.indices.filter { network.primary[$0] == .published }
        let sets = (0..<(1 << candidates.count)).sorted { $0.nonzeroBitCount < $1.nonzeroBitCount }
        let best = sets.first { set in
            var isHidden = network.primary.map { $0 != .published }
            for (bit, cell) in candidates.enumerated() where set & (1 << bit) != 0 { isHidden[cell] = true }
            var audit = Audit(network)
            return HiddenComponent.all(network, isHidden: isHidden).allSatisfy { audit.exposed($0) == nil }
        }
        return try #require(best).nonzeroBitCount
    }

    @Test("At most half more cells are suppressed than must be", arguments: 0..<3)
    func losesLittle(table: Int) throws {
        let problem = try SuppressionProblem.table(
            rows: ["a", "b", "c"], columns: ["x", "y", "z"], counts: Self.tables[table])
        for attacker in DisclosureRule.Attacker.allCases {
            let rule = try DisclosureRule(attacker: attacker)
            let found = try problem.suppressed(under: rule).complementary.count
            let fewest = try optimum(problem, rule)
            #expect(fewest > 0 && Double(found) <= 1.5 * Double(fewest))
        }
    }

    @Test("A monitor of 20 items by 10 groups loses few cells, at a bounded cost", arguments: [true, false])
    func losesLittleOfAMonitor(isShared: Bool) throws {
        let problem = try GeneratedProblems.monitor(seed: 1, isShared: isShared)
        for attacker in DisclosureRule.Attacker.allCases {
            let network = try CellNetwork(problem, DisclosureRule(attacker: attacker))
            var audit = Audit(network)
            let search = ComplementarySearch.best(network, &audit)
            // About 290 cells are below the minimum themselves.
            #expect(search.hidden.complementary.count < 60)
            #expect(search.unauditedCount == 0)
            // A hundred million entries read or changed are about a second.
            #expect(audit.work < 20_000_000)
        }
    }
}
