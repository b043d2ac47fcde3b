import TestSupport
import Testing
import Transitions

@testable import Models

@Suite("Disclosure control of flows") struct FlowDisclosureTests {
    static let text = FlowModelTests.counted.replacingOccurrences(of: "disclosure: none\n", with: "")

    static let table = FlowModelTests.table.replacingOccurrences(of: "left,10", with: "left,4")

    /// 4 of 194 left. With the base and the retained published, the share who left would tell how many.
    @Test("A small number of leavers is hidden, and every indicator that tells it") func smallCount() throws {
        let model = try FlowModelTests.fitted(Self.text, csv: Self.table)
        let rows = try #require(model.transitions?.flows?.rows)
        let left = try #require(rows.first { $0.move == .left })
        #expect(left.suppressed == "count" && left.count == nil && left.share == nil && left.interval == nil)
        let hidden = rows.filter { $0.suppressed != nil }
        #expect(hidden.count == 2 && hidden.allSatisfy { $0.from == 0 }, "one more of the same state")
        let outcomes = Set(model.suppressed.map(\.cell.outcome))
        #expect(outcomes.isSuperset(of: ["left", "diploma", "retention"]))
        #expect(!outcomes.contains("pass_rate.havo"))
        let published = Set(try #require(model.fit.estimates).labels.map(\.outcome))
        #expect(published.isDisjoint(with: outcomes))
        #expect(model.transitions?.flows?.moves.isEmpty == true)
    }

    @Test("With bases as cells, moves of a state with enough pupils are published") func bases() throws {
        let model = try FlowModelTests.fitted(
            Self.text.replacingOccurrences(of: "year: year", with: "year: year\ndisclosure: {cells: bases}"),
            csv: Self.table)
        #expect(model.suppressed.isEmpty)
        #expect(model.transitions?.flows?.rows.allSatisfy { $0.suppressed == nil } == true)
    }

    @Test("A state with few pupils is hidden as a whole, with its base") func smallState() throws {
        let table = Self.table.replacingOccurrences(of: "150", with: "6").replacingOccurrences(
            of: "havo_2,30", with: "havo_2,2")
        let model = try FlowModelTests.fitted(
            Self.text.replacingOccurrences(of: "year: year", with: "year: year\ndisclosure: {cells: bases}"),
            csv: table)
        let rows = try #require(model.transitions?.flows?.rows).filter { $0.from == 1 }
        #expect(rows.count == 2 && rows.allSatisfy { $0.suppressed != nil && $0.base == nil && $0.share == nil })
        #expect(Set(model.suppressed.map(\.cell.outcome)).contains("pass_rate.havo"))
        #expect(
            !Set(model.suppressed.map(\.cell.outcome)).contains("left"), "who passes in the end does not hang on it")
    }

    @Test("Remarks do not speak of hidden cells") func remarks() throws {
        let text = Self.text.replacingOccurrences(
            of: "year: year", with: "year: year\ndisclosure: {minimum_count: 1000}")
        let table = Self.table.replacingOccurrences(of: "2018/19,havo_1,left,4\n", with: "")
        let open = try FlowModelTests.fitted(FlowModelTests.counted, csv: table)
        #expect(open.fit.diagnostics.contains { $0.name == "no_variation" }, "nobody left")
        let hidden = try FlowModelTests.fitted(text, csv: table)
        #expect(hidden.fit.estimates?.count == 0)
        #expect(!hidden.fit.diagnostics.contains { $0.name == "no_variation" })
        #expect(hidden.transitions?.flows?.rows.allSatisfy { $0.share == nil && $0.count == nil } == true)
    }
}
