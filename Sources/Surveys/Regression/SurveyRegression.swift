import LinearAlgebra

/// A linear or logistic regression of survey rows, weighted, with errors by the design (R survey's `svyglm`).
///
/// The coefficients solve the weighted score equations `sum w x (y - mu) = 0`; their influence is `A^-1 x (y - mu)` with
/// `A = sum w v x x'`, v the variance function (Binder 1983, International Statistical Review 51, 279-292). The errors are
/// right also where the variance function is not, so that quasi families need no name of their own.
public struct SurveyRegression: SurveyStatistic {
    /// The kind of response.
    public enum Family: String, Sendable, CaseIterable {
        /// Any number; mu is the linear predictor.
        case linear
        /// A number from 0 to 1, mostly one of these; log-odds of mu are the linear predictor.
        case logistic
    }

    /// The model matrix, n x p.
    public let matrix: Matrix
    /// The columns' names, p.
    public let names: [String]
    /// The response of each row.
    public let response: [Double]
    /// The kind of response.
    public let family: Family
    /// The rows in the domain with a response and a whole row of the matrix.
    let rows: [Int]
    /// Where an iteration begins: the full sample's coefficients for replicates.
    var start: [Double]?

    /// A regression.
    ///
    /// - Parameters:
    ///   - matrix: n x p, with a column of ones if an intercept is wanted. A row with a missing value, NaN, is left out; it stays
    ///     in the design.
    ///   - names: The columns' names.
    ///   - response: One a row; NaN where missing.
    ///   - family: The kind of response.
    ///   - domain: Whether each row is in the subpopulation of interest; nil for all.
    /// - Throws: ``AnalysisProblem/unequalLengths(what:found:expected:)``,
    ///   ``AnalysisProblem/badValue(what:position:found:expected:)`` for an infinite number or a logistic response outside 0...1,
    ///   or ``AnalysisProblem/tooFewRows(found:needed:)``.
    public init(
        _ matrix: Matrix, names: [String], response: [Double], family: Family = .linear, domain: [Bool]? = nil
    ) throws(SurveyError) {
        try checkLength("names", names.count, matrix.columns)
        try checkLength("responses", response.count, matrix.rows)
        if let domain { try checkLength("rows of the domain", domain.count, matrix.rows) }
        let complete = (0..<matrix.rows).filter { row in
            (domain?[row] ?? true) && !response[row].isNaN
                && (0..<matrix.columns).allSatisfy { !matrix[row, $0].isNaN }
        }
        for row in complete {
            let isGood = family == .linear ? response[row].isFinite : (0...1).contains(response[row])
            guard isGood else {
                let expected = family == .linear ? "a finite number" : "0 to 1"
                throw problem(.badValue(what: "response", position: row, found: response[row], expected: expected))
            }
            for column in names.indices where matrix[row, column].isInfinite {
                let what = "column '\(names[column])' at row"
                throw problem(
                    .badValue(what: what, position: row, found: matrix[row, column], expected: "a finite number"))
            }
        }
        guard !names.isEmpty, complete.count >= names.count else {
            throw problem(.tooFewRows(found: complete.count, needed: max(1, names.count)))
        }
        (self.matrix, self.names, self.response, self.family) = (matrix, names, response, family)
        rows = complete
    }

    /// The coefficients with their design-based covariance; replicates begin at the full sample's coefficients.
    ///
    /// The degrees of freedom are those of the design plus 1 minus p, as `svyglm` has them: clusters minus strata count one
    /// column, the mean, already.
    ///
    /// - Throws: ``AnalysisProblem/singularColumn(_:)``, ``AnalysisProblem/separation(_:)``,
    ///   ``AnalysisProblem/notConverged(what:iterations:)`` or ``AnalysisProblem/noDegreesOfFreedom(found:needed:)``.
    public func fit(_ sample: SurveySample) throws(SurveyError) -> SurveyRegressionFit {
        try checkLength("rows of the model matrix", matrix.rows, sample.rowCount)
        let solution = try solution(weights: sample.weights)
        var statistic = self
        statistic.start = solution.beta
        let estimates = try sample.estimates(of: statistic)
        let degrees = sample.degreesOfFreedom + 1 - Double(names.count)
        guard degrees > 0 else {
            throw problem(.noDegreesOfFreedom(found: sample.degreesOfFreedom, needed: Double(names.count)))
        }
        let coefficients = SurveyEstimates(
            values: solution.beta, covariance: estimates.covariance, degreesOfFreedom: degrees)
        return SurveyRegressionFit(
            names: names, family: family, coefficients: coefficients, rowCount: solution.rows.count,
            deviance: solution.deviance)
    }

    /// The coefficients, in the order of ``names``.
    public func values(weights: [Double]) throws(SurveyError) -> [Double] { try solution(weights: weights).beta }

    /// `A^-1 x (y - mu)`, n x p.
    public func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let solution = try solution(weights: weights)
        var scores = Matrix(rows: matrix.rows, columns: names.count)
        for row in rows {
            let mean = solution.mean(of: matrix, row: row)
            for column in names.indices { scores[row, column] = matrix[row, column] * (response[row] - mean) }
        }
        return scores * solution.inverseInformation
    }

    private func solution(weights: [Double]) throws(SurveyError) -> RegressionSolution {
        precondition(weights.count == matrix.rows, "a row has a weight")
        return try RegressionSolution(self, rows: rows.filter { weights[$0] > 0 }, weights: weights)
    }
}
