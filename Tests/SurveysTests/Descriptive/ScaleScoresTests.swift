import TestSupport
import Testing

@testable import Surveys

@Suite("Scale scores")
struct ScaleScoresTests {
    private static let items: [[Double]] = [
        [1, 2, 3, 4, 2, 3, 1, 4, 3, 2], [2, 2, 3, 4, 1, 3, 2, 4, 4, 2], [4, 3, 2, 1, 4, 2, 3, 2, 1, 3],
    ]

    @Test("Items worded the other way around are turned: 1 becomes 4")
    func reversed() throws {
        let scale = try ScaleScores(Self.items, range: 1...4, reversed: [2])
        #expect(scale.items[2] == [1, 2, 3, 4, 1, 3, 2, 3, 4, 2])
        #expect(scale.scores[0] == 4.0 / 3 && scale.scores[3] == 4)
    }

    @Test("Cronbach's alpha agrees with psych, and weights of one change nothing")
    func reliability() throws {
        let scale = try ScaleScores(Self.items, range: 1...4, reversed: [2])
        // R 4.2.2, psych: alpha(check.keys = FALSE)$total$raw_alpha.
        #expect(relativeDifference(try scale.reliability(), 0.94530321046373367) < 1e-13)
        #expect(try scale.reliability(weights: Array(repeating: 1, count: 10)) == scale.reliability())
        let twice = try ScaleScores([Self.items[0], Self.items[0]], range: 1...4)
        #expect(relativeDifference(try twice.reliability(), 1) < 1e-14)
    }

    @Test("A score needs as many answers as asked for")
    func missingAnswers() throws {
        let items: [[Double]] = [[1, .nan, .nan], [3, 2, .nan], [2, 4, 3]]
        let all = try ScaleScores(items, range: 1...4).scores
        #expect(all[0] == 2 && all[1].isNaN && all[2].isNaN)
        let two = try ScaleScores(items, range: 1...4, atLeast: 2).scores
        #expect(two[1] == 3 && two[2].isNaN)
    }

    @Test("Mistakes are told by item and row")
    func mistakes() {
        #expect(
            message { _ = try ScaleScores([[1, 2], [3, 5]], range: 1...4) }
                == "answer to item 2, row 2 is 5.0; expected 1.0 to 4.0. Correct it or leave it out.")
        #expect(
            message { _ = try ScaleScores([[1, 2], [3]], range: 1...4) }
                == "found 1 answers to item 2, expected 2. Give one for each.")
        #expect(
            message { _ = try ScaleScores([[1]], range: 1...4, reversed: [1]) }
                == "reversed item 1 is 1.0; expected 0 to 0. Correct it or leave it out.")
        #expect(throws: SurveyError.self) { try ScaleScores([[1], [1]], range: 1...4, atLeast: 3) }
        #expect(throws: SurveyError.analysis(.tooFewGroups(found: 0, needed: 1))) { try ScaleScores([], range: 1...4) }
        #expect(throws: SurveyError.analysis(.tooFewGroups(found: 1, needed: 2))) {
            try ScaleScores([[1, 2]], range: 1...4).reliability()
        }
        #expect(throws: SurveyError.analysis(.noVariation("the sum of the items"))) {
            try ScaleScores([[2, 2], [3, 3]], range: 1...4).reliability()
        }
    }
}
