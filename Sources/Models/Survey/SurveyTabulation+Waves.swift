import Surveys

extension SurveyTabulation {
    /// Changes of every variable from a wave to the next that has respondents, for all and by group.
    mutating func compareWaves(
        _ item: SurveyItem, _ answers: SurveyRespondents.Answers, sector: Int
    ) throws {
        guard respondents.waves.names.count > 1 else { return }
        let isSector = respondents.sectors.members(of: sector)
        for split in splits {
            for group in split.groups.names.indices {
                let isMember = isSector.indices.map { isSector[$0] && split.groups.codes[$0] == Int32(group) }
                let part = Part(sector: respondents.sectors.names[sector], wave: "", isMember: isMember)
                let name = split.groups.names[group]
                if case .numbers(let numbers) = answers {
                    let table = try wrapped { () throws(SurveyError) in
                        try sample.means(of: numbers, by: respondents.waves, among: isMember)
                    }
                    var cell = SurveyCell(item: item.name)
                    cell.label = item.label
                    if let table { appendChanges(table, 0, place(cell, part, split.declared, name)) }
                }
                for variable in Self.variables(item, answers) where !variable.compared.isEmpty {
                    let table = try wrapped { () throws(SurveyError) in
                        try sample.shares(
                            of: variable.codes, levels: variable.levels.count, by: respondents.waves, among: isMember)
                    }
                    guard let table else { continue }
                    for category in variable.compared {
                        appendChanges(table, category, place(variable.cell(category), part, split.declared, name))
                    }
                }
            }
        }
    }

    private mutating func appendChanges(_ table: GroupedTable, _ category: Int, _ cell: SurveyCell) {
        for later in table.positions.indices.dropFirst() {
            var cell = cell
            cell.wave = table.groups.names[later]
            let (first, second) = (
                WaveFigure(table, later - 1, category, specification.disclosure),
                WaveFigure(table, later, category, specification.disclosure)
            )
            let indices = [later - 1, later].map { $0 * table.categoryCount + category }
            let row = ChangeRow(
                from: first, to: second, cell: cell, overlap: specification.overlap,
                designCovariance: table.estimates.covariance[indices[0], indices[1]],
                jointDegreesOfFreedom: table.jointDegreesOfFreedom, intervals: intervals)
            if let row { findings.changes.append(row) }
        }
    }

    /// The order of options by how often they were selected.
    mutating func rank(
        _ item: SurveyItem, _ options: [(name: String, label: String, codes: [Int32])], _ part: Part
    ) throws {
        let base = part.isMember.indices.map { part.isMember[$0] && options[0].codes[$0] >= 0 }
        let split = TableSplit(groups: base.map { $0 ? 0 : -1 }, groupCount: 1)
        let table = try wrapped { () throws(SurveyError) in
            try sample.tables(of: [.options(options.map(\.codes))], by: [split])[0][0]
        }
        guard !table.estimatedGroups.isEmpty else { return }
        let degrees = sample.degreesOfFreedom(in: DomainCodes(rows: base, name: item.name))[0]
        let covariance = table.estimates.covariance
        let ranks = try Ranks(
            table.estimates.values, degreesOfFreedom: degrees, coverage: intervals.coverage
        ) { covariance[$0, $0] + covariance[$1, $1] - 2 * covariance[$0, $1] }
        for (position, option) in options.enumerated() {
            var cell = SurveyCell(item: item.name)
            cell.label = option.label.isEmpty ? item.label : option.label
            cell.category = option.name
            findings.ranks.append(ranks.row(position, place(cell, part, nil, "")))
        }
    }
}
