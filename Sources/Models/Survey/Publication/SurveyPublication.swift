import Disclosure

/// Which rows of a survey's tables may be published, by how many respondents gave the answer and how many the group has.
///
/// Each item in each sector and wave is a problem of its own (``SurveyCountTable``), as sectors and waves are nowhere added up. Two
/// things more than its rule: where a base is withheld all rows of the group are; and the items that nearly everybody answered have
/// about the same bases, so that a group withheld in one of them is withheld in all.
struct SurveyPublication {
    /// An item in a sector and wave.
    private struct Family: Hashable {
        let item, sector, wave: String

        init(_ cell: SurveyCell) { (item, sector, wave) = (cell.item, cell.sector, cell.wave) }
    }

    /// A group of a split in a sector and wave; of all items that nearly everybody answered.
    private struct Group: Hashable {
        let sector, wave, split, group: String

        init(_ cell: SurveyCell) {
            (sector, wave, split, group) = (cell.sector, cell.wave, cell.split, cell.group)
        }
    }

    private let rule: DisclosureRule
    private var suppressions: [Family: Suppression] = [:]
    /// The items that nearly everybody answered.
    private var tied: Set<Family> = []
    /// Groups of which a tied item's base is withheld.
    private var hiddenGroups: Set<Group> = []

    /// Decides about all rows.
    ///
    /// - Parameters:
    ///   - cells: What the rule counts.
    ///   - tops: The answers reported together, by item.
    /// - Throws: ``ModelError/report(_:)`` when counts cannot be protected.
    init(
        _ findings: SurveyFindings, rule: DisclosureRule, cells counted: DisclosureDeclaration.Cells,
        tops: [String: [String]]
    ) throws(ModelError) {
        self.rule = rule
        var tables: [Family: SurveyCountTable] = [:]
        var cells: [(cell: SurveyCell, counts: SurveyCounts)] = []
        for row in findings.shares {
            tables[Family(row.cell), default: SurveyCountTable(top: tops[row.cell.item] ?? [])]
                .add(row, cells: counted)
            cells.append((row.cell, row.counts))
        }
        for row in findings.means {
            tables[Family(row.cell), default: SurveyCountTable(top: [])].add(row.cell, row.counts)
            cells.append((row.cell, row.counts))
        }
        do {
            suppressions = try tables.mapValues { try $0.problem().suppressed(under: rule) }
        } catch {
            throw .report("the survey's rows cannot be protected: \(error)")
        }
        for (cell, counts) in cells where cell.split.isEmpty && (counts.missing ?? 0) < rule.minimumCount {
            tied.insert(Family(cell))
        }
        for (cell, _) in cells where tied.contains(Family(cell)) && status(of: cell) != nil {
            hiddenGroups.insert(Group(cell))
        }
    }

    /// Why a base is withheld by its own problem.
    private func status(of cell: SurveyCell) -> String? {
        suppressions[Family(cell)]?.reason(SurveyCountTable.base(cell))
    }

    /// Why the base of a row is withheld; nil when it is not.
    private func reason(ofBase cell: SurveyCell) -> String? {
        if let reason = status(of: cell) { return reason }
        return tied.contains(Family(cell)) && hiddenGroups.contains(Group(cell)) ? "complementary" : nil
    }

    /// Why a share is withheld; nil when it is not.
    private func reason(of row: ShareRow) -> String? {
        guard let name = SurveyCountTable.name(row) else { return nil }
        return suppressions[Family(row.cell)]?.reason(name) ?? reason(ofBase: row.cell)
    }
}

extension SurveyPublication {
    /// The findings with the numbers of what may not be published withheld.
    func published(_ findings: SurveyFindings) -> SurveyFindings {
        var published = findings
        var withheld = WithheldRows()
        for position in findings.shares.indices {
            guard let reason = reason(of: findings.shares[position]) else { continue }
            withheld.insert(findings.shares[position].cell)
            published.shares[position].withhold(reason)
        }
        for position in findings.means.indices {
            guard let reason = reason(ofBase: findings.means[position].cell) else { continue }
            withheld.insert(findings.means[position].cell)
            published.means[position].withhold(reason)
        }
        for (family, suppression) in suppressions {
            for (name, status) in suppression.statuses where status != .published {
                withheld.insertUnknown(name, family.item, family.sector, family.wave)
            }
        }
        published.withhold(withheld)
        return published
    }
}

