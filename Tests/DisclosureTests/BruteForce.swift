@testable import Disclosure

/// An attacker without a linear program: lists every table of whole counts that agrees with what is published.
struct BruteForceAttacker {
    let problem: SuppressionProblem
    let rule: DisclosureRule
    let attacker: DisclosureRule.Attacker

    /// The least and greatest count of each hidden cell over all tables in which no hidden count exceeds the truth by
    /// more than `slack`.
    func intervals(hiding hidden: Set<CellName>, slack: Int) throws -> [CellName: ClosedRange<Int>] {
        let network = try CellNetwork(problem, rule)
        let cells = problem.cells
        let free = cells.indices.filter { hidden.contains(cells[$0].name) }
        var ranges: [Int: ClosedRange<Int>] = [:]
        for cell in free {
            let bounds = network.bounds(cell, attacker)
            ranges[cell] = bounds.lower...max(bounds.lower, min(bounds.upper, cells[cell].count + slack))
        }
        var table = cells.map(\.count)
        var found: [CellName: ClosedRange<Int>] = [:]
        search(network, free[...], Set(free), ranges, &table) { table in
            for cell in free {
                let old = found[cells[cell].name] ?? table[cell]...table[cell]
                found[cells[cell].name] = min(old.lowerBound, table[cell])...max(old.upperBound, table[cell])
            }
        }
        return found
    }

    private func search(
        _ network: CellNetwork, _ free: ArraySlice<Int>, _ open: Set<Int>, _ ranges: [Int: ClosedRange<Int>],
        _ table: inout [Int], _ visit: ([Int]) -> Void
    ) {
        // The open cell that some relation determines or, failing that, the first.
        for (r, relation) in network.relations.enumerated() {
            let unknown = relation.cells.filter { open.contains($0) }
            if unknown.isEmpty, residual(network, r, table, open) != 0 { return }
            guard unknown.count == 1, let place = relation.cells.firstIndex(of: unknown[0]) else { continue }
            let value = -residual(network, r, table, open) * relation.signs[place]
            guard ranges[unknown[0]]?.contains(value) == true else { return }
            table[unknown[0]] = value
            search(network, free, open.subtracting(unknown), ranges, &table, visit)
            return
        }
        guard let next = free.first(where: { open.contains($0) }) else { return visit(table) }
        for value in ranges[next] ?? 0...0 {
            table[next] = value
            search(network, free, open.subtracting([next]), ranges, &table, visit)
        }
    }

    private func residual(_ network: CellNetwork, _ r: Int, _ table: [Int], _ open: Set<Int>) -> Int {
        zip(network.relations[r].cells, network.relations[r].signs)
            .reduce(0) { open.contains($1.0) ? $0 : $0 + $1.1 * table[$1.0] }
    }
}
