import LinearAlgebra

/// A table's means as any other statistic: the plain road, for calibrated weights, replicate weights and more stages.
struct CellStatistic<Variable: CellVariable>: SurveyStatistic {
    let variable: Variable
    let split: TableSplit

    /// The means of the cells, by group, counted from the variable's origin; missing where a group has no weight.
    func values(weights: [Double]) -> [Double] { CellTotals(variable, split: split, weights: weights).means }

    /// The influence `(x_ik - mean_gk) / N_g` of rows on the cells of their group; 0 for rows without group or answer.
    func influence(weights: [Double]) -> Matrix {
        let totals = CellTotals(variable, split: split, weights: weights)
        let (means, count) = (totals.means, variable.cellCount)
        var result = Matrix(rows: weights.count, columns: means.count)
        let row = CellSums(groupCount: 1, cellCount: count)
        for (index, code) in split.groups.enumerated() where code >= 0 && variable.isAnswered(index) {
            let group = Int(code)
            guard totals.base[group] > 0 else { continue }
            row.add(variable, row: index, group: 0, weight: 1)
            for cell in 0..<count {
                let column = group * count + cell
                result[index, column] = (row.total(0, cell) - means[column]) / totals.base[group]
            }
            row.clear()
        }
        return result
    }
}
