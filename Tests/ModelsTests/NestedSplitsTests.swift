import Testing

@testable import Models

@Suite("Splits that add up to each other")
struct NestedSplitsTests {
    /// Provinces a, b (region ab) and c, d (region cd); 'other' cuts across.
    private func check(withheld: [[String]]) throws {
        let region = SurveyGroups(codes: [0, 0, 0, 1, 1, 1], names: ["ab", "cd"])
        let province = SurveyGroups(codes: [0, 0, 1, 2, 3, 3], names: ["a", "b", "c", "d"])
        let other = SurveyGroups(codes: [0, 1, 0, 1, 0, 1], names: ["x", "y"])
        var findings = SurveyFindings()
        for name in withheld {
            var cell = SurveyCell(item: "q")
            (cell.split, cell.group) = (name[0], name[1])
            var row = MeanRow(
                cell: cell, counts: SurveyCounts(respondents: 0, weighted: 0),
                estimate: SurveyEstimate(value: 0, standardError: 0, degreesOfFreedom: 1), standardDeviation: 0,
                isBelowMinimum: true)
            row.suppressed = "count"
            findings.means.append(row)
        }
        try NestedSplits(splits: [("region", region), ("province", province), ("other", other)]).check(findings)
    }

    @Test("One part withheld beside a published whole is refused, whatever else is withheld")
    func leaks() {
        #expect(throws: ModelError.self) { try check(withheld: [["province", "a"]]) }
        #expect(throws: ModelError.self) { try check(withheld: [["province", "a"], ["province", "b"]]) }
        #expect(throws: ModelError.self) { try check(withheld: [["region", "ab"]]) }
    }

    @Test("Nothing withheld, all of a union withheld, or a split that cuts across is fine")
    func fine() throws {
        try check(withheld: [])
        try check(withheld: [["province", "a"], ["province", "b"], ["region", "ab"]])
        try check(withheld: [["other", "x"]])
    }
}
