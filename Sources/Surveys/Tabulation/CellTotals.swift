/// The first pass of a table: weighted totals of its cells and groups.
struct CellTotals {
    let groupCount: Int
    let cellCount: Int
    /// The weights of each group's respondents.
    let base: [Double]
    /// The respondents of each group: rows with weight, group and answer.
    let respondents: [Int]
    /// The weighted totals of the cells, by group.
    let weighted: [Double]
    /// Their totals without weights.
    let unweighted: [Double]

    init<Variable: CellVariable>(_ variable: Variable, split: TableSplit, weights: [Double]) {
        precondition(variable.rowCount == weights.count, "an item has as many rows as the survey")
        precondition(split.groups.count == weights.count, "a split has as many rows as the survey")
        let sums = CellSums(groupCount: split.groupCount, cellCount: variable.cellCount)
        let counts = CellSums(groupCount: split.groupCount, cellCount: variable.cellCount)
        for (row, group) in split.groups.enumerated() where group >= 0 && variable.isAnswered(row) {
            let weight = weights[row]
            guard weight > 0 else { continue }
            sums.add(variable, row: row, group: Int(group), weight: weight)
            counts.add(variable, row: row, group: Int(group), weight: 1)
        }
        (groupCount, cellCount) = (split.groupCount, variable.cellCount)
        (base, weighted, unweighted) = (sums.baseValues, sums.cellValues, counts.cellValues)
        respondents = counts.baseValues.map { Int($0) }
    }

    /// The means of the cells, by group; missing in groups without respondents.
    var means: [Double] { weighted.indices.map { weighted[$0] / base[$0 / cellCount] } }
}
