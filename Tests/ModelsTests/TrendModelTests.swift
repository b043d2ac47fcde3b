import TestSupport
import Testing

@testable import Models

@Suite("Model kind trend")
struct TrendModelTests {
    /// Two waves of two strata with two schools each, two pupils a school.
    private static let data = """
        year,region,school,weight,ses,score,mood
        2018,n,1,1,low,10,good
        2018,n,1,1,high,12,bad
        2018,n,2,2,low,14,good
        2018,n,2,2,high,16,good
        2018,s,3,1,low,8,bad
        2018,s,3,1,high,10,
        2018,s,4,1,low,9,bad
        2018,s,4,1,high,13,good
        2022,n,1,1,low,9,bad
        2022,n,1,1,high,11,bad
        2022,n,2,2,low,12,good
        2022,n,2,2,high,15,bad
        2022,s,3,1,low,7,bad
        2022,s,3,1,high,10,bad
        2022,s,4,1,low,6,good
        2022,s,4,1,high,12,bad
        """

    private func fit(
        _ model: String, data: String = data, design: String = "{weights: weight, strata: region, clusters: school}",
        disclosure: String = "none"
    ) throws -> FittedModel {
        let folder = try TemporaryFolder()
        _ = try folder.write(data, to: "d.csv")
        let text =
            "kind: trend\ndata: {file: d.csv}\ndesign: \(design)\nyear: year\ndisclosure: \(disclosure)\n" + model
        return try ModelFile(path: folder.write(text, to: "model.yaml")).fit()
    }

    @Test("A mean is the weighted mean, and its variance that of cluster totals within strata")
    func closedForm() throws {
        let fit = try fit("outcomes: [{column: score}]").fit
        let estimates = try #require(fit.estimates)
        // 2018: sum w y = 10 + 12 + 28 + 32 + 8 + 10 + 9 + 13 = 122 over a weight of 10.
        #expect(abs(estimates.values[0] - 12.2) < 1e-12)
        // Totals of w (y - 12.2) / 10 by school: -0.24, 1.12, -0.64, -0.24; variance 2 x sum of squares about the strata's means.
        let variance = 2 * (2 * 0.68 * 0.68 + 2 * 0.2 * 0.2)
        #expect(relativeDifference(estimates.covariance[0, 0], variance) < 1e-12)
        // Other schools in another wave, though their names are the same.
        #expect(estimates.covariance[0, 1] == 0)
        // Four schools of the wave less its two strata.
        #expect(estimates.estimate(at: 0).degreesOfFreedom == 2)
    }

    @Test("Waves of the same schools are correlated")
    func commonClusters() throws {
        let estimates = try #require(try fit("outcomes: [{column: score}]\nwaves: same_clusters").fit.estimates)
        #expect(estimates.covariance[0, 1] > 0)
        #expect(estimates.estimate(at: 0).degreesOfFreedom == 2)
    }

