/// A design made ready: equal rows merged, aliased columns dropped, empty states refused.
struct CategoricalData: Sendable {
    /// The merged rows, with the kept columns only.
    let cells: CategoricalCells
    /// What the model's parameters are.
    let shape: CategoricalShape
    /// The rows with a weight above zero.
    let rowCount: Int
    let groups: CategoricalGroups?

    init(
        _ design: CategoricalDesign, outcome: CategoricalModel.Outcome, grouping: CategoricalModel.Grouping
    ) throws(CategoricalProblem) {
        rowCount = design.weights.count { $0 > 0 }
        guard rowCount > 0 else { throw .noRows }
        if grouping != .ignored, design.groups == nil { throw .noGroups }
        let order = outcome.stateOrder(design.states.count)
        var place = order
        for (position, state) in order.enumerated() { place[state] = position }
        // Groups that nobody asked for only keep rows apart.
        let grouped = grouping == .ignored ? design.withoutGroups : design
        var cells = CategoricalCells(grouped, place: place)
        for (position, state) in order.enumerated() {
            let isEmpty = (0..<cells.count).allSatisfy { cells.counts[$0 * order.count + position] == 0 }
            if isEmpty { throw .emptyState(design.states[state]) }
        }
        if let groups = grouped.groups, cells.filledGroupCount < 2 { throw .oneGroup(groups.factor) }
        let aliased = AliasedColumns(
            cells.x, rows: cells.count, columns: cells.width, hasConstant: outcome == .ordered)
        if aliased.kept.isEmpty, outcome != .ordered { throw .noColumns }
        cells.keep(aliased.kept)
        self.cells = cells
        groups = grouped.groups
        shape = CategoricalShape(
            outcome: outcome, columns: design.columns, states: design.states, aliased: aliased)
    }
}

extension CategoricalDesign {
    /// The same rows, of no groups.
    fileprivate var withoutGroups: CategoricalDesign {
        CategoricalDesign(columns: columns, rows: rows, states: states, responses: responses, weights: weights)
    }

    /// Without checks: the rows were checked before.
    private init(columns: [String], rows: [Double], states: [String], responses: [Int], weights: [Double]) {
        self.columns = columns
        self.rows = rows
        self.states = states
        self.responses = responses
        self.weights = weights
        groups = nil
    }
}

extension CategoricalModel.Outcome {
    /// The states in the order in which the likelihood takes them: the reference last, or as they are.
    func stateOrder(_ count: Int) -> [Int] {
        guard case .multinomial(let reference) = self else { return Array(0..<count) }
        return (0..<count).filter { $0 != reference } + [reference]
    }
}
