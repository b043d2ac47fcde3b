import LinearAlgebra
import TestSupport
import Testing

@testable import Models

@Suite struct EvidenceModelTests {
    private func rows(
        _ estimates: [Double], _ variances: [Double], studies: [Int]? = nil, moderator: [Double]? = nil
    ) throws -> EffectRows {
        try EffectRows(
            names: ["(Intercept)"] + (moderator == nil ? [] : ["x"]),
            declared: estimates.indices.flatMap { row in [1] + (moderator.map { [$0[row]] } ?? []) },
            estimates: estimates, variances: variances, studies: studies)
    }

    private static let estimates = [0.1, 0.5, -0.2, 0.9, 0.4, 0.3]
    private static let variances = [0.04, 0.01, 0.09, 0.02, 0.05, 0.03]
    private static let studies = [0, 0, 1, 1, 2, 2]

    @Test func derSimonianAndLairdInClosedForm() throws {
        let weights = Self.variances.map { 1 / $0 }
        let sum = weights.reduce(0, +)
        let mean = dot(weights, Self.estimates) / sum
        let q = zip(weights, Self.estimates).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
        let tau2 = (q - 5) / (sum - weights.reduce(0) { $0 + $1 * $1 } / sum)
        let again = Self.variances.map { 1 / ($0 + tau2) }
        let solution = try EvidenceSolution(
            rows(Self.estimates, Self.variances), EvidenceMethod(estimator: .derSimonianLaird))
        #expect(abs(solution.variances.total - tau2) < 1e-14)
        let pooled = solution.coefficients.estimate(at: 0)
        #expect(abs(pooled.value - dot(again, Self.estimates) / again.reduce(0, +)) < 1e-14)
        #expect(abs(pooled.standardError - (1 / again.reduce(0, +)).squareRoot()) < 1e-14)
        #expect(pooled.degreesOfFreedom == .infinity)
    }

    @Test func pauleAndMandelMakesQItsExpectation() throws {
        let rows = try rows(Self.estimates, Self.variances)
        let tau2 = try EvidenceSolution(rows, EvidenceMethod(estimator: .pauleMandel)).variances.total
        #expect(tau2 > 0)
        #expect(abs(try GeneralisedQ(rows)(tau2) - 5) < 1e-12)
    }

    @Test func equalVariancesHaveClosedForms() throws {
        // All sampling variances v: REML's tau^2 is the sample variance less v, ML's has n for n - 1; the interval of Knapp
        // and Hartung is that of a t test.
        let estimates = [1.0, 3.0, 2.0, 6.0]
        let rows = try rows(estimates, [0.5, 0.5, 0.5, 0.5])
        let sampleVariance = 14.0 / 3
        let reml = try EvidenceSolution(rows, EvidenceMethod(test: .knappHartung))
        #expect(abs(reml.variances.total - (sampleVariance - 0.5)) < 1e-12)
        #expect(abs(reml.coefficients.estimate(at: 0).standardError - (sampleVariance / 4).squareRoot()) < 1e-12)
        #expect(reml.coefficients.estimate(at: 0).degreesOfFreedom == 3)
        let ml = try EvidenceSolution(rows, EvidenceMethod(estimator: .ml))
        #expect(abs(ml.variances.total - (14.0 / 4 - 0.5)) < 1e-12)
    }

