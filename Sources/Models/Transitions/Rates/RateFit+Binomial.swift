import LinearAlgebra
import Probability
import Tables

extension RateFit {
    /// The fit without random effects.
    ///
    /// - Throws: ``ModelError/transitions(_:)`` where clusters or residual degrees of freedom are too few, and what
    ///   ``BinomialRegression`` throws.
    init(withoutRandomEffects rows: RateRows, _ specification: RateSpecification) throws(ModelError) {
        let frame = rows.frame
        let design = PredictorDesign(frame.formula.fixed, variables: frame.variables, codings: frame.codings)
        try design.checkNames()
        let cells = DesignCells(frame, effects: frame.formula.designColumns)
        var (totals, sizes) = ([Double](repeating: 0, count: cells.count), [Double](repeating: 0, count: cells.count))
        for (row, cell) in cells.cellOfRow.enumerated() {
            totals[Int(cell)] += rows.events[row]
            sizes[Int(cell)] += rows.trials[row]
        }
        let variables = cells.variables(frame, effects: frame.formula.designColumns)
        let columns = FixedEffectsColumns(design, variables, counts: sizes)
        let solution = try BinomialRegression(columns: columns, totals: totals, sizes: sizes).solve()
        let scores = RowScores(rows: rows, cells: cells, columns: columns, probabilities: solution.probabilities)
        let errors = try CoefficientErrors(scores, solution.inverse, specification)
        let back = columns.backTransformation
        let covariance = (back * errors.covariance).timesTransposed(back)
        let df = errors.degreesOfFreedom
        coefficients = Coefficients(
            labels: columns.names, values: back * solution.beta, covariance: covariance, sharedDegreesOfFreedom: df)
        self.covariance = covariance
        (deviations, degreesOfFreedom, varianceComponents) = ([], df, [])
        (dependences, self.design) = (columns.dependences, design)
        let freedom = Double((rows.areCounts ? frame.rowCount : cells.count) - columns.count)
        let statistic =
            rows.areCounts ? scores.pearson : Self.pearson(totals, sizes, solution.probabilities)
        diagnostics =
            rows.diagnostics + [
                Diagnostic("log_likelihood", scores.logLikelihood, note: "binomial, with all constants"),
                Diagnostic("standard_errors", note: errors.words),
                Diagnostic("degrees_of_freedom", df.isFinite ? df : nil, note: errors.freedomWords),
            ] + Self.dropped(columns.droppedNames)
            + Diagnostic.dispersion(
                statistic, freedom, isAllowedFor: specification.errors != .model || specification.isDispersionEstimated)
        method = "Logit model without random effects, maximum likelihood"
    }

    private static func pearson(_ totals: [Double], _ sizes: [Double], _ probabilities: [Double]) -> Double {
        totals.indices.reduce(0) { sum, cell in
            let (n, p) = (sizes[cell], probabilities[cell])
            let residual = totals[cell] - n * p
            return sum + residual * residual / (n * p * (1 - p))
        }
    }

    static func dropped(_ names: [String]) -> [Diagnostic] {
        guard !names.isEmpty else { return [] }
        return [
            Diagnostic(
                "dropped_columns", Double(names.count),
                note: "linear combinations of others, not estimated: " + names.joined(separator: ", "), isWarning: true)
        ]
    }
}

/// The rows' contributions to the score, `x (y - n p)`, of a fit without random effects.
private struct RowScores {
    let rows: RateRows
    let cells: DesignCells
    let columns: FixedEffectsColumns
    let probabilities: [Double]

    var width: Int { columns.count }

    private func residual(_ row: Int) -> Double {
        rows.events[row] - rows.trials[row] * probabilities[Int(cells.cellOfRow[row])]
    }

    /// Pearson's chi-square: the squared residuals over the binomial variances.
    var pearson: Double {
        rows.events.indices.reduce(0) { sum, row in
            let p = probabilities[Int(cells.cellOfRow[row])]
            let residual = residual(row)
            return sum + residual * residual / (rows.trials[row] * p * (1 - p))
        }
    }

    var logLikelihood: Double {
        rows.events.indices.reduce(0) { sum, row in
            let (y, n, p) = (rows.events[row], rows.trials[row], probabilities[Int(cells.cellOfRow[row])])
            let constant = n > 1 ? logGamma(n + 1) - logGamma(y + 1) - logGamma(n - y + 1) : 0
            return sum + constant + (y > 0 ? y * Elementary.log(p) : 0) + (y < n ? (n - y) * Elementary.log1p(-p) : 0)
        }
    }

    /// The sum of `g g'` over clusters, with g the cluster's score.
    func clustered(_ clusters: Factor) -> (meat: Matrix, count: Int) {
        var sums = [Double](repeating: 0, count: clusters.levels.count * width)
        var isUsed = [Bool](repeating: false, count: clusters.levels.count)
        for row in rows.events.indices {
            let (cluster, cell, residual) = (Int(clusters.codes[row]), Int(cells.cellOfRow[row]), residual(row))
            isUsed[cluster] = true
            for column in 0..<width {
                sums[cluster * width + column] += residual * columns.matrix[cell * width + column]
            }
        }
        let scores = Matrix(rows: width, columns: clusters.levels.count, elements: sums)
        return (scores.timesTransposed(scores), isUsed.count(where: { $0 }))
    }

