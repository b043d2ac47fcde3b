import Probability
import TestSupport

@testable import Transitions

/// Made-up pupils: an intercept, a continuous covariate, two dummies, schools with effects, and a state.
struct RegressionSample {
    var columns = ["(Intercept)", "score", "girl", "late"]
    var rows: [Double] = []
    var responses: [Int] = []
    var schools: [Int] = []
    var weights: [Double] = []
    let schoolCount: Int
    let states: [String]

    /// - Parameter grain: Scores are rounded to multiples of it, so that rows repeat; 0 for all different.
    init(rows n: Int, schools: Int, states k: Int, seed: Int = 1, grain: Double = 0.5, deviation: Double = 0.7) {
        var random = SeededGenerator(seed: seed)
        schoolCount = schools
        states = ["stayed", "up", "down", "left", "passed"].prefix(k).map { $0 }
        func normal() -> Double { standardNormalQuantile(Double.random(in: 1e-9..<1, using: &random)) }
        let effects = (0..<(schools * (k - 1))).map { _ in deviation * normal() }
        for _ in 0..<n {
            let school = Int.random(in: 0..<schools, using: &random)
            let score = grain > 0 ? (normal() / grain).rounded() * grain : normal()
            let girl = Double(Int.random(in: 0...1, using: &random))
            let late: Double = Double.random(in: 0..<1, using: &random) < 0.3 ? 1 : 0
            let x: [Double] = [1, score, girl, late]
            var odds = [1.0]
            for state in 1..<k {
                let own = Double(state)
                let effect = effects[school * (k - 1) + state - 1]
                let eta: Double = -0.3 * own + 0.4 * own * score - 0.2 * girl + 0.5 * late / own + effect
                odds.append(Elementary.exp(eta))
            }
            var draw = Double.random(in: 0..<1, using: &random) * odds.reduce(0, +)
            var state = 0
            while state < k - 1, draw >= odds[state] {
                draw -= odds[state]
                state += 1
            }
            rows += x
            responses.append(state)
            self.schools.append(school)
            weights.append(1)
        }
    }

    func design(grouped: Bool = true) throws -> CategoricalDesign {
        let names = (0..<schoolCount).map { "s\($0)" }
        return try CategoricalDesign(
            columns: columns, rows: rows, states: states, responses: responses, weights: weights,
            groups: grouped ? CategoricalGroups(factor: "school", names: names, codes: schools) : nil)
    }

    /// The rows at these positions.
    func taking(_ order: [Int]) -> RegressionSample {
        var taken = self
        let p = columns.count
        taken.rows = order.flatMap { Array(rows[($0 * p)..<(($0 + 1) * p)]) }
        taken.responses = order.map { responses[$0] }
        taken.schools = order.map { schools[$0] }
        taken.weights = order.map { weights[$0] }
        return taken
    }
}
