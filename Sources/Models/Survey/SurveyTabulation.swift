import Surveys

/// Makes the monitor's tables of respondents: by sector, wave, item and split.
struct SurveyTabulation {
    /// A sector in a wave.
    struct Part {
        let sector, wave: String
        let isMember: [Bool]
    }

    let specification: SurveySpecification
    let respondents: SurveyRespondents
    let intervals: ShareIntervals
    var findings = SurveyFindings()
    /// Tests that could not be made, in words.
    var skipped: [String] = []

    init(_ specification: SurveySpecification, _ respondents: SurveyRespondents) {
        (self.specification, self.respondents) = (specification, respondents)
        intervals = ShareIntervals(
            method: specification.intervals.method ?? .logit, coverage: specification.intervals.coverage)
        findings.disclosure = specification.disclosure
        findings.coverage = specification.intervals.coverage
    }

    var sample: SurveySample { respondents.sample }

    /// Tabulates all items.
    ///
    /// - Throws: ``ModelError``.
    mutating func run(_ items: [SurveyItem]) throws {
        let questions = try items.map { Question(item: $0, answers: try respondents.answers(to: $0)) }
        for part in parts {
            let members = splits.map { split in
                MemberGroups(split.groups, weights: sample.weights) { part.isMember[$0] }
            }
            for block in Self.blocks(questions) { try tabulate(block, part, members) }
        }
        if respondents.waves.names.count > 1 {
            for sector in respondents.sectors.names.indices {
                try compareWaves(questions, waveGroups(sector: sector))
            }
        }
        try findings.adjust(specification.testing)
        try correlate(items, questions.map(\.answers))
    }

    /// Sectors in order, their waves in order; without those that have no respondents.
    var parts: [Part] {
        let (sectors, waves) = (respondents.sectors, respondents.waves)
        return sectors.names.indices.flatMap { sector in
            waves.names.indices.compactMap { wave -> Part? in
                let isMember = sectors.codes.indices.map {
                    sectors.codes[$0] == Int32(sector) && waves.codes[$0] == Int32(wave)
                }
                guard isMember.contains(true) else { return nil }
                return Part(sector: sectors.names[sector], wave: waves.names[wave], isMember: isMember)
            }
        }
    }

    /// All respondents as one group, then the declared splits.
    var splits: [(declared: SurveySplit?, groups: SurveyGroups)] {
        [(nil, .everybody(respondents.isInside.count))] + zip(specification.splits, respondents.splits).map { ($0, $1) }
    }

    /// An item with its answers.
    struct Question {
        let item: SurveyItem
        let answers: SurveyRespondents.Answers
    }

    /// The questions that are tabulated at once: what is made once for a table serves several, and memory stays small.
    private static func blocks(_ questions: [Question]) -> [[Question]] {
        stride(from: 0, to: questions.count, by: 4).map { Array(questions[$0..<min($0 + 4, questions.count)]) }
    }

    private mutating func tabulate(_ block: [Question], _ part: Part, _ members: [MemberGroups]) throws {
        let variables = block.map { Self.variables($0.item, $0.answers) }
        let tables = try wrapped { () throws(SurveyError) in
            try sample.tables(of: variables.flatMap { $0 }, by: members)
        }
        var start = 0
        for (question, variables) in zip(block, variables) {
            if case .numbers(let numbers) = question.answers {
                try tabulate(question.item, numbers, part, members)
                continue
            }
            for (number, split) in splits.enumerated() {
                for (position, variable) in variables.enumerated() {
                    guard let table = tables[start + position][number] else { continue }
                    try tabulate(variable, table, part, split.declared, members[number])
                }
            }
            start += variables.count
            if case .options(let options) = question.answers { try rank(question.item, options, part) }
        }
    }

    /// An item's answers as variables.
    static func variables(_ item: SurveyItem, _ answers: SurveyRespondents.Answers) -> [ReportedVariable] {
        switch answers {
        case .categories(let codes, let levels): ReportedVariable.variables(item, categories: codes, levels: levels)
        case .options(let options):
            options.map { .option(item, name: $0.name, label: $0.label, codes: $0.codes) }
        case .numbers: []
        }
    }

    // MARK: Shares

    private mutating func tabulate(
        _ variable: ReportedVariable, _ found: ComparedTable, _ part: Part, _ split: SurveySplit?,
        _ members: MemberGroups
    ) throws {
        let table = found.grouped
        for group in table.positions.indices {
            for category in variable.reported {
                findings.shares.append(shareRow(variable, table, group, category, part, split))
            }
        }
        guard let split else { return }
        if variable.isAssociationTested {
            var cell = variable.cell(variable.reported[0])
            if variable.kind != .option { cell.category = "" }
            append(found.cross?.independence(), .association, place(cell, part, split, ""), table)
        }
        let cells = variable.compared.map { ($0, place(variable.cell($0), part, split, "")) }
        if split.isOrdered { for (category, cell) in cells { append(table.trend(category), .trend, cell, table) } }
        guard !cells.isEmpty, table.positions.count > 1 else { return }
        if let cross = found.cross, cross.isLinearised {
            for (category, cell) in cells {
                appendDifferences(cross.differences(variable.boxes?[category] ?? [category]), cell, table)
            }
        } else {
            let item = TableItem.categories(variable.codes, count: variable.levels.count)
            try appendDifferences(table, item, members, cells)
        }
    }

