import Testing

@testable import Disclosure

@Suite struct DisclosureErrorTests {
    private let a = SuppressionCell(CellName("a"), count: 3)
    private let b = SuppressionCell(CellName("b"), count: 4)
    private let all = SuppressionCell(CellName("all"), count: 7)

    private func problem(_ cells: [SuppressionCell], _ parts: [String]) throws -> SuppressionProblem {
        let relation = SuppressionRelation(total: CellName("all"), parts: parts.map { CellName($0) })
        return try SuppressionProblem(cells: cells, relations: [relation])
    }

    private func expect(_ message: String, _ body: () throws -> Void) {
        let error = #expect(throws: DisclosureError.self) { try body() }
        #expect(error?.description == message)
    }

    @Test func saysWhatIsWrongWithARule() {
        expect("disclosure rule: the minimum count is 0; expected 1 to 1000000.") {
            _ = try DisclosureRule(minimumCount: 0)
        }
        expect("disclosure rule: the minimum number of clusters is -1; expected 0 to 1000000.") {
            _ = try DisclosureRule(minimumClusters: -1)
        }
    }

    @Test func saysWhatIsWrongWithACell() {
        expect(
            "cell 'a / b': found a count of -1; expected 0 to 1000000000000. Count individuals, unweighted."
        ) {
            _ = try SuppressionProblem(cells: [SuppressionCell(CellName("a", "b"), count: -1)], relations: [])
        }
        expect(
            "cell 'a': found 5 clusters of 3 individuals; expected no more clusters than individuals. Count the clusters "
                + "that have an individual in the cell."
        ) {
            _ = try SuppressionProblem(cells: [SuppressionCell(a.name, count: 3, clusters: 5)], relations: [])
        }
        expect(
            "cell 'a': found twice, with counts 3 and 4, or with other clusters; expected one cell of a name. Give cells "
                + "of different people different names."
        ) {
            _ = try SuppressionProblem(cells: [SuppressionCell(a.name, count: 4), b, a], relations: [])
        }
        expect(
            "cell 'a': found no number of clusters; expected one, as the rule asks for at least 3. Count the clusters "
                + "of every cell, totals too."
        ) {
            let problem = try SuppressionProblem(cells: [SuppressionCell(a.name, count: 30)], relations: [])
            _ = try problem.suppressed(under: DisclosureRule(minimumClusters: 3))
        }
    }

    @Test func saysWhatIsWrongWithARelation() {
        expect("total 'all': its relation names 'b', which is no cell. Add the cell, also if its count is 0.") {
            _ = try problem([all, a], ["a", "b"])
        }
        expect("total 'all': its relation names 'all', which is no cell. Add the cell, also if its count is 0.") {
            _ = try problem([a, b], ["a", "b"])
        }
        expect("total 'all': its relation names 'a' twice; expected parts that do not overlap.") {
            _ = try problem([all, a, b], ["a", "a"])
        }
        expect("total 'all': its relation names 'all' twice; expected parts that do not overlap.") {
            _ = try problem([all, a, b], ["a", "all"])
        }
        expect("total 'all': its relation has no parts; expected at least one.") { _ = try problem([all], []) }
        expect(
            "total 'all': found 7, and parts that add up to 3; expected equal numbers. Add a part for those in no part, "
                + "such as missing answers, or give the total of those who answered."
        ) {
            _ = try problem([all, a], ["a"])
        }
    }

    @Test func saysWhatIsWrongWithATable() {
        expect("table: found 0 rows and 1 columns; expected at least one of each.") {
            _ = try SuppressionProblem.table(rows: [], columns: ["x"], counts: [])
        }
        expect("table: found labels that repeat or equal the margin's 'total'; expected different ones.") {
            _ = try SuppressionProblem.table(rows: ["total"], columns: ["x"], counts: [[1]])
        }
        expect("table: found 1 rows of 1 to 1 numbers; expected 1 rows of 2.") {
            _ = try SuppressionProblem.table(rows: ["a"], columns: ["x", "y"], counts: [[1]])
        }
        expect("cell 'a / x': found a count of \(Int.max); expected 0 to 1000000000000. Count individuals, unweighted.")
        {
            _ = try SuppressionProblem.table(rows: ["a"], columns: ["x", "y"], counts: [[.max, 1]])
        }
    }

    @Test func aCellOrRelationGivenTwiceCountsOnce() throws {
        let once = try problem([all, a, b], ["a", "b"])
        let twice = try SuppressionProblem(joining: [once, problem([b, a, all], ["b", "a"])])
        #expect(twice == once)
        #expect(once.cells.map(\.name.description) == ["a", "all", "b"])
    }
}