    /// The criterion of three levels against dense matrices, and its minimum against a fine grid around it.
    @Test(arguments: [Criterion.reml, .ml]) func threeLevelsMaximiseTheDenseLikelihood(criterion: Criterion) throws {
        let moderator = [1.0, 2, 1, 3, 2, 5]
        let rows = try rows(Self.estimates, Self.variances, studies: Self.studies, moderator: moderator)
        let likelihood = VarianceCriterion(rows: rows, criterion: criterion)
        func dense(_ s: Double, _ w: Double) throws -> Double {
            var v = Matrix(rows: 6, columns: 6)
            for i in 0..<6 {
                for j in 0..<6 where Self.studies[i] == Self.studies[j] {
                    v[i, j] = s + (i == j ? w + Self.variances[i] : 0)
                }
            }
            let x = Matrix(rowVectors: moderator.map { [1, $0] })
            let factor = try Cholesky(v)
            let information = try Cholesky(x.transposedTimes(factor.solve(x)))
            let beta = information.solve(
                x.transposedTimes(factor.solve(Matrix(rows: 6, columns: 1, elements: Self.estimates))).elements)
            let residuals = zip(Self.estimates, x * beta).map { $0 - $1 }
            let deviance = factor.logDeterminant + dot(residuals, factor.solve(residuals))
            let pi = 1.8378770664093453
            return try criterion == .ml
                ? 6 * pi + deviance
                : 4 * pi + deviance + information.logDeterminant - Cholesky(x.transposedTimes(x)).logDeterminant
        }
        for (s, w) in [(0, 0), (0.1, 0), (0, 0.2), (0.05, 0.03)] {
            let found = try likelihood.value(BetweenVariances(betweenStudies: s, withinStudies: w))
            #expect(abs(found - (try dense(s, w))) < 1e-12)
        }
        let method = EvidenceMethod(structure: .threeLevel, estimator: criterion == .reml ? .reml : .ml)
        let best = try EvidenceSolution(rows, method).variances
        let least = try dense(best.betweenStudies, best.withinStudies)
        for i in 0...40 {
            for j in 0...40 { #expect(try dense(0.005 * Double(i), 0.005 * Double(j)) >= least - 1e-12) }
        }
    }

    @Test func derivativesAreThoseOfTheCriterion() throws {
        let rows = try rows(Self.estimates, Self.variances, studies: Self.studies, moderator: [1, 2, 1, 3, 2, 5])
        for criterion in Criterion.allCases {
            let likelihood = VarianceCriterion(rows: rows, criterion: criterion)
            let point = BetweenVariances(betweenStudies: 0.07, withinStudies: 0.05)
            let found = likelihood.derivatives(try WeightedEffects(rows, point))
            for k in 0..<2 {
                let h = 1e-5
                var (up, down) = (point, point)
                up[k] += h
                down[k] -= h
                let slope = (try likelihood.value(up) - likelihood.value(down)) / (2 * h)
                #expect(abs(slope - found.gradient[k]) < 1e-6)
                let (above, below) = (
                    likelihood.derivatives(try WeightedEffects(rows, up)),
                    likelihood.derivatives(try WeightedEffects(rows, down))
                )
                for l in 0..<2 {
                    let curvature = (above.gradient[l] - below.gradient[l]) / (2 * h)
                    #expect(abs(curvature - found.hessian[k, l]) < 1e-4 * max(1, abs(curvature)))
                }
            }
        }
    }

    /// A standard error of 0.0002 beside one of 0.1 in a study: the closed form of the inverse keeps its digits.
    @Test func tinyStandardErrorsCostNoDigits() throws {
        let rows = try rows([0.2, 0.21, -0.1, 0.4], [4e-8, 0.01, 0.02, 1e-6], studies: [0, 0, 1, 1])
        let variances = BetweenVariances(betweenStudies: 0.3)
        let covariance = StudyCovariance(rows, variances)
        // Rows of study 1: V = diag(4e-8, 0.01) + 0.3, det = 4e-8 * 0.01 + 0.3 * (0.01 + 4e-8).
        let determinant = 4e-10 + 0.3 * 0.01000004
        let solved = covariance.solve(Matrix(rows: 4, columns: 1, elements: [1, 1, 1, 1]))
        #expect(relativeDifference(solved[0, 0], 0.01 / determinant) < 1e-14)
        #expect(relativeDifference(solved[1, 0], 4e-8 / determinant) < 1e-14)
        let second = 2e-8 + 0.3 * 0.020001
        #expect(
            relativeDifference(covariance.traces[1], (0.31 + 0.30000004) / determinant + (0.300001 + 0.32) / second)
                < 1e-14)
    }

