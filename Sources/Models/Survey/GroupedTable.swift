import LinearAlgebra
import Surveys

/// The estimates of a variable by groups of respondents: shares group by group, or means, with what each group rests on.
struct GroupedTable {
    /// The groups with answers; the codes of respondents without one are -1.
    let groups: SurveyGroups
    /// The groups' positions in the declared order.
    let positions: [Int]
    /// The number of categories; 1 for means.
    let categoryCount: Int
    /// Group by group, all categories.
    let estimates: SurveyEstimates
    /// What each group rests on.
    let counts: [SurveyCounts]
    /// The degrees of freedom of each group's estimates.
    let degreesOfFreedom: [Double]
    /// The degrees of freedom of comparisons: of all groups together.
    let jointDegreesOfFreedom: Double
    /// Respondents, and sums of weights, of each group's categories; empty for means.
    var cellCounts: [(count: Int, weighted: Double)] = []

    /// The variance of a cell's estimate.
    func variance(_ group: Int, _ category: Int = 0) -> Double {
        let cell = group * categoryCount + category
        return max(0, estimates.covariance[cell, cell])
    }

    func value(_ group: Int, _ category: Int = 0) -> Double { estimates.values[group * categoryCount + category] }
}

extension SurveySample {
    /// The shares of categories by group among some respondents; nil when none of these is in a group with an answer.
    func shares(
        of codes: [Int32], levels: Int, by groups: SurveyGroups, among isMember: [Bool], name: String
    ) throws(SurveyError) -> GroupedTable? {
        let isAnswered = isMember.indices.map { isMember[$0] && codes[$0] >= 0 }
        let (present, positions) = groups.within(isAnswered, weights: weights)
        guard !positions.isEmpty else { return nil }
        let statistic = GroupedShares(
            groups: present.codes, categories: codes, groupCount: positions.count, categoryCount: levels, name: name)
        var table = try table(
            statistic, present, positions, categoryCount: levels, missing: missing(groups, isMember, isAnswered))
        var cells = [(count: Int, weighted: Double)](repeating: (0, 0), count: positions.count * levels)
        for row in codes.indices where present.codes[row] >= 0 && weights[row] > 0 {
            let cell = Int(present.codes[row]) * levels + Int(codes[row])
            cells[cell].count += 1
            cells[cell].weighted += weights[row]
        }
        table.cellCounts = cells
        return table
    }

    /// The means of numbers by group among some respondents; nil when none of these is in a group with a number.
    func means(
        of numbers: [Double], by groups: SurveyGroups, among isMember: [Bool], name: String
    ) throws(SurveyError) -> GroupedTable? {
        let isAnswered = isMember.indices.map { isMember[$0] && !numbers[$0].isNaN }
        let (present, positions) = groups.within(isAnswered, weights: weights)
        guard !positions.isEmpty else { return nil }
        let statistic = GroupedMeans(
            groups: present.codes, numbers: numbers, groupCount: positions.count, name: name)
        return try table(
            statistic, present, positions, categoryCount: 1, missing: missing(groups, isMember, isAnswered))
    }

    private func missing(_ groups: SurveyGroups, _ isMember: [Bool], _ isAnswered: [Bool]) -> [Int] {
        var missing = [Int](repeating: 0, count: groups.names.count)
        for row in isMember.indices where isMember[row] && !isAnswered[row] && groups.codes[row] >= 0 {
            if weights[row] > 0 { missing[Int(groups.codes[row])] += 1 }
        }
        return missing
    }

    private func table(
        _ statistic: some SurveyStatistic, _ present: SurveyGroups, _ positions: [Int], categoryCount: Int,
        missing: [Int]
    ) throws(SurveyError) -> GroupedTable {
        let estimates = try estimates(of: statistic)
        let clusters = clusters(of: present.codes, count: positions.count)
        let joint = self.clusters(of: present.codes.map { min($0, 0) }, count: 1)[0].degreesOfFreedom
        var (respondents, weighted) = (
            [Int](repeating: 0, count: positions.count), [Double](repeating: 0, count: positions.count)
        )
        for row in present.codes.indices where present.codes[row] >= 0 && weights[row] > 0 {
            respondents[Int(present.codes[row])] += 1
            weighted[Int(present.codes[row])] += weights[row]
        }
        let counts = positions.indices.map {
            SurveyCounts(
                respondents: respondents[$0], missing: missing[positions[$0]], clusters: clusters[$0].clusters,
                weighted: weighted[$0])
        }
        return GroupedTable(
            groups: present, positions: positions, categoryCount: categoryCount, estimates: estimates, counts: counts,
            degreesOfFreedom: clusters.map(\.degreesOfFreedom), jointDegreesOfFreedom: joint)
    }
}
