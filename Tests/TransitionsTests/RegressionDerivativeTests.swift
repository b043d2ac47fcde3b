import LinearAlgebra
import Testing

@testable import Transitions

/// The analytic gradients against central differences.
struct RegressionDerivativeTests {
    static let outcomes: [(CategoricalModel.Outcome, Int)] = [
        (.multinomial(reference: 0), 2), (.multinomial(reference: 1), 4), (.ordered, 2), (.ordered, 4),
    ]

    @Test(arguments: outcomes, [CategoricalModel.Structure.full, .diagonal])
    func theLaplaceGradientIsTheDerivative(
        outcome: (CategoricalModel.Outcome, Int), structure: CategoricalModel.Structure
    )
        throws
    {
        let sample = RegressionSample(rows: 300, schools: 12, states: outcome.1)
        let data = try CategoricalData(sample.design(), outcome: outcome.0, grouping: .random(structure))
        switch outcome.0 {
        case .multinomial: check(LaplaceDeviance<SoftmaxLikelihood>(data, structure))
        case .ordered: check(LaplaceDeviance<CumulativeLikelihood>(data, structure))
        }
    }

    private func check<Likelihood>(_ deviance: LaplaceDeviance<Likelihood>) {
        var deviance = deviance
        let (own, count) = (deviance.data.shape.coefficientCount, deviance.parameterCount)
        let isOrdered = deviance.data.shape.outcome == .ordered
        var point = (0..<count).map { 0.15 * Double($0 % 5) - 0.2 }
        if isOrdered { for index in 3..<own { point[index] = -0.8 + 0.9 * Double(index - 3) } }
        for index in own..<count { point[index] = 0.5 - 0.13 * Double(index - own) }
        let gradient = deviance.evaluate(point).gradient
        #expect(gradient.count == count)
        for index in 0..<count {
            let step = 1e-4
            func value(_ multiple: Double) -> Double {
                var moved = point
                moved[index] += multiple * step
                return deviance.evaluate(moved).value
            }
            // Five points: the error is of the order of the step to the fourth power, and rounding of 1e-13 / step.
            let slope = (8 * (value(1) - value(-1)) - (value(2) - value(-2))) / (12 * step)
            #expect(abs(slope - gradient[index]) < 2e-8 * max(1, abs(slope)), "parameter \(index)")
        }
    }

    @Test(arguments: outcomes) func theInformationIsTheDerivativeOfTheScore(outcome: (CategoricalModel.Outcome, Int))
        throws
    {
        let sample = RegressionSample(rows: 300, schools: 12, states: outcome.1)
        let data = try CategoricalData(sample.design(grouped: false), outcome: outcome.0, grouping: .ignored)
        switch outcome.0 {
        case .multinomial: try check(FixedEffectsDeviance<SoftmaxLikelihood>(data: data))
        case .ordered: try check(FixedEffectsDeviance<CumulativeLikelihood>(data: data))
        }
    }

    private func check<Likelihood>(_ deviance: FixedEffectsDeviance<Likelihood>) throws {
        let count = deviance.data.shape.coefficientCount
        var point = (0..<count).map { 0.15 * Double($0 % 5) - 0.2 }
        if deviance.data.shape.outcome == .ordered {
            for index in 3..<count { point[index] = -0.8 + 0.9 * Double(index - 3) }
        }
        let here = try #require(deviance.evaluate(point))
        for index in 0..<count {
            let step = 1e-4
            func at(_ multiple: Double) throws -> FixedEffectsDeviance<Likelihood>.Value {
                var moved = point
                moved[index] += multiple * step
                return try #require(deviance.evaluate(moved))
            }
            let (up, down, upper, lower) = try (at(1), at(-1), at(2), at(-2))
            let slope = (8 * (up.value - down.value) - (upper.value - lower.value)) / (12 * step)
            #expect(abs(slope - here.gradient[index]) < 2e-8 * max(1, abs(slope)))
            for row in index..<count {
                let turn =
                    (8 * (up.gradient[row] - down.gradient[row]) - (upper.gradient[row] - lower.gradient[row]))
                    / (12 * step)
                #expect(abs(turn - here.information[row, index]) < 2e-8 * max(1, abs(turn)))
            }
        }
    }
}
