import LinearAlgebra
import Probability

/// The solution of a regression's weighted score equations by Newton's method.
struct RegressionSolution {
    private(set) var beta: [Double]
    private(set) var inverseInformation: Matrix
    /// Weighted squares for a linear, -2 log-likelihood for a logistic regression; weights scaled to a mean of 1.
    private(set) var deviance: Double
    /// The rows with weight.
    let rows: [Int]
    let family: SurveyRegression.Family
    private let x: Matrix
    private let y: [Double]
    private let weights: [Double]

    /// More than any regression that has a solution needs; a separated one moves on by about 1 on the logit scale each time.
    private static let mostIterations = 40
    /// The change of the linear predictor, relative to its size, at which Newton's next step is lost in rounding.
    private static let tolerance = 1e-9

    init(_ regression: SurveyRegression, rows: [Int], weights: [Double]) throws(SurveyError) {
        let width = regression.names.count
        guard rows.count >= width else { throw problem(.tooFewRows(found: rows.count, needed: width)) }
        var x = Matrix(rows: rows.count, columns: width)
        for (position, row) in rows.enumerated() {
            for column in 0..<width { x[position, column] = regression.matrix[row, column] }
        }
        let hasBoth = rows.contains { regression.response[$0] > 0 } && rows.contains { regression.response[$0] < 1 }
        guard regression.family == .linear || hasBoth else {
            throw problem(.noVariation("the response"))
        }
        let mean = rows.reduce(0) { $0 + weights[$1] } / Double(rows.count)
        (self.x, self.rows, family) = (x, rows, regression.family)
        y = rows.map { regression.response[$0] }
        self.weights = rows.map { weights[$0] / mean }
        beta = regression.start ?? Array(repeating: 0, count: width)
        (deviance, inverseInformation) = (0, Matrix(rows: width, columns: width))
        try iterate(regression.names)
        inverseInformation = (1 / mean) * inverseInformation
    }

    /// The fitted mean of a row of a matrix.
    func mean(of matrix: Matrix, row: Int) -> Double {
        var sum = 0.0
        for column in beta.indices { sum += matrix[row, column] * beta[column] }
        return Self.mean(sum, family)
    }

    private static func mean(_ predictor: Double, _ family: SurveyRegression.Family) -> Double {
        family == .linear ? predictor : 1 / (1 + Elementary.exp(-predictor))
    }

    private mutating func iterate(_ names: [String]) throws(SurveyError) {
        var predictor = x * beta
        deviance = deviance(predictor)
        for iteration in 1...Self.mostIterations {
            let factor: WeightedFactor
            let variances = predictor.map { variance($0) }
            do throws(WeightedFactor.Singular) {
                factor = try WeightedFactor(x, roots: zip(weights, variances).map { ($0 * $1).squareRoot() })
            } catch {
                let isSeparated = family == .logistic && iteration > 5
                throw problem(isSeparated ? .separation(widest(names)) : .singularColumn(names[error.column]))
            }
            let residuals = y.indices.map {
                (weights[$0] / variances[$0]).squareRoot() * residual(y[$0], predictor[$0])
            }
            let step = factor.solve(residuals)
            let change = advance(step, &predictor)
            let size = predictor.reduce(1) { max($0, abs($1)) }
            guard change <= Self.tolerance * size else { continue }
            inverseInformation = try information(names).inverseGram
            return
        }
        let isSeparated = predictor.contains { abs($0) > 15 }
        throw problem(
            family == .logistic && isSeparated
                ? .separation(widest(names))
                : .notConverged(what: "the regression", iterations: Self.mostIterations))
    }

    /// Takes a step, or a part of it that does not make the fit worse.
    ///
    /// - Returns: The largest change of the linear predictor.
    private mutating func advance(_ step: [Double], _ predictor: inout [Double]) -> Double {
        var share = 1.0
        let full = x * step
        let change = full.reduce(0) { max($0, abs($1)) }
        var moved = zip(predictor, full).map { $0 + $1 }
        if family == .logistic {
            let allowed = deviance + 1e-10 * (1 + abs(deviance))
            while !(deviance(moved) <= allowed), share > 1e-4 {
                share /= 2
                moved = zip(predictor, full).map { $0 + share * $1 }
            }
        }
        beta = zip(beta, step).map { $0 + share * $1 }
        predictor = x * beta
        deviance = deviance(predictor)
        return change
    }

    private func information(_ names: [String]) throws(SurveyError) -> WeightedFactor {
        let variances = (x * beta).map { variance($0) }
        do throws(WeightedFactor.Singular) {
            return try WeightedFactor(x, roots: zip(weights, variances).map { ($0 * $1).squareRoot() })
        } catch {
            throw problem(.singularColumn(names[error.column]))
        }
    }

    /// `y - mu`, of a mean close to 1 from its distance to it: else a separated row would seem to fit to the last digit.
    private func residual(_ response: Double, _ predictor: Double) -> Double {
        if family == .linear || predictor <= 0 { return response - Self.mean(predictor, family) }
        return (response - 1) + 1 / (1 + Elementary.exp(predictor))
    }

    /// The variance function; bounded away from 0, where a step could not be told.
    private func variance(_ predictor: Double) -> Double {
        if family == .linear { return 1 }
        let odds = Elementary.exp(-min(abs(predictor), 300))
        return odds / ((1 + odds) * (1 + odds))
    }

    private func deviance(_ predictor: [Double]) -> Double {
        var sum = 0.0
        for row in y.indices {
            let eta = predictor[row]
            if family == .linear {
                sum += weights[row] * (y[row] - eta) * (y[row] - eta)
            } else {
                let log = max(eta, 0) + Elementary.log1p(Elementary.exp(-abs(eta)))
                sum += 2 * weights[row] * (log - y[row] * eta)
            }
        }
        return sum
    }

    /// The column whose coefficient moves the predictor most, not counting a column that never varies.
    private func widest(_ names: [String]) -> String {
        let moves = names.indices.map { column in
            let values = (0..<x.rows).map { x[$0, column] }
            return ((values.max() ?? 0) - (values.min() ?? 0)) * abs(beta[column])
        }
        let widest = moves.indices.max { moves[$0] < moves[$1] }
        return widest.map { names[$0] } ?? ""
    }
}
