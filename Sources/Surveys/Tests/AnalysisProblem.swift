/// What can go wrong with a test, a correlation or a regression of survey data. Positions count from 0 here and from 1 in words.
public enum AnalysisProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// There are fewer groups than the test needs.
    case tooFewGroups(found: Int, needed: Int)
    /// There are fewer rows with weight and all values than the analysis needs.
    case tooFewRows(found: Int, needed: Int)
    /// Two lists that go together have different lengths.
    case unequalLengths(what: String, found: Int, expected: Int)
    /// A value is not finite or outside its range.
    case badValue(what: String, position: Int, found: Double, expected: String)
    /// A column of the model matrix is a combination of those before it.
    case singularColumn(String)
    /// A column tells the outcomes of a logistic regression apart without error, so its coefficient is infinite.
    case separation(String)
    /// An iteration did not reach its end.
    case notConverged(what: String, iterations: Int)
    /// Contrasts repeat each other, or one of them has no sampling error.
    case singularContrast(Int)
    /// Nothing is left to judge errors by.
    case noDegreesOfFreedom(found: Double, needed: Double)
    /// A variable has the same value everywhere.
    case noVariation(String)
    /// Two items agree, or contradict each other, so well that their polychoric correlation has no estimate inside -1...1.
    case perfectAssociation
    /// Shares that must add up to 1 do not.
    case sharesDoNotAddUp(found: Double)
    /// More units responded than there are.
    case populationTooSmall(category: String, population: Double, response: Double)
    /// More units are in both samples than in one of them.
    case overlapTooLarge(found: Double, most: Double)

    /// The message.
    public var description: String {
        switch self {
        case .tooFewGroups(let found, let needed):
            "found \(found) groups with respondents; the test needs \(needed) or more."
        case .tooFewRows(let found, let needed):
            "found \(found) rows with a weight and all values; the analysis needs \(needed) or more. Check for missing values, "
                + "or ask for less."
        case .unequalLengths(let what, let found, let expected):
            "found \(found) \(what), expected \(expected). Give one for each."
        case .badValue(let what, let position, let found, let expected):
            "\(what) \(position + 1) is \(found.isNaN ? "missing" : "\(found)"); expected \(expected). Correct it or leave it out."
        case .singularColumn(let name):
            "column '\(name)' of the model matrix is a combination of the columns before it among the rows with weight. Leave it "
                + "out, or join categories."
        case .separation(let name):
            "column '\(name)' tells the outcomes apart without error, so its coefficient is infinite. Join categories, or leave "
                + "the column out."
        case .notConverged, .singularContrast, .noDegreesOfFreedom, .noVariation, .perfectAssociation,
            .sharesDoNotAddUp,
            .populationTooSmall, .overlapTooLarge:
            limits
        }
    }

    private var limits: String {
        switch self {
        case .notConverged(let what, let iterations):
            "\(what) did not converge in \(iterations) iterations. Rescale the variables, or ask for a simpler analysis."
        case .singularContrast(let position):
            "contrast \(position + 1) has no sampling error of its own: it repeats those before it, or it was never in doubt. "
                + "Leave it out."
        case .noDegreesOfFreedom(let found, let needed):
            "\(found) degrees of freedom are left; the test needs at least \(needed). Test fewer contrasts, or use replicate "
                + "weights or a design with more clusters."
        case .noVariation(let name):
            "\(name) has the same value in all rows with weight, so nothing goes together with it. Leave it out."
        case .perfectAssociation:
            "the two items go together without exception, and their correlation goes to 1 or -1. Join categories, or report the "
                + "table itself."
        case .sharesDoNotAddUp(let found): "the expected shares add up to \(found); expected 1. Give all categories."
        case .populationTooSmall(let category, let population, let response):
            "category '\(category)' has a population of \(population) and a response of \(response). Expected a population as "
                + "large as the response, and above 0: check the two columns."
        case .overlapTooLarge(let found, let most):
            "\(found) units are said to be in both samples, and the smaller one has \(most). Give the number in both."
        default: ""
        }
    }
}

/// A problem of an analysis as this module throws it.
func problem(_ problem: AnalysisProblem) -> SurveyError { .analysis(problem) }

/// Refuses a list of the wrong length.
func checkLength(_ what: String, _ found: Int, _ expected: Int) throws(SurveyError) {
    guard found == expected else {
        throw problem(.unequalLengths(what: what, found: found, expected: expected))
    }
}

/// Refuses values that fail a condition, the first of them by its position.
func check(
    _ what: String, _ values: [Double], _ expected: String, where isGood: (Double) -> Bool
) throws(SurveyError) {
    guard let position = values.firstIndex(where: { !isGood($0) }) else { return }
    throw problem(.badValue(what: what, position: position, found: values[position], expected: expected))
}
