import Surveys

/// An item as a correlation sees it.
private struct CorrelatedItem {
    let cell: SurveyCell
    /// The position of each respondent's answer, -1 when missing; nil for numbers.
    let codes: [Int32]?
    /// The answers as numbers, NaN when missing.
    let numbers: [Double]
    /// Whether each answer is in the top: 1, 0, or -1 when missing; nil without a top.
    let top: [Int32]?

    init?(_ item: SurveyItem, _ answers: SurveyRespondents.Answers) {
        var cell = SurveyCell(item: item.name)
        (cell.label, cell.table) = (item.label, item.battery)
        switch answers {
        case .options: return nil
        case .numbers(let numbers): (self.cell, codes, self.numbers, top) = (cell, nil, numbers, nil)
        case .categories(let codes, _):
            let tops = SurveyTabulation.variables(item, answers).first { $0.kind == .top }
            cell.category = tops?.levels[1] ?? ""
            numbers = codes.map { $0 < 0 ? .nan : Double($0 + 1) }
            (self.cell, self.codes, top) = (cell, codes, tops?.codes)
        }
    }
}

extension SurveyTabulation {
    /// Correlates the declared pairs of items in every sector and wave.
    ///
    /// Where a correlation is not defined in a part it is left out and counted; where it is in none, the first reason is thrown.
    mutating func correlate(_ items: [SurveyItem], _ answers: [SurveyRespondents.Answers]) throws(ModelError) {
        func found(_ name: String) -> CorrelatedItem? {
            zip(items, answers).first { $0.0.name == name }.flatMap { CorrelatedItem($0, $1) }
        }
        for declared in specification.associations.correlations {
            guard let first = found(declared.first), let second = found(declared.second) else { continue }
            var (problems, count): ([SurveyAssociationProblem], Int) = ([], 0)
            for part in parts {
                do {
                    guard let row = try correlation(declared, first, second, part) else { continue }
                    findings.correlations.append(row)
                    count += 1
                } catch {
                    problems.append(error)
                    skipped.append("correlation \(declared.name) \(words(part))")
                }
            }
            guard count == 0 else { continue }
            throw .survey(
                .association(
                    problems.first ?? .nobodyAnsweredBoth(first: declared.first, second: declared.second)))
        }
    }

    /// The correlation of a sector and wave; nil when nobody there has both answers.
    private func correlation(
        _ declared: CorrelationDeclaration, _ first: CorrelatedItem, _ second: CorrelatedItem, _ part: Part
    ) throws(SurveyAssociationProblem) -> CorrelationRow? {
        let hasBoth = first.numbers.indices.map { row -> Int32 in
            first.numbers[row].isNaN || second.numbers[row].isNaN ? -1 : 0
        }
        let table = try described(declared, part) { () throws(SurveyError) in
            try shares(of: hasBoth, levels: 1, among: part.isMember)
        }
        guard let table else { return nil }
        var row = CorrelationRow(
            name: declared.name, first: place(first.cell, part, nil, ""), second: place(second.cell, part, nil, ""),
            method: declared.method, counts: table.counts[0], estimate: .withheld, statistic: .nan, pValue: .nan,
            tops: first.top != nil && second.top != nil ? .withheld("") : nil,
            isBelowMinimum: specification.disclosure.isBelow(table.counts[0]))
        let isMember = hasBoth.indices.map { part.isMember[$0] && hasBoth[$0] == 0 && sample.weights[$0] > 0 }
        if let reason = reason(row, first, second, isMember) {
            row.withhold(reason)
            return row
        }
        try refuseOneAnswer(first, second, isMember, part)
        try fill(&row, declared, first, second, part, degreesOfFreedom: table.jointDegreesOfFreedom)
        row.tops = try described(declared, part) { () throws(SurveyError) in try tops(first, second, isMember) }
        return row
    }

    /// Why a correlation may not be published: too few respondents; or two answers to each item, of which the correlation and the
    /// items' shares tell the four counts, and one of these is too small.
    private func reason(
        _ row: CorrelationRow, _ first: CorrelatedItem, _ second: CorrelatedItem, _ isMember: [Bool]
    ) -> String? {
        if row.isBelowMinimum {
            return specification.disclosure.isBelow(row.counts.respondents) ? "count" : "clusters"
        }
        let members = isMember.indices.filter { isMember[$0] }
        let (ones, others) = (Set(members.map { first.numbers[$0] }), Set(members.map { second.numbers[$0] }))
        guard ones.count == 2, others.count == 2 else { return nil }
        let cells = ones.flatMap { one in
            others.map { other in members.count { first.numbers[$0] == one && second.numbers[$0] == other } }
        }
        return cells.contains { specification.disclosure.isBelow($0) } ? "count" : nil
    }

