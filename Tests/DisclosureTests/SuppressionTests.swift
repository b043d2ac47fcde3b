import TestSupport
import Testing

@testable import Disclosure

@Suite struct SuppressionTests {
    /// A total and its parts, named by their positions.
    private func oneWay(_ counts: [Int]) throws -> SuppressionProblem {
        try .split(
            SuppressionCell(CellName("all"), count: counts.reduce(0, +)),
            into: counts.enumerated().map { SuppressionCell(CellName("\($0.offset)"), count: $0.element) })
    }

    private func hidden(_ counts: [Int], _ rule: DisclosureRule) throws -> [String] {
        try oneWay(counts).suppressed(under: rule).hidden.map(\.description).sorted()
    }

    @Test func aSingleSmallCellTakesTheSmallestOtherWithIt() throws {
        let suppression = try oneWay([5, 30, 20]).suppressed(under: DisclosureRule())
        #expect(suppression.reason(CellName("0")) == "count")
        #expect(suppression.reason(CellName("1")) == nil)
        #expect(suppression.reason(CellName("2")) == "complementary")
        #expect(suppression.reason(CellName("all")) == nil)
        #expect(suppression.unauditedCount == 0)
    }

    @Test func aPartnerThatIsBarelyLargeEnoughDoesNotDoForOneWhoReadsReasons() throws {
        // With 11 hidden the two add up to 16, so the first were at most 6; with 30 hidden it can be all of 0 to 9.
        #expect(try hidden([5, 11, 30], DisclosureRule(attacker: .readsNumbers)) == ["0", "1"])
        #expect(try hidden([5, 11, 30], DisclosureRule(attacker: .readsReasons)) == ["0", "2"])
    }

    @Test func smallCellsThatTogetherAreAsLargeAsCanBeTakeTheirTotalWithThem() throws {
        // 27 = 3 x 9: who knows that each is at most 9 knows each.
        #expect(try hidden([9, 9, 9], DisclosureRule(attacker: .readsNumbers)) == ["0", "1", "2"])
        #expect(try hidden([9, 9, 9], DisclosureRule(attacker: .readsReasons)) == ["0", "1", "2", "all"])
        #expect(try hidden([4, 5, 4], DisclosureRule(attacker: .readsReasons)) == ["0", "1", "2"])
    }

    @Test func nothingSmallSuppressesNothing() throws {
        #expect(try hidden([10, 20], DisclosureRule()).isEmpty)
        #expect(try hidden([9, 20], DisclosureRule(minimumCount: 9)).isEmpty)
    }

    @Test func aSmallTotalIsSuppressedWithAllItsParts() throws {
        for zeros in DisclosureRule.Zeros.allCases {
            #expect(try hidden([3, 4, 0], DisclosureRule(zeros: zeros)) == ["0", "1", "2", "all"])
        }
    }

    @Test func theOnlyPartOfATotalTakesItsTotalWithIt() throws {
        #expect(try hidden([4], DisclosureRule()) == ["0", "all"])
    }

    @Test func anEmptyProblemHasNothingToSuppress() throws {
        let suppression = try SuppressionProblem(cells: [], relations: []).suppressed(under: DisclosureRule())
        #expect(suppression.statuses.isEmpty)
    }

    @Test func cellsWithoutRelationsAreJudgedOneByOne() throws {
        let cells = [3, 10].map { SuppressionCell(CellName("\($0)"), count: $0) }
        let suppression = try SuppressionProblem(cells: cells, relations: []).suppressed(under: DisclosureRule())
        #expect(suppression.hidden == [CellName("3")])
    }

    @Test func aUniformGroupIsPublishedWhenZerosAreSafeAndTheGroupIsLargeEnough() throws {
        let safe = try DisclosureRule(zeros: .safe)
        #expect(try hidden([0, 40, 0], safe).isEmpty)
        #expect(try hidden([0, 9, 0], safe) == ["0", "1", "2", "all"])
        #expect(try hidden([0, 40, 0], DisclosureRule(zeros: .unsafe)) == ["0", "1", "2"])
        #expect(try hidden([0, 0], safe).isEmpty)
    }

