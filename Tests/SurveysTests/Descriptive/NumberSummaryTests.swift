import Probability
import Tables
import TestSupport
import Testing

@testable import Surveys

@Suite("Summaries of numbers")
struct NumberSummaryTests {
    private static let shares = [0, 10, 25, 25, 40, 50, 50, 51, 75, 80, 100, 100, 33.3]

    // R 4.2.2: mean, sd and quantile of the first 12 numbers; sums of 12 numbers keep all but the last digits.
    static let goldens: [(Golden, @Sendable (NumberSummary) -> Double)] = [
        (Golden("mean", 50.5, relativeTolerance: 1e-14, source: "R 4.2.2 mean"), { $0.mean }),
        (
            Golden("sd", 32.991734502061959, relativeTolerance: 1e-14, source: "R 4.2.2 sd"),
            { $0.standardDeviation ?? .nan }
        ),
        (Golden("first quartile", 25, relativeTolerance: 0, source: "R 4.2.2 quantile"), { $0.quartiles[0] }),
        (Golden("median", 50, relativeTolerance: 0, source: "R 4.2.2 quantile"), { $0.median }),
        (Golden("third quartile", 76.25, relativeTolerance: 0, source: "R 4.2.2 quantile"), { $0.quartiles[2] }),
    ]

    @Test("Mean, standard deviation and quartiles agree with R; missing values are counted")
    func agreesWithR() throws {
        let summary = try NumberSummary(Self.shares.dropLast() + [.nan], range: 0...100)
        for (golden, value) in Self.goldens { #expect(golden.agrees(with: value(summary)), "\(golden)") }
        #expect((summary.count, summary.missing) == (12, 1))
        #expect((summary.minimum, summary.maximum) == (0, 100))
    }

    @Test("A weight of 3 counts as three units in the mean, and a weight of 0 not at all")
    func weights() throws {
        let weights: [Double] = [1, 2, 1, 3, 1, 1, 2, 1, 1, 4, 1, 1, 2]
        let summary = try NumberSummary(Self.shares, weights: weights)
        // R 4.2.2: weighted.mean.
        #expect(relativeDifference(summary.mean, 48.695238095238096) < 1e-14)
        let without = try NumberSummary([1, 7, 3], weights: [1, 0, 1])
        #expect((without.count, without.mean, without.maximum) == (2, 2, 3))
    }

    @Test("A single unit has no standard deviation")
    func singleUnit() throws {
        let summary = try NumberSummary([40])
        #expect(summary.standardDeviation == nil && summary.mean == 40 && summary.quartiles == [40, 40, 40])
    }

    @Test("Mistakes are told by position")
    func mistakes() {
        #expect(
            message { _ = try NumberSummary([10, 120], range: 0...100) }
                == "value 2 is 120.0; expected 0.0 to 100.0. Correct it or leave it out.")
        #expect(throws: SurveyError.analysis(.tooFewRows(found: 0, needed: 1))) { try NumberSummary([.nan]) }
        #expect(throws: SurveyError.analysis(.tooFewRows(found: 0, needed: 1))) { try NumberSummary([]) }
        #expect(throws: SurveyError.badWeight(row: 1, found: -1)) { try NumberSummary([1, 2], weights: [1, -1]) }
        #expect(throws: SurveyError.self) { try NumberSummary([1, 2], weights: [1]) }
    }

    @Test("A printed spread is possible or a misprint: two halves at the ends are the widest")
    func possibleSpread() {
        #expect(NumberSummary.isPossible(mean: 50, standardDeviation: 50, minimum: 0, maximum: 100))
        #expect(!NumberSummary.isPossible(mean: 50, standardDeviation: 50.1, minimum: 0, maximum: 100))
        // 0, 100: standard deviation 70.7 with n - 1.
        #expect(NumberSummary.isPossible(mean: 50, standardDeviation: 70.7, minimum: 0, maximum: 100, count: 2))
        #expect(!NumberSummary.isPossible(mean: 110, standardDeviation: 1, minimum: 0, maximum: 100))
    }

    @Test(
        "The monitor's table 5.9 is possible, and feeds draws: a beta distribution of its mean and standard deviation",
        .enabled(if: hasSharedData))
    func publishedSpread() throws {
        let file = try readCSV(path: sharedData("nponderwijs/municipalities.csv"))
        let rows = (0..<file.rowCount).filter { file["table"]?.text(at: $0) == "5.9" }
        #expect(rows.count == 2)
        for row in rows {
            func number(_ name: String) throws -> Double {
                let text = try #require(file[name]?.text(at: row))
                return try #require(Double(text))
            }
            let (mean, sd) = (try number("mean_percent") / 100, try number("sd") / 100)
            let (least, most) = (try number("minimum") / 100, try number("maximum") / 100)
            #expect(NumberSummary.isPossible(mean: mean, standardDeviation: sd, minimum: least, maximum: most))
            let drawn = try #require(Distribution.beta(mean: mean, sd: sd))
            // Quantiles at the middles of 10,000 equal parts: a sample without luck, off by its coarseness.
            let draws = (0..<10_000).map { drawn.quantile((Double($0) + 0.5) / 10_000) }
            let summary = try NumberSummary(draws, range: 0...1)
            #expect(abs(summary.mean - mean) < 1e-4)
            #expect(abs((summary.standardDeviation ?? .nan) - sd) < 1e-4)
        }
    }
}
