/// What can be wrong with a meta-analysis or its data.
public enum EvidenceProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// There are not more effects than coefficients.
    case tooFewEffects(rows: Int, coefficients: Int)
    /// Moderators that are linear combinations of those before them.
    case dependentModerators([String])
    /// A number that is not above zero; the row counts from 1.
    case notPositive(column: String, row: Int, found: Double)
    /// A number that is not finite.
    case notFinite(column: String, row: Int)
    /// A correlation that is not between -1 and 1.
    case notACorrelation(column: String, row: Int, found: Double)
    /// A sample size of 3 or less, for which Fisher's z has no variance.
    case sampleTooSmall(column: String, row: Int, found: Double)
    /// All effects are from one study.
    case oneStudy(effects: Int)
    /// Every study has one effect: two variances cannot be told apart.
    case noRepeatedStudies(studies: Int)
    /// Too few clusters for a sandwich.
    case tooFewClusters(studies: Int, coefficients: Int)
    /// A coefficient about which the residuals say nothing.
    case noDegreesOfFreedom(String)
    /// The effects are all alike: nothing to scale standard errors by.
    case noSpread
    /// The studies behind a coefficient agree exactly: its cluster-robust standard error would be zero.
    case noRobustSpread(String)
    /// A number whose square, or its inverse, is outside the range of numbers; the row counts from 1.
    case outOfRange(column: String, row: Int, found: Double)
    /// Several things are wrong with the data.
    indirect case several([EvidenceProblem])
    /// A prediction needs a value that was not given.
    case missingModerator(String, prediction: String)
    /// A prediction gives a value to something that is no moderator.
    case unknownModerator(String, prediction: String, nearest: String?)
    /// A prediction's value does not fit the moderator.
    case badModerator(String, prediction: String, found: String, expected: String)

    /// The message.
    public var description: String {
        switch self {
        case .tooFewEffects(let rows, let coefficients):
            "there \(rows == 1 ? "is 1 effect" : "are \(rows) effects") for \(coefficients) "
                + "coefficient\(coefficients == 1 ? "" : "s"); there must be more effects than coefficients. Use fewer "
                + "moderators or more effects."
        case .dependentModerators(let names):
            "the moderators \(names.map { "'\($0)'" }.joined(separator: ", ")) are combinations of those before them in "
                + "these effects. Drop them."
        case .notPositive(let column, let row, let found):
            "column '\(column)' is \(found) in data row \(row); expected a number above 0. Correct it, or leave the row "
                + "out by 'subset'."
        case .notFinite(let column, let row):
            "column '\(column)' is not a finite number in data row \(row). Correct it, or leave the row out by 'subset'."
        case .notACorrelation(let column, let row, let found):
            "column '\(column)' is \(found) in data row \(row); expected a correlation between -1 and 1. Correct it, or "
                + "leave the row out by 'subset'."
        case .sampleTooSmall(let column, let row, let found):
            "column '\(column)' is \(found) in data row \(row); Fisher's z needs a sample of more than 3. Correct it, or "
                + "leave the row out by 'subset'."
        case .oneStudy(let effects):
            "all \(effects) effects are from one study: nothing tells how studies differ. Use more studies, or "
                + "'structure: fixed' without 'robust' for that study's own effect."
        case .noRepeatedStudies(let studies):
            "each of the \(studies) studies has one effect: the variance between studies cannot be told from that within "
                + "them. Use 'structure: random'."
        case .tooFewClusters(let studies, let coefficients):
            "there are \(studies) studies for \(coefficients) coefficient\(coefficients == 1 ? "" : "s"); a "
                + "cluster-robust covariance needs more studies than coefficients. Leave 'robust' out, or use fewer "
                + "moderators."
        case .noDegreesOfFreedom(let term):
            "the residuals leave no degrees of freedom for the robust standard error of '\(term)': what it compares "
                + "fills a study each. Leave 'robust' out, or drop the moderator."
        case .noSpread:
            "the effects do not differ from their fit: Knapp and Hartung's standard errors would be zero. Use "
                + "'test: normal'."
        case .noRobustSpread(let term):
            "the studies behind '\(term)' agree exactly: its cluster-robust standard error would be zero. Leave 'robust' "
                + "out."
        case .outOfRange(let column, let row, let found):
            "column '\(column)' is \(found) in data row \(row); expected a number whose variance and precision a computer "
                + "can hold. Rescale the estimates, or leave the row out by 'subset'."
        case .several(let problems):
            problems.map(\.description).joined(separator: "\n")
        case .missingModerator(let name, let prediction):
            "prediction '\(prediction)' gives no value to the moderator '\(name)'. Add it under 'at'."
        case .unknownModerator(let name, let prediction, let nearest):
            "prediction '\(prediction)' gives a value to '\(name)', which is no moderator of the formula."
                + (nearest.map { " Did you mean '\($0)'?" } ?? "")
        case .badModerator(let name, let prediction, let found, let expected):
            "prediction '\(prediction)' gives '\(found)' to the moderator '\(name)'; expected \(expected)."
        }
    }
}
