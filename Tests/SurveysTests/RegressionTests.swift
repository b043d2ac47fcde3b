import LinearAlgebra
import TestSupport
import Testing

@testable import Surveys

@Suite("Regression of survey rows")
struct RegressionTests {
    /// Made rows: two columns beside the ones, in clusters of 5.
    static func made(_ count: Int = 60, seed: Int = 7) throws -> (Matrix, [Double], SurveySample) {
        var random = SeededGenerator(seed: seed)
        let x = (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
        let z = (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
        let y = (0..<count).map { x[$0] - z[$0] + Double.random(in: -2...2, using: &random) }
        let weights = (0..<count).map { _ in Double.random(in: 1...4, using: &random) }
        let stage = try SurveyDesign.Stage(clusters: (0..<count).map { Int32($0 / 5) })
        let design = try SurveyDesign(weights: weights, stages: [stage])
        let matrix = Matrix(rows: count, columns: 3, elements: x.map { _ in 1 } + x + z)
        return (matrix, y, SurveySample(design))
    }

    @Test("With equal weights and rows as clusters it is White's HC0 times n / (n - 1), the closed form of a mean")
    func interceptIsTheMean() throws {
        let y = [3.0, 1, 4, 1, 5, 9, 2, 6]
        let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 2.5, count: 8)))
        let ones = Matrix(rows: 8, columns: 1, repeating: 1)
        let fit = try SurveyRegression(ones, names: ["one"], response: y).fit(sample)
        let mean = y.reduce(0, +) / 8
        let variance = y.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 7
        #expect(relativeDifference(fit.coefficients.values[0], mean) < 1e-14)
        #expect(relativeDifference(fit.coefficients.covariance[0, 0], variance / 8) < 1e-14)
        #expect(fit.coefficients.degreesOfFreedom == 7)
    }

    @Test("A logistic regression on a dummy has the log odds of the two groups, the closed form")
    func logisticDummy() throws {
        let group = [0.0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
        let y = [1.0, 0, 0, 0, 1, 1, 1, 0, 1, 0]
        let weights = [1.0, 2, 1, 3, 1, 1, 2, 2, 1, 1]
        let sample = SurveySample(try SurveyDesign(weights: weights))
        let matrix = Matrix(rows: 10, columns: 2, elements: group.map { _ in 1 } + group)
        let fit = try SurveyRegression(matrix, names: ["one", "group"], response: y, family: .logistic).fit(sample)
        // Odds of 1 to 6, and of 5 to 3.
        #expect(relativeDifference(fit.coefficients.values[0], -1.791759469228055) < 1e-13)
        #expect(relativeDifference(fit.coefficients.values[1], 0.5108256237659907 + 1.791759469228055) < 1e-13)
    }

    @Test(
        "The influence is the derivative of the coefficients by the weights",
        arguments: SurveyRegression.Family.allCases)
    func influenceIsTheDerivative(family: SurveyRegression.Family) throws {
        let (matrix, y, sample) = try Self.made()
        let response = family == .linear ? y : y.map { $0 > 0 ? 1 : 0 }
        let regression = try SurveyRegression(matrix, names: ["one", "x", "z"], response: response, family: family)
        try expectDerivative(regression, weights: sample.weights, rows: [0, 17, 59])
    }

    @Test("A row outside the domain, with weight 0 or with a missing value counts alike")
    func threeWaysOut() throws {
        let (matrix, y, sample) = try Self.made()
        let names = ["one", "x", "z"]
        let domain = y.indices.map { $0 % 4 != 0 }
        let inDomain = try SurveyRegression(matrix, names: names, response: y, domain: domain).fit(sample)
        let missing = zip(y, domain).map { $1 ? $0 : Double.nan }
        let withMissing = try SurveyRegression(matrix, names: names, response: missing).fit(sample)
        #expect(inDomain.coefficients.values == withMissing.coefficients.values)
        #expect(inDomain.coefficients.covariance == withMissing.coefficients.covariance)
        let weights = zip(sample.weights, domain).map { $1 ? $0 : 0 }
        let unweighted = try SurveyRegression(matrix, names: names, response: y).values(weights: weights)
        for (one, other) in zip(unweighted, inDomain.coefficients.values) {
            #expect(relativeDifference(one, other) < 1e-12)
        }
    }

    @Test("A year and its square keep their digits: the quadratic goes through its own points")
    func nearlyAlikeColumns() throws {
        let years = (2010...2023).map(Double.init)
        let elements = years.map { _ in 1 } + years + years.map { $0 * $0 }
        let matrix = Matrix(rows: years.count, columns: 3, elements: elements)
        let y = years.map { 5 - 0.25 * $0 + 0.0001 * $0 * $0 }
        let sample = SurveySample(try SurveyDesign(weights: years.map { _ in 1 }))
        let values = try SurveyRegression(matrix, names: ["one", "year", "square"], response: y).values(
            weights: sample.weights)
        // The condition number is about 1e12, so that four digits are left.
        #expect(relativeDifference(values[2], 0.0001) < 1e-4)
    }

    @Test("Mistakes are told with the column's name") func mistakes() throws {
        let (matrix, y, sample) = try Self.made(20)
        let names = ["one", "x", "z"]
        let twice = Matrix(
            rows: 20, columns: 3,
            elements: Array(matrix.elements.prefix(40)) + matrix.elements.prefix(40).suffix(20).map { 3 - 2 * $0 })
        #expect(throws: SurveyError.analysis(.singularColumn("z"))) {
            try SurveyRegression(twice, names: names, response: y).fit(sample)
        }
        let separated = (0..<20).map { matrix[$0, 1] > 0.1 ? 1.0 : 0 }
        #expect(throws: SurveyError.analysis(.separation("x"))) {
            try SurveyRegression(matrix, names: names, response: separated, family: .logistic).fit(sample)
        }
        let half = (0..<20).map { matrix[$0, 1] > 0.1 || $0 % 2 == 0 ? 1.0 : 0 }
        let dummy = Matrix(
            rows: 20, columns: 2, elements: y.map { _ in 1 } + (0..<20).map { matrix[$0, 1] > 0.1 ? 1 : 0 })
        #expect(throws: SurveyError.analysis(.separation("high"))) {
            try SurveyRegression(dummy, names: ["one", "high"], response: half, family: .logistic).fit(sample)
        }
        #expect(throws: SurveyError.analysis(.noDegreesOfFreedom(found: 3, needed: 4))) {
            let wide = Matrix(rows: 20, columns: 4, elements: matrix.elements + y.map { $0 * $0 })
            _ = try SurveyRegression(wide, names: names + ["w"], response: y).fit(sample)
        }
        let bad = SurveyError.analysis(.badValue(what: "response", position: 0, found: 2, expected: "0 to 1"))
        #expect(throws: bad) {
            try SurveyRegression(matrix, names: names, response: Array(repeating: 2, count: 20), family: .logistic)
        }
        #expect(bad.description == "response 1 is 2.0; expected 0 to 1. Correct it or leave it out.")
        #expect(throws: SurveyError.analysis(.noVariation("the response"))) {
            try SurveyRegression(matrix, names: names, response: y.map { _ in 1 }, family: .logistic).fit(sample)
        }
        #expect(throws: SurveyError.analysis(.tooFewRows(found: 0, needed: 3))) {
            try SurveyRegression(matrix, names: names, response: Array(repeating: .nan, count: 20))
        }
    }
}

/// Expects a statistic's influence to be the derivative of its values by some rows' weights, by central differences.
func expectDerivative(
    _ statistic: some SurveyStatistic, weights: [Double], rows: [Int], tolerance: Double = 1e-6,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let influence = try statistic.influence(weights: weights)
    let scale = influence.elements.reduce(0) { max($0, abs($1)) }
    for row in rows {
        let step = 1e-5 * weights[row]
        var (more, less) = (weights, weights)
        more[row] += step
        less[row] -= step
        let (above, below) = (try statistic.values(weights: more), try statistic.values(weights: less))
        for column in above.indices {
            let slope = (above[column] - below[column]) / (2 * step)
            #expect(
                abs(slope - influence[row, column]) < tolerance * scale,
                "row \(row), value \(column): \(influence[row, column]), by differences \(slope)",
                sourceLocation: sourceLocation)
        }
    }
}
