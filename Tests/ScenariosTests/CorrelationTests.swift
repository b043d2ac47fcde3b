import Foundation
import TestSupport
import Testing

@testable import Scenarios

/// Declared correlations of parameters in the draws themselves.
@Suite struct CorrelationTests {
    /// The parameters that are uncertain, with distribution functions from their definitions rather than ours.
    private static let marginals: [(name: String, text: String, cdf: @Sendable (Double) -> Double)] = [
        ("drift", "{distribution: normal, mean: -0.1, sd: 0.3, source: test}", { normalCDF(($0 + 0.1) / 0.3) }),
        (
            // Mean 0.02 and sd 0.015: the logarithm has the variance log(1 + 0.75^2) and the mean log(0.02) less half of it.
            "effect_per_1000_eur", "{distribution: lognormal, mean: 0.02, sd: 0.015, source: test}",
            { x in
                let variance = log(1 + 0.75 * 0.75)
                return normalCDF((log(x) - log(0.02) + variance / 2) / variance.squareRoot())
            }
        ),
        // Beta(2, 3): the integral of 12 x (1 - x)^2.
        (
            "persistence", "{distribution: beta, alpha: 2, beta: 3, source: test}",
            { x in x * x * (6 - 8 * x + 3 * x * x) }
        ),
        ("low_extra", "{distribution: uniform, low: -1, high: 3, source: test}", { ($0 + 1) / 4 }),
    ]

    private static func normalCDF(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

    private func text(_ correlations: String) -> ScenarioText {
        var text = ScenarioText()
        for marginal in Self.marginals { text.outcomes[0].parameters[marginal.name] = marginal.text }
        text.lines = ["correlations:\n" + correlations]
        return text
    }

    /// The values of the parameters in some draws, by parameter.
    private func values(_ plan: SimulationPlan, draws: Int) -> [[Double]] {
        let drawn = (0..<draws).map { draw -> [Double] in
            let p = plan.parameters(plan.inputs(draw: UInt32(draw)))[0]
            return [p.drift, p.effectPerEuro * 1000, p.persistence, p.lowExtra]
        }
        return Self.marginals.indices.map { index in drawn.map { $0[index] } }
    }

    private func correlation(_ x: [Double], _ y: [Double]) -> Double {
        let n = Double(x.count)
        let (meanX, meanY) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
        let products = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
        let (squaresX, squaresY) = (
            x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }, y.reduce(0) { $0 + ($1 - meanY) * ($1 - meanY) }
        )
        return products / (squaresX * squaresY).squareRoot()
    }