    private func shareRow(
        _ variable: ReportedVariable, _ table: GroupedTable, _ group: Int, _ category: Int, _ part: Part,
        _ split: SurveySplit?
    ) -> ShareRow {
        let counts = table.counts[group]
        let cell = table.cellCounts[group * table.categoryCount + category]
        let share = table.value(group, category)
        let n = Double(counts.respondents)
        let degrees = table.degreesOfFreedom[group]
        let error = degrees > 0 ? table.variance(group, category).squareRoot() : .nan
        let estimate = SurveyEstimate(
            value: share, standardError: error, degreesOfFreedom: degrees,
            interval: intervals.interval(share, standardError: error, respondents: n, degreesOfFreedom: degrees),
            designEffect: degrees > 0 ? table.designEffects[group * table.categoryCount + category] : nil)
        return ShareRow(
            cell: place(variable.cell(category), part, split, table.names[group]), kind: variable.kind,
            counts: counts, count: cell.count, weightedCount: cell.weighted, estimate: estimate, printedPercent: nil,
            isBelowMinimum: specification.disclosure.isBelow(counts))
    }

    func place(_ cell: SurveyCell, _ part: Part, _ split: SurveySplit?, _ group: String) -> SurveyCell {
        var cell = cell
        (cell.sector, cell.wave, cell.split, cell.group) = (part.sector, part.wave, split?.name ?? "", group)
        return cell
    }

    // MARK: Means

    private mutating func tabulate(
        _ item: SurveyItem, _ numbers: [Double], _ part: Part, _ members: [MemberGroups]
    ) throws {
        let tables = try wrapped { () throws(SurveyError) in
            try sample.means(of: numbers, by: members)
        }
        var cell = SurveyCell(item: item.name)
        cell.label = item.label
        for (number, split) in splits.enumerated() {
            guard let table = tables[number] else { continue }
            for (group, name) in table.names.enumerated() {
                findings.means.append(meanRow(place(cell, part, split.declared, name), table, group))
            }
            guard let declared = split.declared else { continue }
            let cell = place(cell, part, declared, "")
            append(table.equality(), .association, cell, table)
            if declared.isOrdered { append(table.trend(0), .trend, cell, table) }
            if table.positions.count > 1 {
                try appendDifferences(table, .number(numbers), members[number], [(0, cell)])
            }
        }
    }

    private func meanRow(_ cell: SurveyCell, _ table: GroupedTable, _ group: Int) -> MeanRow {
        let (counts, mean, degrees) = (table.counts[group], table.value(group), table.degreesOfFreedom[group])
        let error = degrees > 0 ? table.variance(group).squareRoot() : .nan
        let estimate = SurveyEstimate(
            value: mean, standardError: error, degreesOfFreedom: degrees,
            interval: intervals.interval(mean, standardError: error, degreesOfFreedom: degrees),
            designEffect: degrees > 0 ? table.designEffects[group] : nil)
        return MeanRow(
            cell: cell, counts: counts, estimate: estimate,
            standardDeviation: table.populationVariances[group].squareRoot(),
            isBelowMinimum: specification.disclosure.isBelow(counts))
    }

    // MARK: Tests

    /// The differences of groups from the rest, for some cells of an item, by tables of halves.
    private mutating func appendDifferences(
        _ table: GroupedTable, _ item: TableItem, _ members: MemberGroups, _ cells: [(position: Int, cell: SurveyCell)]
    ) throws {
        let outcomes = try wrapped { () throws(SurveyError) in try sample.differences(table, item, members) }
        for (position, cell) in cells { appendDifferences(outcomes.map { $0[position] }, cell, table) }
    }

    /// The differences of groups from the rest, by group.
    private mutating func appendDifferences(_ outcomes: [TestOutcome?], _ cell: SurveyCell, _ table: GroupedTable) {
        for (group, outcome) in outcomes.enumerated() {
            var cell = cell
            cell.group = table.names[group]
            append(outcome, .difference, cell, table)
        }
    }

    private mutating func append(
        _ outcome: TestOutcome?, _ kind: TestRow.Kind, _ cell: SurveyCell, _ table: GroupedTable
    ) {
        guard let outcome else {
            if table.positions.count > (kind == .trend ? 2 : 1) {
                skipped.append(
                    ([kind.rawValue] + [cell.item, cell.category, cell.sector, cell.wave, cell.split, cell.group])
                        .filter { !$0.isEmpty }.joined(separator: " "))
            }
            return
        }
        findings.tests.append(
            TestRow(
                outcome, kind, cell, respondents: table.counts.reduce(0) { $0 + $1.respondents }, intervals: intervals,
                isBelowMinimum: table.counts.contains { specification.disclosure.isBelow($0) }))
    }

    func wrapped<Value>(_ body: () throws(SurveyError) -> Value) throws(ModelError) -> Value {
        do {
            return try body()
        } catch {
            throw .survey(.sample(error))
        }
    }
}