    @Test("Shares are in percent of those who answered; groups stand beside all")
    func shares() throws {
        let model = try fit("outcomes: [{name: good, column: mood, share_of: good}]\ngroup: ses")
        let estimates = try #require(model.fit.estimates)
        #expect(
            estimates.labels.map(\.name) == [
                "good:2018", "good:2018:high", "good:2018:low", "good:2022", "good:2022:high", "good:2022:low",
            ])
        // 2018: good have weights 1 + 2 + 2 + 1 of the 9 who answered.
        #expect(abs(estimates.values[0] - 600.0 / 9) < 1e-12)
        #expect(model.counts[estimates.labels[0]] == CellCount(individuals: 7, clusters: 4))
    }

    @Test("Rows outside the subset keep their place in the design")
    func subsets() throws {
        let whole = try #require(try fit("outcomes: [{column: score}]\ngroup: ses").fit.estimates)
        let part = try #require(try fit("outcomes: [{column: score}]\nsubset: ses == \"low\"").fit.estimates)
        let low = try #require(whole.labels.firstIndex { $0.group == "low" && $0.cohort == "2018" })
        #expect(part.values[0] == whole.values[low])
        #expect(relativeDifference(part.covariance[0, 0], whole.covariance[low, low]) < 1e-12)
    }

    @Test(
        "Mistakes name the place and the cure",
        arguments: [
            ("outcomes: [{column: scor}]", "d.csv:1: unknown column 'scor'. Did you mean 'score'?"),
            (
                "outcomes: [{column: mood, share_of: god}]",
                "'god' is not a level of factor 'mood'. Did you mean 'good'?"
            ),
            ("outcomes: [{column: mood}]", "column 'mood' is text; a score must be a number."),
            ("outcomes: [{}]", "model.yaml:6:12: give either 'column', or 'plausible_values': a list of columns."),
        ])
    func mistakes(model: String, message: String) throws {
        let error = #expect(throws: (any Error).self) { try fit(model) }
        #expect("\(try #require(error))".contains(message), "\(String(describing: error))")
    }

    @Test(
        "Mistakes in the design name the row's line, or the stratum",
        arguments: [
            (
                "2018,n,1,1,low", "2018,n,1,-1,low",
                "d.csv:2: the design weight in column 'weight' is -1; expected a number of 0 or more."
            ),
            ("2018,n,1,1,low", "2018,n,1,,low", "d.csv:2: the design weight in column 'weight' is missing;"),
            ("2018,n,1,1,low", "2018,,1,1,low", "d.csv:2: column 'region' of the design has no value."),
            (
                "2018,s,4", "2018,s,3",
                "stratum 's' of column 'region' (d.csv:6) has a single cluster, so its variance cannot be told."
            ),
        ])
    func designMistakes(old: String, new: String, message: String) throws {
        let error = #expect(throws: (any Error).self) {
            try fit("outcomes: [{column: score}]", data: Self.data.replacing(old, with: new))
        }
        let text = "\(try #require(error))".replacing(#/\/[^ ]*\/d\.csv/#, with: "d.csv")
        #expect(text.contains(message), "\(text)")
    }

    @Test("A small group takes a second with it, so that all do not give it away")
    func suppression() throws {
        // 2018: 8 of all, 4 of each group; at least 5. 2022 the same.
        let model = try fit(
            "outcomes: [{column: score}]\ngroup: ses", disclosure: "{minimum_count: 5}")
        #expect(model.suppressed.map(\.cell.name).contains("score:2018:low"))
        #expect(model.suppressed.map(\.cell.name).contains("score:2018:high"))
        let labels = try #require(model.fit.estimates?.labels)
        #expect(labels.allSatisfy { $0.group.isEmpty })
        // Nothing of them is left in anything the fit hands on.
        #expect(model.fit.coefficients.labels.allSatisfy { !$0.contains("low") && !$0.contains("high") })
        #expect(model.counts.keys.allSatisfy { $0.group.isEmpty })
        let warning = try #require(model.fit.diagnostics.first { $0.name == "suppressed_cells" })
        #expect(warning.isWarning && warning.note.hasPrefix("suppressed: fewer than 5 individuals"))
    }

    @Test("Rows with an unknown group count as a part that nobody sees")
    func unknownGroup() throws {
        // 2018: all 12, low 6, high 5, unknown 1: the unknown one is small, so another part must go.
        var lines = ["year,ses,score"]
        for year in [2018, 2022] {
            for row in 0..<12 { lines.append("\(year),\(row < 6 ? "low" : row < 11 ? "high" : ""),\(row)") }
        }
        let folder = try TemporaryFolder()
        _ = try folder.write(lines.joined(separator: "\n") + "\n", to: "d.csv")
        let model = try ModelFile(
            path: folder.write(
                """
                kind: trend
                data: {file: d.csv}
                year: year
                group: ses
                outcomes: [{column: score}]
                disclosure: {minimum_count: 5}
                """, to: "model.yaml")
        ).fit()
        #expect(!model.suppressed.isEmpty)
        #expect(model.suppressed.contains { $0.reason == "complementary" })
    }

    @Test("Calibrated weights and replicates give the same totals by other roads")
    func replicatesAndCalibration() throws {
        let outcome = "outcomes: [{column: score}]\nwaves: same_clusters"
        let linearised = try fit(outcome, design: "{clusters: school, weights: weight}")
        let jackknife = try fit(
            outcome, design: "{clusters: school, weights: weight, replicates: {make: jackknife}}")
        let first = try #require(linearised.fit.estimates), second = try #require(jackknife.fit.estimates)
        #expect(first.values == second.values)
        // Four schools: the jackknife of a ratio is near its linearisation.
        #expect(relativeDifference(second.standardErrors[0], first.standardErrors[0]) < 0.2)
        let calibrated = try fit(
            outcome,
            design:
                "{clusters: school, weights: weight, calibrate: {margins: [{column: region, totals: {n: 30, s: 10}}]}}")
        let third = try #require(calibrated.fit.estimates)
        // Region n weighs 12 in both waves together, s 8: n now counts 30 / 12, s 10 / 8 of its weight.
        let (north, south) = ((10 + 12 + 28 + 32) * 2.5, (8 + 10 + 9 + 13) * 1.25)
        #expect(relativeDifference(third.values[0], (north + south) / (6 * 2.5 + 4 * 1.25)) < 1e-12)
        #expect(calibrated.fit.diagnostics.contains { $0.name == "weighting_effect" })
    }

    @Test("Plausible values are pooled by Rubin's rules")
    func plausibleValues() throws {
        let rows = (0..<20).map { "\($0 % 2 == 0 ? 2018 : 2022),\($0),\($0 + ($0 % 4 == 0 ? 2 : -1)),\($0 + 1)" }
        let folder = try TemporaryFolder()
        _ = try folder.write("year,a,b,c\n" + rows.joined(separator: "\n") + "\n", to: "d.csv")
        func fit(_ columns: String) throws -> Estimates {
            let path = try folder.write(
                "kind: trend\ndata: {file: d.csv}\nyear: year\noutcomes: [{name: y, \(columns)}]\n", to: "m.yaml")
            return try #require(try ModelFile(path: path).fit().fit.estimates)
        }
        let pooled = try fit("plausible_values: [a, b, c]")
        let each = try ["a", "b", "c"].map { try fit("column: \($0)") }
        let mean = each.reduce(0) { $0 + $1.values[0] / 3 }
        let within = each.reduce(0) { $0 + $1.covariance[0, 0] / 3 }
        let between = each.reduce(0) { $0 + ($1.values[0] - mean) * ($1.values[0] - mean) / 2 }
        #expect(relativeDifference(pooled.values[0], mean) < 1e-14)
        #expect(relativeDifference(pooled.covariance[0, 0], within + 4 / 3.0 * between) < 1e-12)
        #expect(pooled.estimate(at: 0).degreesOfFreedom < 18)
    }
}
