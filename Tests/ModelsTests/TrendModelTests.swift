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
        _ model: String, data: String = data, design: String = "{weights: weight, strata: region, clusters: school}"
    ) throws -> FittedModel {
        let folder = try TemporaryFolder()
        _ = try folder.write(data, to: "d.csv")
        let text = "kind: trend\ndata: {file: d.csv}\ndesign: \(design)\nyear: year\n" + model
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
        #expect(estimates.estimate(at: 0).degreesOfFreedom == 4)
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
            ("outcomes: [{}]", "model.yaml:5:12: give either 'column', or 'plausible_values': a list of columns."),
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
}
