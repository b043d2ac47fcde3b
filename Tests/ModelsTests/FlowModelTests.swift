import LinearAlgebra
import TestSupport
import Testing
import Transitions

@testable import Models

@Suite("Flows of school careers") struct FlowModelTests {
    static func fitted(_ text: String, csv: String? = nil) throws -> FittedModel {
        let folder = try TemporaryFolder()
        if let csv { try folder.write(csv, to: "flows.csv") }
        return try ModelFile(path: folder.write(text, to: "careers.yaml")).fit()
    }

    static func estimate(_ model: FittedModel, _ name: String) throws -> Estimate {
        let estimates = try #require(model.fit.estimates)
        let position = try #require(estimates.labels.firstIndex { $0.name == name }, "no '\(name)'")
        return estimates.estimate(at: position)
    }

    static let counted = """
        kind: transitions
        data: {file: flows.csv}
        year: year
        disclosure: none
        flows:
          tracks: [{name: havo, grades: 2}]
          ends: [left]
          from: before
          to: after
          count: pupils
          indicators: [retention, stock_retention, years_to_diploma, left, diploma, pass_rate.havo]
        """

    static let table = """
        year,before,after,pupils
        2018/19,havo_1,havo_2,170
        2018/19,havo_1,havo_1,20
        2018/19,havo_1,left,10
        2018/19,havo_2,diploma_havo,150
        2018/19,havo_2,havo_2,30
        """

    /// One track of two grades: r1 = 0.1, l1 = 0.05 of 200; r2 = 1/6 of 180. Of those who go on, 0.85 / 0.9 get to grade 2,
    /// and all of these to the diploma.
    @Test("Counts give the closed forms of a chain of two grades") func closedForms() throws {
        let model = try Self.fitted(Self.counted, csv: Self.table)
        let pass = try Self.estimate(model, "pass_rate.havo:2018/19")
        #expect(relativeDifference(pass.value, 100 * 150 / 180) < 1e-14)
        #expect(relativeDifference(pass.standardError, 100 * (5.0 / 36 / 180).squareRoot()) < 1e-14)
        let left = try Self.estimate(model, "left:2018/19")
        // 10 of the 180 who did not repeat: a binomial share of those, given how many they are.
        #expect(relativeDifference(left.value, 100.0 / 18) < 1e-13)
        #expect(relativeDifference(left.standardError, 100 * (10.0 / 180 * 170 / 180 / 180).squareRoot()) < 1e-12)
        let diploma = try Self.estimate(model, "diploma:2018/19")
        #expect(relativeDifference(diploma.standardError, left.standardError) < 1e-12)
        let years = try Self.estimate(model, "years_to_diploma:2018/19")
        #expect(relativeDifference(years.value, 1 / 0.9 + 1.2) < 1e-14)
        // Var 1 / (1 - r) = r (1 - r) / n / (1 - r)^4, two independent grades.
        let variance = 0.1 * 0.9 / 200 / (0.9 * 0.9 * 0.9 * 0.9) + 5.0 / 36 / 180 * (1.2 * 1.2 * 1.2 * 1.2)
        #expect(relativeDifference(years.standardError, variance.squareRoot()) < 1e-12)
        let stock = try Self.estimate(model, "stock_retention:2018/19")
        #expect(relativeDifference(stock.value, 100 * 50 / 380) < 1e-14)
        // Years in grade 1: 1 / 0.9; in grade 2: 0.85 / 0.9 * 1.2.
        let (first, second) = (1 / 0.9, 0.85 / 0.9 * 1.2)
        let retention = try Self.estimate(model, "retention:2018/19")
        #expect(relativeDifference(retention.value, 100 * (first * 0.1 + second / 6) / (first + second)) < 1e-13)
        // Of one chain: the share with a diploma and without are one number.
        let estimates = try #require(model.fit.estimates)
        let places = try ["left", "diploma"].map { name in
            try #require(estimates.labels.firstIndex { $0.outcome == name })
        }
        let covariance = estimates.covariance[places[0], places[1]]
        #expect(relativeDifference(-covariance, left.standardError * left.standardError) < 1e-12)
    }

    /// nnet 7.3-18, multinom(y ~ 1, weights = n) on 170, 20 and 10; R 4.2.2. Iterated there, closed here: 7 digits.
    @Test("Log-odds for simulations are those of nnet's multinom") func logOdds() throws {
        let model = try Self.fitted(Self.counted, csv: Self.table)
        let flows = try #require(model.transitions?.flows?.fitted)
        #expect(flows.references == [1, 2, nil, nil])
        let places = try [0, 3].map { to in
            try #require(flows.logOdds.labels.firstIndex(of: FlowLabel(group: "", from: 0, to: to)))
        }
        for (place, closed) in zip(places, [-2.140066163496271, -2.833213344056216]) {
            #expect(relativeDifference(flows.logOdds.values[place], closed) < 1e-7)
        }
        #expect(relativeDifference(flows.logOdds.covariance[places[0], places[0]], 1.0 / 20 + 1.0 / 170) < 1e-13)
        #expect(relativeDifference(flows.logOdds.covariance[places[0], places[1]], 1.0 / 170) < 1e-13)
        #expect(relativeDifference(0.10588235490179400, flows.logOdds.covariance[places[1], places[1]]) < 1e-7)
        let other = try #require(flows.logOdds.labels.firstIndex(of: FlowLabel(group: "", from: 1, to: 1)))
        #expect(flows.logOdds.covariance[places[0], other] == 0)
    }