    /// The normal scores of ranks (van der Waerden), which know nothing of the marginal distributions.
    private func scores(_ x: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: x.count)
        for (rank, index) in x.indices.sorted(by: { x[$0] < x[$1] }).enumerated() {
            result[index] = normalQuantile((Double(rank) + 0.5) / Double(x.count))
        }
        return result
    }

    /// By bisection of the distribution function of the C library.
    private func normalQuantile(_ p: Double) -> Double {
        var (low, high) = (-10.0, 10.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if Self.normalCDF(middle) < p { low = middle } else { high = middle }
        }
        return low
    }

    /// The correlation of n pairs of normal numbers has the standard error (1 - r^2) / sqrt(n). Four of them are passed once in
    /// 16,000 times; of the 12 pairs of the two plans with probability below 0.0008. The seeds are fixed.
    @Test(arguments: [
        "  - {parameters: [reading.po.drift, reading.po.effect_per_1000_eur, reading.po.persistence], correlation: 0.6, source: s}",
        "  - {parameters: [reading.po.drift, reading.po.persistence], correlation: -0.8, source: s}\n"
            + "  - {parameters: [reading.po.effect_per_1000_eur, reading.po.low_extra], correlation: 0.3, source: s}",
    ])
    func drawsHaveTheDeclaredCorrelationAndTheirOwnDistributions(declared: String) throws {
        let draws = 4000
        let plan = try text(declared).plan()
        let values = values(plan, draws: draws)
        let scores = values.map { self.scores($0) }
        let isFirst = declared.contains("0.6")
        for i in values.indices {
            for j in 0..<i {
                let expected =
                    isFirst ? (i < 3 ? 0.6 : 0) : (i, j) == (2, 0) ? -0.8 : (i, j) == (3, 1) ? 0.3 : 0
                let error = (1 - expected * expected) / Double(draws).squareRoot()
                let found = correlation(scores[i], scores[j])
                #expect(abs(found - expected) < 4 * error, "\(i) \(j): \(found), expected \(expected)")
            }
        }
        // Kolmogorov's statistic is above 2.23 / sqrt(n) with probability 2 exp(-2 x 2.23^2) = 1e-4, in 8 marginals.
        for (marginal, drawn) in zip(Self.marginals, values) {
            let sorted = drawn.sorted()
            let n = Double(draws)
            let distance = sorted.enumerated().reduce(0.0) { largest, point in
                let p = marginal.cdf(point.element)
                return max(largest, Double(point.offset + 1) / n - p, p - Double(point.offset) / n)
            }
            #expect(distance < 2.23 / n.squareRoot(), "\(marginal.name): \(distance)")
        }
    }

    /// With a correlation of 1 or -1 the second parameter is a function of the first, in every draw.
    @Test(arguments: [1.0, -1.0]) func theEndsAreExact(correlation: Double) throws {
        let plan = try text(
            "  - {parameters: [reading.po.persistence, reading.po.low_extra], correlation: \(correlation), source: s}"
        ).plan()
        let values = values(plan, draws: 200)
        for (persistence, extra) in zip(values[2], values[3]) {
            let p = Self.marginals[2].cdf(persistence)
            #expect(abs((extra + 1) / 4 - (correlation > 0 ? p : 1 - p)) < 1e-12)
        }
    }

    /// What is not named keeps its numbers, to the last bit; so does the first of those that are.
    @Test func otherParametersKeepTheirDraws() throws {
        let alone = values(try text("  []").plan(), draws: 50)
        let together = values(
            try text(
                "  - {parameters: [reading.po.effect_per_1000_eur, reading.po.persistence], correlation: 0.6, source: s}"
            )
            .plan(), draws: 50)
        #expect(alone[0] == together[0] && alone[3] == together[3])
        #expect(zip(alone[1] + alone[2], together[1] + together[2]).contains { $0 != $1 })
    }

    /// The declaration, the text at which the message points, and the message.
    private static let mistakes: [(String, String, String)] = [
        (
            "  - {parameters: [reading.po.drift, reading.po.persistance], correlation: 0.6, source: s}",
            "reading.po.persistance",
            "'reading.po.persistance' is no uncertain parameter of this file. Names are <outcome>.<sector>.<parameter> as in "
                + "assumptions.csv, of parameters that are not fixed. Did you mean 'reading.po.persistence'?"
        ),
        (
            "  - {parameters: [reading.po.drift, reading.po.noise_sd], correlation: 0.6, source: s}",
            "reading.po.noise_sd",
            "'reading.po.noise_sd' is no uncertain parameter of this file. Names are <outcome>.<sector>.<parameter> as in "
                + "assumptions.csv, of parameters that are not fixed."
        ),
        (
            "  - {parameters: [reading.po.drift, reading.po.persistence], correlation: 0.6, source: s}\n"
                + "  - {parameters: [reading.po.persistence, reading.po.drift], correlation: 0.5, source: s}",
            "{parameters: [reading.po.persistence",
            "the correlation of 'reading.po.persistence' and 'reading.po.drift' is declared twice."
        ),
        (
            "  - {parameters: [reading.po.drift, reading.po.persistence], correlation: 0.9, source: s}\n"
                + "  - {parameters: [reading.po.drift, reading.po.low_extra], correlation: 0.9, source: s}",
            "{parameters: [reading.po.drift, reading.po.persistence",
            "no parameters can have these correlations all at once (their matrix has a negative eigenvalue). Make some of them "
                + "smaller, or declare those between the others too."
        ),
        (
            "  - {parameters: [reading.po.drift, reading.po.drift], correlation: 0.9, source: s}", "[reading.po.drift",
            "a parameter is named twice."
        ),
        (
            "  - {parameters: [reading.po.drift], correlation: 0.9, source: s}", "[reading.po.drift",
            "found a list of 1; expected at least 2."
        ),
        (
            "  - {parameters: [reading.po.drift, reading.po.persistence], correlation: 1.1, source: s}", "1.1, source",
            "found 1.1; expected a number from -1 to 1."
        ),
        (
            "  - {parameters: [reading.po.drift, reading.po.persistence], correlation: 0.5, corelation: 0.1, source: s}",
            "corelation", "unknown key 'corelation' in correlation; did you mean 'correlation'?"
        ),
        (
            "  - {parameters: [reading.po.drift, reading.po.persistence], source: s}", "{parameters: [reading",
            "missing key 'correlation' in correlation."
        ),
        (
            "  - {parameters: [reading.po.drift, reading.po.persistence], correlation: 0.1}", "{parameters: [reading",
            "missing key 'source' in correlation."
        ),
        ("  {a: 1}", "{a: 1}", "found keys and values; expected a list."),
    ]

    @Test(arguments: mistakes) func whatCannotBeIsRefusedWithItsPlace(declared: String, fault: String, message: String)
    {
        let text = text(declared)
        #expect { try text.plan() } throws: { said("\($0)", place(of: fault, in: text.text) + ": " + message) }
    }
}
