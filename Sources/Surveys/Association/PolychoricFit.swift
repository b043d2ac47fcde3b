import LinearAlgebra
import Probability
import RealModule

/// A polychoric correlation with its cut points.
public struct PolychoricFit: Sendable {
    /// The correlation.
    public let correlation: Double
    /// Its standard error in a simple random sample as large as the table: by the observed information; with cut points from
    /// the shares, as if these were known, as `polychor` prints it. For survey rows take the error by the design.
    public let standardError: Double
    /// The first item's cut points, between its categories that occur.
    public let rowCuts: [Double]
    /// The second item's cut points.
    public let columnCuts: [Double]
    /// The likelihood ratio test that two normal variables lie behind the items; nil where no degree of freedom is left.
    public let normalityTest: TestResult?
    /// The position of each category among those that occur.
    let rowPositions: [Int?]
    let columnPositions: [Int?]
    private let likelihood: PolychoricLikelihood
    private let method: PolychoricCorrelation.Method
    private let information: Matrix

    private var parameters: [Double] { [correlation] + rowCuts + columnCuts }

    /// The fit of a table of counts.
    ///
    /// - Parameters:
    ///   - table: Counts, or weights, by category of the first item, then of the second. Empty categories are left out.
    ///   - method: How to estimate.
    /// - Throws: ``AnalysisProblem``, among others when the items agree so well that the correlation goes to 1 or -1.
    public init(_ table: [[Double]], method: PolychoricCorrelation.Method) throws(SurveyError) {
        let width = table.first?.count ?? 0
        for row in table { try checkLength("categories of the second item", row.count, width) }
        try check("count", table.flatMap { $0 }, "0 or more") { $0 >= 0 && $0.isFinite }
        let columns = (0..<width).filter { column in table.contains { $0[column] > 0 } }
        let rows = table.indices.filter { row in table[row].contains { $0 > 0 } }
        let fewest = min(rows.count, columns.count)
        guard fewest > 1 else { throw problem(.tooFewGroups(found: fewest, needed: 2)) }
        rowPositions = table.indices.map { rows.firstIndex(of: $0) }
        columnPositions = (0..<width).map { columns.firstIndex(of: $0) }
        let likelihood = PolychoricLikelihood(table: rows.map { row in columns.map { table[row][$0] } })
        var parameters = try Self.twoStep(likelihood)
        if method == .maximumLikelihood { parameters = try Self.maximum(likelihood, from: parameters) }
        let information = likelihood.observedInformation(parameters)
        correlation = parameters[0]
        rowCuts = Array(parameters[1..<rows.count])
        columnCuts = Array(parameters[rows.count...])
        if method == .twoStep {
            guard information[0, 0] > 0 else { throw problem(.singularContrast(0)) }
            standardError = 1 / information[0, 0].squareRoot()
        } else {
            standardError = try factored(information).inverse[0, 0].squareRoot()
        }
        normalityTest = Self.normality(likelihood, parameters)
        (self.likelihood, self.method, self.information) = (likelihood, method, information)
    }

    /// The root of the derivative by the correlation, with cut points held: a bracket made smaller by secants
    /// and halving.
    private static func twoStep(_ likelihood: PolychoricLikelihood) throws(SurveyError) -> [Double] {
        var parameters = likelihood.start(correlation: 0)
        func slope(_ rho: Double) -> Double {
            parameters[0] = rho
            let gradient = likelihood.gradient(parameters)[0]
            // Far out, occupied cells have no probability left beside rounding: the maximum lies nearer to zero.
            return likelihood.isOutOfReach(parameters) ? -rho * abs(gradient) : gradient
        }
        var (lower, atLower) = (0.0, slope(0))
        guard atLower != 0 else { return parameters }
        let direction = atLower > 0 ? 1.0 : -1.0
        var (upper, atUpper) = (lower, atLower)
        for step in 1...19 where atUpper * direction > 0 {
            (lower, atLower) = (upper, atUpper)
            upper = direction * Double.tanh(0.25 * Double(step))
            atUpper = slope(upper)
        }
        guard atUpper * direction <= 0 else { throw problem(.perfectAssociation) }
        if lower > upper { (lower, atLower, upper, atUpper) = (upper, atUpper, lower, atLower) }
        for iteration in 0..<200 where upper - lower > 1e-15 {
            let secant = (lower * atUpper - upper * atLower) / (atUpper - atLower)
            // Every third point halves, so that the bracket always closes.
            let middle = iteration % 3 == 2 || !(secant > lower && secant < upper) ? (lower + upper) / 2 : secant
            let value = slope(middle)
            if value == 0 { break }
            if value > 0 { (lower, atLower) = (middle, value) } else { (upper, atUpper) = (middle, value) }
        }
        parameters[0] = abs(atLower) < abs(atUpper) ? lower : upper
        return parameters
    }

