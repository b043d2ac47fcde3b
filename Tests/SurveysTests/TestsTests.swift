import LinearAlgebra
import TestSupport
import Testing

@testable import Surveys

@Suite("Tests of survey estimates and counts")
struct TestsTests {
    @Test("The Wald test of one contrast is the squared t, and F and chi-squared meet for many clusters")
    func waldOfOne() throws {
        let estimates = SurveyEstimates(
            values: [1, 3], covariance: Matrix(rowVectors: [[0.5, 0.1], [0.1, 0.4]]), degreesOfFreedom: 12)
        let contrast = Matrix(rowVectors: [[-1, 1]])
        let test = try WaldTest.test(contrast, of: estimates)
        // 2^2 / (0.5 + 0.4 - 0.2).
        #expect(relativeDifference(test.statistic, 4 / 0.7) < 1e-14)
        #expect(test.distribution == .f(1, 12))
        let t = TestResult(statistic: (4 / 0.7).squareRoot(), distribution: .t(12))
        #expect(relativeDifference(test.pValue, t.pValue) < 1e-12)
        let many = SurveyEstimates(values: [1, 3], covariance: estimates.covariance, degreesOfFreedom: .infinity)
        let (f, chi) = (try WaldTest.test(of: many, form: .adjustedF), try WaldTest.test(of: many, form: .chiSquared))
        #expect(relativeDifference(f.pValue, chi.pValue) < 1e-12)
        #expect(try WaldTest.test(of: estimates, null: [1, 3]).pValue == 1)
        let adjusted = try WaldTest.test(of: estimates, form: .adjustedF)
        #expect(adjusted.distribution == .f(2, 11))
        #expect(relativeDifference(adjusted.statistic, chi.statistic * 11 / 24) < 1e-14)
    }