    private func refuseOneAnswer(
        _ first: CorrelatedItem, _ second: CorrelatedItem, _ isMember: [Bool], _ part: Part
    ) throws(SurveyAssociationProblem) {
        for (item, other) in [(first, second), (second, first)] {
            let values = isMember.indices.filter { isMember[$0] }.map { item.numbers[$0] }
            guard values.count > 1, Set(values).count == 1 else { continue }
            throw .oneAnswer(
                item: item.cell.item, other: other.cell.item, respondents: values.count, part: words(part))
        }
    }

    /// Adds the correlation with its error; degrees of freedom are the part's own.
    private func fill(
        _ row: inout CorrelationRow, _ declared: CorrelationDeclaration, _ first: CorrelatedItem,
        _ second: CorrelatedItem, _ part: Part, degreesOfFreedom: Double
    ) throws(SurveyAssociationProblem) {
        let (x, y, domain) = (first.numbers, second.numbers, part.isMember)
        let (estimate, interval) = try described(declared, part) { () throws(SurveyError) in
            let estimate: CorrelationEstimate =
                switch declared.method {
                case .pearson:
                    try sample.correlation(
                        try PearsonCorrelation(x, y, domain: domain), degreesOfFreedom: degreesOfFreedom)
                case .spearman:
                    try sample.correlation(
                        try SpearmanCorrelation(x, y, domain: domain), degreesOfFreedom: degreesOfFreedom)
                case .polychoric:
                    try sample.correlation(
                        try PolychoricCorrelation(first.codes ?? [], second.codes ?? [], domain: domain),
                        degreesOfFreedom: degreesOfFreedom)
                }
            return (estimate, try estimate.confidenceInterval(coverage: intervals.coverage))
        }
        row.estimate = SurveyEstimate(
            value: estimate.value, standardError: estimate.standardError, degreesOfFreedom: degreesOfFreedom,
            interval: interval, designEffect: nil)
        row.statistic = estimate.value / estimate.standardError
        row.pValue = row.statistic.isInfinite ? 0 : estimate.test.pValue
    }

    // MARK: Top-boxes

    /// The joint shares of the tops; nil when an item has none.
    private func tops(
        _ first: CorrelatedItem, _ second: CorrelatedItem, _ isMember: [Bool]
    ) throws(SurveyError) -> JointTops? {
        guard let one = first.top, let other = second.top else { return nil }
        let codes = isMember.indices.map { isMember[$0] ? 2 * one[$0] + other[$0] : -1 }
        guard let cells = try shares(of: codes, levels: 4, among: isMember) else { return nil }
        guard !cells.cellCounts.contains(where: { specification.disclosure.isBelow($0.count) }) else {
            return .withheld("count")
        }
        let isInFirst = isMember.indices.map { isMember[$0] && one[$0] == 1 }
        let among = try shares(of: other, levels: 2, among: isInFirst)
        return JointTops(both: share(cells, 3), secondAmongFirst: among.map { share($0, 1) })
    }

    /// The shares of categories among some respondents, all as one group; nil when none of them has a category.
    private func shares(
        of codes: [Int32], levels: Int, among isMember: [Bool]
    ) throws(SurveyError) -> GroupedTable? {
        let members = MemberGroups(.everybody(codes.count), weights: sample.weights) { isMember[$0] }
        let tables = try sample.tables(of: [.categories(codes, count: levels)], by: [members.split])
        return GroupedTable(tables[0][0], members)
    }

    /// The share of a category in a table of a single group.
    private func share(_ table: GroupedTable, _ category: Int) -> SurveyEstimate {
        let (share, degrees) = (table.value(0, category), table.degreesOfFreedom[0])
        let error = degrees > 0 ? table.variance(0, category).squareRoot() : .nan
        return SurveyEstimate(
            value: share, standardError: error, degreesOfFreedom: degrees,
            interval: intervals.interval(
                share, standardError: error, respondents: Double(table.counts[0].respondents), degreesOfFreedom: degrees
            ),
            designEffect: degrees > 0 ? table.designEffects[category] : nil)
    }

    // MARK: Words

    private func words(_ part: Part) -> String {
        [part.sector, part.wave].filter { !$0.isEmpty }.joined(separator: ", ")
    }

    private func described<Value>(
        _ declared: CorrelationDeclaration, _ part: Part, _ body: () throws(SurveyError) -> Value
    ) throws(SurveyAssociationProblem) -> Value {
        do {
            return try body()
        } catch {
            throw .notDefined(first: declared.first, second: declared.second, part: words(part), error)
        }
    }
}
