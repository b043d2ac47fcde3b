import LinearAlgebra
import Surveys

/// How often 95% intervals of repeated samples hold the truth of their population.
struct CoverageStudy: Sendable {
    /// What is estimated, and how.
    enum Estimand: String, CaseIterable, Sendable {
        case mean, domainMean, share, domainShare, rareShare, rareShareStudent
        case change, changeOfOtherSchools, slope, median
        /// Errors of those who forget the schools.
        case meanWithoutClusters
        /// Errors of those who take the waves of the same schools for independent.
        case changeWithoutCovariance
    }

    /// The score of a domain in a sample, and its interval.
    struct Result {
        let estimate: Double
        let standardError: Double
        let interval: SurveyInterval
    }

    /// What repeated samples say of an estimand.
    struct Performance: Sendable {
        /// The share of the intervals that hold the truth.
        let coverage: Double
        /// The mean estimate minus the truth, in standard deviations of the estimates.
        let standardisedBias: Double
        /// The root of the mean squared standard error over the standard deviation of the estimates.
        let errorRatio: Double
    }

    let performance: [Estimand: Performance]

    init(seed: UInt64, samples: Int) throws {
        let population = SchoolPopulation(seed: seed)
        let truth = try PopulationTruth(population.pupils, disadvantage: population.schools.map(\.disadvantage))
        var results: [Estimand: [Result]] = [:]
        for draw in 0..<samples {
            for (estimand, result) in try Self.results(population, draw: 3 * draw, seed: seed) {
                results[estimand, default: []].append(result)
            }
        }
        performance = Dictionary(
            uniqueKeysWithValues: results.map { ($0, Self.performance($1, truth: truth.values[$0] ?? .nan)) })
    }

    private static func performance(_ results: [Result], truth: Double) -> Performance {
        let count = Double(results.count)
        let mean = results.reduce(0) { $0 + $1.estimate } / count
        let variance = results.reduce(0) { $0 + ($1.estimate - mean) * ($1.estimate - mean) } / (count - 1)
        let claimed = results.reduce(0) { $0 + $1.standardError * $1.standardError } / count
        return Performance(
            coverage: Double(results.count { $0.interval.contains(truth) }) / count,
            standardisedBias: (mean - truth) / variance.squareRoot(), errorRatio: (claimed / variance).squareRoot())
    }

    private static func results(
        _ population: SchoolPopulation, draw: Int, seed: UInt64
    ) throws -> [Estimand: Result] {
        let drawn = SchoolSample(population, draw: draw, seed: seed)
        let sample = try drawn.sample()
        var results = try means(drawn, sample)
        for (estimand, result) in try shares(drawn, sample) { results[estimand] = result }
        for (estimand, result) in try changes(drawn, sample) { results[estimand] = result }
        results[.changeOfOtherSchools] = try changeOfOtherSchools(population, draw: draw, seed: seed)
        results[.slope] = try slope(drawn, sample)
        let median = try sample.quantiles(QuantileStatistic(drawn.scores, probabilities: [0.5]))
        results[.median] = Result(
            estimate: median.estimates.values[0], standardError: median.estimates.standardErrors[0],
            interval: median.intervals[0])
        return results
    }

    private static func first(_ estimates: SurveyEstimates) throws -> Result {
        Result(
            estimate: estimates.values[0], standardError: estimates.standardErrors[0],
            interval: try estimates.confidenceIntervals()[0])
    }

    private static func means(_ drawn: SchoolSample, _ sample: SurveySample) throws -> [Estimand: Result] {
        let low = DomainCodes(rows: drawn.pupils.map { $0.isLow && $0.wave == 1 }, name: "low in wave 2")
        let mean = MeanStatistic([drawn.scores])
        return [
            .mean: try first(sample.estimates(of: mean)),
            .domainMean: try first(sample.estimates(of: MeanStatistic([drawn.scores], domains: low))),
            .meanWithoutClusters: try first(drawn.withoutClusters().estimates(of: mean)),
        ]
    }

    private static func shares(_ drawn: SchoolSample, _ sample: SurveySample) throws -> [Estimand: Result] {
        let low = DomainCodes(rows: drawn.pupils.map { $0.isLow && $0.wave == 1 }, name: "low in wave 2")
        let worries = drawn.pupils.map { Int32($0.worries ? 0 : 1) }
        let absent = drawn.pupils.map { Int32($0.isAbsent ? 0 : 1) }
        func share(_ answers: [Int32], _ method: ShareIntervalMethod, _ domains: DomainCodes? = nil) throws -> Result {
            let statistic = ShareStatistic(answers, categoryCount: 2, domains: domains)
            let estimates = try sample.estimates(of: statistic)
            let intervals = try sample.confidenceIntervals(of: statistic, estimates: estimates, method: method)
            return Result(
                estimate: estimates.values[0], standardError: estimates.standardErrors[0], interval: intervals[0])
        }
        return [
            .share: try share(worries, .logit), .domainShare: try share(worries, .logit, low),
            .rareShare: try share(absent, .logit), .rareShareStudent: try share(absent, .student),
        ]
    }