/// The rows of which nothing is published, as the figures that rest on them see them.
struct WithheldRows {
    private struct Split: Hashable { let item, sector, wave, split: String }
    private struct Answer: Hashable { let item, category, sector, wave, split, group: String }
    private struct Part: Hashable { let sector, wave: String }

    private var splits: Set<Split> = []
    private var answers: Set<Answer> = []
    private var parts: Set<Part> = []

    var isEmpty: Bool { parts.isEmpty }

    mutating func insert(_ cell: SurveyCell) {
        splits.insert(Split(item: cell.item, sector: cell.sector, wave: cell.wave, split: cell.split))
        answers.insert(Self.answer(cell, wave: cell.wave))
        parts.insert(Part(sector: cell.sector, wave: cell.wave))
    }

    /// Notes that the respondents of unknown group must not be told by the number in all groups together.
    mutating func insertUnknown(_ name: CellName, _ item: String, _ sector: String, _ wave: String) {
        guard name.labels.count > 1, name.labels[1] == "unknown" else { return }
        splits.insert(Split(item: item, sector: sector, wave: wave, split: name.labels[0]))
        parts.insert(Part(sector: sector, wave: wave))
    }

    private static func answer(_ cell: SurveyCell, wave: String) -> Answer {
        Answer(
            item: cell.item, category: cell.category, sector: cell.sector, wave: wave, split: cell.split,
            group: cell.group)
    }

    /// Whether a row of the split, or of all respondents, is withheld.
    func touches(testOf cell: SurveyCell) -> Bool {
        [cell.split, ""].contains {
            splits.contains(Split(item: cell.item, sector: cell.sector, wave: cell.wave, split: $0))
        }
    }

    /// Whether the cell's row is withheld in a wave.
    func contains(_ cell: SurveyCell, wave: String) -> Bool { answers.contains(Self.answer(cell, wave: wave)) }

    /// Whether a row of all respondents is withheld.
    func touches(ranksOf cell: SurveyCell) -> Bool {
        splits.contains(Split(item: cell.item, sector: cell.sector, wave: cell.wave, split: ""))
    }

    /// Whether a row of the sector and wave is withheld.
    func touches(partOf cell: SurveyCell) -> Bool { parts.contains(Part(sector: cell.sector, wave: cell.wave)) }
}

extension SurveyFindings {
    /// Withholds what rests on withheld rows: tests over their split, changes from or to them, the ranks of their item, and in their
    /// sector and wave the numbers of missing answers, which tie the bases of items together.
    fileprivate mutating func withhold(_ rows: WithheldRows) {
        guard !rows.isEmpty else { return }
        for position in shares.indices where rows.touches(partOf: shares[position].cell) {
            shares[position].counts.missing = nil
        }
        for position in means.indices where rows.touches(partOf: means[position].cell) {
            means[position].counts.missing = nil
        }
        for position in tests.indices where rows.touches(testOf: tests[position].cell) { tests[position].withhold() }
        for position in changes.indices {
            let change = changes[position]
            if rows.contains(change.cell, wave: change.cell.wave) || rows.contains(change.cell, wave: change.fromWave) {
                changes[position].withhold()
            }
        }
        for position in ranks.indices where rows.touches(ranksOf: ranks[position].cell) {
            let cell = ranks[position].cell
            ranks[position].withhold(
                of: ranks.count {
                    $0.cell.item == cell.item && $0.cell.sector == cell.sector && $0.cell.wave == cell.wave
                })
        }
    }

    /// The number of rows of shares and means whose numbers are withheld.
    var suppressedCount: Int { shares.count { !$0.suppressed.isEmpty } + means.count { !$0.suppressed.isEmpty } }
}
