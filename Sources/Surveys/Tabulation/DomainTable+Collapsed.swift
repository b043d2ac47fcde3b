import LinearAlgebra

extension DomainTable {
    /// The shares of boxes of categories, `top two` and the like, with their covariance: sums of the categories' shares.
    ///
    /// Of the options of a set, of which a respondent may choose more than one, it is the mean number chosen.
    ///
    /// - Parameter boxes: The cells of each box; they may overlap.
    /// - Returns: One estimate a box for each of ``estimatedGroups``, by group.
    public func collapsed(_ boxes: [[Int]]) -> SurveyEstimates {
        let cells = boxes.joined()
        precondition(cells.allSatisfy { (0..<cellCount).contains($0) }, "a box has cells of the table")
        var sums = Matrix(rows: estimatedGroups.count * boxes.count, columns: estimates.values.count)
        for group in estimatedGroups.indices {
            for (box, cells) in boxes.enumerated() {
                for cell in Set(cells) { sums[group * boxes.count + box, group * cellCount + cell] = 1 }
            }
        }
        guard sums.rows > 0, sums.columns > 0 else {
            return SurveyEstimates(
                values: [], covariance: Matrix(rows: 0, columns: 0), degreesOfFreedom: estimates.degreesOfFreedom)
        }
        return estimates.transformed(sums)
    }
}
