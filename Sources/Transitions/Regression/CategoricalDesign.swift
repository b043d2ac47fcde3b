/// The schools, or other groups, that rows belong to.
public struct CategoricalGroups: Sendable, Equatable {
    /// The grouping factor: `school`.
    public let factor: String
    /// The names of its levels, all different; a level without rows is allowed.
    public let names: [String]
    /// The level of each row, from 0, length n.
    public let codes: [Int]

    /// Groups.
    public init(factor: String, names: [String], codes: [Int]) {
        self.factor = factor
        self.names = names
        self.codes = codes
    }
}

/// Rows of covariates with the state each ended in: what a regression of states is fitted to.
///
/// Individuals are rows of weight 1; a published flow table has a row for each count, with the count as its weight. Both
/// give the same fit. Rows with a missing value must be left out before.
public struct CategoricalDesign: Sendable {
    /// The names of the columns of the model matrix, p of them.
    public let columns: [String]
    /// The model matrix, n x p, row by row; an intercept is a column like any other.
    public let rows: [Double]
    /// The names of the states, K >= 2; their order matters to an ordered model.
    public let states: [String]
    /// The state of each row, from 0, length n.
    public let responses: [Int]
    /// The weight or count of each row, length n, at least 0; a row of weight 0 is as if it were not there.
    public let weights: [Double]
    /// The groups, if any.
    public let groups: CategoricalGroups?

    /// A design.
    ///
    /// - Parameters:
    ///   - weights: nil for rows that count once.
    /// - Throws: ``CategoricalProblem`` for names that are not different, numbers that are not finite, negative weights,
    ///   and codes that are none of the states or groups.
    public init(
        columns: [String], rows: [Double], states: [String], responses: [Int], weights: [Double]? = nil,
        groups: CategoricalGroups? = nil
    ) throws(CategoricalProblem) {
        let n = responses.count
        precondition(rows.count == n * columns.count, "the model matrix is n x p")
        precondition((weights?.count ?? n) == n && (groups?.codes.count ?? n) == n, "a weight and a group for each row")
        guard states.count >= 2 else { throw .fewStates(found: states.count) }
        for names in [columns, states, groups?.names ?? []] { try Self.checkDifferent(names) }
        self.columns = columns
        self.rows = rows
        self.states = states
        self.responses = responses
        self.weights = weights ?? Array(repeating: 1, count: n)
        self.groups = groups
        try checkNumbers()
    }

    /// The number of rows, n.
    public var rowCount: Int { responses.count }

    private static func checkDifferent(_ names: [String]) throws(CategoricalProblem) {
        var seen = Set<String>()
        for name in names where !seen.insert(name).inserted { throw .sameName(name) }
    }

    private func checkNumbers() throws(CategoricalProblem) {
        for (position, value) in rows.enumerated() where !value.isFinite {
            let (row, column) = position.quotientAndRemainder(dividingBy: columns.count)
            throw .notFinite(column: columns[column], row: row + 1, found: value)
        }
        for (row, weight) in weights.enumerated() where !(weight >= 0 && weight < .infinity) {
            throw .badWeight(row: row + 1, found: weight)
        }
        for (row, state) in responses.enumerated() where !states.indices.contains(state) {
            throw .badResponse(row: row + 1, found: state, states: states.count)
        }
        guard let groups else { return }
        for (row, group) in groups.codes.enumerated() where !groups.names.indices.contains(group) {
            throw .badGroup(row: row + 1, found: group, groups: groups.names.count)
        }
    }
}
