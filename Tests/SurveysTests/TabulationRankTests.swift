import LinearAlgebra
import Probability
import TestSupport
import Testing

@testable import Surveys

@Suite("Options of a set, by place")
struct TabulationRankTests {
    /// Four options: the first chosen by 90 of 100, the next two by 41 and 40, the last by 5.
    private func table(rows: Int = 100) throws -> DomainTable {
        let chosen = [90, 41, 40, 5]
        let columns = chosen.enumerated().map { option, count in
            // Spread over the rows, so that options do not go together.
            (0..<rows).map { Int32(($0 * 37 + 11 * option) % rows < count ? 1 : 0) }
        }
        let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 1, count: rows)))
        return try sample.tables(of: [.options(columns)], by: [.all(rowCount: rows)])[0][0]
    }

    @Test("Clear differences fix a place, an unclear one leaves both")
    func places() throws {
        let options = try #require(MultipleResponseTable(table(), group: 0))
        #expect(options.options.map(\.count) == [90, 41, 40, 5])
        #expect(options.options.map(\.rank) == [1, 2, 3, 4])
        #expect(options.options.map(\.ranks) == [1...1, 2...3, 2...3, 4...4])
        #expect(options.first().map(\.number) == [0, 1, 2])
        #expect(options.certainlyAmongFirst(3).map(\.number) == [0, 1, 2])
        #expect(options.certainlyAmongFirst(2).map(\.number) == [0])
        #expect(options.possiblyAmongFirst(2).map(\.number) == [0, 1, 2])
        #expect(options.respondents == 100)
    }

    @Test("Places turn on the difference's own error, by Bonferroni over the other options")
    func criticalValue() throws {
        let table = try table()
        let (p, v) = (table.estimates.values, table.estimates.covariance)
        let error = (v[0, 0] + v[1, 1] - 2 * v[0, 1]).squareRoot()
        // The coverage at which the difference between the first two is just not clear any more.
        let tail = StudentT(degreesOfFreedom: 99).upperTail((p[0] - p[1]) / error)
        let coverage = 1 - 2 * 3 * tail
        let fewer = try #require(MultipleResponseTable(table, group: 0, coverage: coverage - 1e-4 * (1 - coverage)))
        #expect(fewer.options[0].ranks == 1...1)
        let near = StudentT(degreesOfFreedom: 99).upperTail(
            (p[1] - p[3]) / (v[1, 1] + v[3, 3] - 2 * v[1, 3]).squareRoot())
        let above = try #require(MultipleResponseTable(table, group: 0, coverage: 1 - 6 * near * 0.99))
        let below = try #require(MultipleResponseTable(table, group: 0, coverage: 1 - 6 * near * 1.01))
        #expect(above.options[1].ranks.upperBound == 4)
        #expect(below.options[1].ranks.upperBound == 3)
    }

    @Test("Ties share a place; a group without respondents has no options; one option is first")
    func edges() throws {
        let sample = SurveySample(try SurveyDesign(weights: [1, 1, 1, 1]))
        let split = TableSplit(groups: [0, 0, 0, 0], groupCount: 2)
        let table = try sample.tables(of: [.options([[1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 0]])], by: [split])[0][0]
        #expect(MultipleResponseTable(table, group: 1) == nil)
        #expect(try #require(MultipleResponseTable(table, group: 0)).options.map(\.rank) == [2, 2, 1])
        let one = try sample.tables(of: [.options([[1, 0, -1, 1]])], by: [.all(rowCount: 4)])[0][0]
        let alone = try #require(MultipleResponseTable(one, group: 0))
        #expect(alone.options.map(\.ranks) == [1...1])
        #expect(alone.respondents == 3)
    }
}
