import Tables

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
    /// A random effect's column is a linear combination of those before it in its term, or in two terms of a factor.
    case dependentRandomEffect(String, factor: String)
    /// The criterion is flat in a random effect's variance.
    case undeterminedVariance(effect: String, factor: String)
    /// Two columns of the fixed effects have the same name.
    case ambiguousTerm(String)
    /// Prior weights must be positive.
    case badWeight(column: String, row: Int)
    /// A function or an offset has no finite value in a row.
    case undefinedValue(expression: String, row: Int)
    /// A basis has more columns than its variable's distinct values can tell apart.
    case tooFewValues(function: String, distinct: Int, needed: Int)
    /// The knots of a spline do not rise strictly between its boundary knots.
    case badKnots(function: String, knots: [Double], range: ClosedRange<Double>)
    /// Contrasts are declared for a column of numbers.
    case contrastOfNumber(column: String)
    /// A contrast's reference is not a level of the factor.
    case unknownLevel(factor: String, level: String, nearest: String?)
    /// A condition on rows does not fit the data; the position counts characters of the condition from 0.
    case condition(FormulaError, text: String)
    /// No row meets the condition.
    case emptySubset(condition: String, read: Int)
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
    /// Two models cannot be compared by a likelihood-ratio test.
    case notNested(String)
    /// The optimiser stopped before the optimum.
    case notConverged(evaluations: Int, reason: String)
    /// The effects explain every score: nothing is left for the residuals.
    case exactFit(column: String)
    /// The factorisation of the penalised system failed: the numbers are out of range.
    case numericalBreakdown
    /// The report asks for something that the model does not have.
    case report(String)
    /// The data determine none of the reported cells.
    case noEstimableCell(quantity: String)
    /// The formula has no random-effects term, or something else this model kind needs.
    case formula(String)
    /// The published figures do not identify a cell.
    case cellNotIdentified(String)
    /// The declared correlations do not form a covariance matrix.
    case impossibleCorrelations
    /// Kenward-Roger inference was asked of a fit by full maximum likelihood.
    case kenwardRogerNeedsREML
    /// Rows that hang together, or all of them, are too many for the dense algebra of small-sample inference.
    case tooLargeForDenseAlgebra(method: String, size: String, limit: String)
    /// The expected information does not tell a covariance parameter from the others.
    case covarianceParameterNotIdentified(String)
    /// The model has no grouping factor of this name.
    case unknownGroupingFactor(String, known: [String])
    /// The levels of a grouping factor lie in more than one cluster.
    case crossesClusters(factor: String, clusters: String)
    /// The contrasts are linear combinations of each other, or zero.
    case dependentContrasts
    /// The approximation leaves no degrees of freedom for the error.
    case noDegreesOfFreedom
    /// Something is wrong with a meta-analysis.
    case evidence(EvidenceProblem)
    /// Something is wrong with a model of persistence.
    case persistence(PersistenceProblem)
    /// Something is wrong with the design of a survey.
    case sample(SampleProblem)
    /// Something is wrong with a time series of yearly estimates.
    case series(SeriesProblem)
    /// Something is wrong with a survey, or with published counts.
    case survey(SurveyProblem)
    /// Something is wrong with a model of school careers.
    case transitions(TransitionsProblem)

    /// The message.
    public var description: String {
        switch self {
        case .unknownColumn(let name, let nearest):
            "unknown column '\(name)'." + (nearest.map { " Did you mean '\($0)'?" } ?? "")
        case .notNumeric(let column, let use):
            "column '\(column)' is text; \(use) must be a number. Check its cells, or declare which texts are missing."
        case .noCompleteRows(let read):
            read == 0
                ? "the data have no rows."
                : "no row of \(read) has a value in every column of the formula. Check the columns and the missing codes."
        case .oneLevel(let factor, let level):
            "factor '\(factor)' has one factor level only ('\(level)'). Drop it from the formula."
        case .constantResponse(let column):
            "the response '\(column)' has the same value in every row: there is nothing to explain."
        case .tooFewRows(let rows, let effects):
            "there are \(rows) complete rows for \(effects) fixed effects. Use fewer effects or more data."
        case .notIdentified(let factor, let levels, let rows):
            "the random effects of '\(factor)' are not identified: it has \(levels) factor level\(levels == 1 ? "" : "s") in "
                + "\(rows) rows. "
                + "Use another grouping factor, or drop the term."
        case .tooManyEffects(let factor, let effects, let rows):
            "there are \(rows) complete rows for \(effects) random effects of '\(factor)': they cannot be told from the "
                + "residuals. Use fewer effects in its term, or a coarser grouping factor."
        case .dependentRandomEffect(let effect, let factor):
            "the random effect '\(effect)' of '\(factor)' is a combination of effects before it, or is zero in every row: its "
                + "variance is not identified. Drop it."
        case .undeterminedVariance(let effect, let factor):
            "the data do not tell the variance of '\(effect)' of '\(factor)' from the other parts of the model: other values "
                + "fit as well. Drop the term."
        case .ambiguousTerm(let name):
            "two fixed effects would both be named '\(name)': a factor with the end of that name as a level, and a column of "
                + "that name. Rename one of the columns."
        case .badWeight(let column, let row):
            "the weight in column '\(column)' is not above 0 in data row \(row). Give positive weights, or leave the "
                + "row out."
        case .undefinedValue(let expression, let row):
            "'\(expression)' is not a finite number in data row \(row). Correct the value, or leave the row out by 'subset'."
        case .tooFewValues(let function, let distinct, let needed):
            "'\(function)' needs at least \(needed) distinct values; the complete rows have \(distinct). Use a lower "
                + "degree, or fewer degrees of freedom."
        case .badKnots(let function, let knots, let range):
            "the knots of '\(function)' are \(knots.map { shortestText(($0 * 1e6).rounded() / 1e6) }.joined(separator: ", ")); they must rise between "
                + "the boundary knots \(shortestText(range.lowerBound)) and \(shortestText(range.upperBound)). The "
                + "values are too few or repeat too often: use fewer degrees of freedom, or give other knots."
        case .contrastOfNumber(let column):
            "contrasts are declared for column '\(column)', which holds numbers. Declare it as a factor under data, columns."
        case .unknownLevel(let factor, let level, let nearest):
            "'\(level)' is not a level of factor '\(factor)'." + (nearest.map { " Did you mean '\($0)'?" } ?? "")
        case .condition(let error, let text):
            "in the subset, at character \(error.position + 1): \(error.description)\n\(error.excerpt(of: text))"
        case .emptySubset(let condition, let read):
            "no row of \(read) is in the subset '\(condition)'. Check its columns and values."
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
        case .notNested(let reason): "a likelihood-ratio test compares nested models: \(reason)"
        case .notConverged(let evaluations, let reason):
            "the fit did not converge in \(evaluations) evaluations (\(reason)). Simplify the random effects, or "
                + "rescale the columns to similar sizes."
        case .exactFit(let column):
            "the effects explain the response '\(column)' exactly, in every row: there is no residual variance to judge by. "
                + "Check whether it is computed from the other columns, or use fewer effects."
        case .numericalBreakdown:
            "the model's equations could not be solved: some column is too large, too small or not finite, or the effects "
                + "explain the response exactly. Rescale the column, or use fewer effects."
        case .noEstimableCell(let quantity):
            "the data do not determine the \(quantity) of any reported cell: columns that it needs are combinations of "
                + "others. Simplify the fixed effects, or check the times and groups of the rows."
        case .report(let message), .formula(let message): message
        case .cellNotIdentified(let cell):
            "the figures do not determine cell '\(cell)'. Add a figure that contains it, or remove the cell."
        case .impossibleCorrelations:
            "the declared correlations contradict each other: no covariance matrix has them. Check their signs and "
                + "sizes."
        case .kenwardRogerNeedsREML:
            "Kenward-Roger inference needs a fit by REML, and this one is by ML. Fit the model by REML, or use "
                + "Satterthwaite's degrees of freedom."
        case .tooLargeForDenseAlgebra(let method, let size, let limit):
            "\(method) would take too long: it needs \(size), and the limit is \(limit). Use Satterthwaite's degrees of "
                + "freedom, or leave out the grouping factor that ties the rows together."
        case .covarianceParameterNotIdentified(let parameter):
            "the expected information does not tell the \(parameter) from the other covariance parameters. Simplify the "
                + "random effects."
        case .unknownGroupingFactor(let name, let known):
            "the model has no grouping factor '\(name)' to cluster by. Use one of: "
                + known.joined(separator: ", ") + "."
        case .crossesClusters(let factor, let clusters):
            "the levels of '\(factor)' lie in more than one level of '\(clusters)', so clusters by '\(clusters)' are not "
                + "independent. Cluster by a factor within which all others are nested."
        case .dependentContrasts:
            "the contrasts are zero or linear combinations of each other. Give independent contrasts."
        case .noDegreesOfFreedom:
            "the approximation leaves no degrees of freedom for the error. Test fewer contrasts, or use more groups."
        case .evidence(let problem): problem.description
        case .persistence(let problem): problem.description
        case .sample(let problem): problem.description
        case .series(let problem): problem.description
        case .survey(let problem): problem.description
        case .transitions(let problem): problem.description
        }
    }
}
