import LinearAlgebra
import Parallelism
import Probability
import Tables
import TestSupport
import Testing

@testable import Models

@Suite struct InferenceTests {
    /// Pupils in schools, some of whom move.
    static func table(pupils: Int = 90) throws -> Table {
        var (pupil, school, ses): ([String?], [String?], [String?]) = ([], [], [])
        var (time, score): ([Double], [Double]) = ([], [])
        let stream = RandomStream(seed: 5, purpose: .test, draw: 0, entity: 0, period: 0)
        var next: UInt32 = 0
        func normal() -> Double {
            next += 1
            return stream.normal(at: next)
        }
        let schools = (0..<9).map { _ in 3 * normal() }
        for id in 0..<pupils {
            let (own, slope) = (5 * normal(), normal())
            for moment in 0..<4 {
                let place = (id / 10 + (id % 7 == 0 && moment > 1 ? 1 : 0)) % 9
                pupil.append("p\(id)")
                school.append("s\(place)")
                ses.append(id % 3 == 0 ? "practical" : "theoretical")
                time.append(Double(moment))
                score.append(50 + own + schools[place] + (4 + slope) * Double(moment) + 3 * normal())
            }
        }
        return try Table([
            ("pupil", .text(TextColumn(pupil))), ("school", .text(TextColumn(school))), ("time", .double(time)),
            ("ses", .text(TextColumn(ses))), ("score", .double(score)),
        ])
    }

    static func fit(_ formula: String, _ table: Table, _ criterion: Criterion = .reml) throws -> GrowthFit {
        try GrowthModel(ModelFrame(Formula(parsing: formula), table: table), criterion: criterion).fit()
    }

    static let formula = "score ~ time * ses + (1 + time | pupil) + (1 | school)"

    @Test func bootstrapReplicatesHangOnTheirNumberAlone() throws {
        let fit = try Self.fit(Self.formula, try Self.table())
        let many = fit.bootstrap(replicates: 12, seed: 3)
        Threads.use(1)
        let few = fit.bootstrap(replicates: 5, seed: 3)
        Threads.use(0)
        #expect(many.failureCount == 0)
        for replicate in 0..<5 { #expect(many.replicates[replicate] == few.replicates[replicate]) }
        #expect(fit.bootstrap(replicates: 1, seed: 4).replicates[0] != few.replicates[0])
    }

    @Test func aFitHasTheSameBitsOnOneThread() throws {
        let table = try Self.table(pupils: 400)
        let many = try Self.fit(Self.formula, table)
        Threads.use(1)
        let one = try Self.fit(Self.formula, table)
        Threads.use(0)
        #expect(one.coefficients.values == many.coefficients.values && one.theta == many.theta)
        #expect(one.coefficients.covariance == many.coefficients.covariance)
        #expect(one.criterionValue == many.criterionValue && one.sigma == many.sigma)
    }

    @Test func bootstrapSpreadsAsTheStandardErrorsSay() throws {
        let fit = try Self.fit(Self.formula, try Self.table())
        let bootstrap = fit.bootstrap(replicates: 120, seed: 11)
        for position in 0..<fit.coefficients.count {
            let values = bootstrap.values(position)
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
            let error = fit.coefficients.standardErrors[position]
            // 4 Monte Carlo standard errors of a mean and of a standard deviation from 120 replicates.
            #expect(abs(mean - fit.coefficients.values[position]) < 4 * error / 120.0.squareRoot())
            #expect(abs(variance.squareRoot() / error - 1) < 4 / 240.0.squareRoot())
        }
    }

    @Test func refinedOptimaAreThoseOfASearch() throws {
        let fit = try Self.fit(Self.formula, try Self.table())
        let other = fit.frame.response.enumerated().map { $1 + Double($0 % 5) }
        let profile = fit.model.profile(of: other)
        let refined = try CriterionSearch(profile: profile).refined(from: fit.optimum)
        let searched = try CriterionSearch(profile: profile).optimum()
        #expect(abs(try profile.value(refined) - searched.value) < 1e-6)
    }

    @Test func aProfileEndsWhereTheDevianceIsAQuantileHigher() throws {
        // One random effect in a balanced design: the deviance in sigma of school, minimised over the rest, by brute force.
        let fit = try Self.fit("score ~ time + (1 | pupil)", try Self.table(pupils: 30), .ml)
        let interval = try #require(
            try fit.profileIntervals(coverage: 0.95).first { $0.kind == "standard_deviation" && $0.group == "pupil" })
        for end in [interval.lower, interval.upper] {
            let end = try #require(end)
            var least = Double.infinity
            let profile = fit.model.profile
            for step in 0...4000 {
                // sigma from a third to three times its estimate; theta follows from the held standard deviation.
                let sigma = fit.sigma * (1.0 / 3 + Double(step) / 1500)
                let solution = try profile.derivatives([end / sigma])
                least = min(least, solution.value(variance: sigma * sigma))
            }
            // The grid's minimum is within 1e-5 of the curve's; 3.8414588 is the chi-squared quantile.
            #expect(abs(least - fit.criterionValue - 3.841_458_8) < 2e-4)
        }
    }

