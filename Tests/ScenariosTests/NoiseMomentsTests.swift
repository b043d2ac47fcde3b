import Funding
import Recovery
import TestSupport
import Testing

@testable import Scenarios

/// How much of the start and of each year's input (shock, drift and noise) is in a mean deviation: the recursion written out.
///
/// After t years a pupil of grade j, counted from 0, has the start, worn off to `rho^t`, when j >= t, and the inputs of the
/// last `min(j + 1, t)` years, that of i years ago worn off to `rho^i`. Of J grades `max(0, J - i)` have the input of i years
/// ago. A school's grades share its noise, so the variance of their mean is not that of independent grades: it is the sum of
/// the squares of these weights. With one grade nobody enters or leaves.
private struct Weights {
    let start: Double
    /// By age: 0 for the input of the year itself.
    let inputs: [Double]

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { result, _ in result * base }
    }

    /// The mean over all grades, t years after the start.
    static func state(rho: Double, grades: Int, years t: Int) -> Weights {
        func share(_ age: Int) -> Double { grades == 1 ? 1 : Double(max(0, grades - age)) / Double(grades) }
        return Weights(start: power(rho, t) * share(t), inputs: (0..<t).map { power(rho, $0) * share($0) })
    }

    /// The mean of one grade.
    static func grade(_ grade: Int, rho: Double, grades: Int, years t: Int) -> Weights {
        func isThere(_ age: Int) -> Bool { grades == 1 || grade >= age }
        return Weights(
            start: isThere(t) ? power(rho, t) : 0, inputs: (0..<t).map { isThere($0) ? power(rho, $0) : 0 })
    }

    /// The mean over all grades of the change since the year before, in which those who enter had 0.
    static func growth(rho: Double, grades: Int, years t: Int) -> Weights {
        // In the year of the start all had 0 before.
        guard t > 0 else { return Weights(start: 1, inputs: []) }
        func share(_ age: Int) -> Double { grades == 1 ? 1 : Double(max(0, grades - age)) / Double(grades) }
        return Weights(
            start: (rho - 1) * power(rho, t - 1) * share(t),
            inputs: (0..<t).map { $0 == 0 ? 1 : (rho - 1) * power(rho, $0 - 1) * share($0) })
    }
}

/// An outcome whose only random numbers are noise and the schools' heterogeneity.
private struct NoisyOutcome {
    let name: String
    let sector: String
    let rho: Double
    let noise: Double
    let schoolSD: Double
    let drift: Double
    let lossPerWeek: Double
    let lowExtra: Double
    /// Low and high group.
    let start: [Double]
    /// The moment of the start, 0 for the year before the first.
    let startMoment: Int
    /// By simulated year.
    let weeks: [Double]

    func text(stream: Int) -> ScenarioText.Outcome {
        var outcome = ScenarioText.Outcome(name, sector: sector, stream: stream)
        let year = startMoment == 0 ? "" : ", year: 20\(19 + startMoment)/\(20 + startMoment)"
        outcome.start = "{low: \(ScenarioText.fixed(start[0])), high: \(ScenarioText.fixed(start[1]))\(year)}"
        outcome.closures = weeks.enumerated().map { "20\(20 + $0)/\(21 + $0): \($1)" }.joined(separator: ", ")
        for (key, value) in [
            ("persistence", rho), ("noise_sd", noise), ("school_sd", schoolSD), ("drift", drift),
            ("loss_per_week", lossPerWeek), ("low_extra", lowExtra),
        ] {
            outcome.parameters[key] = ScenarioText.fixed(value)
        }
        return outcome
    }

