import LinearAlgebra

/// The R-indicator: how alike the probabilities of responding are over the units that were asked.
///
/// `R = 1 - 2 S(rho)`, with S the standard deviation of the response propensities: 1 when all respond alike, so that respondents
/// represent the population on the variables of the model; 0 at worst (Schouten, Cobben and Bethlehem 2009, Survey Methodology
/// 35, 101-113). It sees no more than these variables.
public struct RIndicator: Sendable {
    /// The indicator without correction for the propensities being estimated: too low, most of all in a small survey.
    public let unadjusted: Double
    /// The indicator, adjusted: S^2 less the mean variance of the estimated propensities (Shlomo, Skinner and Schouten 2012, Journal
    /// of Statistical Planning and Inference 142, 201-211). At most 1.
    public let value: Double
    /// Its standard error, from the propensities' and the sample's; nil when nothing of S is left after adjustment.
    public let standardError: Double?
    /// The adjusted standard deviation of the propensities.
    public let propensityDeviation: Double
    /// The mean propensity: the response rate.
    public let meanPropensity: Double
    /// The estimated propensity of each row, or category.
    public let propensities: [Double]
    /// The units of each row, or category.
    public let units: [Double]
    /// The largest bias of the unweighted mean of any variable, in units of its standard deviation: `S / mean rho`; the worst case
    /// when the variables of the model explain all of responding.
    public var maximalBias: Double { propensityDeviation / meanPropensity }

    /// The indicator of one variable's categories, or of the cells of several, by their response rates.
    ///
    /// - Parameters:
    ///   - response: Respondents by category.
    ///   - population: Units by category, all of which were asked.
    /// - Throws: ``AnalysisProblem``.
    public init(response: [Double], population: [Double]) throws(SurveyError) {
        try checkLength("population counts", population.count, response.count)
        try check("response count", response, "0 or more") { $0 >= 0 && $0.isFinite }
        try check("population count", population, "a number above 0") { $0 > 0 && $0.isFinite }
        for position in response.indices where response[position] > population[position] {
            throw problem(
                .populationTooSmall(
                    category: "\(position + 1)", population: population[position], response: response[position]))
        }
        guard response.count > 1 else { throw problem(.tooFewGroups(found: response.count, needed: 2)) }
        let rates = zip(response, population).map { $0 / $1 }
        let variances = rates.indices.map { rates[$0] * (1 - rates[$0]) / population[$0] }
        let estimated = EstimatedPropensities(
            values: rates, units: population, slopes: .identity(rates.count), covariance: .diagonal(variances))
        try self.init(estimated, populationSize: nil)
    }

    /// The indicator by a logistic regression of responding.
    ///
    /// - Parameters:
    ///   - matrix: n x p, known for all who were asked, with a column of ones.
    ///   - names: The columns' names.
    ///   - response: For each row 1 or 0 for having responded or not, or the part of its units that did.
    ///   - units: The units that a row stands for; 1 when nil.
    ///   - populationSize: The size of the population from which those asked were drawn at random; nil when all were asked.
    /// - Throws: ``AnalysisProblem``.
    public init(
        _ matrix: Matrix, names: [String], response: [Double], units: [Double]? = nil, populationSize: Double? = nil
    ) throws(SurveyError) {
        let units = units ?? Array(repeating: 1, count: response.count)
        try checkLength("numbers of units", units.count, response.count)
        try check("number of units", units, "a number above 0") { $0 > 0 && $0.isFinite }
        try check("response", response, "0 to 1, not missing") { $0 >= 0 && $0 <= 1 }
        try check("element of the model matrix", matrix.elements, "a finite number") { $0.isFinite }
        let regression = try SurveyRegression(matrix, names: names, response: response, family: .logistic)
        let solution = try RegressionSolution(regression, rows: regression.rows, weights: units)
        let propensities = regression.rows.map { solution.mean(of: matrix, row: $0) }
        var slopes = matrix
        for row in 0..<matrix.rows {
            for column in names.indices { slopes[row, column] *= propensities[row] * (1 - propensities[row]) }
        }
        let estimated = EstimatedPropensities(
            values: propensities, units: units, slopes: slopes, covariance: solution.inverseInformation)
        try self.init(estimated, populationSize: populationSize)
    }

    private init(_ estimated: EstimatedPropensities, populationSize: Double?) throws(SurveyError) {
        let asked = estimated.total
        let population = populationSize ?? asked
        guard population >= asked else {
            throw problem(.populationTooSmall(category: "all", population: population, response: asked))
        }
        guard asked > 1 else { throw problem(.tooFewRows(found: Int(asked), needed: 2)) }
        guard estimated.mean > 0 else { throw problem(.noVariation("responding")) }
        let square = estimated.variance
        let adjusted = max(0, (1 + 1 / asked - 1 / population) * square - estimated.meanVariance)
        unadjusted = 1 - 2 * square.squareRoot()
        propensityDeviation = adjusted.squareRoot()
        value = 1 - 2 * adjusted.squareRoot()
        let variance = estimated.varianceOfVariance(samplingFraction: asked / population)
        standardError = adjusted > 0 ? (variance / adjusted).squareRoot() : nil
        meanPropensity = estimated.mean
        (propensities, units) = (estimated.values, estimated.units)
    }
}

/// Response propensities with how they were estimated.
private struct EstimatedPropensities {
    let values: [Double]
    let units: [Double]
    /// Derivatives by the parameters, m x p.
    let slopes: Matrix
    /// The parameters' covariance, p x p.
    let covariance: Matrix

    var total: Double { units.reduce(0, +) }
    var mean: Double { dot(units, values) / total }
    /// S^2, over the number of units less 1.
    var variance: Double {
        let mean = mean
        return values.indices.reduce(0) { $0 + units[$1] * (values[$1] - mean) * (values[$1] - mean) } / (total - 1)
    }
    /// The mean over the units of the variance of their estimated propensity.
    var meanVariance: Double {
        let products = slopes * covariance
        var sum = 0.0
        for row in values.indices {
            for column in 0..<slopes.columns { sum += units[row] * products[row, column] * slopes[row, column] }
        }
        return sum / total
    }

    /// The variance of S^2: of a quadratic form of normal parameters, `4 a' V a + 2 tr(B V B V)`, and of the sample drawn.
    func varianceOfVariance(samplingFraction: Double) -> Double {
        let mean = mean
        var centred = slopes
        for column in 0..<slopes.columns {
            let centre = values.indices.reduce(0) { $0 + units[$1] * slopes[$1, column] } / total
            for row in values.indices { centred[row, column] -= centre }
        }
        var weighted = centred
        for column in 0..<slopes.columns {
            for row in values.indices { weighted[row, column] *= units[row] / total }
        }
        let gradient = weighted.transposedTimes(
            Matrix(rows: values.count, columns: 1, elements: values.map { $0 - mean }))
        let squares = weighted.transposedTimes(centred)
        let product = squares * covariance
        let first = 4 * gradient.transposedTimes(covariance * gradient)[0, 0]
        let second = 2 * (product * product).diagonal.reduce(0, +)
        return first + second + samplingVariance(samplingFraction)
    }

    private func samplingVariance(_ fraction: Double) -> Double {
        let mean = mean
        let squares = values.map { ($0 - mean) * ($0 - mean) }
        let centre = dot(units, squares) / total
        let spread = squares.indices.reduce(0) {
            $0 + units[$1] * (squares[$1] - centre) * (squares[$1] - centre)
        }
        return (1 - fraction) * spread / (total * (total - 1))
    }
}
