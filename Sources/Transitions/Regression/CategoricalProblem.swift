/// Why a regression of states on covariates cannot be computed.
public enum CategoricalProblem: Error, Sendable, Equatable {
    /// No row has a weight above zero.
    case noRows
    /// Fewer than two states.
    case fewStates(found: Int)
    /// Two columns, states or groups have one name.
    case sameName(String)
    /// A cell of the model matrix that is no finite number; the row counts from 1.
    case notFinite(column: String, row: Int, found: Double)
    /// A weight or count that is negative or no finite number; the row counts from 1.
    case badWeight(row: Int, found: Double)
    /// A response that is none of the states; the row counts from 1.
    case badResponse(row: Int, found: Int, states: Int)
    /// A group code that is none of the groups; the row counts from 1.
    case badGroup(row: Int, found: Int, groups: Int)
    /// A reference that is none of the states.
    case badReference(found: Int, states: Int)
    /// A state in which nobody is.
    case emptyState(String)
    /// No column of the model matrix is left.
    case noColumns
    /// A coefficient that grows for ever because some cells never hold a state.
    case separation(parameter: String)
    /// Clusters or random effects were asked for, and the design names no groups.
    case noGroups
    /// Clusters or random effects were asked for, and only one group has rows.
    case oneGroup(String)
    /// The search did not end at a maximum.
    case notConverged(iterations: Int, reason: String)
    /// A prediction that the data do not determine, because a column was dropped as a combination of others.
    case notEstimable(column: String)
    /// Rows to predict for whose weights do not add up to more than zero.
    case noPredictionWeight
}

extension CategoricalProblem: CustomStringConvertible {
    /// What is wrong, what was expected and what to do.
    public var description: String {
        switch self {
        case .noRows, .fewStates, .sameName, .emptyState, .noColumns, .noGroups, .oneGroup, .badReference: design
        case .notFinite(let column, let row, let found):
            "row \(row) of column '\(column)' is \(found); expected a finite number. Leave the row out or fill it in."
        case .badWeight(let row, let found):
            "the weight or count of row \(row) is \(found); expected a finite number from 0 up."
        case .badResponse(let row, let found, let states):
            "the response of row \(row) is state \(found); expected 0 to \(states - 1)."
        case .badGroup(let row, let found, let groups):
            "the group of row \(row) is \(found); expected 0 to \(groups - 1)."
        case .separation(let parameter):
            "the coefficient '\(parameter)' grows without end: some combination of covariates never, or always, leads to "
                + "the state. Merge categories or states, or leave the term out."
        case .notConverged(let iterations, let reason):
            "the search for the maximum of the likelihood stopped after \(iterations) iterations: \(reason). "
                + "Use fewer terms, merge rare states, or fit without random effects."
        case .notEstimable(let column):
            "the data do not determine this prediction: column '\(column)' was dropped as a combination of others, and "
                + "the row to predict for does not follow that combination. Merge categories, or leave the term out."
        case .noPredictionWeight:
            "the rows to predict for have no weight; expected weights from 0 up that add up to more than 0."
        }
    }

    private var design: String {
        switch self {
        case .fewStates(let found): "the response has \(found) states; expected at least 2."
        case .sameName(let name): "two columns, states or groups are named '\(name)'. Give each a name of its own."
        case .emptyState(let state):
            "nobody is in state '\(state)': its probability cannot be modelled. Leave the state out or merge it."
        case .noColumns: "no column of the model matrix is left; expected at least an intercept."
        case .noGroups: "clusters or random effects need a grouping factor; the design has none."
        case .oneGroup(let name):
            "the grouping factor '\(name)' has one level with rows; expected at least 2. Fit without groups."
        case .badReference(let found, let states):
            "the reference is state \(found); expected 0 to \(states - 1)."
        default: "there are no rows with a weight above 0; expected at least one."
        }
    }
}