    @Test(arguments: 1...20) func shiftAndScaleMoveTheResultsAlong(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let n = 15
        let studies = (0..<n).map { $0 / 3 }
        let estimates = (0..<n).map { _ in Double.random(in: -1...1, using: &random) }
        let variances = (0..<n).map { _ in Double.random(in: 0.001...0.2, using: &random) }
        let methods = [
            EvidenceMethod(), EvidenceMethod(estimator: .pauleMandel, test: .knappHartung),
            EvidenceMethod(structure: .threeLevel, robust: .cr2),
        ]
        for method in methods {
            let plain = try EvidenceSolution(rows(estimates, variances, studies: studies), method)
            let moved = try EvidenceSolution(
                rows(estimates.map { 5 * $0 + 3 }, variances.map { 25 * $0 }, studies: studies), method)
            let order = Array(0..<n).shuffled(using: &random)
            let shuffled = try EvidenceSolution(
                rows(order.map { estimates[$0] }, order.map { variances[$0] }, studies: order.map { studies[$0] }),
                method)
            let (a, b, c) = (
                plain.coefficients.estimate(at: 0), moved.coefficients.estimate(at: 0),
                shuffled.coefficients.estimate(at: 0)
            )
            #expect(abs(b.value - (5 * a.value + 3)) < 1e-9 && abs(c.value - a.value) < 1e-9)
            #expect(relativeDifference(b.standardError, 5 * a.standardError) < 1e-8)
            #expect(relativeDifference(c.standardError, a.standardError) < 1e-8)
            #expect(abs(moved.variances.total - 25 * plain.variances.total) < 1e-8)
            #expect(abs(shuffled.variances.total - plain.variances.total) < 1e-9)
        }
    }

    /// Whole numbers, ties, bounds and standard errors from 0.0001 to 10: the search ends, and nowhere better is near.
    @Test(arguments: 1...60) func theSearchAlwaysEndsAtAMinimum(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let n = Int.random(in: 3...24, using: &random)
        let isWhole = seed % 3 == 0
        let estimates = (0..<n).map { _ in
            isWhole ? Double(Int.random(in: 0...2, using: &random)) : Double.random(in: -1...1, using: &random)
        }
        let variances = (0..<n).map { _ in
            seed % 2 == 0
                ? Double.random(in: 0.5...2, using: &random) : [1e-8, 0.01, 1, 100].randomElement(using: &random)!
        }
        let rows = try rows(estimates, variances, studies: (0..<n).map { $0 / 2 })
        for (structure, free) in [(EvidenceMethod.Structure.random, [1]), (.threeLevel, [0, 1])] {
            for criterion in Criterion.allCases {
                let likelihood = VarianceCriterion(rows: rows, criterion: criterion)
                let method = EvidenceMethod(structure: structure, estimator: criterion == .reml ? .reml : .ml)
                let best = try EvidenceSolution(rows, method).variances
                let least = try likelihood.value(best)
                for position in free {
                    for factor in [0, 0.5, 0.99, 1.01, 2, 10] {
                        var other = best
                        other[position] = best[position] > 0 ? factor * best[position] : 0.01 * factor
                        #expect(try likelihood.value(other) >= least - 1e-9 * max(1, abs(least)))
                    }
                }
            }
        }
    }

    @Test func agreeingEffectsHaveNoVariance() throws {
        let solution = try EvidenceSolution(
            rows([0.4, 0.4, 0.4], [0.01, 0.02, 0.03]), EvidenceMethod())
        #expect(solution.variances.total == 0)
        #expect(abs(solution.coefficients.values[0] - 0.4) < 1e-15)
        #expect(try GeneralisedQ(rows([0.4, 0.4, 0.4], [0.01, 0.02, 0.03])).interval(coverage: 0.95) == 0...0)
    }

    @Test func weakEvidenceWidensThePrediction() throws {
        let predictive = EvidencePredictive(
            mean: 0.3, standardError: 0.3, betweenStudyStandardDeviation: 0.4, widening: 2, degreesOfFreedom: .infinity)
        #expect(abs(predictive.scale - 1) < 1e-15)
        #expect(abs(predictive.quantile(0.975) - 2.259963984540054) < 1e-12)
        #expect(predictive.quantile(0.5) == 0.3)
        #expect(predictive.interval(coverage: 0.95).upperBound == predictive.quantile(0.975))
    }

