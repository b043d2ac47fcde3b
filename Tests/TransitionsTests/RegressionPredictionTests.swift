import LinearAlgebra
import Probability
import TestSupport
import Testing

@testable import Transitions

/// Predicted probabilities, their derivatives and means over schools.
struct RegressionPredictionTests {
    static let kinds: [(CategoricalModel.Outcome, Int, CategoricalModel.Structure)] = [
        (.multinomial(reference: 0), 2, .full), (.multinomial(reference: 1), 3, .full),
        (.multinomial(reference: 2), 3, .diagonal), (.ordered, 4, .full),
    ]

    /// The same fit with other parameters.
    private func moved(_ fit: CategoricalFit, _ index: Int, by step: Double) -> CategoricalFit {
        var values = fit.values
        values[index] += step
        return CategoricalFit(
            outcome: fit.outcome, grouping: fit.grouping, columns: fit.columns, states: fit.states,
            parameters: fit.parameters, values: values, covariance: fit.covariance,
            coefficientCount: fit.coefficientCount, logLikelihood: 0, effects: fit.effects, iterations: 0, rowCount: 0,
            cellCount: 0, groupCount: 0, shape: fit.shape)
    }

    @Test(arguments: kinds, [PredictedSchool.typical, .average])
    func theJacobianIsTheDerivative(
        kind: (CategoricalModel.Outcome, Int, CategoricalModel.Structure), school: PredictedSchool
    ) throws {
        let sample = RegressionSample(rows: 400, schools: 15, states: kind.1)
        let fit = try CategoricalModel(sample.design(), outcome: kind.0, grouping: .random(kind.2)).fit()
        let rows: [Double] = [1, 0.5, 1, 0, 1, -2, 0, 1]
        let weights = [3.0, 1.0]
        let here = try fit.meanProbabilities(rows: rows, weights: weights, school: school)
        #expect(abs(here.values.reduce(0, +) - 1) < 1e-12)
        for index in fit.values.indices {
            let step = 1e-5
            let above = try moved(fit, index, by: step).meanProbabilities(rows: rows, weights: weights, school: school)
            let below = try moved(fit, index, by: -step).meanProbabilities(rows: rows, weights: weights, school: school)
            for state in here.values.indices {
                let slope = (above.values[state] - below.values[state]) / (2 * step)
                // Central differences: step^2 and rounding of 1e-16 / step.
                #expect(abs(slope - here.jacobian[state, index]) < 1e-9)
            }
        }
    }

    @Test func meansOverRowsAreMeansOfRows() throws {
        let sample = RegressionSample(rows: 400, schools: 15, states: 3)
        let fit = try CategoricalModel(sample.design(), outcome: .ordered, grouping: .random(.full)).fit()
        let (one, other) = try (
            fit.probabilities([1, 0.5, 1, 0], school: .average), fit.probabilities([1, -2, 0, 1], school: .average)
        )
        let both = try fit.meanProbabilities(
            rows: [1, 0.5, 1, 0, 1, -2, 0, 1, 1, 9, 9, 9], weights: [3, 1, 0], school: .average)
        for state in 0..<3 {
            #expect(abs(both.values[state] - (0.75 * one.values[state] + 0.25 * other.values[state])) < 1e-14)
            for parameter in fit.values.indices {
                let mean = 0.75 * one.jacobian[state, parameter] + 0.25 * other.jacobian[state, parameter]
                #expect(abs(both.jacobian[state, parameter] - mean) < 1e-14)
            }
        }
    }

    /// `E logistic(eta + s Z)` by the trapezoidal rule, whose error for this integrand is far below 1e-15.
    private func logisticNormal(_ eta: Double, _ s: Double) -> Double {
        let step = 1.0 / 128
        var sum = 0.0
        for index in -1280...1280 {
            let z = Double(index) * step
            sum += step * standardNormalDensity(z) / (1 + Elementary.exp(-eta - s * z))
        }
        return sum
    }

    @Test(arguments: [0.3, 0.7, 1.0, 2.0], [-3.0, -0.4, 1.5])
    func theMeanOverSchoolsIsTheIntegral(deviation: Double, eta: Double) throws {
        let sample = RegressionSample(rows: 300, schools: 15, states: 2)
        var fit = try CategoricalModel(
            sample.design(), outcome: .multinomial(reference: 0), grouping: .random(.full)
        ).fit()
        fit = moved(fit, 0, by: eta - fit.values[0])
        fit = moved(fit, 4, by: deviation - fit.values[4])
        let found = try fit.probabilities([1, 0, 0, 0], school: .average).values[1]
        // 41 nodes: the logistic's poles lie nearer to the real line the larger the deviation is.
        #expect(abs(found - logisticNormal(eta, deviation)) < (deviation <= 1 ? 1e-9 : 1e-6))
        #expect(try fit.probabilities([1, 0, 0, 0]).values[1] == 1 / (1 + Elementary.exp(-eta)) || eta < 0)
    }

    @Test(arguments: [1, 2, 3, 4, 5]) func thePointsHaveTheMomentsOfANormal(dimensions: Int) {
        let points = NormalPoints(dimensions: dimensions)
        #expect(abs(points.weights.reduce(0, +) - 1) < 1e-12)
        // Of 16,384 quasi-random points fourth moments have two digits, of product rules all.
        let tolerance = dimensions > 4 ? 1e-2 : 1e-11
        let moments: [(power: Int, expected: Double)] = [(1, 0), (2, 1), (3, 0), (4, 3)]
        for dimension in 0..<dimensions {
            for moment in moments {
                var mean = 0.0
                for (point, weight) in points.weights.enumerated() {
                    var product = weight
                    for _ in 0..<moment.power { product *= points.points[point * dimensions + dimension] }
                    mean += product
                }
                #expect(abs(mean - moment.expected) < tolerance * Double(moment.power))
            }
        }
    }

    @Test func aRowThatTheDataDoNotDetermineIsRefused() throws {
        var sample = RegressionSample(rows: 200, schools: 5, states: 3)
        // A column that is 2 - girl: aliased with the intercept and girl.
        sample.columns.append("boy")
        var rows: [Double] = []
        for row in 0..<200 {
            rows += sample.rows[(row * 4)..<((row + 1) * 4)]
            rows.append(2 - sample.rows[row * 4 + 2])
        }
        sample.rows = rows
        for outcome in [CategoricalModel.Outcome.multinomial(reference: 0), .ordered] {
            let fit = try CategoricalModel(sample.design(), outcome: outcome).fit()
            #expect(fit.droppedColumns.last == "boy")
            _ = try fit.probabilities([1, 0.5, 1, 0, 1])
            #expect(throws: CategoricalProblem.notEstimable(column: "boy")) {
                try fit.probabilities([1, 0.5, 1, 0, 2])
            }
            #expect(throws: CategoricalProblem.notFinite(column: "score", row: 1, found: .infinity)) {
                try fit.probabilities([1, .infinity, 1, 0, 1])
            }
            #expect(throws: CategoricalProblem.noPredictionWeight) { try fit.meanProbabilities(rows: [], weights: []) }
        }
    }
}