    /// R 4.2.2, prop.test(170, 200, correct = FALSE): Wilson's interval.
    @Test("Every transition has its share with Wilson's interval") func transitions() throws {
        let model = try Self.fitted(Self.counted, csv: Self.table)
        let rows = try #require(model.transitions?.flows?.rows)
        #expect(rows.count == 5)
        let row = try #require(rows.first { $0.move == .promoted })
        #expect(row.basis == .counted && row.count == 170 && row.base == 200 && row.suppressed == nil)
        let interval = try #require(row.interval)
        #expect(relativeDifference(interval.lowerBound, 0.79394420715833325) < 1e-12)
        #expect(relativeDifference(interval.upperBound, 0.89286406437758004) < 1e-12)
        #expect(rows.map(\.move) == [.retained, .promoted, .left, .retained, .passed])
    }

    @Test("A row a pupil, rows in any order and rows without a state give the same") func sameRows() throws {
        var lines = ["year,before,after"]
        for row in Self.table.split(separator: "\n").dropFirst() {
            let cells = row.split(separator: ",")
            for _ in 0..<(Int(cells[3]) ?? 0) { lines.append(cells[0..<3].joined(separator: ",")) }
        }
        let head = lines.removeFirst()
        lines = lines.reversed() + ["2018/19,,havo_2", "2018/19,havo_1,NA", ",havo_1,havo_2"]
        let text = Self.counted.replacingOccurrences(of: "  count: pupils\n", with: "")
        let one = try Self.fitted(Self.counted, csv: Self.table)
        let other = try Self.fitted(text, csv: ([head] + lines).joined(separator: "\n"))
        #expect(one.fit.estimates?.values == other.fit.estimates?.values)
        #expect(one.fit.estimates?.covariance == other.fit.estimates?.covariance)
        #expect(other.fit.diagnostics.contains { $0.name == "rows_left_out" && $0.value == 3 })
    }

    static let grouped = """
        year,before,after,pupils,ses
        2018/19,havo_1,havo_2,80,low
        2018/19,havo_1,havo_1,20,low
        2018/19,havo_2,diploma_havo,60,low
        2018/19,havo_2,havo_2,20,low
        2018/19,havo_1,havo_2,270,high
        2018/19,havo_1,havo_1,30,high
        2018/19,havo_2,diploma_havo,280,high
        2018/19,havo_2,havo_2,20,high
        """

    @Test("All pupils are the groups together, and hang together with them") func groups() throws {
        let text = Self.counted.replacingOccurrences(of: "year: year", with: "year: year\ngroup: ses")
        let model = try Self.fitted(text, csv: Self.grouped)
        let estimates = try #require(model.fit.estimates)
        func place(_ group: String) throws -> Int {
            try #require(estimates.labels.firstIndex { $0.outcome == "pass_rate.havo" && $0.group == group })
        }
        let (all, low, high) = (try place(""), try place("low"), try place("high"))
        // 80 and 300 pupils: 0.75 and 280/300.
        #expect(relativeDifference(estimates.values[all], 100 * 340 / 380) < 1e-14)
        let variances = (0.75 * 0.25 / 80, 280.0 / 300 * 20 / 300 / 300)
        let (a, b) = (80.0 / 380, 300.0 / 380)
        let pooled = 1e4 * (a * a * variances.0 + b * b * variances.1)
        #expect(relativeDifference(estimates.covariance[all, all], pooled) < 1e-12)
        #expect(relativeDifference(estimates.covariance[all, low], 1e4 * a * variances.0) < 1e-12)
        #expect(relativeDifference(estimates.covariance[all, high], 1e4 * b * variances.1) < 1e-12)
        #expect(estimates.covariance[low, high] == 0)
        let flows = try #require(model.transitions?.flows?.fitted)
        #expect(flows.groups == ["high", "low"])
    }

    @Test("A group that is never in a grade in which others are has no flows from there") func unseen() throws {
        let text = Self.counted.replacingOccurrences(of: "year: year", with: "year: year\ngroup: ses")
            .replacingOccurrences(of: "[{name: havo", with: "[{name: mavo, grades: 1}, {name: havo")
        let csv = Self.grouped + "\n2018/19,mavo_1,mavo_1,40,low\n2018/19,mavo_1,diploma_mavo,60,low\n"
        let flows = try #require(Self.fitted(text, csv: csv).transitions?.flows?.fitted)
        #expect(flows.unseen == [FlowOrigin(group: "high", state: 0)])
        #expect(!flows.logOdds.labels.contains { $0.group == "high" && $0.from == 0 })
        #expect(flows.logOdds.labels.contains { $0.group == "low" && $0.from == 0 })
    }

    @Test("A design effect multiplies variances") func designEffect() throws {
        let text = Self.counted.replacingOccurrences(of: "  count: pupils", with: "  count: pupils\n  design_effect: 4")
        let (one, four) = (
            try Self.fitted(Self.counted, csv: Self.table), try Self.fitted(text, csv: Self.table)
        )
        for name in ["retention:2018/19", "years_to_diploma:2018/19"] {
            let (plain, wide) = (try Self.estimate(one, name), try Self.estimate(four, name))
            #expect(plain.value == wide.value)
            #expect(relativeDifference(wide.standardError, 2 * plain.standardError) < 1e-13)
        }
    }
}
