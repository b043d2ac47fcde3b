import TestSupport
import Testing

@testable import Disclosure

/// The promise of ``SuppressionProblem/suppressed(under:)``, held against an attacker who lists all tables.
@Suite struct ProtectionTests {
    private struct TooManyTables: Error {}

    private static let shapes: [@Sendable (Int) throws -> SuppressionProblem] = [
        { try GeneratedProblems.twoWay(seed: $0) }, { try GeneratedProblems.threeWay(seed: $0, largest: 12) },
        { try GeneratedProblems.linked(seed: $0) },
    ]

    @Test(
        "No small count can be recovered from the numbers to an interval narrower than the minimum", arguments: 1...90)
    func numbersDoNotTell(seed: Int) throws {
        let problem = try Self.shapes[seed % 3](seed)
        for zeros in DisclosureRule.Zeros.allCases {
            for known in DisclosureRule.Attacker.allCases {
                let rule = try DisclosureRule(minimumCount: 3, zeros: zeros, attacker: known)
                let suppression = try problem.suppressed(under: rule)
                // With more hidden cells there are too many tables to list; no seed hides as many.
                guard suppression.hidden.count <= 16 else { throw TooManyTables() }
                let attacker = BruteForceAttacker(problem: problem, rule: rule, attacker: .readsNumbers)
                let intervals = try attacker.intervals(hiding: suppression.hidden, slack: 6)
                for (name, interval) in intervals where suppression.statuses[name] == .count {
                    #expect(interval.count - 1 >= 3, "\(name)")
                }
            }
        }
    }

    @Test("Who reads reasons learns nothing from the numbers that the reasons do not tell", arguments: 1...60)
    func reasonsTellAllThatIsTold(seed: Int) throws {
        let problem = try seed % 2 == 0 ? GeneratedProblems.linked(seed: seed) : GeneratedProblems.twoWay(seed: seed)
        let rule = try DisclosureRule(minimumCount: 3)
        let suppression = try problem.suppressed(under: rule)
        let attacker = BruteForceAttacker(problem: problem, rule: rule, attacker: .readsReasons)
        let intervals = try attacker.intervals(hiding: suppression.hidden, slack: 6)
        let small = intervals.filter { suppression.statuses[$0.key] == .count }
        guard small.contains(where: { $0.value != 0...2 }) else { return }
        // Only where the rule alone leaves fewer values than 0, 1 and 2, which listing all tables confirms.
        let reasons = try attacker.intervals(hiding: Set(problem.cells.map(\.name)), slack: 3)
        for (name, interval) in small { #expect(interval == reasons[name], "\(name)") }
    }

    @Test("No small count of a monitor can be recovered by the linear program", arguments: 1...6)
    func monitorsAreProtected(seed: Int) throws {
        let problem = try GeneratedProblems.monitor(seed: seed, isShared: seed % 2 == 0, items: 6)
        let rule = try DisclosureRule()
        let suppression = try problem.suppressed(under: rule)
        let recoveries = try problem.recoveries(from: suppression.mask, rule: rule, attacker: .readsNumbers)
        #expect(recoveries.count == suppression.hidden.count)
        for recovery in recoveries where suppression.statuses[recovery.name] == .count {
            #expect(recovery.width ?? .max >= 10, "\(recovery.name)")
        }
    }
}
