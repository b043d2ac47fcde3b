import Foundation
import Probability
import Tables
import TestSupport
import Testing

@testable import Synthesis

/// Schools of 12 pupils with everything that varies; nobody moves, so that schools and classes can be told apart exactly.
private let population = """
    kind: synthetic
    seed: 20
    structure: {schools: 800, pupils_per_school: 12, classes_per_school: 2}
    moments: [0, 1, 3]
    missing: 0.1
    factors:
      cohort: {levels: [a, b, c], shares: [0.5, 0.3, 0.2]}
      ses: {levels: [high, low], shares: [0.7, 0.3], school_sd: 0.8}
    outcome: {name: score, family: gaussian, residual_sd: 5}
    fixed: {"(Intercept)": 50, time: 6, seslow: -5, cohortb: 1, "time:cohortc": -0.5, "time:cohortc:seslow": -1.5}
    random:
      pupil: {"(Intercept)": 8, time: 1.2, correlation: -0.25}
      school: {"(Intercept)": 4}
      class: {"(Intercept)": 3}
    """

/// What the fixed effects above add up to.
private func expectation(cohort: String, ses: String, time: Double) -> Double {
    let isC = cohort == "c"
    let level = 50 + (ses == "low" ? -5.0 : 0) + (cohort == "b" ? 1 : 0)
    return level + time * (6 + (isC ? -0.5 : 0) + (isC && ses == "low" ? -1.5 : 0))
}

/// The file above read back, by column.
private struct Population {
    let school, classes, cohort, ses: [String]
    let time, score: [Double]
    /// The scores less their expectation.
    let deviation: [Double]

    static let drawn = Result { try Population() }

    init() throws {
        let table = try drawnTable()
        school = try table.texts("school")
        classes = try table.texts("class")
        cohort = try table.texts("cohort")
        ses = try table.texts("ses")
        time = try table.numbers("time")
        score = try table.numbers("score")
        var deviation = score
        for row in score.indices {
            deviation[row] -= expectation(cohort: cohort[row], ses: ses[row], time: time[row])
        }
        self.deviation = deviation
    }
}

private func drawnTable() throws -> Table { try table(truth(population)) }

@Suite struct MomentTests {
    private let variances = (pupil: 64.0, slope: 1.44, both: -0.25 * 8 * 1.2, school: 16.0, class: 9.0, residual: 25.0)

    @Test func theDeclaredShareIsMissing() throws {
        let data = try Population.drawn.get()
        let missing = Double(data.score.count { $0.isNaN }) / Double(data.score.count)
        #expect(agrees(missing, with: 0.1, standardError: standardError(ofShare: 0.1, count: data.score.count)))
        // At every moment alike.
        for time in [0.0, 1, 3] {
            let scores = zip(data.time, data.score).filter { $0.0 == time }.map(\.1)
            let share = Double(scores.count { $0.isNaN }) / Double(scores.count)
            #expect(agrees(share, with: 0.1, standardError: standardError(ofShare: 0.1, count: scores.count)))
        }
    }

    @Test func factorsHaveTheirShares() throws {
        let data = try Population.drawn.get()
        let rows = data.time.indices.filter { data.time[$0] == 0 }
        for (level, share) in [("a", 0.5), ("b", 0.3), ("c", 0.2)] {
            let found = Double(rows.count { data.cohort[$0] == level }) / Double(rows.count)
            #expect(agrees(found, with: share, standardError: standardError(ofShare: share, count: rows.count)))
        }
        // Shares of schools: their mean is the declared share, their variance that of the logistic model.
        var low = [Double](repeating: 0, count: 800)
        for row in rows where data.ses[row] == "low" { low[row / 36] += 1.0 / 12 }
        let (mean, variance) = moments(low)
        #expect(agrees(mean, with: 0.3, standardError: (variance / 800).squareRoot()))
        let draw = FactorDraw(try truth(population).factors[1])
        let shares = (0..<4000).map { position in
            // The share of the second level by school, at the middles of equal parts of probability.
            let z = standardNormalQuantile((Double(position) + 0.5) / 4000)
            return Double((0..<500).count { draw.level(at: (Double($0) + 0.5) / 500, deviation: 0.8 * z) == 1 }) / 500
        }
        let (meanShare, between) = moments(shares)
        #expect(abs(meanShare - 0.3) < 0.001)
        let expected = between + (0.3 * 0.7 - between) / 12
        #expect(agrees(variance, with: expected, standardError: expected * (2.0 / 799).squareRoot()))
        #expect(between > 0.01)
    }