    private func fitted(_ text: String, _ csv: String? = nil) throws -> FittedModel {
        let folder = try TemporaryFolder()
        if let csv { try folder.write(csv, to: "d.csv") }
        return try ModelFile(path: folder.write(text, to: "model.yaml")).fit()
    }

    @Test func aFileAndItsInlineTwinAgree() throws {
        let inline = try fitted(
            """
            kind: evidence
            structure: three_level
            version: v7
            evidence_strength: {grade: low, widening: 2}
            formula: estimate ~ 1 + weeks + kind
            predict: [{name: ten weeks, at: {weeks: 10, kind: b}}]
            estimates:
              - {study: s1, estimate: 0.1, std_error: 0.1, source: x, moderators: {weeks: 1, kind: a}}
              - {study: s1, estimate: 0.3, std_error: 0.1, source: x, moderators: {weeks: 2, kind: b}}
              - {study: s2, estimate: 0.2, variance: 0.04, source: x, moderators: {weeks: 5, kind: a}}
              - {study: s2, estimate: 0.5, std_error: 0.3, source: x, moderators: {weeks: 9, kind: b}}
              - {study: s3, estimate: 0.4, std_error: 0.1, source: x, moderators: {weeks: 7, kind: a}}
            """)
        let file = try fitted(
            """
            kind: evidence
            structure: three_level
            data: {file: d.csv}
            estimate: y
            std_error: se
            study: s
            formula: y ~ 1 + weeks + kind
            predict: [{name: ten weeks, at: {weeks: 10, kind: b}}]
            """,
            "y,se,s,weeks,kind\n0.1,0.1,1,1,a\n0.3,0.1,1,2,b\n0.2,0.2,2,5,a\n0.5,0.3,2,9,b\n0.4,0.1,3,7,a\nNA,1,4,1,a\n"
        )
        let (a, b) = (try #require(inline.evidence), try #require(file.evidence))
        #expect(a.coefficients.values == b.coefficients.values)
        #expect(a.version == "v7" && a.strength?.grade == .low && b.rowsLeftOut == 1)
        let (wide, plain) = (a.effects[0].predictive, b.effects[0].predictive)
        #expect(abs(wide.scale - 2 * plain.scale) < 1e-15)
        let c = a.coefficients.values
        #expect(abs(a.effects[0].estimate.value - (c[0] + 10 * c[1] + c[2])) < 1e-14)
        let cells = try #require(inline.fit.estimates)
        #expect(cells.labels == [Cell(quantity: .effect, outcome: "model", group: "ten weeks")])
        #expect(cells.values == [a.effects[0].estimate.value])
        #expect(inline.fit.varianceComponents.map(\.group) == ["study", "study/effect"])
        #expect(a.leaveOneOut.count == 8)
    }

    @Test func whatCannotBeFittedWithoutARowIsSaid() throws {
        let fit = try #require(
            try fitted(
                """
                kind: evidence
                formula: estimate ~ 1 + x
                estimates:
                  - {estimate: 0.1, std_error: 0.1, source: s, moderators: {x: 0}}
                  - {estimate: 0.2, std_error: 0.1, source: s, moderators: {x: 0}}
                  - {estimate: 0.4, std_error: 0.2, source: s, moderators: {x: 0}}
                  - {estimate: 0.9, std_error: 0.1, source: s, moderators: {x: 1}}
                """
            ).evidence)
        let last = try #require(fit.leaveOneOut.last)
        #expect(last.coefficients == nil)
        #expect(last.note == "the moderators 'x' are combinations of those before them in these effects. Drop them.")
    }

    @Test func fisherZIsTheInverseHyperbolicTangent() throws {
        let fit = try #require(
            try fitted(
                "kind: evidence\nstructure: fixed\ndata: {file: d.csv}\ncorrelation: r\nsample_size: n\n",
                "r,n\n0.5,13\n0.1,103\n"
            ).evidence)
        #expect(abs(fit.funnel[0].estimate - 0.5493061443340549) < 1e-15)
        #expect(abs(fit.funnel[0].standardError - 0.1.squareRoot()) < 1e-15)
    }
}
