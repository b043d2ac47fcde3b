import LinearAlgebra
import Surveys

/// Weighted shares of categories within groups, group by group: for group g the shares of all categories, then the next group's.
///
/// The influence of a row on the share of its group is `(1[category] - share) / N_g`, N_g the group's sum of weights (Särndal,
/// Swensson and Wretman 1992, section 5.8). Rows outside all groups, or without a category, have none.
struct GroupedShares: SurveyStatistic {
    /// The group of each row, -1 for none.
    let groups: [Int32]
    /// The category of each row, -1 when missing.
    let categories: [Int32]
    let groupCount, categoryCount: Int
    /// What the groups are, for messages.
    let name: String

    func values(weights: [Double]) throws(SurveyError) -> [Double] {
        var sums = [Double](repeating: 0, count: groupCount * categoryCount)
        for row in groups.indices where groups[row] >= 0 && categories[row] >= 0 {
            sums[Int(groups[row]) * categoryCount + Int(categories[row])] += weights[row]
        }
        for (group, total) in try totals(sums).enumerated() {
            for category in 0..<categoryCount { sums[group * categoryCount + category] /= total }
        }
        return sums
    }

    func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let shares = try values(weights: weights)
        var totals = [Double](repeating: 0, count: groupCount)
        for row in groups.indices where groups[row] >= 0 && categories[row] >= 0 {
            totals[Int(groups[row])] += weights[row]
        }
        var influence = Matrix(rows: groups.count, columns: shares.count)
        for row in groups.indices where groups[row] >= 0 && categories[row] >= 0 {
            let (group, own) = (Int(groups[row]), Int(categories[row]))
            for category in 0..<categoryCount {
                let cell = group * categoryCount + category
                influence[row, cell] = ((category == own ? 1 : 0) - shares[cell]) / totals[group]
            }
        }
        return influence
    }

    private func totals(_ sums: [Double]) throws(SurveyError) -> [Double] {
        var totals = [Double](repeating: 0, count: groupCount)
        for (cell, sum) in sums.enumerated() { totals[cell / categoryCount] += sum }
        guard totals.allSatisfy({ $0 > 0 }) else { throw .emptyDomain(name) }
        return totals
    }
}

/// Weighted means within groups.
///
/// The influence of a row on its group's mean is `(x - mean) / N_g`.
struct GroupedMeans: SurveyStatistic {
    /// The group of each row, -1 for none.
    let groups: [Int32]
    /// The number of each row, NaN when missing.
    let numbers: [Double]
    let groupCount: Int
    /// What the groups are, for messages.
    let name: String

    func values(weights: [Double]) throws(SurveyError) -> [Double] {
        let (sums, totals) = try sums(weights)
        return zip(sums, totals).map { $0 / $1 }
    }

    func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let (sums, totals) = try sums(weights)
        var influence = Matrix(rows: groups.count, columns: groupCount)
        for row in groups.indices where groups[row] >= 0 && !numbers[row].isNaN {
            let group = Int(groups[row])
            influence[row, group] = (numbers[row] - sums[group] / totals[group]) / totals[group]
        }
        return influence
    }

    private func sums(_ weights: [Double]) throws(SurveyError) -> (sums: [Double], totals: [Double]) {
        var sums = [Double](repeating: 0, count: groupCount)
        var totals = sums
        for row in groups.indices where groups[row] >= 0 && !numbers[row].isNaN {
            sums[Int(groups[row])] += weights[row] * numbers[row]
            totals[Int(groups[row])] += weights[row]
        }
        guard totals.allSatisfy({ $0 > 0 }) else { throw .emptyDomain(name) }
        return (sums, totals)
    }
}
