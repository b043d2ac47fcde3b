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

    /// One standard error is 14,000 times another. Values of mpmath with 80 digits from the same formulas.
    @Test func momentsSurviveStandardErrorsOfVeryUnlikeSize() throws {
        let errors = [0.00777289191757571, 0.112620947027925, 0.650914567071496, 4.5943358711442e-05]
        let rows = try EffectRows(
            names: ["(Intercept)", "x", "fb"], declared: [1, -1.467, 1, 1, 0.262, 0, 1, -0.23, 0, 1, -1.009, 0],
            estimates: [2.40811231793628, 6.25853830036008, -3.28703014909448, 0.203340223728646],
            variances: errors.map { $0 * $0 }, studies: nil)
        let solution = try EvidenceSolution(rows, EvidenceMethod(estimator: .derSimonianLaird))
        let component = try #require(try Heterogeneity(solution).components.first)
        #expect(abs(component.variance / 33.716867183071327 - 1) < 1e-7)
        #expect(abs((component.standardError ?? 0) / 48.080050584433406 - 1) < 1e-7)
    }

    @Test func effectsOfTheSameNameAreToldApart() throws {
        let fit = try #require(
            try fitted(
                "kind: evidence\ndata: {file: d.csv}\nestimate: y\nstd_error: se\neffect: id\n",
                "y,se,id\n0.1,0.1,a\n0.2,0.1,a\n0.4,0.1,b\n0.5,0.1,\n"
            ).evidence)
        #expect(fit.leaveOneOut.map(\.name) == ["a (row 1)", "a (row 2)", "b", "row 4"])
    }

    /// Found by random meta-analyses: without one effect the degrees of freedom were rounding, and negative.
    @Test func degreesOfFreedomThatAreRoundingAreRefused() throws {
        let fit = try #require(
            try fitted(
                """
                kind: evidence
                data: {file: d.csv}
                estimate: y
                std_error: s
                study: study
                formula: y ~ x * fs
                structure: three_level
                robust: cr2
                """, Self.manyStudies
            ).evidence)
        for left in fit.leaveOneOut {
            guard let coefficients = left.coefficients else { continue }
            for position in 0..<coefficients.count {
                #expect((0.999..<7.001).contains(coefficients.estimate(at: position).degreesOfFreedom))
            }
        }
    }

    /// Each effect left out takes a fit of all the others: minutes for thousands, so that the file must ask.
    @Test func thousandsOfEffectsAreLeftOutOnlyWhenAsked() throws {
        let lines = (0..<1001).map { "\(Double($0 % 7) / 10),0.1,\($0 / 5)\n" }
        let csv = "y,se,s\n" + lines.joined()
        let model = "kind: evidence\ndata: {file: d.csv}\nestimate: y\nstd_error: se\nstudy: s\nstructure: fixed\n"
        let unasked = try fitted(model, csv)
        #expect(try #require(unasked.evidence).leaveOneOut.isEmpty)
        #expect(unasked.fit.diagnostics.contains { $0.name == "leave_one_out" && $0.isWarning })
        let asked = try #require(try fitted(model + "leave_one_out: [study]\n", csv).evidence)
        #expect(asked.leaveOneOut.count == 201 && !asked.isLeavingOutSkipped)
    }

    /// Two minima: metafor 3.8 stops at between 0 and within 11.18, log-likelihood -13.13267, while its own likelihood at
    /// between 56.234 and within 0 is -12.74254 (`sigma2 = c(56.23413, 0)`).
    @Test func theLowerOfTwoMinimaIsFound() throws {
        let fit = try #require(
            try fitted(
                "kind: evidence\ndata: {file: d.csv}\nestimate: y\nstd_error: s\nstudy: study\nformula: y ~ x\n"
                    + "structure: three_level\nestimator: ml\n",
                """
                y,s,study,x
                -1.5,0.106939912535102,s2,1.2
                2.4,0.137981000348788,s3,0.8
                4,0.115614467210201,s1,0.9
                6.5,0.117797601357583,s4,0
                -2.7,0.123560032002376,s4,-0.9

                """
            ).evidence)
        #expect(try #require(fit.logLikelihood) > -12.74254)
        #expect(fit.heterogeneity.components.map(\.name) == ["between_studies", "within_studies"])
        #expect(fit.heterogeneity.components[1].variance == 0)
    }

    private static let manyStudies = """
        y,s,study,x,fs
        0.69043032437541,0.228786364760525,s4,2019.68,B
        -0.480082078571183,0.0935542122527469,s6,2018.89,A
        -0.244100754889796,0.949293024603676,s1,2020.04,B
        -0.104952949079481,0.174904752987661,s4,2020.74,B
        -0.461626774442675,0.0366350616898325,s2,2018.58,B
        1.44019974491338,0.245937802572975,s2,2019.17,B
        0.358366707872347,0.116393055410141,s3,2021.11,B
        0.611489377738399,0.0739849892132581,s4,2019.43,B
        0.319033771038561,0.105252318655818,s7,2021.6,A
        -0.532244676741225,0.1338509022947,s3,2020.91,B
        0.299137457128161,0.127734736388622,s5,2020.29,B
        0.906929002425715,0.108623755346142,,2019.64,A
        0.976554630475038,0.096041554473417,s1,2019.18,B
        0.0621736934382724,0.230599240615914,s4,2020.13,B
        0.9409532718414,0.55875137973533,s5,2020.21,B
        1.0300100632224,0.0797388265704208,s6,2020.49,A
        0.769034457982545,0.11157467486065,s4,2020.52,B
        1.18025889529119,0.171299304037465,s7,2021.11,A
        0.732474268256503,0.108032011779726,s6,2020.51,A
        0.567558569248769,0.0630145720590748,s7,2018.77,A
        -0.748183752467129,0.215113446229378,s7,2019.4,A
        0.622040473212842,0.531152384782176,s1,2021.07,B
        0.321151396296251,0.248181946294078,s6,2019.35,A
        -0.155034561931689,0.173562464736186,s7,2020.72,A
        0.221547808993961,0.0292221746901884,s5,2019.67,B
        -0.166356313027185,0.0835221080131589,s4,2021.29,B
        0.925086013943742,0.0250190902958244,s2,2019.89,B
        0.154549905320232,0.106362281480124,s3,2019.89,B
        -0.379925644687355,0.0302799045208239,s3,2019.58,B
        0.5061517517292,0.337732193222216,s5,2018.74,B
        """
}
