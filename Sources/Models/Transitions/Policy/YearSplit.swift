import LinearAlgebra
import Probability

/// The deviation of one year and its parts.
struct YearSplit {
    let expected: Estimate
    let deviation: PolicyFinding.Part
    let skill: PolicyFinding.Part?
    let policy: PolicyFinding.Part?

    init(
        _ series: LogOddsSeries, _ position: Int, _ identification: SkillIdentification?, isPolicyYear: Bool
    ) throws(ModelError) {
        let weights = series.expectation(of: position)
        let own = series.cells.indices.map { $0 == position ? 1.0 : 0 }
        let away = zip(own, weights).map { $0 - $1 }
        let (level, reference) = (series.values[position], dot(weights, series.values))
        let (observed, without) = (Logistic(level), Logistic(reference))
        // Scatter belongs to what the years would have been, not to what was observed; on the log-odds scale it is the same.
        func estimate(_ value: Double, _ sampling: [Double], scatter: [Double], declared: Double = 0) -> Estimate {
            let variance =
                quadraticForm(series.covariance, sampling) + series.scatter * dot(scatter, scatter) + declared
            return Estimate(
                value: value, standardError: max(0, variance).squareRoot(), degreesOfFreedom: series.degreesOfFreedom)
        }
        expected = estimate(reference, weights, scatter: weights)
        deviation = PolicyFinding.Part(
            logOdds: estimate(level - reference, away, scatter: away),
            points: estimate(
                100 * (observed.value - without.value),
                zip(own, weights).map { 100 * (observed.slope * $0 - without.slope * $1) },
                scatter: away.map { 100 * without.slope * $0 }))
        guard let effect = try Self.skill(identification, series, position) else {
            (skill, policy) = (nil, nil)
            return
        }
        // What the log-odds would have been with the old rules: the expectation moved by skill.
        let shifted = zip(weights, effect.weights).map { $0 + $1 }
        let unruled = Logistic(reference + effect.value)
        skill = PolicyFinding.Part(
            logOdds: estimate(effect.value, effect.weights, scatter: effect.weights, declared: effect.variance),
            points: estimate(
                100 * (unruled.value - without.value),
                zip(shifted, weights).map { 100 * (unruled.slope * $0 - without.slope * $1) },
                scatter: zip(shifted, weights).map { 100 * (unruled.slope * $0 - without.slope * $1) },
                declared: 1e4 * unruled.slope * unruled.slope * effect.variance))
        guard isPolicyYear else {
            policy = nil
            return
        }
        let rest = zip(own, shifted).map { $0 - $1 }
        policy = PolicyFinding.Part(
            logOdds: estimate(level - reference - effect.value, rest, scatter: rest, declared: effect.variance),
            points: estimate(
                100 * (observed.value - unruled.value),
                zip(own, shifted).map { 100 * (observed.slope * $0 - unruled.slope * $1) },
                scatter: rest.map { 100 * unruled.slope * $0 },
                declared: 1e4 * unruled.slope * unruled.slope * effect.variance))
    }

    /// The effect of skill: a number, weights on the years' log-odds, and the variance that is declared.
    private struct Effect {
        let value: Double
        let weights: [Double]
        let variance: Double
    }

    private static func skill(
        _ identification: SkillIdentification?, _ series: LogOddsSeries, _ position: Int
    ) throws(ModelError) -> Effect? {
        let none = [Double](repeating: 0, count: series.cells.count)
        switch identification?.kind {
        case .declared(let effect, let deviations):
            guard let sd = deviations.first(where: { $0.year == series.cells[position].cohort })?.sd else { return nil }
            // The delta method for a product of independent numbers.
            let (one, other) = (sd.estimate * effect.standardError, effect.estimate * sd.standardError)
            return Effect(value: effect.estimate * sd.estimate, weights: none, variance: one * one + other * other)
        case .fromYears(let years):
            var weights = none
            for year in years {
                guard let place = series.cells.firstIndex(where: { $0.cohort == year }) else {
                    throw .transitions(
                        .unknownYear(
                            year, use: "the year of 'from_years' of '\(series.cells[position].name)'",
                            known: series.cells.map(\.cohort)))
                }
                let expectation = series.expectation(of: place)
                for index in weights.indices {
                    weights[index] += ((index == place ? 1 : 0) - expectation[index]) / Double(years.count)
                }
            }
            return Effect(value: dot(weights, series.values), weights: weights, variance: 0)
        case nil: return nil
        }
    }
}

/// The logistic function and its slope.
private struct Logistic {
    let value: Double
    let slope: Double

    init(_ logOdds: Double) {
        let cumulants = Family.binomial.cumulants(logOdds)
        (value, slope) = (cumulants.mean, cumulants.variance)
    }
}
