import LinearAlgebra
import Parallelism
import Probability
import TestSupport
import Testing

@testable import Transitions

/// What every regression of states must do, whatever its data.
@Suite(.serialized) struct RegressionPropertyTests {
    struct Kind: Sendable, CustomStringConvertible {
        let outcome: CategoricalModel.Outcome
        let states: Int
        let grouping: CategoricalModel.Grouping
        var description: String { "\(outcome), \(states) states, \(grouping)" }
    }

    static let kinds = [CategoricalModel.Grouping.ignored, .clusters(.groups), .random(.full), .random(.diagonal)]
        .flatMap { grouping in
            [
                Kind(outcome: .multinomial(reference: 0), states: 2, grouping: grouping),
                Kind(outcome: .multinomial(reference: 1), states: 3, grouping: grouping),
                Kind(outcome: .ordered, states: 3, grouping: grouping),
            ]
        }

    private func fit(_ kind: Kind, _ sample: RegressionSample) throws -> CategoricalFit {
        try CategoricalModel(sample.design(), outcome: kind.outcome, grouping: kind.grouping).fit()
    }

    /// In standard errors; covariances to the product of two.
    private func expectSame(_ one: CategoricalFit, _ other: CategoricalFit, within tolerance: Double) {
        #expect(one.parameters == other.parameters)
        #expect(abs(one.logLikelihood - other.logLikelihood) <= 1e-11 * abs(one.logLikelihood))
        for index in one.values.indices {
            let error = one.standardErrors[index]
            #expect(abs(one.values[index] - other.values[index]) <= tolerance * error, "\(one.parameters[index])")
            for column in one.values.indices {
                let scale = error * one.standardErrors[column]
                // The covariance of a random-effects fit is a difference of gradients at two ends of the search.
                let allowed = one.effects == nil ? tolerance : 3e-7
                #expect(abs(one.covariance[index, column] - other.covariance[index, column]) <= allowed * scale)
            }
        }
    }

    @Test(arguments: kinds) func aWeightIsSoManyCopies(kind: Kind) throws {
        var weighted = RegressionSample(rows: 400, schools: 15, states: kind.states)
        weighted.weights = weighted.weights.indices.map { Double($0 % 3) }
        let copies = weighted.weights.indices.flatMap { Array(repeating: $0, count: $0 % 3) }
        var copied = weighted.taking(copies)
        copied.weights = copied.weights.map { _ in 1 }
        let (one, other) = try (fit(kind, weighted), fit(kind, copied))
        expectSame(one, other, within: 1e-9)
        #expect(one.cellCount == other.cellCount && one.rowCount < other.rowCount)
    }

    @Test(arguments: kinds) func theOrderOfRowsAndSchoolsDoesNotMatter(kind: Kind) throws {
        let sample = RegressionSample(rows: 500, schools: 15, states: kind.states)
        var random = SeededGenerator(seed: 3)
        var mixed = sample.taking((0..<500).shuffled(using: &random))
        mixed.schools = mixed.schools.map { 14 - $0 }
        let (one, other) = try (fit(kind, sample), fit(kind, mixed))
        // A search ends where rounding lets it: within 1e-6 of a standard error with random effects, 1e-10 without.
        expectSame(one, other, within: one.effects == nil ? 1e-10 : 1e-7)
        guard let effects = one.effects, let others = other.effects else { return }
        for school in 0..<15 {
            for (mode, same) in zip(effects.modes(of: school), others.modes(of: 14 - school)) {
                #expect(abs(mode - same) < 1e-7)
            }
        }
    }

    @Test(arguments: kinds) func mergedRowsGiveTheFitOfSeparateOnes(kind: Kind) throws {
        let merged = RegressionSample(rows: 500, schools: 10, states: kind.states)
        // Too little to change the fit, enough to keep equal rows apart.
        var separate = merged
        for row in 0..<500 { separate.rows[row * 4 + 1] += 1e-13 * Double(row) }
        let (one, other) = try (fit(kind, merged), fit(kind, separate))
        #expect(one.cellCount < 300 && other.cellCount == 500)
        expectSame(one, other, within: one.effects == nil ? 1e-9 : 1e-7)
    }