    /// Fisher scoring, with shorter steps where the likelihood would fall.
    private static func maximum(
        _ likelihood: PolychoricLikelihood, from start: [Double]
    ) throws(SurveyError) -> [Double] {
        let limit = 200
        var parameters = start
        var value = likelihood.logLikelihood(parameters)
        for _ in 0..<limit {
            let step = try factored(likelihood.information(parameters)).solve(likelihood.gradient(parameters))
            var share = 1.0
            var moved = parameters
            repeat {
                moved = zip(parameters, step).map { $0 + share * $1 }
                share /= 2
            } while share > 1e-6
                && !(likelihood.isValid(moved)
                    && likelihood.logLikelihood(moved) >= value - 1e-13 * abs(value))
            guard likelihood.isValid(moved), abs(moved[0]) < 0.9999 else { throw problem(.perfectAssociation) }
            parameters = moved
            value = likelihood.logLikelihood(parameters)
            if step.allSatisfy({ abs($0) < 1e-11 }) { return parameters }
        }
        throw problem(.notConverged(what: "the polychoric correlation", iterations: limit))
    }

    private static func normality(_ likelihood: PolychoricLikelihood, _ parameters: [Double]) -> TestResult? {
        let table = likelihood.table
        let degrees = table.count * table[0].count - table.count - table[0].count
        guard degrees > 0 else { return nil }
        let total = table.reduce(0) { $0 + $1.reduce(0, +) }
        let shares = likelihood.probabilities(parameters).flatMap { $0 }
        let statistics = CountStatistics(table.flatMap { $0 }, shares.map { $0 * total })
        return TestResult(statistic: statistics.likelihoodRatio, distribution: .chiSquared(Double(degrees)))
    }

    /// The influence of a unit of weight in each cell on the correlation.
    func influence() throws(SurveyError) -> [[Double]] {
        let shares = likelihood.probabilities(parameters)
        let slopes = likelihood.slopes(parameters)
        let toCorrelation = try leverage()
        return likelihood.table.indices.map { row in
            likelihood.table[row].indices.map { column in
                let scores = slopes.map { $0[row][column] / shares[row][column] }
                if method == .maximumLikelihood { return dot(toCorrelation, scores) }
                let cuts = information.elements[1..<scores.count]
                return (scores[0] - dot(Array(cuts), cutInfluence(row, column))) / information[0, 0]
            }
        }
    }

    /// The correlation's row of the inverse information.
    private func leverage() throws(SurveyError) -> [Double] {
        guard method == .maximumLikelihood else { return [] }
        var unit = [Double](repeating: 0, count: likelihood.parameterCount)
        unit[0] = 1
        return try factored(information).solve(unit)
    }

    /// `(1{below the cut} - F) / (W phi(cut))` for each cut point.
    private func cutInfluence(_ row: Int, _ column: Int) -> [Double] {
        let total = likelihood.table.reduce(0) { $0 + $1.reduce(0, +) }
        func moves(_ cuts: [Double], _ own: Int) -> [Double] {
            cuts.enumerated().map { position, cut in
                ((own <= position ? 1 : 0) - standardNormalCDF(cut)) / (total * standardNormalDensity(cut))
            }
        }
        return moves(rowCuts, row) + moves(columnCuts, column)
    }
}
