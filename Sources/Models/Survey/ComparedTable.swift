import Surveys

/// A variable by the groups of a split, and what their comparison needs.
struct ComparedTable {
    let grouped: GroupedTable
    /// Groups crossed with categories; nil for a single group, and where an error cannot be told.
    let cross: CrossTable?
}

extension SurveySample {
    /// Whether errors are linearised.
    var isLinearised: Bool { firstStage != nil }

    /// The shares of variables by the groups of splits: by variable, then by split; nil where nobody answered.
    ///
    /// Each answer is tabulated twice for each split, by group and crossed with the groups; boxes of answers follow from these.
    func tables(
        of variables: [ReportedVariable], by members: [MemberGroups]
    ) throws(SurveyError) -> [[ComparedTable?]] {
        let walked = variables.filter { $0.boxes == nil }
        guard !walked.isEmpty else { return [] }
        let items = walked.map { TableItem.categories($0.codes, count: $0.levels.count) }
        let byGroup = try tables(of: items, by: members.map(\.split))
        var pairs: [(variable: Int, split: Int)] = []
        var crossItems: [TableItem] = []
        for variable in walked.indices {
            for split in members.indices where byGroup[variable][split].estimatedGroups.count > 1 {
                guard let table = GroupedTable(byGroup[variable][split], members[split]) else { continue }
                pairs.append((variable, split))
                crossItems.append(members[split].cells(walked[variable].codes, in: table))
            }
        }
        var crossed = [[DomainTable?]](
            repeating: [DomainTable?](repeating: nil, count: members.count), count: walked.count)
        for (pair, table) in zip(pairs, try tables(of: crossItems, by: [.all(rowCount: rowCount)])) {
            crossed[pair.variable][pair.split] = table[0]
        }
        var last: [ComparedTable?] = []
        var position = 0
        return variables.map { variable in
            if let boxes = variable.boxes { return last.map { $0?.collapsed(boxes) } }
            last = members.indices.map { split in
                compared(byGroup[position][split], crossed[position][split], members[split])
            }
            position += 1
            return last
        }
    }

    private func compared(_ table: DomainTable, _ cross: DomainTable?, _ members: MemberGroups) -> ComparedTable? {
        guard let grouped = GroupedTable(table, members, everybody: cross) else { return nil }
        return ComparedTable(
            grouped: grouped, cross: cross.flatMap { CrossTable(grouped, $0, isLinearised: isLinearised) })
    }

    /// The means of numbers by the groups of splits; nil where nobody has one.
    func means(of numbers: [Double], by members: [MemberGroups]) throws(SurveyError) -> [GroupedTable?] {
        let made = try tables(of: [.number(numbers)], by: members.map(\.split) + members.map(\.everybody))[0]
        return members.indices.map { GroupedTable(made[$0], members[$0], everybody: made[members.count + $0]) }
    }
}

extension ComparedTable {
    /// The same of boxes of categories; the cross-table stays that of the categories.
    func collapsed(_ boxes: [[Int]]) -> ComparedTable {
        ComparedTable(grouped: grouped.collapsed(boxes), cross: cross)
    }
}

extension SurveySample {
    /// The shares of variables by groups alone: by variable, then by groups; nil where nobody answered.
    ///
    /// - Parameter everybody: All groups of each as one, for the degrees of freedom of comparisons; none where these are not asked for.
    func shares(
        of variables: [ReportedVariable], by members: [MemberGroups], everybody: [TableSplit]
    ) throws(SurveyError) -> [[GroupedTable?]] {
        let items = variables.filter { $0.boxes == nil }
            .map { TableItem.categories($0.codes, count: $0.levels.count) }
        let made = try tables(of: items, by: members.map(\.split) + everybody)
        var last: [GroupedTable?] = []
        var position = 0
        return variables.map { variable in
            if let boxes = variable.boxes { return last.map { $0?.collapsed(boxes) } }
            last = members.indices.map {
                GroupedTable(
                    made[position][$0], members[$0],
                    everybody: everybody.isEmpty ? nil : made[position][members.count + $0])
            }
            position += 1
            return last
        }
    }
}
