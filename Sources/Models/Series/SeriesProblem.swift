import Tables

/// What can be wrong with a time series of yearly estimates, or with what is asked of it.
public enum SeriesProblem: Sendable, Equatable, CustomStringConvertible {
    /// A label that is neither a calendar year nor a school year.
    case notAYear(String)
    /// The lists of a series differ in length.
    case unequalLengths(years: Int, values: Int)
    /// A year or a value that is not a finite number, or far out of range.
    case notFinite(year: String)
    /// Two values for one year.
    case repeatedYear(String)
    /// A standard error that is not above zero.
    case badStandardError(year: String, found: Double)
    /// The covariance matrix is not years x years.
    case covarianceShape(rows: Int, columns: Int, years: Int)
    /// The matrix is no covariance matrix.
    case impossibleCovariance
    /// Fewer years than an estimate needs.
    case tooFewYears(years: Int, coefficients: Int, needed: Int, drop: String)
    /// A year from which something changes that leaves no years before or after it.
    case breakOutside(name: String, year: String, first: String, last: String)
    /// The name of a break is used twice.
    case repeatedBreak(String)
    /// A coefficient that the years do not tell from those before it.
    case dependentCoefficient(String)
    /// A year without which a coefficient would not exist, where errors are judged by residuals of single years.
    case yearAlone(String, method: String)
    /// The line goes through every value.
    case exactFit
    /// Something is asked that needs sampling errors.
    case noSamplingErrors(String)
    /// A lag of as many years as the series, or more, or below zero.
    case badLag(Int, years: Int)
    /// Prewhitening of a series with gaps.
    case prewhiteningNeedsEvenYears
    /// Prewhitening whose autoregression has no solution, or is not stationary.
    case prewhiteningFailed
    /// Years that are no whole numbers, where a method steps from year to year.
    case yearsNotWhole(method: String, year: String)
    /// No year before the crisis, or none from it on.
    case noYears(when: String, crisis: String)
    /// An interval's coverage that is not between zero and one.
    case badCoverage(Double)
    /// Autocorrelation that grows to one, so that the level of the line is not determined.
    case unitAutocorrelation(Double)

    /// The message.
    public var description: String {
        switch self {
        case .notAYear, .unequalLengths, .notFinite, .repeatedYear, .badStandardError, .covarianceShape,
            .impossibleCovariance:
            aboutData
        case .tooFewYears, .breakOutside, .repeatedBreak, .dependentCoefficient, .exactFit, .noYears:
            aboutYears
        default: aboutMethod
        }
    }

    private var aboutData: String {
        switch self {
        case .notAYear(let text):
            "'\(text)' is no year. Write a calendar year such as 2021, or a school year such as 2021/22."
        case .unequalLengths(let years, let values):
            "the series has \(years) years and \(values) values; expected as many. Give each year its value, and leave "
                + "years without a value out."
        case .notFinite(let year):
            "the value of year \(year) is missing, not finite or out of range. Correct it, or leave the year out: gaps are "
                + "allowed."
        case .repeatedYear(let year): "year \(year) occurs twice in the series. Keep one value for each year."
        case .badStandardError(let year, let found):
            "the standard error of year \(year) is \(found); expected a number above 0. Correct it."
        case .covarianceShape(let rows, let columns, let years):
            "the covariance of the sampling errors is \(rows) x \(columns); expected \(years) x \(years), one row and "
                + "column a year."
        default:
            "the matrix of the sampling errors is not symmetric and positive definite: no covariance matrix is like it. "
                + "Check its variances and correlations."
        }
    }

    private var aboutYears: String {
        switch self {
        case .tooFewYears(let years, let coefficients, let needed, let drop):
            "the series has \(years) year\(years == 1 ? "" : "s") for \(coefficients) "
                + "coefficient\(coefficients == 1 ? "" : "s"); this needs at least \(needed) years. Use more years"
                + (drop.isEmpty ? "." : ", or \(drop).")
        case .breakOutside(let name, let year, let first, let last):
            "the change '\(name)' is declared from \(year), but the years run from \(first) to \(last): it needs a year "
                + "before it and a year from it on. Correct its year, or drop it."
        case .repeatedBreak(let name): "two changes are named '\(name)'. Give each its own name."
        case .dependentCoefficient(let term):
            "the years do not tell '\(term)' from the coefficients before it: too few years lie between the changes. "
                + "Drop it, for instance the slope of a change with a single year."
        case .exactFit:
            "the line goes through every value of the series: there is no scatter to judge by. Use more years, or "
                + "fewer coefficients."
        case .noYears(let when, let crisis):
            "the series has no year \(when) the crisis, \(crisis). Correct the year of the crisis, or add years."
        default: aboutData
        }
    }

    private var aboutMethod: String {
        switch self {
        case .noSamplingErrors(let use):
            "\(use) needs the standard errors of the yearly values, and the series has none. Add them, or use a method "
                + "that judges by the scatter of the years, such as 'newey_west' or 'trend_with_scatter'."
        case .badLag(let lag, let years):
            "the lag is \(lag); expected a whole number from 0 to \(years - 1), below the number of years."
        case .prewhiteningNeedsEvenYears:
            "prewhitening needs years at equal distances, and the series has gaps. Leave 'prewhiten' out."
        case .prewhiteningFailed:
            "the autoregression for prewhitening has no stationary solution: the years are too few for the "
                + "coefficients. Leave 'prewhiten' out."
        case .yearsNotWhole(let method, let year):
            "\(method) steps from year to year, and \(year) is no whole year. Use whole years, or another method."
        case .yearAlone(let year, let method):
            "year \(year) alone determines a coefficient, so that it has no residual and '\(method)' would leave its "
                + "error out. Use 'classical', 'gls_ar1' or 'sampling', drop the change, or look at the counterfactual."
        case .badCoverage(let coverage): "the coverage is \(coverage); expected a share between 0 and 1."
        case .unitAutocorrelation(let value):
            "the autocorrelation runs to its bound (\(shortestText((value * 1e4).rounded() / 1e4))): the years are too "
                + "few or the series wanders, and the model is not identified. Use 'newey_west', or the local linear trend."
        default: aboutData
        }
    }
}