    @Test(.enabled(if: hasSharedData)) func conditionalModesOfSleepstudy() throws {
        var options = CSVOptions()
        options.types["Subject"] = .factor
        let table = try readCSV(path: sharedData("sleepstudy/sleepstudy.csv"), options: options)
        let modes = try Self.fit("Reaction ~ Days + (1 + Days | Subject)", table).conditionalModes()[0]
        // ranef(lmer(Reaction ~ Days + (Days | Subject), sleepstudy)), as lme4's documentation prints it.
        #expect(modes.levels[0] == "308")
        #expect(abs(modes.modes(of: 0)[0] - 2.258_57) < 5e-4 && abs(modes.modes(of: 0)[1] - 9.198_98) < 5e-4)
        #expect(abs(modes.covariance(of: 0)[0, 0].squareRoot() - 12.070_8) < 5e-4)
    }

    @Test func fittedValuesAndResidualsAddUp() throws {
        let table = try Self.table()
        let fit = try Self.fit(Self.formula, table)
        let fitted = try fit.fittedValues()
        for row in fitted.rows.indices {
            #expect(abs(fitted.fitted[row] + fitted.residuals[row] - fit.frame.response[row]) < 1e-10)
        }
    }

    @Test func residualsAndSphericalEffectsMakeUpThePenalisedSumOfSquares() throws {
        // r^2 = |y - fit|^2 + |u|^2 with b = theta u (Bates et al. 2015, equation 14): exact, so rounding is all there is.
        let fit = try Self.fit("score ~ time + (1 | pupil)", try Self.table())
        let modes = try fit.conditionalModes()[0]
        let spherical = (0..<modes.levels.count).map { modes.modes(of: $0)[0] / fit.theta[0] }
        let residuals = try fit.fittedValues().residuals
        let squares = (residuals + spherical).reduce(0) { $0 + $1 * $1 }
        let solution = try fit.model.profile.solve(fit.optimum.theta)
        #expect(relativeDifference(squares, solution.residualSumOfSquares) < 1e-12)
    }

    @Test func comparisonsRefuseWhatIsNotNested() throws {
        let table = try Self.table()
        let small = try Self.fit("score ~ time + (1 | pupil)", table)
        let large = try Self.fit("score ~ time * ses + (1 | pupil)", table)
        let test = try LikelihoodRatioTest(small, within: large)
        #expect(test.degreesOfFreedom == 2 && test.statistic >= 0 && test.isRefitted)
        #expect {
            try LikelihoodRatioTest(large, within: small)
        } throws: {
            "\($0)"
                == "a likelihood-ratio test compares nested models: the second has 4 parameters, the first 6; name the "
                + "smaller model first."
        }
        let fewer = try Self.fit("score ~ time + (1 | pupil)", try Self.table(pupils: 60))
        #expect(throws: ModelError.self) { try LikelihoodRatioTest(fewer, within: large) }
    }

    @Test func robustAndKenwardRogerInferenceReachTheReport() throws {
        let table = try Self.table()
        let fit = try Self.fit("score ~ time * ses + (1 | pupil)", table)
        var specification = InferenceSpecification()
        specification.degreesOfFreedom = .kenwardRoger
        let adjusted = try specification.coefficients(fit)
        let direct = try fit.kenwardRoger()
        #expect(adjusted.standardErrors == direct.adjustedCovariance.symmetrised.diagonal.map { $0.squareRoot() })
        #expect(adjusted.estimate(at: 1).degreesOfFreedom == direct.degreesOfFreedom(of: [0, 1, 0, 0]))
        // A contrast of transformed estimates has the degrees of freedom of the same contrast of the coefficients.
        let sum = adjusted.transformed(Matrix(rowVectors: [[0, 1, 0, 0.5]]), labels: ["slope"])
        #expect(sum.estimate(at: 0).degreesOfFreedom == direct.degreesOfFreedom(of: [0, 1, 0, 0.5]))
        specification.robust = .init(cluster: "pupil", isBiasReduced: true)
        #expect(try specification.coefficients(fit).values == fit.coefficients.values)
        #expect(try specification.coefficients(fit).standardErrors != fit.coefficients.standardErrors)
    }
}
