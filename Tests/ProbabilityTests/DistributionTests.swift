import Probability
import TestSupport
import Testing

@Suite struct DistributionTests {
    static let all: [Distribution] = [
        .fixed(3), .normal(mean: -1, sd: 2), .lognormal(meanLog: 0.2, sdLog: 0.5), .beta(alpha: 2, beta: 5),
        .beta(alpha: 0.5, beta: 0.5), .beta(alpha: 900, beta: 100), .triangular(low: -1, mode: 0.5, high: 4),
        .triangular(low: 0, mode: 0, high: 1), .uniform(low: 2, high: 5),
    ]

    // R 4.2.2, qbeta(p, a, b); its own qbeta(0.5, 0.5, 0.5) is off by one ulp, 1/2 is exact.
    @Test(arguments: [
        (0.025, 2, 5, 0.043271868292741683), (0.5, 0.5, 0.5, 0.5), (0.9, 30, 4.5, 0.93640007145343374),
        (0.3, 0.2, 0.7, 0.004188853962031008), (0.999, 120, 80, 0.70309493107524501),
    ])
    func betaQuantilesAgreeWithR(p: Double, a: Double, b: Double, x: Double) {
        #expect(relativeDifference(Distribution.beta(alpha: a, beta: b).quantile(p), x) < 1e-13)
    }

    /// The mean and variance of the quantiles of a fine grid of probabilities are those of the distribution.
    @Test(arguments: all)
    func momentsAreThoseOfTheQuantiles(distribution: Distribution) {
        let n = 20_000
        let values = (0..<n).map { distribution.quantile((Double($0) + 0.5) / Double(n)) }
        let summary = DrawSummary(values)
        #expect(abs(summary.mean - distribution.mean) < 1e-3)
        #expect(abs((summary.standardDeviation ?? .nan) - distribution.standardDeviation) < 2e-3)
        #expect(values == values.sorted())
    }

    @Test func endsOfTheRange() {
        #expect(Distribution.normal(mean: 1, sd: 2).quantile(0) == -.infinity)
        #expect(Distribution.lognormal(meanLog: 1, sdLog: 2).quantile(0) == 0)
        #expect(
            Distribution.beta(alpha: 2, beta: 3).quantile(0) == 0
                && Distribution.beta(alpha: 2, beta: 3).quantile(1) == 1)
        #expect(Distribution.triangular(low: -1, mode: 0, high: 3).quantile(1) == 3)
        #expect(
            Distribution.uniform(low: 2, high: 5).quantile(0) == 2
                && Distribution.normal(mean: 4, sd: 0).quantile(1) == 4)
        for distribution in Self.all { #expect(distribution.quantile(-0.1).isNaN && distribution.quantile(1.1).isNaN) }
    }

    @Test func lognormalKeepsTheMeanAndSDItWasMadeFrom() throws {
        for (mean, sd) in [(1.5, 0.4), (1e-3, 5), (1000, 1e-6), (2, 0)] {
            let distribution = try #require(Distribution.lognormal(mean: mean, sd: sd))
            #expect(relativeDifference(distribution.mean, mean) < 1e-14)
            #expect(relativeDifference(distribution.standardDeviation, sd) < 1e-13)
        }
        #expect(Distribution.lognormal(mean: 0, sd: 1) == nil && Distribution.lognormal(mean: 1, sd: -1) == nil)
        #expect(
            Distribution.lognormal(mean: .nan, sd: 1) == nil && Distribution.lognormal(mean: 1e-200, sd: 1e200) == nil)
    }

    @Test func betaKeepsTheMeanAndSDItWasMadeFrom() throws {
        for (mean, sd) in [(0.3, 0.1), (0.999, 1e-4), (0.5, 0.49)] {
            let distribution = try #require(Distribution.beta(mean: mean, sd: sd))
            #expect(relativeDifference(distribution.mean, mean) < 1e-14)
            #expect(relativeDifference(distribution.standardDeviation, sd) < 1e-13)
        }
        #expect(Distribution.beta(mean: 0.5, sd: 0.5) == nil && Distribution.beta(mean: 1, sd: 0.1) == nil)
        #expect(Distribution.beta(mean: 0.5, sd: 0) == nil && Distribution.beta(mean: .nan, sd: 0.1) == nil)
    }

    @Test(arguments: all) func legalParametersHaveNoProblem(distribution: Distribution) {
        #expect(distribution.problem() == nil)
    }

    @Test(
        arguments: [
            (.fixed(.nan), "the value is nan; expected a finite number"),
            (.normal(mean: 0, sd: -1), "the standard deviation is -1; expected 0 or more"),
            (.normal(mean: .infinity, sd: 1), "the mean is inf; expected a finite number"),
            (.normal(mean: 0, sd: .nan), "the standard deviation is nan; expected a finite number"),
            (
                .lognormal(meanLog: 0, sdLog: -0.5),
                "the standard deviation of the logarithm is -0.5; expected 0 or more"
            ),
            (.beta(alpha: 0, beta: 1), "alpha is 0; expected a finite number above 0"),
            (.beta(alpha: 1, beta: -2), "beta is -2; expected a finite number above 0"),
            (.triangular(low: 0, mode: 3, high: 2), "the mode is 3; expected a number from 0 to 2"),
            (
                .triangular(low: 2, mode: 2, high: 2),
                "low and high are 2 and 2; expected low below high"
            ),
            (.uniform(low: 1.5, high: 1), "low and high are 1.5 and 1; expected low below high"),
            (.uniform(low: -.infinity, high: 1), "the low end is -inf; expected a finite number"),
        ] as [(Distribution, String)])
    func problemsAreSaidInWords(distribution: Distribution, problem: String) {
        #expect(distribution.problem() == problem)
    }

    @Test func namesAreThoseOfFiles() {
        #expect(Set(Self.all.map(\.name)) == ["fixed", "normal", "lognormal", "beta", "triangular", "uniform"])
    }
}