    @Test(arguments: kinds) func anyNumberOfThreadsGivesTheSameBits(kind: Kind) throws {
        let sample = RegressionSample(rows: 3_000, schools: 100, states: kind.states, grain: 0)
        let fits = try [1, 2, 7].map { threads in
            Threads.use(threads)
            defer { Threads.use(0) }
            return try fit(kind, sample)
        }
        for other in fits.dropFirst() {
            #expect(other.values == fits[0].values && other.covariance == fits[0].covariance)
            #expect(other.logLikelihood == fits[0].logLikelihood && other.effects == fits[0].effects)
        }
    }

    @Test(arguments: [CategoricalModel.Grouping.ignored, .clusters(.none), .random(.full)])
    func orderedWithTwoStatesIsBinomial(grouping: CategoricalModel.Grouping) throws {
        let sample = RegressionSample(rows: 600, schools: 20, states: 2)
        let binomial = try fit(Kind(outcome: .multinomial(reference: 0), states: 2, grouping: grouping), sample)
        let ordered = try fit(Kind(outcome: .ordered, states: 2, grouping: grouping), sample)
        #expect(ordered.parameters.prefix(4) == ["score", "girl", "late", "stayed|up"])
        #expect(ordered.droppedColumns == ["(Intercept)"])
        #expect(abs(ordered.logLikelihood - binomial.logLikelihood) < 1e-9)
        #expect(abs(ordered.values[3] + binomial.values[0]) < 1e-7 * binomial.standardErrors[0])
        for index in 0..<3 {
            #expect(abs(ordered.values[index] - binomial.values[index + 1]) < 1e-7 * binomial.standardErrors[index + 1])
            #expect(
                relativeDifference(ordered.standardErrors[index], binomial.standardErrors[index + 1]) < 1e-6)
        }
        for (one, other) in zip(ordered.effects?.modes ?? [], binomial.effects?.modes ?? []) {
            #expect(abs(one - other) < 1e-7)
        }
    }

    @Test(arguments: [0, 1, 2]) func theReferenceDoesNotMatter(reference: Int) throws {
        let sample = RegressionSample(rows: 500, schools: 15, states: 3)
        let first = try fit(Kind(outcome: .multinomial(reference: 0), states: 3, grouping: .random(.full)), sample)
        let kind = Kind(outcome: .multinomial(reference: reference), states: 3, grouping: .random(.full))
        let other = try fit(kind, sample)
        #expect(abs(first.logLikelihood - other.logLikelihood) < 1e-9)
        for school in [PredictedSchool.typical, .average] {
            let (one, two) = try (
                first.probabilities([1, 0.5, 1, 0], school: school),
                other.probabilities([1, 0.5, 1, 0], school: school)
            )
            let (errors, others) = (one.covariance(first.covariance), two.covariance(other.covariance))
            for state in 0..<3 {
                #expect(abs(one.values[state] - two.values[state]) < 1e-7)
                #expect(relativeDifference(errors[state, state], others[state, state]) < 1e-5)
            }
        }
    }

    @Test func aSaturatedModelGivesTheShares() throws {
        // Closed form: with one covariate pattern the log-odds are those of the counts, and their variance 1/a + 1/b.
        let design = try CategoricalDesign(
            columns: ["one"], rows: [1, 1, 1], states: ["a", "b", "c"], responses: [0, 1, 2], weights: [1e9, 30, 2])
        let fit = try CategoricalModel(design, outcome: .multinomial(reference: 0)).fit()
        #expect(abs(fit.values[0] - (Elementary.log(30) - Elementary.log(1e9))) < 1e-13)
        #expect(abs(fit.values[1] - (Elementary.log(2) - Elementary.log(1e9))) < 1e-13)
        #expect(relativeDifference(fit.standardErrors[1], (1 / 1e9 + 0.5).squareRoot()) < 1e-12)
        let shares = try fit.probabilities([1]).values
        #expect(relativeDifference(shares[2], 2 / 1_000_000_032) < 1e-12)
        let ordered = try CategoricalModel(design, outcome: .ordered).fit()
        #expect(relativeDifference(try ordered.probabilities([1]).values[2], 2 / 1_000_000_032) < 1e-12)
    }

    @Test func aSchoolWithOneRowOrNoneIsNoTrouble() throws {
        var sample = RegressionSample(rows: 301, schools: 9, states: 3)
        sample.schools = sample.schools.enumerated().map { $0.offset == 0 ? 8 : min($0.element, 6) }
        let fit = try CategoricalModel(
            sample.design(), outcome: .multinomial(reference: 0), grouping: .random(.full)
        ).fit()
        let effects = try #require(fit.effects)
        #expect(fit.groupCount == 8)
        #expect(effects.modes(of: 7) == [0, 0])
        #expect(relativeDifference(effects.modeCovariance(of: 7)[1, 1], effects.covariance[1, 1]) < 1e-12)
        #expect(effects.modeCovariance(of: 8)[0, 0] < effects.covariance[0, 0])
    }

    @Test func schoolsThatDoNotDifferGiveASingularFit() throws {
        // Each school has the same rows: their variance is 0.
        let one = RegressionSample(rows: 60, schools: 1, states: 3)
        var sample = one.taking(Array(0..<600).map { $0 % 60 })
        sample.schools = (0..<600).map { $0 / 60 }
        let names = (0..<10).map { "s\($0)" }
        let design = try CategoricalDesign(
            columns: sample.columns, rows: sample.rows, states: sample.states, responses: sample.responses,
            groups: CategoricalGroups(factor: "school", names: names, codes: sample.schools))
        for (outcome, structure) in [
            (CategoricalModel.Outcome.multinomial(reference: 0), CategoricalModel.Structure.full), (.ordered, .full),
            (.multinomial(reference: 0), .diagonal),
        ] {
            let fit = try CategoricalModel(design, outcome: outcome, grouping: .random(structure)).fit()
            let plain = try CategoricalModel(design, outcome: outcome).fit()
            #expect(fit.isSingular)
            #expect(abs(fit.logLikelihood - plain.logLikelihood) < 1e-8)
            for index in plain.values.indices {
                #expect(abs(fit.values[index] - plain.values[index]) < 1e-3 * plain.standardErrors[index])
                #expect(relativeDifference(fit.standardErrors[index], plain.standardErrors[index]) < 1e-3)
            }
        }
    }

    @Test(arguments: 1...12, [CategoricalModel.Outcome.multinomial(reference: 0), .ordered])
    func randomInterceptsNeverLowerTheLikelihood(seed: Int, outcome: CategoricalModel.Outcome) throws {
        // Three to seven schools, many of the fits singular; a variance of 0 gives the likelihood without schools.
        let sample = RegressionSample(
            rows: 100 + 20 * seed, schools: 3 + seed % 5, states: 3, seed: seed, deviation: Double(seed % 4) * 0.5)
        let plain = try CategoricalModel(sample.design(), outcome: outcome).fit()
        let independent = try CategoricalModel(sample.design(), outcome: outcome, grouping: .random(.diagonal)).fit()
        let full = try CategoricalModel(sample.design(), outcome: outcome, grouping: .random(.full)).fit()
        #expect(independent.logLikelihood > plain.logLikelihood - 1e-8)
        #expect(full.logLikelihood > independent.logLikelihood - 1e-8)
        for index in plain.values.indices { #expect(full.standardErrors[index] > 0.9 * plain.standardErrors[index]) }
    }
}
