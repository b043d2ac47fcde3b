import Surveys

extension SurveyTabulation {
    /// The waves of a group of respondents in a sector.
    struct WaveGroup {
        let part: Part
        let split: SurveySplit?
        let name: String
        let waves: MemberGroups
    }

    /// All groups of a sector by wave, those of every split.
    func waveGroups(sector: Int) -> [WaveGroup] {
        let sectors = respondents.sectors
        let part = Part(sector: sectors.names[sector], wave: "", isMember: [])
        return splits.flatMap { split in
            split.groups.names.enumerated().map { group, name in
                let waves = MemberGroups(respondents.waves, weights: sample.weights) { row in
                    sectors.codes[row] == Int32(sector) && split.groups.codes[row] == Int32(group)
                }
                return WaveGroup(part: part, split: split.declared, name: name, waves: waves)
            }
        }
    }

    /// Changes of every variable from a wave to the next that has respondents, for all and by group.
    mutating func compareWaves(_ block: [Question], _ groups: [WaveGroup]) throws {
        let members = groups.map(\.waves)
        let everybody = specification.overlap == .design ? members.map(\.everybody) : []
        for question in block {
            if case .numbers(let numbers) = question.answers {
                let tables = try wrapped { () throws(SurveyError) in try sample.means(of: numbers, by: members) }
                var cell = SurveyCell(item: question.item.name)
                cell.label = question.item.label
                for (group, table) in zip(groups, tables) {
                    if let table { appendChanges(table, 0, place(cell, group.part, group.split, group.name)) }
                }
                continue
            }
            let variables = Self.variables(question.item, question.answers)
            let tables = try wrapped { () throws(SurveyError) in
                try sample.shares(of: variables, by: members, everybody: everybody)
            }
            for (number, group) in groups.enumerated() {
                for (variable, tables) in zip(variables, tables) {
                    guard let table = tables[number] else { continue }
                    for category in variable.compared {
                        appendChanges(
                            table, category, place(variable.cell(category), group.part, group.split, group.name))
                    }
                }
            }
        }
    }

    private mutating func appendChanges(_ table: GroupedTable, _ category: Int, _ cell: SurveyCell) {
        for later in table.positions.indices.dropFirst() {
            var cell = cell
            cell.wave = table.names[later]
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
