import Testing

@testable import Surveys

@Suite("Mistakes in a survey's design")
struct SurveyDesignMistakesTests {
    private func message(_ make: () throws(SurveyError) -> Void) -> String {
        do { try make() } catch { return error.description }
        return "no error"
    }

    @Test(arguments: [
        (-1.5, "-1.5"), (Double.nan, "missing"), (.infinity, "inf"),
    ])
    func badWeights(weight: Double, word: String) {
        let found = message { () throws(SurveyError) in _ = try SurveyDesign(weights: [1, weight, 1]) }
        #expect(
            found
                == "row 2 has weight \(word). A design weight must be a number of 0 or more: correct it, or leave the row out "
                + "with 'subset'.")
    }

    @Test(arguments: [[], [0.0, 0]]) func noWeight(weights: [Double]) {
        let found = message { () throws(SurveyError) in _ = try SurveyDesign(weights: weights) }
        #expect(found == "no row has a design weight above 0. Check the column of weights and the subset.")
    }

    @Test func populations() {
        let varies = message { () throws(SurveyError) in
            _ = try SurveyDesign.Stage(strata: [4, 4, 9, 9], clusters: [1, 2, 3, 4], populationSizes: [8, 8, 5, 6])
        }
        #expect(
            varies
                == "rows of stratum 2 name different population sizes, at row 4 for the first time. Give each stratum one "
                + "number: the clusters in its population.")
        let small = message { () throws(SurveyError) in
            _ = try SurveyDesign(weights: [1, 1, 1], populationSize: 2)
        }
        #expect(
            small
                == "stratum 1 has a population of 2.0 clusters, and 3 were drawn from it. Give the number of clusters in the "
                + "population: as many as were drawn, or more.")
        let missing = message { () throws(SurveyError) in
            _ = try SurveyDesign(weights: [1, 1, 1], populationSize: .nan)
        }
        #expect(missing.hasPrefix("stratum 1 has a population of missing clusters"))
    }

    @Test("A population that falls short by rounding is whole")
    func roundedPopulation() throws {
        let design = try SurveyDesign(weights: [1, 1, 1], populationSize: 3 - 4e-16)
        #expect(design.factors[0].isZero)
    }

    private static let lonely =
        "has a single cluster, so its variance cannot be told. Join it with a stratum like it, or say what it adds: "
        + "'lonely_clusters: certainty', 'centre', or 'average' where other strata have two or more."

    @Test func lonelyClusters() throws {
        let first = message { () throws(SurveyError) in
            _ = try SurveyDesign(weights: [1, 1, 1], stages: [.init(strata: [0, 0, 1], clusters: [0, 1, 2])])
        }
        #expect(first == "stratum 2 of stage 1 \(Self.lonely)")
        let second = message { () throws(SurveyError) in
            let schools = try SurveyDesign.Stage(clusters: [0, 0, 1]) { _ in 9 }
            let pupils = try SurveyDesign.Stage(clusters: [0, 1, 2], within: schools) { _ in 30 }
            _ = try SurveyDesign(weights: [1, 1, 1], stages: [schools, pupils])
        }
        #expect(second == "stratum 2 of stage 2 \(Self.lonely)")
    }

    // R survey gives NaN here.
    @Test("Lonely clusters without another stratum to average are refused")
    func nothingToAverage() {
        let found = message { () throws(SurveyError) in
            _ = try SurveyDesign(
                weights: [1, 1], stages: [.init(strata: [0, 1], clusters: [0, 1])], lonelyClusters: .average)
        }
        #expect(found == "stratum 1 of stage 1 \(Self.lonely)")
    }

    @Test("Later stages without a population count for nothing after a first one without")
    func laterStagesAreIdle() throws {
        let schools = try SurveyDesign.Stage(clusters: [0, 0, 1])
        let pupils = try SurveyDesign.Stage(clusters: [0, 1, 2], within: schools)
        let design = try SurveyDesign(weights: [1, 1, 1], stages: [schools, pupils])
        #expect(design.factors[1].isZero && !design.factors[0].isZero)
    }
}
