import TestSupport
import Testing

@testable import Transitions

/// Every mistake in the data of a regression of states, with its words.
struct RegressionMistakesTests {
    private func design(
        columns: [String] = ["one", "x"], rows: [Double] = [1, 0, 1, 1, 1, 0, 1, 1], states: [String] = ["a", "b"],
        responses: [Int] = [0, 1, 1, 0], weights: [Double]? = nil, groups: CategoricalGroups? = nil
    ) throws -> CategoricalDesign {
        try CategoricalDesign(
            columns: columns, rows: rows, states: states, responses: responses, weights: weights, groups: groups)
    }

    private func schools(_ codes: [Int]) -> CategoricalGroups {
        CategoricalGroups(factor: "school", names: ["s1", "s2"], codes: codes)
    }

    private func expect(_ words: String, _ body: () throws -> Void) {
        do {
            try body()
            Issue.record("nothing was thrown; expected \(words)")
        } catch {
            #expect((error as? CategoricalProblem)?.description == words)
        }
    }

    @Test func designsAreChecked() {
        expect("the response has 1 states; expected at least 2.") {
            _ = try design(states: ["a"], responses: [0, 0, 0, 0])
        }
        expect("two columns, states or groups are named 'x'. Give each a name of its own.") {
            _ = try design(columns: ["x", "x"])
        }
        expect(
            "row 2 of column 'x' is nan; expected a finite number. Leave the row out or fill it in."
        ) { _ = try design(rows: [1, 0, 1, .nan, 1, 0, 1, 1]) }
        expect("the weight or count of row 3 is -1.0; expected a finite number from 0 up.") {
            _ = try design(weights: [1, 1, -1, 1])
        }
        expect("the weight or count of row 1 is nan; expected a finite number from 0 up.") {
            _ = try design(weights: [.nan, 1, 1, 1])
        }
        expect("the response of row 4 is state 2; expected 0 to 1.") { _ = try design(responses: [0, 1, 0, 2]) }
        expect("the group of row 1 is 2; expected 0 to 1.") { _ = try design(groups: schools([2, 0, 0, 1])) }
    }

    @Test func modelsAreChecked() {
        let binomial = CategoricalModel.Outcome.multinomial(reference: 0)
        expect("there are no rows with a weight above 0; expected at least one.") {
            _ = try CategoricalModel(design(weights: [0, 0, 0, 0]), outcome: binomial).fit()
        }
        expect("nobody is in state 'b': its probability cannot be modelled. Leave the state out or merge it.") {
            _ = try CategoricalModel(design(weights: [1, 0, 0, 1]), outcome: binomial).fit()
        }
        expect("the reference is state 2; expected 0 to 1.") {
            _ = try CategoricalModel(design(), outcome: .multinomial(reference: 2)).fit()
        }
        expect("no column of the model matrix is left; expected at least an intercept.") {
            _ = try CategoricalModel(design(columns: [], rows: []), outcome: binomial).fit()
        }
        expect("clusters or random effects need a grouping factor; the design has none.") {
            _ = try CategoricalModel(design(), outcome: binomial, grouping: .random(.full)).fit()
        }
        expect(
            "the grouping factor 'school' has one level with rows; expected at least 2. Fit without groups."
        ) {
            let one = try design(groups: schools([0, 0, 0, 0]))
            _ = try CategoricalModel(one, outcome: .ordered, grouping: .random(.full)).fit()
        }
    }

