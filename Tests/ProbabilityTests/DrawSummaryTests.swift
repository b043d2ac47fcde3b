import Probability
import TestSupport
import Testing

@Suite struct DrawSummaryTests {
    static let draws = [3.1, -2, 7.5, 0.25, 11, 4, 4, -8.125, 2.5, 6]

    @Test func agreesWithR() {
        // R 4.2.2: mean, sd, quantile(type = 7) of the draws.
        let summary = DrawSummary(Self.draws)
        let quantiles = [-5.36875, -2.6125, 0.8125, 3.55, 5.5, 7.85, 9.425]
        #expect(summary.count == 10)
        #expect(relativeDifference(summary.mean, 2.8225) < 1e-15)
        #expect(relativeDifference(summary.standardDeviation ?? .nan, 5.2864928775554443) < 1e-15)
        #expect(relativeDifference(summary.mcseOfMean ?? .nan, 1.6717358327332832) < 1e-15)
        for (computed, expected) in zip(summary.quantiles, quantiles) {
            #expect(relativeDifference(computed, expected) < 1e-15)
        }
        #expect(
            summary.quantiles == [
                summary.q05, summary.q10, summary.q25, summary.q50, summary.q75, summary.q90, summary.q95,
            ])
    }

    @Test func oneDrawHasNoStandardDeviation() {
        let summary = DrawSummary([4.5])
        #expect(summary.standardDeviation == nil && summary.mcseOfMean == nil)
        #expect(summary.mean == 4.5 && summary.q05 == 4.5 && summary.q95 == 4.5)
    }

    /// Over 400 samples of 1,000 normals, the standard errors told are those that the figures have: the standard deviation of
    /// 400 has an error of 3.5%, so that 12% is more than three of them.
    @Test func monteCarloErrorsAreThoseOfTheFigures() {
        var random = SeededGenerator(seed: 1)
        let samples = (0..<400).map { _ in
            DrawSummary(
                (0..<1000).map { _ in standardNormalQuantile(Double.random(in: 1e-12..<1, using: &random)) })
        }
        func ratio(_ figure: (DrawSummary) -> Double, _ error: (DrawSummary) -> Double?) -> Double {
            let errors = samples.compactMap { error($0).map { $0 * $0 } }
            let told = (errors.reduce(0, +) / Double(errors.count)).squareRoot()
            return told / (DrawSummary(samples.map(figure)).standardDeviation ?? 0)
        }
        #expect(abs(ratio({ $0.mean }, { $0.mcseOfMean }) - 1) < 0.12)
        #expect(abs(ratio({ $0.standardDeviation ?? 0 }, { $0.mcseOfStandardDeviation }) - 1) < 0.12)
        for (index, _) in DrawSummary.probabilities.enumerated() {
            #expect(abs(ratio({ $0.quantiles[index] }, { $0.mcseOfQuantiles?[index] }) - 1) < 0.12)
        }
        let constant = DrawSummary([2, 2, 2])
        #expect(constant.mcseOfStandardDeviation == 0 && constant.mcseOfQuantiles?.allSatisfy { $0 == 0 } == true)
        #expect(DrawSummary([4.5]).mcseOfStandardDeviation == nil && DrawSummary([4.5]).mcseOfQuantiles == nil)
    }

    @Test func aLargeOffsetCostsNoDigitsOfTheStandardDeviation() {
        // Deviations of -1, 0 and 1 thousand times: variance 2000 / 2999.
        let draws = (0..<3_000).map { 1e12 + Double($0 % 3 - 1) }
        #expect(DrawSummary(draws).mean == 1e12)
        #expect(relativeDifference(DrawSummary(draws).standardDeviation ?? .nan, (2000.0 / 2999).squareRoot()) < 1e-15)
    }

    @Test func notANumberIsNotHidden() {
        // At any place: a plain sort would leave it where it stands.
        for draws in [[1, .nan, 3, 4], [.nan, 1, 2, 3], [1, 2, 3, .nan]] as [[Double]] {
            let summary = DrawSummary(draws)
            #expect(summary.mean.isNaN && summary.quantiles.allSatisfy { $0.isNaN })
            #expect(summary.standardDeviation?.isNaN == true)
        }
    }

    @Test func quantilesBetweenInfiniteValues() {
        #expect(quantile(sorted: [1, .infinity, .infinity], probability: 0.75) == .infinity)
        #expect(quantile(sorted: [1, 2], probability: 0) == 1 && quantile(sorted: [1, 2], probability: 1) == 2)
    }

    @Test func errorOfAProportion() {
        #expect(mcseOfProportion(0.5, draws: 100) == 0.05)
        #expect(mcseOfProportion(1, draws: 10) == 0)
    }
}

@Suite struct CompensatedSumTests {
    @Test func keepsWhatPlainAdditionLoses() {
        // Plain addition and Kahan's give 0.
        #expect(CompensatedSum([1, 1e100, 1, -1e100]).value == 2)
        #expect(CompensatedSum((0..<1_000_000).map { _ in 0.1 }).value == 100_000.00000000000555)
    }

    @Test func infiniteTerms() {
        #expect(CompensatedSum([1, .infinity, 2]).value == .infinity)
        #expect(CompensatedSum([.infinity, -.infinity]).value.isNaN)
        #expect(CompensatedSum().value == 0)
    }
}
