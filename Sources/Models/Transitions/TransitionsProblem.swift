import Tables
import Transitions

/// What can be wrong with a model of school careers. Places are `file:line`, or a row of the data.
public enum TransitionsProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// Answers that count as the event and that no row has.
    case noSuchAnswer(column: String, answer: String, nearest: String?, known: [String])
    /// The event happens in no row, or in all.
    case oneOutcome(outcome: String, happens: Bool, rows: Int)
    /// A count that is not whole, negative, or beyond all populations.
    case badCount(place: String, column: String, found: Double)
    /// More events than trials.
    case eventsAboveTrials(place: String, events: Double, trials: Double)
    /// A factor of the report is a number in the formula.
    case notAFactor(column: String, use: String)
    /// A factor of the report has a single level.
    case oneLevel(column: String, use: String, level: String)
    /// The reference is no state of the data.
    case unknownReference(String, column: String, known: [String])
    /// A state of the data that is not in the declared order.
    case unknownState(String, column: String, declared: [String])
    /// A declared state that no row has.
    case emptyState(String, column: String)
    /// The data have a single state.
    case oneState(column: String, state: String)
    /// A year of the policy block that the data do not have, or of which a cell is missing.
    case unknownYear(String, use: String, known: [String])
    /// A year that is both policy and baseline, or not after the baseline.
    case notAfterBaseline(String, use: String, last: String)
    /// A log-odds that is infinite.
    case noLogOdds(cell: String)
    /// Clusters are too few.
    case fewClusters(column: String, found: Int)
    /// No rows are left for a dispersion.
    case noDispersion(rows: Int, effects: Int)
    /// More fixed effects than can be meant.
    case tooManyEffects(Int)
    /// Random effects and fixed effects are as many as the different rows of the data.
    case tooFewCells(cells: Int, rows: Int, effects: Int)
    /// Two pairs of a level and a state make one outcome's name.
    case sameOutcome(String, first: String, second: String, column: String)
    /// Two pairs of a state and a column make one coefficient's name.
    case sameCoefficient(String)
    /// A regression of states cannot be computed.
    case regression(CategoricalProblem)

    /// What was found, what was expected and what to do.
    public var description: String {
        switch self {
        case .noSuchAnswer(let column, let answer, let nearest, let known):
            "no row has '\(answer)' in column '\(column)', which 'event' names."
                + (nearest.map { " Did you mean '\($0)'?" } ?? " Its values are: \(Self.list(known)).")
        case .oneOutcome(let outcome, let happens, let rows):
            "'\(outcome)' \(happens ? "happens in all" : "never happens in") \(rows) rows: there is nothing to explain. Check the "
                + "response, or the subset."
        case .badCount(let place, let column, let found):
            "\(place): column '\(column)' is \(shortestText(found)); expected a whole number from 0 to 1000000000000."
        case .eventsAboveTrials(let place, let events, let trials):
            "\(place): \(shortestText(events)) events out of \(shortestText(trials)) trials; events are at most the trials. Check "
                + "whether the columns are swapped."
        case .notAFactor(let column, let use):
            "\(use) '\(column)' is declared as a number; rates are by its levels. Leave its type out under data, columns, or say 'factor'."
        case .oneLevel(let column, let use, let level):
            "\(use) '\(column)' has one level only ('\(level)') in the rows used: nothing can be compared. Check the subset, or add "
                + "rows of other levels."
        case .unknownReference(let reference, let column, let known):
            "the reference '\(reference)' is no state of column '\(column)'. Its states are: \(Self.list(known))."
        case .unknownState(let state, let column, let declared):
            "column '\(column)' has the state '\(state)', which is not in the declared order \(Self.list(declared)). Add it, or "
                + "leave its rows out by 'subset'."
        case .emptyState(let state, let column):
            "no row of column '\(column)' has the state '\(state)'. Leave it out of the order, or check its spelling."
        case .oneState(let column, let state):
            "column '\(column)' has the single state '\(state)': there is nothing to explain."
        case .unknownYear(let year, let use, let known):
            "\(use) '\(year)' is not among the years with an estimate: \(Self.list(known))."
        case .notAfterBaseline(let year, let use, let last):
            "\(use) '\(year)' is not after the baseline, which ends in '\(last)'. Take it out of the baseline, or out of the policy."
        case .noLogOdds(let cell):
            "'\(cell)' is 0 or 100%: its log-odds have no finite value, and no policy effect can be told. Use a coarser group."
        case .fewClusters(let column, let found):
            "standard errors clustered by '\(column)' need at least 2 clusters; found \(found). Cluster by another column."
        case .noDispersion(let rows, let effects):
            "\(rows) rows for \(effects) effects leave nothing to estimate the dispersion from. Use 'dispersion: none', or fewer "
                + "effects."
        case .tooManyEffects(let count):
            "the formula has \(count) fixed effects; expected at most 1000. Does a factor number pupils or schools? Make it a random "
                + "effect, or use coarser groups."
        case .tooFewCells(let cells, let rows, let effects):
            "the \(rows) complete rows have \(cells) different combinations of effects and groups, no more than the \(effects) fixed "
                + "effects: nothing is left to tell random effects by. Use fewer effects, or group by another column."
        case .sameOutcome(let name, let first, let second, let column):
            "the outcome '\(name)' would be that of \(first), and that of \(second). Rename a level of '\(column)' or a state."
        case .sameCoefficient(let name):
            "two coefficients would both be named '\(name)', put together from states and columns. Rename a state or a column."
        case .regression(let problem): problem.description
        }
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(12).joined(separator: ", ") + (names.count > 12 ? " ..." : "")
    }
}
