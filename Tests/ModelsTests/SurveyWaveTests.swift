import TestSupport
import Testing

@testable import Models

/// Changes between waves, by what is known of their overlap.
@Suite struct SurveyWaveTests {
    private static let counts = """
        tables:
          - {item: plans, wave: b, count: 160, base: 400}
          - {item: plans, wave: a, count: 50, base: 100}

        """

    /// Variances 0.0025 and 0.0006 of samples of 100 and 400.
    static let overlaps: [(String, largest: Double, smallest: Double, String)] = [
        ("", 0.0031, 0.0031, "independent"),
        (", overlap: independent", 0.0031, 0.0031, "independent"),
        // Half of 100 are in both: 50 / 200 of the product of standard errors.
        (", overlap: {share: 0.5}", 0.0031, 0.0031 - 2 * 0.25 * 0.0000015.squareRoot(), "bounded"),
        (
            ", overlap: {share: 0.5, correlation: 0.4}", 0.0031 - 0.2 * 0.0000015.squareRoot(),
            0.0031 - 0.2 * 0.0000015.squareRoot(), "declared"
        ),
    ]

    @Test("Overlap lowers the standard error of a change by Kish's covariance", arguments: overlaps)
    func overlap(yaml: String, largest: Double, smallest: Double, word: String) throws {
        let findings = try surveyFindings("wave: {order: [a, b]\(yaml)}\n" + Self.counts, data: "")
        let change = try #require(findings.changes.first)
        #expect(findings.changes.count == 1)
        #expect(change.fromWave == "a" && change.cell.wave == "b")
        #expect(relativeDifference(change.change.value, -0.1) < 1e-15)
        #expect(relativeDifference(change.change.standardError, largest.squareRoot()) < 1e-14)
        #expect(relativeDifference(change.smallestStandardError, smallest.squareRoot()) < 1e-14)
        #expect(change.covariance == word)
        #expect(change.change.degreesOfFreedom == .infinity)
        #expect(change.respondents == .init(from: 100, to: 400))
    }

    @Test("Schools that answered twice tie waves together by the design; without ties waves are two samples")
    func panel() throws {
        // Each school changes by 0 or 1: the paired difference of 1, 0, 0, 1, 0 has s^2 / n = 0.3 / 5.
        let panel =
            "school,wave,x\n"
            + [(1, 2), (2, 2), (3, 3), (4, 5), (5, 5)].enumerated().map {
                "\($0),w1,\($1.0)\n\($0),w2,\($1.1)\n"
            }.joined()
        let yaml = "data: {file: d.csv}\nitems: [{mean: x}]\n"
        let tied = try #require(
            try surveyFindings(
                yaml + "design: {clusters: school}\nwave: {column: wave, overlap: design}\n", data: panel
            ).changes.first)
        #expect(relativeDifference(tied.change.value, 0.4) < 1e-14)
        #expect(relativeDifference(tied.change.standardError, 0.06.squareRoot()) < 1e-13)
        #expect(tied.change.degreesOfFreedom == 4)
        #expect(tied.covariance == "design")
        let apart = try #require(
            try surveyFindings(
                yaml + "design: {clusters: school}\nwave: {column: wave}\n", data: panel
            ).changes.first)
        // Variances 2.5 and 2.3 of five each.
        #expect(relativeDifference(apart.change.standardError, (4.8 / 5).squareRoot()) < 1e-13)
        #expect(relativeDifference(apart.change.degreesOfFreedom, 4.8 * 4.8 / ((2.5 * 2.5 + 2.3 * 2.3) / 4)) < 1e-13)
    }

    @Test("A wave in which a group has nobody is skipped: the change is from the last wave that has")
    func gaps() throws {
        let data = "wave,q\n" + String(repeating: "1,y\n1,n\n3,y\n3,y\n3,n\n", count: 3)
        let findings = try surveyFindings(
            "data: {file: d.csv}\nitems: [{item: q, categories: [y, n]}]\nwave: {column: wave, order: ['1', '2', '3']}\n",
            data: data)
        #expect(findings.changes.map { [$0.fromWave, $0.cell.wave, $0.cell.category] } == [["1", "3", "y"]])
    }
}