    /// The sum of `x x' e^2` over rows, with e the standard deviation of a row's events by rounding.
    var rounding: Matrix? {
        guard !rows.roundingErrors.isEmpty else { return nil }
        var meat = Matrix(rows: width, columns: width)
        for (row, error) in rows.roundingErrors.enumerated() {
            let start = Int(cells.cellOfRow[row]) * width
            for column in 0..<width {
                for other in 0..<width {
                    meat[other, column] +=
                        error * error * columns.matrix[start + other] * columns.matrix[start + column]
                }
            }
        }
        return meat
    }
}

/// The covariance of coefficients as the model file asks for it.
private struct CoefficientErrors {
    /// In the transformed columns.
    let covariance: Matrix
    let degreesOfFreedom: Double
    let words: String
    let freedomWords: String

    init(_ scores: RowScores, _ inverse: Matrix, _ specification: RateSpecification) throws(ModelError) {
        var covariance = inverse
        if case .cluster(let column) = specification.errors, let clusters = scores.rows.clusters {
            let (meat, count) = scores.clustered(clusters)
            guard count >= 2 else { throw .transitions(.fewClusters(column: column, found: count)) }
            let factor = Double(count) / Double(count - 1)
            covariance = factor * (inverse * meat * inverse)
            degreesOfFreedom = Double(count - 1)
            words = "clustered by \(column), with the factor G / (G - 1)"
            freedomWords = "the number of clusters less one"
        } else if specification.isDispersionEstimated {
            let freedom = scores.rows.frame.rowCount - scores.width
            guard freedom > 0 else {
                throw .transitions(.noDispersion(rows: scores.rows.frame.rowCount, effects: scores.width))
            }
            let dispersion = scores.pearson / Double(freedom)
            covariance = dispersion * inverse
            degreesOfFreedom = Double(freedom)
            words = "the model's, times the root of the dispersion \(rounded(dispersion)) (Pearson)"
            freedomWords = "rows less effects"
        } else {
            degreesOfFreedom = .infinity
            words = "the model's"
            freedomWords = "infinite (normal quantiles)"
        }
        if let rounding = scores.rounding { covariance = covariance + inverse * rounding * inverse }
        self.covariance = covariance
    }
}

private func rounded(_ value: Double) -> String { shortestText((value * 1000).rounded() / 1000) }

extension Diagnostic {
    /// From this on the model's errors are too small to be used as they are.
    private static var overdispersed: Double { 1.2 }

    /// Pearson's chi-square over its degrees of freedom, with a warning where rows vary more than the model says.
    ///
    /// - Parameter isAllowedFor: Whether standard errors take it into account.
    static func dispersion(_ statistic: Double, _ freedom: Double, isAllowedFor: Bool) -> [Diagnostic] {
        guard freedom > 0 else { return [] }
        let ratio = statistic / freedom
        let isTooLarge = ratio > overdispersed && !isAllowedFor
        let advice =
            isTooLarge
            ? "; the rows vary more than the model says and its standard errors are too small: give what differs between rows a "
                + "random effect, such as (1 | school:year), or without random effects use 'standard_errors: {cluster: ...}' or "
                + "'dispersion: estimated'" : ""
        return [
            Diagnostic(
                "overdispersion", ratio,
                note: "Pearson's chi-square over its \(shortestText(freedom)) degrees of freedom\(advice)",
                isWarning: isTooLarge)
        ]
    }
}

extension RateRows {
    /// How many rows were used and left out.
    var diagnostics: [Diagnostic] {
        let leftOut = frame.rowsRead - frame.rowsOutsideSubset - frame.rowCount
        var list = [
            Diagnostic("rows", Double(frame.rowCount), note: "rows used, of \(frame.rowsRead) read"),
            Diagnostic("trials", trials.reduce(0, +), note: "individuals in these rows"),
        ]
        if frame.rowsOutsideSubset > 0 {
            list.append(Diagnostic("rows_outside_subset", Double(frame.rowsOutsideSubset)))
        }
        if !otherAnswers.isEmpty {
            list.append(
                Diagnostic(
                    "answers_of_no_event", Double(otherAnswers.count),
                    note:
                        "all count as if it did not happen: \(otherAnswers.prefix(12).joined(separator: ", ")). Declare codes that mean "
                        + "no answer under data, missing", isWarning: true))
        }
        let missing = leftOut - min(leftOut, rowsWithoutTrials)
        if rowsWithoutTrials > 0 {
            list.append(
                Diagnostic("rows_without_trials", Double(rowsWithoutTrials), note: "0 trials: they say nothing"))
        }
        if missing > 0 {
            list.append(
                Diagnostic(
                    "rows_left_out", Double(missing), note: "a value is missing",
                    isWarning: missing * 20 > frame.rowCount))
        }
        return list
    }
}
