import Models

/// The rows that are printed as one table: the answers to an item, or a published table.
struct SurveyBlock {
    /// What a table is about.
    private struct Key: Hashable { let sector, wave, name: String }

    /// The title: the item in words or the table's name, with sector and wave.
    let title: String
    /// The rows of all respondents and of every group.
    let shares: [ShareRow]
    let ranks: [RankRow]
    let tests: [TestRow]

    /// Whether rows are published counts.
    var isPublished: Bool { shares.first?.kind == .published }

    /// The blocks of findings, in order.
    static func all(_ findings: SurveyFindings) -> [SurveyBlock] {
        let isPublished = findings.shares.first?.kind == .published
        func key(_ cell: SurveyCell) -> Key {
            Key(sector: cell.sector, wave: cell.wave, name: isPublished ? cell.table : cell.item)
        }
        let (ranks, tests) = (
            Dictionary(grouping: findings.ranks) { key($0.cell) }, Dictionary(grouping: findings.tests) { key($0.cell) }
        )
        var keys: [Key] = []
        var rows: [Key: [ShareRow]] = [:]
        for row in findings.shares {
            if rows[key(row.cell)] == nil { keys.append(key(row.cell)) }
            rows[key(row.cell), default: []].append(row)
        }
        return keys.compactMap { key in
            guard let shares = rows[key], let first = shares.first else { return nil }
            let isOption = first.kind == .option
            let name = isPublished || isOption ? key.name : SurveyWords.item(first.cell)
            let part = SurveyWords.part(sector: key.sector, wave: key.wave)
            return SurveyBlock(
                title: [name, part].filter { !$0.isEmpty }.joined(separator: "; "), shares: shares,
                ranks: ranks[key] ?? [], tests: tests[key] ?? [])
        }
    }

    /// The splits in order; empty for a table without groups.
    var splits: [String] {
        var names: [String] = []
        for row in shares where !row.cell.split.isEmpty && !names.contains(row.cell.split) {
            names.append(row.cell.split)
        }
        return names
    }

    /// The groups of a split, in order.
    func groups(_ split: String) -> [String] {
        var names: [String] = []
        for row in shares where row.cell.split == split && !names.contains(row.cell.group) {
            names.append(row.cell.group)
        }
        return names
    }

    /// The answers in order: the largest first where respondents could choose several.
    var answers: [SurveyAnswer] {
        var list: [SurveyAnswer] = []
        var seen: Set<SurveyAnswer> = []
        for row in shares {
            let answer = SurveyAnswer(row.cell, row.kind)
            if seen.insert(answer).inserted { list.append(answer) }
        }
        guard !ranks.isEmpty else { return list }
        let places = list.map { answer in
            ranks.first { answer.matches($0.cell) && $0.cell.split.isEmpty }?.rank ?? .infinity
        }
        let order = list.indices.sorted {
            let (first, second) = (places[$0], places[$1])
            return first.isNaN || second.isNaN || first == second ? $0 < $1 : first < second
        }
        return order.map { list[$0] }
    }
}

/// An answer of a table.
struct SurveyAnswer: Hashable {
    let item, category, label: String
    let kind: ShareRow.Kind

    init(_ cell: SurveyCell, _ kind: ShareRow.Kind) {
        (item, category, label, self.kind) = (cell.item, cell.category, cell.label, kind)
    }

    /// Whether a cell is about it.
    func matches(_ cell: SurveyCell) -> Bool { cell.item == item && cell.category == category }

    /// The answer in words.
    var words: String {
        switch kind {
        case .category: category
        case .top: "together: \(category)"
        case .option: label.isEmpty ? category : label
        case .published: label.isEmpty ? item : label
        }
    }
}
