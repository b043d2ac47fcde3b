/// What can go wrong with calibration to population totals. Rows and replicates count from 0 here and from 1 in words.
public indirect enum CalibrationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// There are no totals.
    case noTotals
    /// A total is missing, infinite, or negative for a category.
    case badTotal(variable: String, category: String?, found: Double)
    /// A variable has another number of rows than the survey.
    case rowCount(variable: String, found: Int, expected: Int)
    /// A row with a weight has no value of a variable.
    case missingValue(variable: String, row: Int)
    /// A category has respondents and no population.
    case noPopulation(variable: String, category: String)
    /// A category has a population and no respondents with a weight.
    case noRespondents(variable: String, category: String)
    /// Two variables' totals add up to different populations.
    case marginsDisagree(first: String, sum: Double, second: String, secondSum: Double)
    /// No weights of 0 or more can have this total.
    case impossibleTotal(variable: String, total: Double, lowest: Double, highest: Double)
    /// The bounds of g-weights do not enclose 1.
    case badBounds(lower: Double, upper: Double)
    /// The totals were not met.
    case notConverged(iterations: Int, variable: String, category: String?, reached: Double, wanted: Double)
    /// Something is wrong in one replicate.
    case inReplicate(Int, CalibrationProblem)

    /// The message.
    public var description: String {
        switch self {
        case .noTotals: "no population totals to calibrate to. Give those of one variable or more."
        case .inReplicate(let replicate, let problem): "in replicate \(replicate + 1), \(problem.description)"
        case .rowCount(let variable, let found, let expected):
            "'\(variable)' has \(found) values where the survey has \(expected) rows."
        case .missingValue(let variable, let row):
            "'\(variable)' is missing in row \(row + 1), which has a weight. Fill it in, or make missing a category of its own."
        case .noPopulation(let variable, let category):
            "'\(variable)' has respondents in \(category) and no population total for it. Give its total, or join categories."
        case .noRespondents(let variable, let category):
            "'\(variable)' has a population total for \(category) and no respondents in it. Join it with another category."
        default: totalsWords
        }
    }

    private var totalsWords: String {
        switch self {
        case .badTotal(let variable, let category, let found):
            "the population total of \(place(variable, category)) is \(found.isNaN ? "missing" : "\(found)"). It must be a "
                + (category == nil ? "finite number." : "number of 0 or more.")
        case .marginsDisagree(let first, let sum, let second, let secondSum):
            "the totals of '\(first)' add up to a population of \(sum), those of '\(second)' to \(secondSum). Correct them, or "
                + "turn both into shares of one population."
        case .impossibleTotal(let variable, let total, let lowest, let highest):
            "the population total of '\(variable)' is \(total); with its values in the data it lies from \(lowest) to \(highest) "
                + "for any weights of 0 or more. Check its unit and the size of the population."
        case .badBounds(let lower, let upper):
            "the bounds of the weights' change are \(lower) and \(upper). They must be finite, one below and one above 1."
        case .notConverged(let iterations, let variable, let category, let reached, let wanted):
            "the weights did not meet the population totals in \(iterations) iterations: \(place(variable, category)) reached "
                + "\(reached) of \(wanted). Check that the totals go together, join small categories, or widen the bounds."
        default: ""
        }
    }

    private func place(_ variable: String, _ category: String?) -> String {
        category.map { "\($0) of '\(variable)'" } ?? "'\(variable)'"
    }
}