    @Test func aSafeZeroIsNoPartner() throws {
        #expect(try hidden([5, 0, 30], DisclosureRule(zeros: .safe)) == ["0", "2"])
    }

    @Test func fewSchoolsSuppressALargeCell() throws {
        let problem = try SuppressionProblem.table(
            rows: ["a"], columns: ["x", "y", "z"], counts: [[50, 60, 70]], clusters: [[2, 5, 6]],
            marginClusters: [
                CellName("a", "total"): 9, CellName("total", "x"): 9, CellName("total", "y"): 9,
                CellName("total", "z"): 9, CellName("total", "total"): 9,
            ])
        let suppression = try problem.suppressed(under: DisclosureRule(minimumClusters: 3))
        #expect(suppression.reason(CellName("a", "x")) == "clusters")
        // The only row: its columns' totals are the same people.
        #expect(suppression.reason(CellName("total", "x")) == "complementary")
        #expect(suppression.count(of: .published) == 4)
    }

    @Test func tablesThatShareATotalAreProtectedTogether() throws {
        // Either split alone hides its small cell behind one other; together girls and boys refine the groups.
        let all = SuppressionCell(CellName("all"), count: 100)
        func cell(_ name: String, _ count: Int) -> SuppressionCell { SuppressionCell(CellName(name), count: count) }
        let groups = try SuppressionProblem.split(all, into: [cell("low", 40), cell("mid", 25), cell("high", 35)])
        let refined = try SuppressionProblem.split(cell("low", 40), into: [cell("low girl", 6), cell("low boy", 34)])
        let alone = try groups.suppressed(under: DisclosureRule())
        #expect(alone.hidden.isEmpty)
        let joint = try SuppressionProblem(joining: [groups, refined]).suppressed(under: DisclosureRule())
        #expect(joint.hidden == [CellName("low girl"), CellName("low boy")])
    }

    @Test func aSmallGroupOfAYearHidesAnotherOfThatYear() throws {
        let years = try [("2020/21", [8, 90, 40]), ("2021/22", [15, 80, 50])].map { year, counts in
            try SuppressionProblem.split(
                SuppressionCell(CellName(year, "all"), count: counts.reduce(0, +)),
                into: zip(["low", "mid", "high"], counts).map { SuppressionCell(CellName(year, $0), count: $1) })
        }
        let suppression = try SuppressionProblem(joining: years).suppressed(under: DisclosureRule())
        #expect(suppression.hidden == [CellName("2020/21", "low"), CellName("2020/21", "high")])
    }

    @Test func aMaskSuppressesWhatWasNeverChecked() throws {
        let mask = try oneWay([10, 20]).suppressed(under: DisclosureRule()).mask
        #expect(!mask.isSuppressed(CellName("0")))
        #expect(mask.isSuppressed(CellName("another")))
    }

    @Test("The order of cells and relations does not matter", arguments: 1...20)
    func orderDoesNotMatter(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let problem = try GeneratedProblems.monitor(seed: seed, isShared: true, items: 2)
        let shuffled = try SuppressionProblem(
            cells: problem.cells.shuffled(using: &random),
            relations: problem.relations.shuffled(using: &random).map {
                SuppressionRelation(total: $0.total, parts: $0.parts.shuffled(using: &random))
            })
        let rule = try DisclosureRule()
        #expect(try shuffled.suppressed(under: rule) == problem.suppressed(under: rule))
    }

    @Test func aProblemTooLargeToAuditHidesEverythingLinked() throws {
        let problem = try GeneratedProblems.monitor(seed: 1, isShared: true, items: 2)
        let network = try CellNetwork(problem, DisclosureRule())
        var audit = Audit(network, largestSize: 10)
        let search = ComplementarySearch.best(network, &audit)
        #expect(search.hidden.isHidden.allSatisfy { $0 })
        #expect(search.unauditedCount > 0)
    }
}
