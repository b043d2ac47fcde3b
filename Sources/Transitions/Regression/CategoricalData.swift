import LinearAlgebra

/// A design made ready: equal rows merged, aliased columns dropped, empty states refused.
struct CategoricalData: Sendable {
    /// The merged rows, with the kept columns only, each divided by its unit.
    let cells: CategoricalCells
    /// What the model's parameters are.
    let shape: CategoricalShape
    /// The rows with a weight above zero.
    let rowCount: Int
    let groups: CategoricalGroups?
    /// The mean weight of a row, at most 1: what is small in the log-likelihood's units.
    let weightScale: Double
    /// A power of two for each kept column, near its largest number: covariates in any unit make the same search.
    let units: [Double]

    init(
        _ design: CategoricalDesign, outcome: CategoricalModel.Outcome, grouping: CategoricalModel.Grouping
    ) throws(CategoricalProblem) {
        rowCount = design.weights.count { $0 > 0 }
        guard rowCount > 0 else { throw .noRows }
        weightScale = min(1, design.weights.reduce(0, +) / Double(rowCount))
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
        try cells.checkScales(design.columns)
        let aliased = AliasedColumns(
            cells.x, rows: cells.count, columns: cells.width, hasConstant: outcome == .ordered)
        if aliased.kept.isEmpty, outcome != .ordered { throw .noColumns }
        cells.keep(aliased.kept)
        units = cells.divideByUnits()
        self.cells = cells
        groups = grouped.groups
        shape = CategoricalShape(
            outcome: outcome, columns: design.columns, states: design.states, aliased: aliased)
    }
}

extension CategoricalCells {
    private func largest(_ column: Int) -> Double {
        var largest = 0.0
        for cell in 0..<count { largest = max(largest, abs(x[cell * width + column])) }
        return largest
    }

    /// Refuses columns whose squares are out of range; one of zeros is dropped later.
    fileprivate func checkScales(_ columns: [String]) throws(CategoricalProblem) {
        for (column, name) in columns.enumerated() {
            let largest = largest(column)
            guard largest == 0 || (largest > 1e-100 && largest < 1e100) else {
                throw .badScale(column: name, largest: largest)
            }
        }
    }

    /// Divides each column by a power of two, so that no digits change, and returns these.
    fileprivate mutating func divideByUnits() -> [Double] {
        let units = (0..<width).map { largest($0).binade }
        for (column, unit) in units.enumerated() where unit != 1 {
            for cell in 0..<count { x[cell * width + column] /= unit }
        }
        return units
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

extension CategoricalData {
    /// What each coefficient, threshold and element of theta is divided by in the units of the design.
    private func divisors(_ count: Int) -> [Double] {
        let rest = Array(repeating: 1.0, count: count)
        let own = shape.outcome == .ordered ? units : (0..<shape.predictorCount).flatMap { _ in units }
        return own + rest.dropFirst(own.count)
    }

    /// Parameters in the units of the design.
    func inUnits(_ parameters: [Double]) -> [Double] {
        zip(parameters, divisors(parameters.count)).map { $0 / $1 }
    }

    /// Their covariance in the units of the design.
    func inUnits(_ covariance: Matrix) -> Matrix {
        let divisors = divisors(covariance.rows)
        var scaled = covariance
        for column in divisors.indices {
            for row in divisors.indices { scaled[row, column] /= divisors[row] * divisors[column] }
        }
        return scaled
    }
}

extension CategoricalModel.Outcome {
    /// The states in the order in which the likelihood takes them: the reference last, or as they are.
    func stateOrder(_ count: Int) -> [Int] {
        guard case .multinomial(let reference) = self else { return Array(0..<count) }
        return (0..<count).filter { $0 != reference } + [reference]
    }
}
