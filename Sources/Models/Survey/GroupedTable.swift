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
    /// The respondents, and sums of weights, of each group's categories.
    let cellCounts: [(count: Int, weighted: Double)]
    /// The design effect of each estimate; nil where it has none.
    let designEffects: [Double?]
    /// The degrees of freedom of each group's estimates.
    let degreesOfFreedom: [Double]
    /// The degrees of freedom of comparisons: of all groups together.
    let jointDegreesOfFreedom: Double

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
        of codes: [Int32], levels: Int, by groups: SurveyGroups, among isMember: [Bool]
    ) throws(SurveyError) -> GroupedTable? {
        try table(.categories(codes, count: levels), by: groups, among: isMember) { codes[$0] >= 0 }
    }

    /// The means of numbers by group among some respondents; nil when none of these is in a group with a number.
    func means(
        of numbers: [Double], by groups: SurveyGroups, among isMember: [Bool]
    ) throws(SurveyError) -> GroupedTable? {
        try table(.number(numbers), by: groups, among: isMember) { !numbers[$0].isNaN }
    }

    private func table(
        _ item: TableItem, by groups: SurveyGroups, among isMember: [Bool], where hasAnswer: (Int) -> Bool
    ) throws(SurveyError) -> GroupedTable? {
        let members = groups.restricted(to: isMember)
        let made = try tables(of: [item], by: [TableSplit(groups: members.codes, groupCount: members.names.count)])
        let (table, width) = (made[0][0], made[0][0].cellCount)
        let positions = table.estimatedGroups
        guard !positions.isEmpty else { return nil }
        let present = members.restricted { hasAnswer($0) && weights[$0] > 0 }.kept(positions)
        var asked = [Int](repeating: 0, count: members.names.count)
        for row in members.codes.indices where members.codes[row] >= 0 && weights[row] > 0 {
            asked[Int(members.codes[row])] += 1
        }
        let degrees = degreesOfFreedom(in: DomainCodes(codes: present.codes, names: present.names))
        let everybody = DomainCodes(codes: present.codes.map { min($0, 0) }, names: [""])
        return GroupedTable(
            groups: present, positions: positions, categoryCount: width, estimates: table.estimates,
            counts: positions.map { group in
                SurveyCounts(
                    respondents: table.respondents[group], missing: asked[group] - table.respondents[group],
                    clusters: table.clusters.isEmpty ? nil : table.clusters[group],
                    weighted: table.weightedRespondents[group])
            },
            cellCounts: positions.flatMap { group in
                (0..<width).map { (table.counts[group * width + $0], table.weightedCounts[group * width + $0]) }
            },
            designEffects: positions.flatMap { group in
                (0..<width).map { table.designEffect(group: group, cell: $0) }
            }, degreesOfFreedom: degrees, jointDegreesOfFreedom: degreesOfFreedom(in: everybody)[0])
    }
}