    @Test func cellsHaveTheirMeans() throws {
        let data = try Population.drawn.get()
        var cells: [String: [Int]] = [:]
        for row in data.score.indices where !data.score[row].isNaN {
            cells["\(data.cohort[row]) \(data.ses[row]) \(data.time[row])", default: []].append(row)
        }
        #expect(cells.count == 18)
        for rows in cells.values {
            let count = Double(rows.count)
            let time = data.time[rows[0]]
            let own = variances.pupil + 2 * time * variances.both + time * time * variances.slope + variances.residual
            var variance = own / count
            for (names, part) in [(data.school, variances.school), (data.classes, variances.class)] {
                var sizes: [String: Double] = [:]
                for row in rows { sizes[names[row], default: 0] += 1 }
                variance += part * sizes.values.reduce(0) { $0 + $1 * $1 } / (count * count)
            }
            let mean = rows.reduce(0) { $0 + data.deviation[$1] } / count
            #expect(agrees(mean, with: 0, standardError: variance.squareRoot()))
        }
    }

    /// Within classes, scores at two moments vary together as `Z G Z' + sigma^2 I`.
    @Test func pupilsAndResidualsHaveTheirCovariance() throws {
        let data = try Population.drawn.get()
        let times = [0.0, 1, 3]
        // Complete pupils by class, three deviations each.
        var classes: [String: [[Double]]] = [:]
        for first in stride(from: 0, to: data.score.count, by: 3) {
            let scores = Array(data.deviation[first..<first + 3])
            if !scores.contains(where: \.isNaN) { classes[data.classes[first], default: []].append(scores) }
        }
        var products = [[Double]](repeating: [0, 0, 0], count: 3)
        var freedom = 0.0
        for pupils in classes.values {
            freedom += Double(pupils.count - 1)
            let means = (0..<3).map { moment in pupils.reduce(0) { $0 + $1[moment] } / Double(pupils.count) }
            for scores in pupils {
                for t in 0..<3 {
                    for u in 0..<3 { products[t][u] += (scores[t] - means[t]) * (scores[u] - means[u]) }
                }
            }
        }
        func expected(_ t: Int, _ u: Int) -> Double {
            let cross = variances.pupil + (times[t] + times[u]) * variances.both + times[t] * times[u] * variances.slope
            return cross + (t == u ? variances.residual : 0)
        }
        for t in 0..<3 {
            for u in 0...t {
                let variance = expected(t, t) * expected(u, u) + expected(t, u) * expected(t, u)
                #expect(
                    agrees(
                        products[t][u] / freedom, with: expected(t, u), standardError: (variance / freedom).squareRoot()
                    ))
            }
        }
    }

    /// Balanced nested analysis of variance at the first moment without missing scores: classes in schools, pupils in classes.
    @Test func schoolsAndClassesHaveTheirVariances() throws {
        let complete = try table(truth(population.replacing("missing: 0.1", with: "missing: 0")))
        let (time, score) = (try complete.numbers("time"), try complete.numbers("score"))
        let (cohort, ses, place) = (
            try complete.texts("cohort"), try complete.texts("ses"), try complete.texts("class")
        )
        var sums = [[Double]](repeating: [0, 0], count: 800)
        for row in score.indices where time[row] == 0 {
            let deviation = score[row] - expectation(cohort: cohort[row], ses: ses[row], time: 0)
            sums[row / 36][place[row].hasSuffix("-1") ? 0 : 1] += deviation / 6
        }
        // Mean squares per class mean: E between classes = class + (pupil + residual) / 6.
        let within = moments(sums.map { ($0[0] - $0[1]) / 2.0.squareRoot() })
        let classMean = variances.class + (variances.pupil + variances.residual) / 6
        #expect(agrees(within.variance, with: classMean, standardError: classMean * (2.0 / 799).squareRoot()))
        let between = moments(sums.map { ($0[0] + $0[1]) / 2 })
        let schoolMean = variances.school + classMean / 2
        #expect(agrees(between.variance, with: schoolMean, standardError: schoolMean * (2.0 / 799).squareRoot()))
        // Classes next to each other in different schools have nothing in common.
        let neighbours = (1..<800).map { sums[$0 - 1][1] * sums[$0][0] }
        let own = variances.school + classMean
        #expect(agrees(moments(neighbours).mean, with: 0, standardError: own / 799.0.squareRoot()))
        #expect(agrees(between.mean, with: 0, standardError: (schoolMean / 800).squareRoot()))
    }

    @Test func sizesOfSchoolsHaveTheirMeanAndStandardDeviation() throws {
        let text = population.replacing(
            "schools: 800, pupils_per_school: 12", with: "schools: 20000, pupils_per_school: {mean: 180, sd: 40}")
        let schools = Microdata(try truth(text)).schools
        let sizes = (0..<schools.schoolCount).map { Double(schools.pupils(of: $0).count) }
        let (mean, variance) = moments(sizes)
        #expect(schools.schoolCount == 20_000 && Int(sizes.reduce(0, +)) == schools.pupilCount)
        #expect(agrees(mean, with: 180, standardError: 40 / 20_000.0.squareRoot()))
        // The fourth moment of the sizes gives the error of their variance.
        let fourth = sizes.reduce(0) { $0 + pow($1 - mean, 4) } / 20_000
        #expect(agrees(variance, with: 1600, standardError: ((fourth - variance * variance) / 20_000).squareRoot()))
        #expect((sizes.min() ?? 0) >= 1)
    }

    @Test func theDeclaredShareMovesOnceAndMostlyWithinTheRegion() throws {
        let text = """
            kind: synthetic
            structure:
              schools: 100
              pupils_per_school: 100
              moves: {share: 0.2, within_region: 0.9, region_size: 30}
            moments: [0, 1, 2, 3]
            outcome: {name: score, family: gaussian, residual_sd: 0}
            fixed: {}
            random: {school: {"(Intercept)": 4}}
            """
        let table = try table(truth(text))
        let schools = try table.texts("school").map { Int($0.dropFirst()) ?? 0 }
        let scores = try table.numbers("score")
        var movers = 0, within = 0, outside = 0
        var when = [0, 0, 0, 0]
        var effects: [Int: Double] = [:]
        for pupil in 0..<10_000 {
            let visited = Array(schools[4 * pupil..<4 * pupil + 4])
            for (row, school) in visited.enumerated() {
                // The score is the effect of the school that the pupil is in, mover or not.
                let score = scores[4 * pupil + row]
                #expect(effects[school, default: score] == score)
                effects[school] = score
            }
            guard let change = (1..<4).first(where: { visited[$0] != visited[0] }) else { continue }
            #expect(visited[change...].allSatisfy { $0 == visited[change] } && (1...100).contains(visited[change]))
            movers += 1
            when[change] += 1
            if (visited[0] - 1) / 30 == (visited[change] - 1) / 30 { within += 1 } else { outside += 1 }
        }
        #expect(effects.count == 100 && outside > 0)
        #expect(agrees(Double(movers) / 10_000, with: 0.2, standardError: standardError(ofShare: 0.2, count: 10_000)))
        // Those who look everywhere may stay as well: 29 of 99 for regions of 30, 9 of 99 for the last one of 10.
        let stays = 0.9 + 0.1 * (0.9 * 29 + 0.1 * 9) / 99
        #expect(
            agrees(
                Double(within) / Double(movers), with: stays,
                standardError: standardError(ofShare: stays, count: movers)))
        for moment in 1..<4 {
            let share = Double(when[moment]) / Double(movers)
            #expect(agrees(share, with: 1.0 / 3, standardError: standardError(ofShare: 1.0 / 3, count: movers)))
        }
    }

    @Test func aMoverNeverStays() throws {
        let text = """
            kind: synthetic
            structure: {schools: 3, pupils_per_school: 50, moves: {share: 1, within_region: 1, region_size: 2}}
            moments: [0, 1]
            outcome: {name: score, family: gaussian, residual_sd: 0}
            fixed: {}
            """
        let schools = try table(truth(text)).texts("school")
        for pupil in 0..<150 {
            let (from, to) = (schools[2 * pupil], schools[2 * pupil + 1])
            // The last region is a single school: its pupils go elsewhere.
            #expect(from == "s1" ? to == "s2" : from == "s2" ? to == "s1" : to != "s3")
        }
    }

    @Test func datesAreWithinTheJitterAndScoresBelongToThem() throws {
        let text = """
            kind: synthetic
            structure: {schools: 10, pupils_per_school: 500}
            moments: [0, 1]
            jitter: 0.3
            outcome: {name: score, family: gaussian, residual_sd: 0, decimals: 6}
            fixed: {"(Intercept)": 2, time: 7}
            """
        let table = try table(truth(text))
        let (times, scores) = (try table.numbers("time"), try table.numbers("score"))
        for (time, score) in zip(times, scores) { #expect(abs(2 + 7 * time - score) < 1e-6) }
        let shifts = times.enumerated().map { $1 - Double($0 % 2) }
        #expect(shifts.allSatisfy { abs($0) <= 0.3005 })
        let (mean, variance) = moments(shifts)
        #expect(agrees(mean, with: 0, standardError: (0.03 / 10_000.0).squareRoot()))
        // A uniform number's fourth moment is 9/5 of its squared variance.
        #expect(agrees(variance, with: 0.03, standardError: 0.03 * (0.8 / 10_000).squareRoot()))
    }

    @Test func weightsAreUniformAndDivideTheResidualVariance() throws {
        let text = """
            kind: synthetic
            structure: {schools: 10, pupils_per_school: 1000}
            moments: [0]
            outcome: {name: score, family: gaussian, residual_sd: 3}
            fixed: {}
            weights: {name: w, from: 0.5, to: 2.5}
            """
        let table = try table(truth(text))
        let (weights, scores) = (try table.numbers("w"), try table.numbers("score"))
        #expect(weights.allSatisfy { $0 >= 0.5 && $0 <= 2.5 })
        #expect(agrees(moments(weights).mean, with: 1.5, standardError: (4.0 / 12 / 10_000).squareRoot()))
        let squares = zip(weights, scores).map { $0 * $1 * $1 }
        #expect(agrees(moments(squares).mean, with: 9, standardError: 9 * (2.0 / 10_000).squareRoot()))
        // Heavy and light rows alike.
        let heavy = zip(weights, squares).filter { $0.0 > 2 }.map(\.1)
        #expect(agrees(moments(heavy).mean, with: 9, standardError: 9 * (2.0 / Double(heavy.count)).squareRoot()))
    }

    @Test func binomialAndPoissonOutcomesHaveTheirMeans() throws {
        func scores(_ family: String, _ intercept: Double) throws -> [Double] {
            let text = """
                kind: synthetic
                structure: {schools: 20, pupils_per_school: 1000}
                moments: [0, 1]
                outcome: {name: y, family: \(family)}
                fixed: {"(Intercept)": \(intercept), time: 0.5}
                """
            return try table(truth(text)).numbers("y")
        }
        for intercept in [-2.0, 0, 1.5] {
            let y = try scores("binomial", intercept)
            #expect(y.allSatisfy { $0 == 0 || $0 == 1 })
            for time in 0...1 {
                let own = stride(from: time, to: y.count, by: 2).map { y[$0] }
                let p = 1 / (1 + exp(-intercept - 0.5 * Double(time)))
                #expect(agrees(moments(own).mean, with: p, standardError: standardError(ofShare: p, count: own.count)))
            }
        }
        // A mean of 0.1, 3, 450 (the sum of densities) and 5000 (the expansion).
        for mean in [0.1, 3, 450, 5000] {
            let y = try scores("poisson", log(mean))
            let own = stride(from: 0, to: y.count, by: 2).map { y[$0] }
            let found = moments(own)
            #expect(own.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
            #expect(agrees(found.mean, with: mean, standardError: (mean / 20_000).squareRoot()))
            let fourth = mean + 3 * mean * mean
            #expect(
                agrees(found.variance, with: mean, standardError: ((fourth - mean * mean) / 20_000).squareRoot()))
        }
    }

    @Test func poissonCountsAreQuantiles() {
        // P(X <= 2 | mean 3) = exp(-3) (1 + 3 + 4.5) = 0.4232; P(X = 0 | mean 1) = exp(-1) = 0.3679.
        #expect(poissonQuantile(0.4231, logMean: log(3)) == 2 && poissonQuantile(0.4233, logMean: log(3)) == 3)
        #expect(poissonQuantile(0.3678, logMean: 0) == 0 && poissonQuantile(0.3680, logMean: 0) == 1)
        #expect(poissonQuantile(0.999_999_999_999_999_9, logMean: 0) < 20)
        // Both ways agree where they meet.
        for p in [0.001, 0.1, 0.5, 0.9, 0.999] {
            #expect(abs(poissonQuantile(p, logMean: log(499.9999)) - poissonQuantile(p, logMean: log(500.0001))) <= 1)
        }
    }
}
