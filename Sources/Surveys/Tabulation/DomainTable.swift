import LinearAlgebra

/// An item in the groups of a split: counts, and shares or means with their joint covariance.
///
/// A cell is a category, an option of a set, or the one mean of a number. Arrays by cell have the cells of the first group, then those
/// of the second. Every respondent of a group who answered the item is in the group's base: missing answers are left out, as by
/// R survey's `svyby(~item, ~split, design, svymean, na.rm = TRUE)`; groups that share clusters covary.
public struct DomainTable: Sendable {
    /// The number of groups of the split.
    public let groupCount: Int
    /// The number of cells of a group.
    public let cellCount: Int
    /// The respondents of each group, without weights: rows with a weight above 0, a group and an answer.
    public let respondents: [Int]
    /// The sum of the weights of each group's respondents.
    public let weightedRespondents: [Double]
    /// The first-stage clusters that each group's respondents are in; empty with replicate weights, which do not tell.
    public let clusters: [Int]
    /// The first-stage strata that each group's respondents are in; empty with replicate weights.
    public let strata: [Int]
    /// The respondents of each cell, by group: those who gave the category or chose the option; for a number, all of the group.
    public let counts: [Int]
    /// The sum of the weights of each cell's respondents, by group; for a number, its weighted total.
    public let weightedCounts: [Double]
    /// The groups that ``estimates`` are of, in order: those with respondents. A group without any in one of the replicates is left out
    /// too, since its error cannot be told.
    public let estimatedGroups: [Int]
    /// The shares or means of the cells of ``estimatedGroups``, by group, with the covariance of all of them.
    public let estimates: SurveyEstimates
    /// Shares or means by cell; missing in groups without respondents.
    private let values: [Double]
    /// The variance of each cell's variable among the group's respondents, with n - 1.
    private let variances: [Double]
    /// Each group's position in ``estimatedGroups``.
    private let positions: [Int?]

    init(
        _ totals: CellTotals, values: [Double], variances: [Double], counts: [Int], weightedCounts: [Double],
        clusters: [Int], strata: [Int], covariance: Matrix, degreesOfFreedom: Double
    ) {
        (groupCount, cellCount) = (totals.groupCount, totals.cellCount)
        (respondents, weightedRespondents) = (totals.respondents, totals.base)
        (self.clusters, self.strata, self.counts, self.weightedCounts) = (clusters, strata, counts, weightedCounts)
        (self.values, self.variances) = (values, variances)
        let width = totals.cellCount
        let groups = (0..<totals.groupCount).filter { group in
            totals.base[group] > 0
                && (group * width..<(group + 1) * width).allSatisfy { covariance[$0, $0].isFinite }
        }
        let cells = groups.flatMap { $0 * width..<($0 + 1) * width }
        var part = Matrix(rows: cells.count, columns: cells.count)
        for (column, from) in cells.enumerated() {
            for (row, other) in cells.enumerated() { part[row, column] = covariance[other, from] }
        }
        var positions = [Int?](repeating: nil, count: totals.groupCount)
        for (position, group) in groups.enumerated() { positions[group] = position }
        (estimatedGroups, self.positions) = (groups, positions)
        estimates = SurveyEstimates(
            values: cells.map { values[$0] }, covariance: part, degreesOfFreedom: degreesOfFreedom)
    }

    /// The share or mean of a cell; nil where the group has no respondents.
    public func value(group: Int, cell: Int) -> Double? {
        let value = values[group * cellCount + cell]
        return value.isNaN ? nil : value
    }

    /// The standard error of a cell's share or mean; nil where it cannot be told.
    public func standardError(group: Int, cell: Int) -> Double? {
        position(group: group, cell: cell).map { max(0, estimates.covariance[$0, $0]).squareRoot() }
    }

    /// How many times larger the variance is than that of a simple random sample of as many respondents, drawn with replacement (R survey's
    /// `deff = "replace"`; Kish 1965, section 8.2); nil where it cannot be told, as for shares of 0 and 1.
    public func designEffect(group: Int, cell: Int) -> Double? {
        let simple = variances[group * cellCount + cell] / Double(respondents[group])
        guard let position = position(group: group, cell: cell), simple > 0, simple.isFinite else { return nil }
        return max(0, estimates.covariance[position, position]) / simple
    }

    /// The weighted variance of a cell's variable among the group's respondents, times n / (n - 1); missing for a single respondent.
    public func populationVariance(group: Int, cell: Int) -> Double { variances[group * cellCount + cell] }

    /// The degrees of freedom that a group has by itself: clusters minus strata among its respondents, as
    /// ``SurveySample/degreesOfFreedom(in:)`` finds them. With replicate weights the sample's own.
    public func degreesOfFreedom(inGroup group: Int) -> Double {
        clusters.isEmpty ? estimates.degreesOfFreedom : Double(clusters[group] - strata[group])
    }

    /// The place of a cell among the ``estimates``; nil where its group has none.
    public func position(group: Int, cell: Int) -> Int? { positions[group].map { $0 * cellCount + cell } }
}