    @Test(arguments: [CategoricalModel.Outcome.multinomial(reference: 0), .ordered])
    func separationIsNamed(outcome: CategoricalModel.Outcome) throws {
        // All girls who are late are in the last state, nobody else is: quasi-complete separation by `late`.
        var sample = RegressionSample(rows: 200, schools: 5, states: 3)
        for row in 0..<200 where sample.rows[row * 4 + 3] == 1 { sample.responses[row] = 2 }
        for grouping in [CategoricalModel.Grouping.ignored, .random(.full)] {
            do {
                _ = try CategoricalModel(sample.design(), outcome: outcome, grouping: grouping).fit()
                Issue.record("a separated fit was returned")
            } catch let problem as CategoricalProblem {
                guard case .separation(let parameter) = problem else {
                    Issue.record("\(problem)")
                    continue
                }
                #expect(parameter.hasSuffix("late"))
                #expect(
                    problem.description
                        == "the coefficient '\(parameter)' grows without end: some combination of covariates never, or "
                        + "always, leads to the state. Merge categories or states, or leave the term out.")
            }
        }
    }

    @Test func rareStatesAreNotTakenForSeparation() throws {
        // One late pupil in a million goes up: log odds and standard error in closed form.
        let design = try CategoricalDesign(
            columns: ["one", "late"], rows: [1, 0, 1, 0, 1, 1, 1, 1], states: ["a", "b"], responses: [0, 1, 0, 1],
            weights: [500, 500, 999_999, 1])
        let fit = try CategoricalModel(design, outcome: .multinomial(reference: 0)).fit()
        #expect(abs(fit.values[1] - -13.815509557963774) < 1e-11)
        #expect(abs(fit.standardErrors[1] - (1 + 1 / 999_999.0 + 2 / 500.0).squareRoot()) < 1e-10)
    }

    @Test func weightsInAnyUnitGiveTheSameCoefficients() throws {
        let sample = RegressionSample(rows: 300, schools: 10, states: 3)
        for outcome in [CategoricalModel.Outcome.multinomial(reference: 0), .ordered] {
            let fit = try CategoricalModel(sample.design(), outcome: outcome).fit()
            for unit in [1e-9, 1e9] {
                var scaled = sample
                scaled.weights = scaled.weights.map { _ in unit }
                let other = try CategoricalModel(scaled.design(), outcome: outcome).fit()
                for index in fit.values.indices {
                    #expect(abs(fit.values[index] - other.values[index]) < 1e-9)
                    let error = other.standardErrors[index] * unit.squareRoot()
                    #expect(abs(fit.standardErrors[index] - error) < 1e-9)
                }
            }
        }
    }

    @Test(arguments: [1e-300, 1e-12, 1e12, 1e200, 1e307]) func columnsInAnyUnitAreNoTrouble(unit: Double) throws {
        let sample = RegressionSample(rows: 300, schools: 10, states: 3)
        let plain = try CategoricalModel(sample.design(), outcome: .ordered, grouping: .random(.full)).fit()
        var scaled = sample
        for row in 0..<300 { scaled.rows[row * 4 + 1] *= unit }
        let model = try CategoricalModel(scaled.design(), outcome: .ordered, grouping: .random(.full))
        guard unit > 1e-100, unit < 1e100 else {
            // Squares would be out of range: an error, never a number that is not one.
            let problem = #expect(throws: CategoricalProblem.self) { try model.fit() }
            #expect(problem?.description.hasSuffix("in size; expected 1e-100 to 1e100. Change its unit.") == true)
            return
        }
        let fit = try model.fit()
        #expect(relativeDifference(fit.values[0] * unit, plain.values[0]) < 1e-8)
        #expect(relativeDifference(fit.standardErrors[0] * unit, plain.standardErrors[0]) < 1e-6)
    }

    @Test(arguments: [0, 1, 2]) func wildSchoolsEndInAFitOrAnError(wildness: Int) throws {
        var sample = RegressionSample(rows: 120, schools: 120, states: 2)
        switch wildness {
        // A school for each row, schools that are all in one state, and schools with an effect of ten standard deviations.
        case 0: sample.schools = Array(0..<120)
        case 1: sample.responses = sample.schools.map { $0 % 2 }
        default: sample = RegressionSample(rows: 600, schools: 120, states: 3, deviation: 10)
        }
        let outcome = CategoricalModel.Outcome.multinomial(reference: 0)
        do {
            let fit = try CategoricalModel(sample.design(), outcome: outcome, grouping: .random(.full)).fit()
            #expect(fit.values.allSatisfy(\.isFinite) && fit.covariance.elements.allSatisfy(\.isFinite))
            #expect(fit.logLikelihood < 0)
        } catch let problem as CategoricalProblem {
            guard case .notConverged = problem else { throw problem }
        }
    }
}