    @Test("The Wald test does not depend on units or on the choice of contrasts") func waldIsInvariant() throws {
        let covariance = Matrix(rowVectors: [[0.5, 0.1, 0], [0.1, 0.4, 0.2], [0, 0.2, 0.9]])
        let estimates = SurveyEstimates(values: [1, 3, 2], covariance: covariance, degreesOfFreedom: 12)
        let one = try WaldTest.test(Matrix(rowVectors: [[-1, 1, 0], [0, -1, 1]]), of: estimates)
        let other = try WaldTest.test(Matrix(rowVectors: [[1e9, 0, -1e9], [1e-6, 1e-6, -2e-6]]), of: estimates)
        #expect(relativeDifference(one.statistic, other.statistic) < 1e-12)
        #expect(throws: SurveyError.analysis(.singularContrast(2))) {
            try WaldTest.test(Matrix(rowVectors: [[-1, 1, 0], [0, -1, 1], [-1, 0, 1]]), of: estimates)
        }
        #expect(throws: SurveyError.analysis(.noDegreesOfFreedom(found: 2, needed: 3))) {
            try WaldTest.test(
                of: SurveyEstimates(values: [1, 3, 2], covariance: covariance, degreesOfFreedom: 2), form: .adjustedF)
        }
    }

    @Test("In a simple random sample all design effects are n / (n - 1), so that X2 is Pearson's but for that")
    func simpleRandomSample() throws {
        let table: [[Double]] = [[12, 5, 7], [3, 18, 9]]
        var (rows, columns): ([Int32], [Int32]) = ([], [])
        for (row, counts) in table.enumerated() {
            for (column, count) in counts.enumerated() {
                rows += Array(repeating: Int32(row), count: Int(count))
                columns += Array(repeating: Int32(column), count: Int(count))
            }
        }
        let sample = SurveySample(try SurveyDesign(weights: rows.map { _ in 3 }))
        let test = try RaoScottTest(
            TwoWayTable(
                rows: rows, rowNames: ["a", "b"], columns: columns, columnNames: ["x", "y", "z"], sample: sample))
        let counts = try CountTest.independence(table)
        #expect(relativeDifference(test.pearson, counts.pearson.statistic) < 1e-12)
        #expect(relativeDifference(test.likelihoodRatio, counts.likelihoodRatio.statistic) < 1e-12)
        let n = 54.0
        // The design effects hold for the variance under independence only in expectation; with the estimated one they are near.
        #expect(test.designEffects.allSatisfy { abs($0 - n / (n - 1)) < 0.6 })
        #expect(test.degreesOfFreedom == 2 && test.designDegreesOfFreedom == 53)
        let sum = test.designEffects.reduce(0, +)
        let first = try test.result(.firstOrderF)
        #expect(first.distribution == .f(2, 106))
        #expect(relativeDifference(first.statistic, test.pearson / sum) < 1e-14)
        let second = try test.result(.secondOrderChiSquared, statistic: .likelihoodRatio)
        let squares = test.designEffects.reduce(0) { $0 + $1 * $1 }
        #expect(second.distribution == .chiSquared(sum * sum / squares))
        #expect(relativeDifference(second.statistic, test.likelihoodRatio * sum / squares) < 1e-13)
    }

    @Test("Shares add up in their direction and influences are derivatives") func tableShares() throws {
        let rows: [Int32] = [0, 0, 1, 1, 0, 1, -1, 1, 0, 0]
        let columns: [Int32] = [0, 1, 0, 1, 2, 2, 0, 0, -1, 1]
        let weights: [Double] = [1, 2, 1, 3, 1, 1, 2, 2, 1, 4]
        let sample = SurveySample(try SurveyDesign(weights: weights))
        let table = try TwoWayTable(
            rows: rows, rowNames: ["a", "b", "nobody"], columns: columns, columnNames: ["x", "y", "z"], sample: sample)
        #expect(table.rowNames == ["a", "b"])
        #expect(table.respondentCount == 8)
        #expect(abs(try table.jointShares().values.reduce(0, +) - 1) < 1e-15)
        let eighths: [Double] = [1, 6, 1].map { $0 / 8 }
        let sevenths: [Double] = [3, 3, 1].map { $0 / 7 }
        #expect(try table.sharesWithinRows().values == eighths + sevenths)
        #expect(try table.sharesWithinColumns().values[0] == 1 / 4.0)
        for direction in [CellShares.Direction.joint, .withinRows, .withinColumns] {
            try expectDerivative(
                CellShares(table: table, direction: direction), weights: weights, rows: [0, 3, 6, 8, 9])
        }
        #expect(throws: SurveyError.analysis(.tooFewGroups(found: 1, needed: 2))) {
            try TwoWayTable(
                rows: rows.map { min($0, 0) }, rowNames: ["a"], columns: columns, columnNames: ["x", "y", "z"],
                sample: sample)
        }
    }

    @Test("Differences of waves: independent, overlapping, and with an unknown correlation") func differences() throws {
        let first = DifferenceTest.Estimate(value: 0.5, standardError: 0.03, respondents: 400)
        let second = DifferenceTest.Estimate(value: 0.6, standardError: 0.04, respondents: 900)
        let apart = try DifferenceTest(from: first, to: second)
        #expect(abs(apart.standardError - 0.05) < 1e-15)
        #expect(abs(apart.result.statistic - 2) < 1e-13)
        // rho n12 / sqrt(n1 n2) = 0.5 * 300 / 600 = 0.25; 0.0025 - 2 * 0.25 * 0.0012.
        let together = try DifferenceTest(from: first, to: second, .overlap(respondents: 300, correlation: 0.5))
        #expect(relativeDifference(together.standardError, 0.0019.squareRoot()) < 1e-14)
        let known = try DifferenceTest(from: first, to: second, .covariance(0.0003))
        #expect(relativeDifference(known.standardError, together.standardError) < 1e-14)
        let unknown = try DifferenceTest(from: first, to: second, .unknownOverlap(respondents: 300))
        #expect(unknown.standardError == apart.standardError)
        #expect(relativeDifference(unknown.smallestStandardError, 0.0013.squareRoot()) < 1e-14)
        #expect(throws: SurveyError.analysis(.overlapTooLarge(found: 500, most: 400))) {
            try DifferenceTest(from: first, to: second, .unknownOverlap(respondents: 500))
        }
        #expect(throws: SurveyError.self) {
            try DifferenceTest(from: .init(value: 1, standardError: 0), to: second)
        }
        // Welch and Satterthwaite: two equal errors with 10 degrees each have 20.
        let few = DifferenceTest.Estimate(value: 0.5, standardError: 0.03, degreesOfFreedom: 10)
        #expect(abs(try DifferenceTest(from: few, to: few).degreesOfFreedom - 20) < 1e-12)
        // 0.1 - 1.96 * 0.05 = 0.0020018.
        #expect(abs(try apart.confidenceInterval().lowerBound - 0.0020018007729973) < 1e-15)
    }

    /// Hollander and Wolfe (1999), example 6.2: output after training with no, rough and accurate information. They print J = 79,
    /// J* = 2.04 with the variance for ties 150.29.
    @Test("Jonckheere and Terpstra's test agrees with the book's example") func jonckheere() throws {
        let test = try JonckheereTerpstra([
            [40, 35, 38, 43, 44, 41], [38, 40, 47, 44, 40, 42], [48, 40, 45, 43, 46, 44],
        ])
        #expect(test.statistic == 79)
        #expect(test.mean == 54)
        #expect(abs(test.variance - 150.29) < 0.005)
        #expect(abs(test.result.statistic - 2.04) < 0.005)
        #expect(test.exactTails == nil)
    }

    @Test("Without ties the exact tails count the orders: 3 groups of 1 have 6") func exactTails() throws {
        let tails = try #require(try JonckheereTerpstra([[1], [2], [3]]).exactTails)
        #expect(abs(tails.upper - 1 / 6.0) < 1e-15 && abs(tails.lower - 1) < 1e-15)
        // Groups of 2: J of 2 x 2 is U, whose counts over 6 orders are 1, 1, 2, 1, 1.
        let pair = try #require(try JonckheereTerpstra([[1, 3], [2, 4]]).exactTails)
        #expect(abs(pair.upper - 2 / 6.0) < 1e-15)
        // All orders of 3 groups of 2: enumerated.
        let values = [1.0, 4, 2, 6, 3, 5]
        let found = try JonckheereTerpstra([[1, 4], [2, 6], [3, 5]])
        let all = Self.permutations(values).map { Self.count($0) }
        let share = Double(all.count { $0 >= found.statistic }) / Double(all.count)
        #expect(abs(try #require(found.exactTails).upper - share) < 1e-14)
        let mean = all.reduce(0, +) / Double(all.count)
        let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
        #expect(abs(found.variance - variance) < 1e-10 && abs(found.mean - mean) < 1e-12)
    }

    @Test("The variance for ties is that over all permutations") func tiedVariance() throws {
        let values = [1.0, 2, 2, 1, 3, 2]
        let all = Self.permutations(values).map { Self.count($0) }
        let mean = all.reduce(0, +) / Double(all.count)
        let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
        let found = try JonckheereTerpstra([[1, 2], [2, 1], [3, 2]])
        #expect(relativeDifference(found.variance, variance) < 1e-12)
        #expect(relativeDifference(found.mean, mean) < 1e-12)
        #expect(found.statistic == Self.count(values))
    }

    private static func permutations(_ values: [Double]) -> [[Double]] {
        guard values.count > 1 else { return [values] }
        return values.indices.flatMap { index in
            var rest = values
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }

    /// J of three groups of two, by its definition.
    private static func count(_ values: [Double]) -> Double {
        var sum = 0.0
        for one in 0..<4 {
            for other in (one / 2 * 2 + 2)..<6 {
                sum += values[one] < values[other] ? 1 : values[one] == values[other] ? 0.5 : 0
            }
        }
        return sum
    }

    @Test("Corrected p-values keep missing ones aside") func adjusted() throws {
        let values = try MultipleTesting.holm.adjusted([0.01, .nan, 0.04])
        #expect(values[0] == 0.02 && values[1].isNaN && values[2] == 0.04)
        #expect(try MultipleTesting.benjaminiHochberg.adjusted([]).isEmpty)
        #expect(throws: SurveyError.self) { try MultipleTesting.bonferroni.adjusted([1.2]) }
    }

    @Test("Trends of shares: the contrast of a line, and what it cannot be told from") func trend() throws {
        let shares = SurveyEstimates(
            values: [0.2, 0.4, 0.6], covariance: .diagonal([0.01, 0.01, 0.01]), degreesOfFreedom: 30)
        let trend = try CochranArmitage(shares: shares)
        #expect(relativeDifference(trend.slope, 0.2) < 1e-14)
        // (-1/2, 0, 1/2) with variances 0.01.
        #expect(relativeDifference(trend.standardError, 0.005.squareRoot()) < 1e-14)
        #expect(throws: SurveyError.analysis(.noVariation("the score"))) {
            try CochranArmitage(shares: shares, scores: [2, 2, 2])
        }
        #expect(throws: SurveyError.analysis(.noVariation("the property"))) {
            try CochranArmitage(counts: [0, 0], totals: [10, 12])
        }
        #expect(throws: SurveyError.self) { try CochranArmitage(counts: [11, 0], totals: [10, 12]) }
    }

    @Test("A goodness of fit by hand, and counts where none are expected") func goodnessOfFit() throws {
        let test = try CountTest.goodnessOfFit([10, 20, 30], shares: [0.25, 0.25, 0.5])
        // (10 - 15)^2 / 15 + (20 - 15)^2 / 15 + 0.
        #expect(relativeDifference(test.pearson.statistic, 50 / 15.0) < 1e-14)
        #expect(test.pearson.distribution == .chiSquared(2))
        let hole = try CountTest.goodnessOfFit([10, 0, 20], shares: [0.5, 0, 0.5])
        #expect(hole.pearson.distribution == .chiSquared(1))
        #expect(throws: SurveyError.self) { try CountTest.goodnessOfFit([10, 1, 20], shares: [0.5, 0, 0.5]) }
        #expect(throws: SurveyError.self) { try CountTest.goodnessOfFit([10, -1], shares: [0.5, 0.5]) }
        #expect(throws: SurveyError.analysis(.sharesDoNotAddUp(found: 0.9))) {
            try CountTest.goodnessOfFit([10, 1], shares: [0.5, 0.4])
        }
        #expect(throws: SurveyError.self) { try CountTest.independence([]) }
        #expect(throws: SurveyError.self) { try CountTest.independence([[1, 2], [3]]) }
    }

    @Test("A weighted sum of chi-squared variables with equal weights is F, in pairs a mixture of exponentials")
    func weightedSum() {
        let equal = WeightedChiSquared(weights: [2, 2, 2], denominatorDegreesOfFreedom: 17)
        let f = TestResult(statistic: 3, distribution: .f(3, 17)).pValue
        #expect(relativeDifference(equal.upperTail(18), f) < 1e-13)
        // (5 exp(-x / 10) - exp(-x / 2)) / 4 for the weights 5, 5, 1, 1; at x = 30 and 150.
        let pairs = WeightedChiSquared(weights: [5, 1, 5, 1])
        #expect(relativeDifference(pairs.upperTail(30), 0.06223375898424981) < 1e-12)
        #expect(relativeDifference(pairs.upperTail(150), 3.8237790062728223e-07) < 1e-8)
        let uneven = WeightedChiSquared(weights: [1_000, 1_000, 1, 1])
        // (1000 exp(-x / 2000) - exp(-x / 2)) / 999 at x = 5,000.
        #expect(relativeDifference(uneven.upperTail(5_000), 0.08216716578968848) < 1e-11)
        #expect(WeightedChiSquared(weights: [3, 1e-14]).weights == [3])
        #expect(pairs.upperTail(0) == 1)
    }

    @Test("All pairs: differences with their covariance, corrected for their number") func pairwise() throws {
        let covariance = Matrix(rowVectors: [[0.05, 0.01, 0], [0.01, 0.04, 0], [0, 0, 0.01]])
        let estimates = SurveyEstimates(values: [1, 1.5, 2], covariance: covariance, degreesOfFreedom: 40)
        let found = try PairwiseComparisons(["a", "b", "c"], estimates, correction: .bonferroni)
        #expect(found.pairs.map { $0.first + $0.second } == ["ab", "ac", "bc"])
        #expect(found.pairs.map(\.difference) == [0.5, 1, 0.5])
        // 0.05 + 0.04 - 2 * 0.01.
        #expect(relativeDifference(found.pairs[0].standardError, 0.07.squareRoot()) < 1e-14)
        #expect(relativeDifference(found.pairs[1].adjustedPValue, 3 * found.pairs[1].test.pValue) < 1e-14)
        let first = try WaldTest.test(Matrix(rowVectors: [[-1, 1, 0]]), of: estimates)
        #expect(relativeDifference(first.pValue, found.pairs[0].test.pValue) < 1e-12)
        let fixed = SurveyEstimates(values: [1, 2], covariance: Matrix(rows: 2, columns: 2), degreesOfFreedom: 4)
        #expect(throws: SurveyError.analysis(.singularContrast(0))) { try PairwiseComparisons(["a", "b"], fixed) }
        #expect(
            try PairwiseComparisons(
                [],
                SurveyEstimates(
                    values: [], covariance: Matrix(rows: 0, columns: 0), degreesOfFreedom: 4)
            ).pairs.isEmpty)
    }

    @Test("Every problem has words: what was found, what was expected, what to do") func words() {
        let problems: [AnalysisProblem] = [
            .tooFewGroups(found: 1, needed: 2), .tooFewRows(found: 1, needed: 2),
            .unequalLengths(what: "names", found: 1, expected: 2),
            .badValue(what: "share", position: 0, found: .nan, expected: "0 to 1"), .singularColumn("x"),
            .separation("x"),
            .notConverged(what: "the regression", iterations: 40), .singularContrast(0),
            .noDegreesOfFreedom(found: 1, needed: 2), .noVariation("the score"), .perfectAssociation,
            .sharesDoNotAddUp(found: 0.9), .populationTooSmall(category: "a", population: 1, response: 2),
            .overlapTooLarge(found: 2, most: 1),
        ]
        #expect(Set(problems.map(\.description)).count == problems.count)
        for problem in problems {
            #expect(problem.description.count > 40 && problem.description.hasSuffix("."))
        }
        #expect(
            problems[3].description == "share 1 is missing; expected 0 to 1. Correct it or leave it out.")
        #expect(
            problems[13].description
                == "2.0 units are said to be in both samples, and the smaller one has 1.0. Give the number in both.")
    }
}