    /// Mean and variance of the mean deviation of some pupils at a moment.
    ///
    /// - Parameter pupils: By school: low and high group.
    func moments(_ weights: Weights, at moment: Int, pupils: [[Double]]) -> (mean: Double, variance: Double) {
        // Of each group: what is certain, and what a school's heterogeneity (mean 1) multiplies.
        let certain = drift * weights.inputs.reduce(0, +)
        let hit = (0..<2).map { group in
            weights.start * start[group]
                - weights.inputs.indices.reduce(0) {
                    $0 + weights.inputs[$1] * weeks[moment - 1 - $1] * lossPerWeek * (group == 0 ? 1 + lowExtra : 1)
                }
        }
        let squares = noise * noise * weights.inputs.reduce(0) { $0 + $1 * $1 }
        var (mean, variance, all) = (0.0, 0.0, 0.0)
        for school in pupils {
            let common = school[0] * hit[0] + school[1] * hit[1]
            mean += common + (school[0] + school[1]) * certain
            variance +=
                schoolSD * schoolSD * common * common + (school[0] * school[0] + school[1] * school[1]) * squares
            all += school[0] + school[1]
        }
        return (mean / all, variance / (all * all))
    }
}

/// The simulated mean and variance of every cell against the closed form of the recursion.
@Suite struct NoiseMomentsTests {
    private static let grades = ["po": 4, "vo": 1]
    private static let outcomes = [
        NoisyOutcome(
            name: "reading", sector: "po", rho: 0.8, noise: 0.1, schoolSD: 0.4, drift: -0.01, lossPerWeek: 0.01,
            lowExtra: 0.5, start: [-0.15, -0.05], startMoment: 0, weeks: [8, 5, 0, 0, 0]),
        NoisyOutcome(
            name: "life", sector: "po", rho: 0.5, noise: 0.2, schoolSD: 0, drift: 0.02, lossPerWeek: 0.02, lowExtra: 0,
            start: [-0.2, -0.1], startMoment: 2, weeks: [0, 0, 0, 3, 0]),
        NoisyOutcome(
            name: "reading", sector: "vo", rho: 0.9, noise: 0.05, schoolSD: 0.8, drift: 0, lossPerWeek: 0.015,
            lowExtra: 0.3, start: [-0.1, 0], startMoment: 0, weeks: [6, 0, 2, 0, 0]),
    ]

    private func plan() throws -> SimulationPlan {
        var text = ScenarioText()
        text.seed = 20_260_101
        text.calendar = "{first: 2020/21, last: 2024/25}"
        text.sectors = ["po", "vo"]
        text.lines = ["grades: {po: 4}"]
        text.outcomes = Self.outcomes.enumerated().map { $1.text(stream: $0 + 1) }
        // Quintiles of one and of two schools; a school without low pupils, one without high pupils, one of one pupil.
        text.schools = [
            "a,po,north,40,0,0", "b,po,north,40,40,5", "c,po,south,300,55,10", "d,po,south,1,1,15",
            "e,po,south,80,20,20", "f,po,north,10,5,25", "g,po,north,200,20,30", "h,vo,north,40,10,1",
            "i,vo,north,70,30,2", "j,vo,south,900,100,3", "k,vo,south,20,20,4", "l,vo,south,33,11,5",
        ]
        text.scenarios = [ScenarioText.none]
        return try text.plan()
    }

