import LinearAlgebra
import Parallelism
import TestSupport
import Testing

@testable import Surveys

@Suite("Tables of items by splits")
struct TabulationTests {
    /// Both roads sum some hundred numbers in another order: differences of some 1e-14 of the standard errors, with room.
    private static let tolerance = 1e-11

    private func expectSame(_ table: DomainTable, _ oracle: SurveyEstimates, _ name: String) {
        let count = oracle.values.count
        #expect(table.estimates.values.count == count, "\(name)")
        guard table.estimates.values.count == count else { return }
        let scale = oracle.covariance.diagonal.max() ?? 0
        #expect(scale > 0, "\(name)")
        var largest = (value: 0.0, covariance: 0.0)
        for row in 0..<count {
            largest.value = max(
                largest.value, relativeDifference(table.estimates.values[row], oracle.values[row]))
            for column in 0..<count {
                let difference = table.estimates.covariance[row, column] - oracle.covariance[row, column]
                largest.covariance = max(largest.covariance, abs(difference) / scale)
            }
        }
        #expect(largest.value < Self.tolerance, "\(name)")
        #expect(largest.covariance < Self.tolerance, "\(name)")
        #expect(table.estimates.degreesOfFreedom == oracle.degreesOfFreedom)
    }

    static let cases = RandomSurvey.Drawing.allCases.flatMap { drawing in
        // Rows that are alone in their cluster leave nothing to average at the second stage.
        [SurveyDesign.LonelyClusters.certainty, .centre, .average]
            .filter { drawing != .twoStages || $0 != .average }.map { (drawing, $0) }
    }

    @Test(
        "Tables are the plain statistic, whatever the design, with missing answers and an empty group", arguments: cases
    )
    func agreesWithThePlainStatistic(drawing: RandomSurvey.Drawing, lonely: SurveyDesign.LonelyClusters) throws {
        for seed in 1...10 {
            let survey = RandomSurvey(seed: seed, drawing: drawing)
            let sample = SurveySample(try survey.design(lonely))
            let all = TableSplit.all(rowCount: survey.weights.count)
            let kinds = RandomSurvey.Kind.allCases
            let tables = try sample.tables(of: kinds.map(survey.item), by: [survey.split, all])
            for (kind, row) in zip(kinds, tables) {
                let name = "\(kind) seed \(seed)"
                #expect(row[0].estimatedGroups == [0, 1, 2, 4])
                expectSame(
                    row[0], try sample.estimates(of: survey.plain(kind, split: survey.split, groups: [0, 1, 2, 4])),
                    name)
                expectSame(row[1], try sample.estimates(of: survey.plain(kind, split: all, groups: [0])), name + " all")
            }
        }
    }

    @Test("Counts are of rows with weight, group and answer; an empty group has no share and is no error")
    func counts() throws {
        let survey = RandomSurvey(seed: 3, drawing: .clusters)
        let table = try SurveySample(survey.design(.centre)).tables(of: [survey.item(.categories)], by: [survey.split])[
            0][0]
        for group in 0..<5 {
            let base = survey.weights.indices.filter {
                survey.weights[$0] > 0 && survey.split.groups[$0] == Int32(group) && survey.codes[$0] >= 0
            }
            #expect(table.respondents[group] == base.count)
            #expect(table.clusters[group] == Set(base.map { survey.clusters[$0] }).count)
            let weight = base.reduce(0) { $0 + survey.weights[$1] }
            #expect(abs(table.weightedRespondents[group] - weight) < 1e-9)
            for cell in 0..<4 {
                let members = base.filter { survey.codes[$0] == Int32(cell) }
                #expect(table.counts[group * 4 + cell] == members.count)
                let total = members.reduce(0) { $0 + survey.weights[$1] }
                #expect(abs(table.weightedCounts[group * 4 + cell] - total) < 1e-9)
            }
        }
        #expect(table.value(group: 3, cell: 0) == nil)
        #expect(table.standardError(group: 3, cell: 0) == nil)
        #expect(table.designEffect(group: 3, cell: 0) == nil)
        #expect(table.position(group: 4, cell: 1) == 13)
    }

