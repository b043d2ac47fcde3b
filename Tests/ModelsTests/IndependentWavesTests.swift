import LinearAlgebra
import TestSupport
import Testing

@testable import Models

@Suite("Waves drawn independently")
struct IndependentWavesTests {
    private func fit(_ design: String, rows: [String], more: String = "outcomes: [{column: score}]") throws -> Estimates
    {
        let folder = try TemporaryFolder()
        _ = try folder.write(rows.joined(separator: "\n") + "\n", to: "d.csv")
        let path = try folder.write(
            "kind: trend\ndata: {file: d.csv}\nyear: year\ndisclosure: none\ndesign: \(design)\n\(more)\n",
            to: "model.yaml")
        return try #require(try ModelFile(path: path).fit().fit.estimates)
    }

    /// Three schools of the same names in each of six years.
    private static let sixWaves =
        ["year,school,score"]
        + (2017...2022).flatMap { year in
            (1...3).flatMap { ["\(year),\($0),\($0 * $0 + year % 7)", "\(year),\($0),\($0)"] }
        }

    @Test("A wave's level has the degrees of freedom of its own schools, a difference those of both by Satterthwaite")
    func degreesOfFreedom() throws {
        let estimates = try fit("{clusters: school}", rows: Self.sixWaves)
        #expect(estimates.estimate(at: 0).degreesOfFreedom == 2)
        let difference = estimates.functional([1, -1, 0, 0, 0, 0])
        let (first, second) = (estimates.covariance[0, 0], estimates.covariance[1, 1])
        let closed = (first + second) * (first + second) / (first * first / 2 + second * second / 2)
        #expect(relativeDifference(difference.degreesOfFreedom, closed) < 1e-12)
    }

    @Test("Replicates of the same number in two waves do not tie them")
    func replicates() throws {
        var random = SeededGenerator(seed: 3)
        let header = "year,w," + (1...8).map { "r\($0)" }.joined(separator: ",") + ",score"
        let rows = (0..<80).map { row in
            let replicates = (0..<8).map { _ in Bool.random(using: &random) ? "1.5" : "0.5" }.joined(separator: ",")
            return "\(row < 40 ? 2018 : 2022),1,\(replicates),\(Double.random(in: 0...10, using: &random))"
        }
        let design = "{weights: w, replicates: {prefix: r, count: 8, kind: fay, rho: 0.5}}"
        #expect(try fit(design, rows: [header] + rows).covariance[0, 1] == 0)
        let tied = try fit(design, rows: [header] + rows, more: "outcomes: [{column: score}]\nwaves: same_clusters")
        #expect(tied.covariance[0, 1] != 0)
    }

    @Test("Plausible values of the same number in two waves do not tie them")
    func plausibleValues() throws {
        let rows = (0..<40).map { "\($0 < 20 ? 2018 : 2022),\($0 % 7),\($0 % 7 + $0 % 3),\($0 % 5 + $0 % 7)" }
        let estimates = try fit(
            "{}", rows: ["year,a,b,c"] + rows, more: "outcomes: [{name: y, plausible_values: [a, b, c]}]")
        #expect(estimates.covariance[0, 1] == 0)
        #expect(estimates.estimate(at: 0).degreesOfFreedom < 19)
    }

    // 4 of 5 pupils of the same schools in each wave: 8 of 5 if the waves' pupils were one sample.
    @Test("Later stages are drawn anew in each wave too", arguments: ["pupils", "5"])
    func stages(population: String) throws {
        let rows = [2018, 2022].flatMap { year in
            (0..<16).map { "\(year),\($0 / 4),20,\(year == 2018 ? 5 : 6),\($0 / 4 * 3 + $0 % 4 * ($0 % 4))" }
        }
        let design = "{stages: [{clusters: school, population: n}, {population: \(population)}]}"
        let both = try fit(design, rows: ["year,school,n,pupils,score"] + rows)
        let one = try fit(design, rows: ["year,school,n,pupils,score"] + rows.prefix(16))
        #expect(relativeDifference(both.covariance[0, 0], one.covariance[0, 0]) < 1e-13)
    }
}
