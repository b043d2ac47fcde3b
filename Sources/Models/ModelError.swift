/// What can go wrong between a table and its estimates. Each message says what was found and what to do.
public enum ModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The formula names a column that the data do not have.
    case unknownColumn(String, nearest: String?)
    /// The column must hold numbers.
    case notNumeric(column: String, use: String)
    /// No row is complete.
    case noCompleteRows(read: Int)
    /// A factor in the fixed effects has one factor level only.
    case oneLevel(factor: String, level: String)
    /// The response has the same value in every row.
    case constantResponse(column: String)
    /// There are not more rows than fixed effects.
    case tooFewRows(rows: Int, effects: Int)
    /// A grouping factor has as many factor levels as rows, or a single one.
    case notIdentified(factor: String, levels: Int, rows: Int)
    /// A grouping factor has at least as many random effects as there are rows.
    case tooManyEffects(factor: String, effects: Int, rows: Int)
    /// Prior weights must be positive.
    case badWeight(column: String, row: Int)
    /// A response, or its number of trials, that the family does not allow.
    case badResponse(column: String, row: Int, found: String, expected: String, advice: String)
    /// The event never happens, or always.
    case oneOutcome(column: String, outcome: String)
    /// Fixed effects that predict the outcomes perfectly: their coefficients have no finite estimate.
    case separated(columns: [String])
    /// A variance without a finite estimate: outcomes are (nearly) all alike within factor levels and differ between them.
    case unboundedVariance(factor: String)
    /// Adaptive quadrature needs a single random effect for each factor level.
    case quadrature(points: Int, found: String)
    /// The optimiser stopped before the optimum.
    case notConverged(evaluations: Int, reason: String)
    /// The factorisation of the penalised system failed: the numbers are out of range.
    case numericalBreakdown
    /// The report asks for something that the model does not have.
    case report(String)
    /// The formula has no random-effects term, or something else this model kind needs.
    case formula(String)
    /// The published figures do not identify a cell.
    case cellNotIdentified(String)
    /// The declared correlations do not form a covariance matrix.
    case impossibleCorrelations

    /// The message.
    public var description: String {
        switch self {
        case .unknownColumn(let name, let nearest):
            "unknown column '\(name)'." + (nearest.map { " Did you mean '\($0)'?" } ?? "")
        case .notNumeric(let column, let use):
            "column '\(column)' is text; \(use) must be a number. Check its cells, or declare which texts are missing."
        case .noCompleteRows(let read):
            "no row of \(read) has a value in every column of the formula. Check the columns and the missing codes."
        case .oneLevel(let factor, let level):
            "factor '\(factor)' has one factor level only ('\(level)'). Drop it from the formula."
        case .constantResponse(let column):
            "the response '\(column)' has the same value in every row: there is nothing to explain."
        case .tooFewRows(let rows, let effects):
            "there are \(rows) complete rows for \(effects) fixed effects. Use fewer effects or more data."
        case .notIdentified(let factor, let levels, let rows):
            "the random effects of '\(factor)' are not identified: it has \(levels) factor levels in \(rows) rows. "
                + "Use another grouping factor, or drop the term."
        case .tooManyEffects(let factor, let effects, let rows):
            "there are \(rows) complete rows for \(effects) random effects of '\(factor)': they cannot be told from the "
                + "residuals. Use fewer effects in its term, or a coarser grouping factor."
        case .badWeight(let column, let row):
            "the weight in column '\(column)' is not above 0 in data row \(row). Give positive weights, or leave the "
                + "row out."
        case .badResponse(let column, let row, let found, let expected, let advice):
            "column '\(column)' is \(found) in data row \(row); \(expected). \(advice)"
        case .oneOutcome(let column, let outcome):
            "the response '\(column)' is \(outcome) in every row: there is nothing to explain. Check the coding of the event."
        case .separated(let columns):
            "the outcomes are separated: the coefficients of \(columns.map { "'\($0)'" }.joined(separator: ", ")) grow "
                + "without end, because some combination of them predicts outcomes perfectly. Merge factor levels, or "
                + "drop a term."
        case .unboundedVariance(let factor):
            "the variance of the random effects of '\(factor)' grows without end: the outcomes are nearly all alike within "
                + "its factor levels. Use a coarser grouping factor, or drop the term."
        case .quadrature(let points, let found):
            "\(points) quadrature points were asked for with \(found); more than one point needs a single term with one "
                + "random effect, such as '(1 | school)', and at most \(GeneralisedModel.maximumQuadraturePoints) points. "
                + "Use 1 point, the Laplace approximation."
        case .notConverged(let evaluations, let reason):
            "the fit did not converge in \(evaluations) evaluations (\(reason)). Simplify the random effects, or "
                + "rescale the columns to similar sizes."
        case .numericalBreakdown:
            "the model's equations could not be solved: some column is too large, too small or not finite. Rescale it."
        case .report(let message), .formula(let message): message
        case .cellNotIdentified(let cell):
            "the figures do not determine cell '\(cell)'. Add a figure that contains it, or remove the cell."
        case .impossibleCorrelations:
            "the declared correlations contradict each other: no covariance matrix has them. Check their signs and "
                + "sizes."
        }
    }
}