    /// The low group's mean minus the high group's in wave 2, minus the same in wave 1.
    private static let change = Matrix(rowVectors: [[1, -1, -1, 1]])

    private static func changes(_ drawn: SchoolSample, _ sample: SurveySample) throws -> [Estimand: Result] {
        let groups = try sample.estimates(of: MeanStatistic([drawn.scores], domains: drawn.groups))
        let gaps = groups.transformed(Matrix(rowVectors: [[-1, 1, 0, 0], [0, 0, -1, 1]]))
        let apart = SurveyEstimates(
            values: gaps.values,
            covariance: Matrix(rowVectors: [[gaps.covariance[0, 0], 0], [0, gaps.covariance[1, 1]]]),
            degreesOfFreedom: gaps.degreesOfFreedom)
        return [
            .change: try first(groups.transformed(change)),
            .changeWithoutCovariance: try first(apart.differences([(minuend: 1, subtrahend: 0)])),
        ]
    }

    /// The change between two waves for which schools were drawn anew: two samples, two designs.
    private static func changeOfOtherSchools(
        _ population: SchoolPopulation, draw: Int, seed: UInt64
    ) throws -> Result {
        let gaps = try (0..<2).map { wave in
            let drawn = SchoolSample(population, waves: [wave], draw: draw + 1 + wave, seed: seed)
            let groups = DomainCodes(codes: drawn.pupils.map { $0.isLow ? 1 : 0 }, names: ["high", "low"])
            let estimates = try drawn.sample().estimates(of: MeanStatistic([drawn.scores], domains: groups))
            let gap = estimates.differences([(minuend: 1, subtrahend: 0)])
            return DifferenceTest.Estimate(
                value: gap.values[0], standardError: gap.standardErrors[0], degreesOfFreedom: gap.degreesOfFreedom)
        }
        let test = try DifferenceTest(from: gaps[0], to: gaps[1], .independent)
        let interval = try test.confidenceInterval()
        return Result(
            estimate: test.difference, standardError: test.standardError,
            interval: SurveyInterval(lower: interval.lowerBound, upper: interval.upperBound))
    }

    private static func slope(_ drawn: SchoolSample, _ sample: SurveySample) throws -> Result {
        let fit = try SurveyRegression.ofScores(drawn.pupils, drawn.disadvantage).fit(sample)
        return try first(fit.coefficients.selected([2]))
    }
}

extension SurveyRegression {
    /// Scores by group and the school's disadvantage.
    static func ofScores(_ pupils: [SchoolPopulation.Pupil], _ disadvantage: [Double]) throws -> SurveyRegression {
        var matrix = Matrix(rows: pupils.count, columns: 3)
        for (row, pupil) in pupils.enumerated() {
            (matrix[row, 0], matrix[row, 1], matrix[row, 2]) = (1, pupil.isLow ? 1 : 0, disadvantage[row])
        }
        return try SurveyRegression(
            matrix, names: ["constant", "low", "disadvantage"], response: pupils.map(\.score))
    }
}

/// What the estimands are in the whole population: plain sums over all pupils.
struct PopulationTruth {
    let values: [CoverageStudy.Estimand: Double]

    init(_ pupils: [SchoolPopulation.Pupil], disadvantage: [Double]) throws {
        func mean(_ pupils: [SchoolPopulation.Pupil], _ value: (SchoolPopulation.Pupil) -> Double) -> Double {
            pupils.reduce(0) { $0 + value($1) } / Double(pupils.count)
        }
        func group(_ wave: Int, _ isLow: Bool) -> [SchoolPopulation.Pupil] {
            pupils.filter { $0.wave == wave && $0.isLow == isLow }
        }
        let gaps = (0..<2).map { mean(group($0, true), \.score) - mean(group($0, false), \.score) }
        let regression = try SurveyRegression.ofScores(pupils, pupils.map { disadvantage[$0.school] })
        let coefficients = try regression.values(weights: pupils.map { _ in 1 })
        let overall = mean(pupils, \.score)
        let absent = mean(pupils) { $0.isAbsent ? 1 : 0 }
        values = [
            .mean: overall, .meanWithoutClusters: overall, .domainMean: mean(group(1, true), \.score),
            .share: mean(pupils) { $0.worries ? 1 : 0 }, .domainShare: mean(group(1, true)) { $0.worries ? 1 : 0 },
            .rareShare: absent, .rareShareStudent: absent, .change: gaps[1] - gaps[0],
            .changeOfOtherSchools: gaps[1] - gaps[0], .changeWithoutCovariance: gaps[1] - gaps[0],
            .slope: coefficients[2], .median: pupils.map(\.score).sorted()[(pupils.count - 1) / 2],
        ]
    }
}
