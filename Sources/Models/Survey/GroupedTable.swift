import LinearAlgebra
import Surveys

/// The estimates of a variable by groups of respondents: shares group by group, or means, with what each group rests on.
struct GroupedTable {
    /// The names of the groups with answers.
    let names: [String]
    /// The groups' positions in the declared order.
    let positions: [Int]
    /// The number of categories; 1 for means.
    let categoryCount: Int
    /// Group by group, all categories.
    let estimates: SurveyEstimates
    /// What each group rests on.
    let counts: [SurveyCounts]
    /// The respondents, and sums of weights, of each group's categories.
    let cellCounts: [(count: Int, weighted: Double)]
    /// The design effect of each estimate; nil where it has none.
    let designEffects: [Double?]
    /// The variance of each estimate's variable among the group's respondents, with n - 1.
    let populationVariances: [Double]
    /// The degrees of freedom of each group's estimates.
    let degreesOfFreedom: [Double]
    /// The degrees of freedom of comparisons: of all groups together.
    var jointDegreesOfFreedom: Double

    /// The variance of a cell's estimate.
    func variance(_ group: Int, _ category: Int = 0) -> Double {
        let cell = group * categoryCount + category
        return max(0, estimates.covariance[cell, cell])
    }

    func value(_ group: Int, _ category: Int = 0) -> Double { estimates.values[group * categoryCount + category] }
}

extension GroupedTable {
    /// A table as the monitor reads it; nil when no group has an answer.
    ///
    /// - Parameter everybody: The same item with all groups as one; nil when groups are not compared.
    init?(_ table: DomainTable, _ members: MemberGroups, everybody: DomainTable? = nil) {
        let (positions, width) = (table.estimatedGroups, table.cellCount)
        guard let first = positions.first else { return nil }
        let cells = positions.flatMap { group in (0..<width).map { (group: group, cell: $0) } }
        names = positions.map { members.groups.names[$0] }
        (self.positions, categoryCount, estimates) = (positions, width, table.estimates)
        counts = positions.map { group in
            SurveyCounts(
                respondents: table.respondents[group], missing: members.asked[group] - table.respondents[group],
                clusters: table.clusters.isEmpty ? nil : table.clusters[group],
                weighted: table.weightedRespondents[group])
        }
        cellCounts = cells.map { (table.counts[$0 * width + $1], table.weightedCounts[$0 * width + $1]) }
        designEffects = cells.map { table.designEffect(group: $0, cell: $1) }
        populationVariances = cells.map { table.populationVariance(group: $0, cell: $1) }
        degreesOfFreedom = positions.map(table.degreesOfFreedom(inGroup:))
        jointDegreesOfFreedom =
            everybody?.degreesOfFreedom(inGroup: 0) ?? table.degreesOfFreedom(inGroup: first)
    }

    /// The shares of boxes of categories, without another walk over the respondents: sums of the categories' shares.
    ///
    /// A box that all or none of a group are in has a share of 1 or 0 and no error, to the last digit.
    func collapsed(_ boxes: [[Int]]) -> GroupedTable {
        let cells = positions.indices.flatMap { group in boxes.map { (group: group, box: $0) } }
        var sums = Matrix(rows: cells.count, columns: estimates.values.count)
        for (row, cell) in cells.enumerated() {
            for category in cell.box { sums[row, cell.group * categoryCount + category] = 1 }
        }
        let found = cells.map { group, box in
            box.map { cellCounts[group * categoryCount + $0] }
                .reduce((count: 0, weighted: 0.0)) { ($0.count + $1.count, $0.weighted + $1.weighted) }
        }
        var (values, covariance) = (
            estimates.values.isEmpty ? [] : sums * estimates.values,
            (sums * estimates.covariance).timesTransposed(sums)
        )
        var simple = [Double](repeating: .nan, count: cells.count)
        for (row, cell) in cells.enumerated() {
            let (count, n) = (found[row].count, counts[cell.group].respondents)
            if count == 0 || count == n {
                values[row] = count == 0 ? 0 : 1
                for other in cells.indices { (covariance[row, other], covariance[other, row]) = (0, 0) }
            }
            simple[row] = values[row] * (1 - values[row]) * Double(n) / Double(n - 1)
        }
        let effects = cells.indices.map { row -> Double? in
            let variance = simple[row] / Double(counts[cells[row].group].respondents)
            return variance > 0 && variance.isFinite ? max(0, covariance[row, row]) / variance : nil
        }
        return GroupedTable(
            names: names, positions: positions, categoryCount: boxes.count,
            estimates: SurveyEstimates(
                values: values, covariance: covariance, degreesOfFreedom: estimates.degreesOfFreedom),
            counts: counts, cellCounts: found, designEffects: effects, populationVariances: simple,
            degreesOfFreedom: degreesOfFreedom, jointDegreesOfFreedom: jointDegreesOfFreedom)
    }
}
