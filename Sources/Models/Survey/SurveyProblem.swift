import Surveys
import Tables

/// What can be wrong with a survey's data or with published counts. Places are `file:line`, or a row of the model file.
public enum SurveyProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The data have no rows.
    case noRespondents(file: String)
    /// Nobody answered an item.
    case noAnswers(item: String, respondents: Int)
    /// An item has more answers, or a split more groups, than a table can show.
    case tooMany(column: String, found: Int, limit: Int)
    /// Nobody is in any sector or wave.
    case nobodyIn(column: String, respondents: Int)
    /// A cell that should hold a number, of a factor.
    case notANumber(place: String, column: String, found: String)
    /// A count is missing, negative or not whole.
    case badCount(place: String, column: String, found: Double)
    /// A base is 0 or less.
    case noBase(place: String, found: Double)
    /// A count is larger than its base.
    case countAboveBase(place: String, count: Int, base: Int)
    /// A population is smaller than the base.
    case populationBelowBase(place: String, population: Double, base: Int)
    /// A percent is not a number from 0 to 100.
    case badPercent(place: String, found: String)
    /// Two rows are about the same answer or category.
    case repeatedRow(place: String, other: String, what: String)
    /// A row names groups of two splits.
    case twoSplits(place: String, columns: [String])
    /// A response is larger than its population.
    case responseAbovePopulation(place: String, category: String, response: Double, population: Double)
    /// A stratifier has a single category.
    case oneCategory(stratifier: String, sector: String, wave: String)
    /// Answers are more than those who were to be reached.
    case responseAboveFrame(place: String, what: String, found: Int, limit: Int, of: String)
    /// Something is wrong with a correlation or a comparison of orders.
    case association(SurveyAssociationProblem)
    /// An estimate is not defined.
    case sample(SurveyError)

    /// The message.
    public var description: String {
        switch self {
        case .noRespondents(let file): "\(file) has no respondents. Check the file."
        case .noAnswers(let item, let respondents):
            "nobody answered item '\(item)': it is missing for all \(respondents) respondents. Check its column and the "
                + "missing codes, or drop the item."
        case .tooMany(let column, let found, let limit):
            "column '\(column)' has \(found) different values; a table has at most \(limit). Take the mean of a number, or group "
                + "the values."
        case .nobodyIn(let column, let respondents):
            "column '\(column)' is missing for all \(respondents) respondents. Check the column and the missing codes."
        case .notANumber(let place, let column, let found):
            "\(place): column '\(column)' has '\(found)'; a mean or scale needs numbers. Correct it, or declare it as missing."
        case .badCount(let place, let column, let found):
            "\(place): '\(column)' is \(found.isNaN ? "missing" : shortestText(found)); expected a whole number from 0 to "
                + "1000000000000."
        case .noBase(let place, let found):
            "\(place): the base is \(shortestText(found)); a share needs a base of 1 or more. Correct it, or leave the row out."
        case .countAboveBase(let place, let count, let base):
            "\(place): the count \(count) is larger than its base \(base). Correct one of them."
        case .populationBelowBase(let place, let population, let base):
            "\(place): the population \(shortestText(population)) is smaller than the base \(base). Correct one of them."
        case .badPercent(let place, let found):
            "\(place): the percent is '\(found)'; expected a number from 0 to 100, as printed."
        case .repeatedRow(let place, let other, let what):
            "\(place): '\(what)' is also in \(other), in the same table, sector, wave and group. Keep one of them, or name the tables."
        case .twoSplits(let place, let columns):
            "\(place): the row names a group in \(columns.map { "'\($0)'" }.joined(separator: " and ")); a published count "
                + "belongs to one split. Leave the other columns empty."
        case .responseAbovePopulation(let place, let category, let response, let population):
            "\(place): the response of '\(category)', \(shortestText(response)), is larger than its population, "
                + "\(shortestText(population)). Correct one of them."
        case .oneCategory(let stratifier, let sector, let wave):
            "stratifier '\(stratifier)' has a single category"
                + ([sector, wave].contains { !$0.isEmpty }
                    ? " in \([sector, wave].filter { !$0.isEmpty }.joined(separator: ", "))" : "")
                + "; a comparison needs two or more. Add the others."
        case .responseAboveFrame(let place, let what, let found, let limit, let of):
            "\(place): the \(what) response \(found) is larger than the \(of) \(limit). Correct one of them."
        case .association(let problem): problem.description
        case .sample(let error): error.description
        }
    }
}