    /// A simple random sample: p (1 - p) / (n - 1), the closed form, so that the design effect is 1.
    @Test func shareOfASimpleRandomSample() throws {
        let codes: [Int32] = [0, 1, 1, 0, 1, 2, -1, 1, 1, 0]
        let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 3, count: 10)))
        let table = try sample.tables(of: [.categories(codes, count: 4)], by: [.all(rowCount: 10)])[0][0]
        // The missing row stays in the design as a row outside the domain: 10 / 9 of the squares of nine rows.
        let (share, count) = (5 / 9.0, 9.0)
        let variance = share * (1 - share) / count * (10 / 9.0)
        #expect(table.value(group: 0, cell: 1) == 5 / 9.0)
        #expect(relativeDifference(try #require(table.standardError(group: 0, cell: 1)), variance.squareRoot()) < 1e-14)
        #expect(relativeDifference(try #require(table.designEffect(group: 0, cell: 1)), 10 / 9.0 * 8 / 9) < 1e-13)
        #expect(table.standardError(group: 0, cell: 3) == 0)
        #expect(table.designEffect(group: 0, cell: 3) == nil)
        #expect(table.respondents == [9] && table.clusters == [9])
        #expect(table.weightedRespondents == [27])
    }

    @Test("The mean of a number keeps its digits far from 0, and its design effect is 1 in a simple random sample")
    func meanFarFromZero() throws {
        let values = [3.0, 1, 4, 1, 5, 9, 2, 6].map { $0 + 1e9 }
        let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 2, count: 8)))
        let table = try sample.tables(of: [.number(values)], by: [.all(rowCount: 8)])[0][0]
        let mean = 31 / 8.0
        let spread = values.reduce(0) { $0 + ($1 - 1e9 - mean) * ($1 - 1e9 - mean) } / 7
        #expect(table.value(group: 0, cell: 0) == 1e9 + mean)
        #expect(
            relativeDifference(try #require(table.standardError(group: 0, cell: 0)), (spread / 8).squareRoot()) < 1e-13)
        #expect(relativeDifference(try #require(table.designEffect(group: 0, cell: 0)), 1) < 1e-13)
        #expect(table.counts == [8])
        #expect(table.weightedCounts == [16 * (1e9 + mean)])
    }

    @Test("A share near 1 keeps the digits of its error")
    func shareNearOne() throws {
        let count = 200_000
        var codes = [Int32](repeating: 0, count: count)
        codes[77] = 1
        let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 1, count: count)))
        let table = try sample.tables(of: [.categories(codes, count: 2)], by: [.all(rowCount: count)])[0][0]
        let n = Double(count)
        let error = (1 / n * (1 - 1 / n) / (n - 1)).squareRoot()
        // 1 - p has 1e-16 / 5e-6 of its digits lost: the share itself has no more of them.
        #expect(relativeDifference(try #require(table.standardError(group: 0, cell: 0)), error) < 1e-10)
        #expect(relativeDifference(try #require(table.standardError(group: 0, cell: 1)), error) < 1e-10)
    }

    @Test("Results have the same bits for any number of threads")
    func threads() throws {
        let survey = RandomSurvey(seed: 5, rows: 600, drawing: .finite)
        let sample = SurveySample(try survey.design(.average))
        let items = RandomSurvey.Kind.allCases.map(survey.item)
        let splits = [survey.split, TableSplit.all(rowCount: 600)]
        defer { Threads.use(0) }
        Threads.use(1)
        let one = try sample.tables(of: items, by: splits)
        Threads.use(4)
        let four = try sample.tables(of: items, by: splits)
        for (left, right) in zip(one.joined(), four.joined()) {
            #expect(left.estimates.values.map(\.bitPattern) == right.estimates.values.map(\.bitPattern))
            let bits = left.estimates.covariance.elements.map(\.bitPattern)
            #expect(bits == right.estimates.covariance.elements.map(\.bitPattern))
        }
    }

    @Test("With replicate weights tables are tabulated once more for each")
    func replicates() throws {
        let survey = RandomSurvey(seed: 8, drawing: .clusters)
        var random = SeededGenerator(seed: 4)
        let weights = survey.weights.map { max($0, 0.5) }
        let replicates = (0..<12).map { _ in weights.map { $0 * Double.random(in: 0.5..<1.5, using: &random) } }
        let sample = SurveySample(
            ReplicateWeights(
                weights: weights, replicates: replicates, scale: 0.25, replicateScales: Array(repeating: 1, count: 12),
                degreesOfFreedom: 11))
        for kind in RandomSurvey.Kind.allCases {
            let table = try sample.tables(of: [survey.item(kind)], by: [survey.split])[0][0]
            expectSame(
                table, try sample.estimates(of: survey.plain(kind, split: survey.split, groups: [0, 1, 2, 4])),
                "\(kind)")
            #expect(table.clusters.isEmpty)
        }
    }

    @Test("A group that a replicate has no one of keeps its share, and has no standard error")
    func groupMissingFromAReplicate() throws {
        let weights = [1.0, 1, 1, 1]
        let replicates = [[2.0, 0, 2, 1], [0, 2, 2, 1], [1, 1, 0, 2]]
        let sample = SurveySample(
            ReplicateWeights(
                weights: weights, replicates: replicates, scale: 1, replicateScales: [1, 1, 1], degreesOfFreedom: 2))
        let split = TableSplit(groups: [0, 0, 1, 0], groupCount: 2)
        let table = try sample.tables(of: [.categories([0, 1, 1, 1], count: 2)], by: [split])[0][0]
        #expect(table.estimatedGroups == [0])
        #expect(table.value(group: 1, cell: 1) == 1)
        #expect(table.standardError(group: 1, cell: 1) == nil)
        #expect(table.standardError(group: 0, cell: 1) != nil)
    }

    @Test("Boxes of categories are sums of shares, with their covariance")
    func boxes() throws {
        let survey = RandomSurvey(seed: 9, drawing: .clusters)
        let sample = SurveySample(try survey.design(.centre))
        let table = try sample.tables(of: [survey.item(.categories)], by: [survey.split])[0][0]
        let boxes = table.collapsed([[2, 3], [0], [0, 1, 2, 3]])
        let topped = survey.codes.map { $0 < 0 ? -1 : $0 >= 2 ? Int32(1) : 0 }
        let direct = try sample.tables(of: [.categories(topped, count: 2)], by: [survey.split])[0][0]
        for position in 0..<4 {
            let (box, cell) = (position * 3, position * 2 + 1)
            #expect(relativeDifference(boxes.values[box], direct.estimates.values[cell]) < 1e-13)
            let error = boxes.standardErrors[box]
            #expect(relativeDifference(error, direct.estimates.standardErrors[cell]) < 1e-11)
            #expect(abs(boxes.values[box + 2] - 1) < 1e-14)
            #expect(boxes.standardErrors[box + 2] < 1e-8)
        }
    }

    @Test("No respondents at all, no groups and no items are empty tables")
    func empty() throws {
        let sample = SurveySample(try SurveyDesign(weights: [1, 2, 3]))
        #expect(try sample.tables(of: [], by: [.all(rowCount: 3)]).isEmpty)
        #expect(try sample.tables(of: [.categories([0, 0, 0], count: 1)], by: [])[0].isEmpty)
        let none = TableSplit(groups: [-1, -1, -1], groupCount: 0)
        #expect(try sample.tables(of: [.categories([0, 0, 0], count: 1)], by: [none])[0][0].estimates.values.isEmpty)
        let missing = try sample.tables(
            of: [.categories([-1, -1, -1], count: 2), .number([.nan, .infinity, .nan])], by: [.all(rowCount: 3)])
        for table in missing.joined() {
            #expect(table.estimatedGroups.isEmpty && table.respondents == [0])
            #expect(table.value(group: 0, cell: 0) == nil)
            #expect(table.collapsed([[0]]).values.isEmpty)
        }
    }
}
