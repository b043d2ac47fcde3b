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
        let answers = try items.map { try respondents.answers(to: $0) }
        for part in parts {
            for (item, answers) in zip(items, answers) { try tabulate(item, answers, part) }
        }
        for sector in respondents.sectors.names.indices {
            for (item, answers) in zip(items, answers) { try compareWaves(item, answers, sector: sector) }
        }
        try findings.adjust(specification.testing)
        try correlate(items, answers)
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

    private mutating func tabulate(_ item: SurveyItem, _ answers: SurveyRespondents.Answers, _ part: Part) throws {
        if case .numbers(let numbers) = answers {
            for split in splits { try tabulate(item, numbers, part, split.declared, split.groups) }
            return
        }
        for split in splits {
            for variable in Self.variables(item, answers) {
                try tabulate(variable, part, split.declared, split.groups)
            }
        }
        if case .options(let options) = answers { try rank(item, options, part) }
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
        _ variable: ReportedVariable, _ part: Part, _ split: SurveySplit?, _ groups: SurveyGroups
    ) throws {
        let table = try wrapped { () throws(SurveyError) in
            try sample.shares(
                of: variable.codes, levels: variable.levels.count, by: groups, among: part.isMember)
        }
        guard let table else { return }
        for group in table.positions.indices {
            for category in variable.reported {
                findings.shares.append(shareRow(variable, table, group, category, part, split))
            }
        }
        guard let split else { return }
        if variable.isAssociationTested { try association(variable, table, part, split) }
        let cells = variable.compared.map { ($0, place(variable.cell($0), part, split, "")) }
        if split.isOrdered { for (category, cell) in cells { append(table.trend(category), .trend, cell, table) } }
        try appendDifferences(table, .categories(variable.codes, count: variable.levels.count), cells)
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
            cell: place(variable.cell(category), part, split, table.groups.names[group]), kind: variable.kind,
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
        _ item: SurveyItem, _ numbers: [Double], _ part: Part, _ split: SurveySplit?, _ groups: SurveyGroups
    ) throws {
        let table = try wrapped { () throws(SurveyError) in
            try sample.means(of: numbers, by: groups, among: part.isMember)
        }
        guard let table else { return }
        var cell = SurveyCell(item: item.name)
        cell.label = item.label
        for group in table.positions.indices {
            findings.means.append(
                meanRow(place(cell, part, split, table.groups.names[group]), numbers, table, group))
        }
        guard let split else { return }
        cell = place(cell, part, split, "")
        append(table.equality(), .association, cell, table)
        if split.isOrdered { append(table.trend(0), .trend, cell, table) }
        try appendDifferences(table, .number(numbers), [(0, cell)])
    }

    private func meanRow(_ cell: SurveyCell, _ numbers: [Double], _ table: GroupedTable, _ group: Int) -> MeanRow {
        let (counts, mean, degrees) = (table.counts[group], table.value(group), table.degreesOfFreedom[group])
        let n = Double(counts.respondents)
        var squares = 0.0
        for row in numbers.indices where table.groups.codes[row] == Int32(group) {
            squares += sample.weights[row] * (numbers[row] - mean) * (numbers[row] - mean)
        }
        let variance = n > 1 ? squares / counts.weighted * n / (n - 1) : .nan
        let error = degrees > 0 ? table.variance(group).squareRoot() : .nan
        let estimate = SurveyEstimate(
            value: mean, standardError: error, degreesOfFreedom: degrees,
            interval: intervals.interval(mean, standardError: error, degreesOfFreedom: degrees),
            designEffect: degrees > 0 ? table.designEffects[group] : nil)
        return MeanRow(
            cell: cell, counts: counts, estimate: estimate, standardDeviation: variance.squareRoot(),
            isBelowMinimum: specification.disclosure.isBelow(counts))
    }

    // MARK: Tests

    private mutating func association(
        _ variable: ReportedVariable, _ table: GroupedTable, _ part: Part, _ split: SurveySplit
    ) throws {
        let outcome = try wrapped { () throws(SurveyError) in
            try sample.independence(table, codes: variable.codes)
        }
        var cell = variable.cell(variable.reported[0])
        if variable.kind != .option { cell.category = "" }
        append(outcome, .association, place(cell, part, split, ""), table)
    }

    /// The differences of groups from the rest, for some cells of an item.
    private mutating func appendDifferences(
        _ table: GroupedTable, _ item: TableItem, _ cells: [(position: Int, cell: SurveyCell)]
    ) throws {
        guard !cells.isEmpty else { return }
        let outcomes = try wrapped { () throws(SurveyError) in try sample.differences(table, item) }
        for (position, cell) in cells {
            for (group, outcomes) in outcomes.enumerated() {
                var cell = cell
                cell.group = table.groups.names[group]
                append(outcomes[position], .difference, cell, table)
            }
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