    /// Cells outside 4 Monte Carlo standard errors. A normal number lies outside 4 standard errors with probability 6.3e-5;
    /// over the 1,258 means and variances the chance that any does is below 0.080 (Bonferroni). The seed is fixed: the test
    /// cannot fail by chance from one run to the next.
    @Test func everyCellHasTheAnalyticMeanAndVariance() throws {
        let draws = 2000
        let plan = try plan()
        let cube = ResultCube(plan, try Simulator(plan).run(draws: draws, threads: 2))
        let (schools, quintiles) = (plan.population.schools, plan.population.quintiles)
        var (cells, misses) = (0, [String]())
        func compare(_ name: String, _ values: [Double], _ expected: (mean: Double, variance: Double)) throws {
            cells += 1
            let n = Double(values.count)
            let mean = values.reduce(0, +) / n
            let variance = try #require(sampleVariance(values))
            // The variance of n normal numbers has the standard error sqrt(2 / (n - 1)) of itself. Where nothing varies,
            // a few roundings of numbers below 1 are left.
            let close =
                abs(mean - expected.mean) <= 4 * (expected.variance / n).squareRoot() + 1e-13
                && abs(variance - expected.variance) <= 4 * (2 / (n - 1)).squareRoot() * expected.variance + 1e-26
            if !close { misses.append("\(name): \(mean), \(variance); expected \(expected)") }
        }
        for (position, outcome) in Self.outcomes.enumerated() {
            let draws = OutcomeDraws(cube, scenario: 0, outcome: position).loaded()
            let grades = try #require(Self.grades[outcome.sector])
            func pupils(_ groups: [Int], _ wanted: [Int]) -> [[Double]] {
                schools.indices.filter { schools[$0].sector == outcome.sector && wanted.contains(quintiles[$0]) }.map {
                    let counts = [Double(schools[$0].lowPupils), Double(schools[$0].highPupils)]
                    return (0..<2).map { groups.contains($0) ? counts[$0] : 0 }
                }
            }
            for groups in [[0], [1], [0, 1]] {
                for moment in cube.moments.indices where moment >= outcome.startMoment {
                    let (t, rho, label) = (
                        moment - outcome.startMoment, outcome.rho, "\(outcome.name).\(outcome.sector)"
                    )
                    for wanted in [[1, 2, 3, 4, 5], [1], [2], [3], [4], [5]] {
                        let own = pupils(groups, wanted)
                        guard own.contains(where: { $0[0] + $0[1] > 0 }) else { continue }
                        for benchmark in moment > 0 ? [RecoveryBenchmark.trend, .growth] : [.trend] {
                            let weights =
                                benchmark == .growth
                                ? Weights.growth(rho: rho, grades: grades, years: t)
                                : Weights.state(rho: rho, grades: grades, years: t)
                            try compare(
                                "\(label) groups \(groups) quintiles \(wanted) moment \(moment) \(benchmark)",
                                draws.deviations(groups, quintiles: wanted, moment: moment, benchmark: benchmark),
                                outcome.moments(weights, at: moment, pupils: own))
                        }
                    }
                    for grade in 0..<grades {
                        try compare(
                            "\(label) groups \(groups) grade \(grade) moment \(moment)",
                            draws.deviations(groups, grade: grade, moment: moment, benchmark: .trend),
                            outcome.moments(
                                .grade(grade, rho: rho, grades: grades, years: t), at: moment,
                                pupils: pupils(groups, [1, 2, 3, 4, 5])))
                    }
                }
            }
        }
        #expect(cells == 629)
        #expect(misses == [])
    }

    /// Grades share a school's noise: with grades independent of each other the variance of their mean would be another.
    @Test func theWeightsOfTheMeanAreThoseOfItsGrades() {
        for (rho, grades, years) in [(0.8, 4, 3), (0.8, 4, 7), (0.5, 20, 5), (1, 3, 2), (0, 2, 4)] {
            let mean = Weights.state(rho: rho, grades: grades, years: years)
            let byGrade = (0..<grades).map { Weights.grade($0, rho: rho, grades: grades, years: years) }
            let before = Weights.state(rho: rho, grades: grades, years: years - 1)
            let leaving = Weights.grade(grades - 1, rho: rho, grades: grades, years: years - 1)
            let growth = Weights.growth(rho: rho, grades: grades, years: years)
            for age in 0..<years {
                let sum = byGrade.reduce(0) { $0 + $1.inputs[age] }
                #expect(abs(sum / Double(grades) - mean.inputs[age]) < 1e-15)
                let earlier = age == 0 ? 0 : before.inputs[age - 1] - leaving.inputs[age - 1] / Double(grades)
                #expect(abs(mean.inputs[age] - earlier - growth.inputs[age]) < 1e-15)
            }
        }
    }
}
