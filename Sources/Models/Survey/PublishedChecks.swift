/// A published percent that is not what its count and base give.
public struct InconsistencyRow: Sendable, Equatable {
    /// What is wrong.
    public enum Kind: String, Sendable, CaseIterable {
        /// The percent is not count over base, to the digits printed.
        case percent
        /// The base is not given.
        case missingBase = "missing_base"
        /// The counts of answers of which each respondent gives one add up to more than the base.
        case moreThanBase = "more_than_base"
    }

    /// What is wrong.
    public var kind: Kind
    /// Where: the table, item, sector, wave and group.
    public var cell: SurveyCell
    /// Where the row stands: `tables.csv:17`, or in the model file.
    public var place: String
    /// The count.
    public var count: Int
    /// The base; nil when not given.
    public var base: Int?
    /// The percent as printed, and as count and base give it.
    public var printed: Double?, recomputed: Double?
    /// The bases with which this row's percent fits; nil when none does.
    public var rowBases: ClosedRange<Int>?
    /// The bases with which all rows of the table with this base fit; nil when none does.
    public var tableBases: ClosedRange<Int>?
}

/// Compares printed percents with their counts and bases.
struct PublishedChecks {
    let counts: [PublishedCount]

    /// The rows of a table that were printed over the same base.
    private struct TableBase: Hashable {
        let table, sector, wave, split, group: String
        let base: Int?

        init(_ row: PublishedCount) {
            (table, sector, wave) = (row.cell.table, row.cell.sector, row.cell.wave)
            (split, group, base) = (row.cell.split, row.cell.group, row.base)
        }
    }

    /// All that does not fit, in the order of the rows.
    var rows: [InconsistencyRow] {
        var found: [(position: Int, row: InconsistencyRow)] = []
        for family in families(counts, by: TableBase.init) {
            let members = family.map { counts[$0] }
            let common = commonBases(members)
            for (position, row) in zip(family, members) {
                if let problem = check(row, common: common) { found.append((position, problem)) }
            }
            if let problem = sum(members) { found.append((family[family.count - 1], problem)) }
        }
        return found.sorted { $0.position < $1.position }.map(\.row)
    }

    private func check(_ row: PublishedCount, common: ClosedRange<Int>?) -> InconsistencyRow? {
        guard let base = row.base else {
            return inconsistency(.missingBase, row, base: nil, common: common)
        }
        guard let percent = row.percent, !percent.fits(count: row.count, base: base) else { return nil }
        return inconsistency(.percent, row, base: base, common: common)
    }

    private func inconsistency(
        _ kind: InconsistencyRow.Kind, _ row: PublishedCount, base: Int?, common: ClosedRange<Int>?
    ) -> InconsistencyRow {
        InconsistencyRow(
            kind: kind, cell: row.cell, place: row.place, count: row.count, base: base, printed: row.percent?.value,
            recomputed: base.map { 100 * Double(row.count) / Double($0) }, rowBases: row.percent?.bases(of: row.count),
            tableBases: common)
    }

    /// The bases with which every row fits that has a percent; nil when none does, or no row has one.
    private func commonBases(_ rows: [PublishedCount]) -> ClosedRange<Int>? {
        var common: ClosedRange<Int>?
        for row in rows where row.count > 0 {
            guard let percent = row.percent else { continue }
            guard let own = percent.bases(of: row.count) else { return nil }
            let known = common ?? own
            guard known.overlaps(own) else { return nil }
            common = known.clamped(to: own)
        }
        return common
    }

    /// Answers of which each respondent gives one cannot add up to more than the base.
    private func sum(_ rows: [PublishedCount]) -> InconsistencyRow? {
        guard let first = rows.first, let base = first.base, rows.count > 1,
            rows.allSatisfy({ $0.isMultiple == false })
        else { return nil }
        let sum = rows.reduce(0) { $0 + $1.count }
        guard sum > base else { return nil }
        var cell = first.cell
        (cell.item, cell.label) = ("", "")
        return InconsistencyRow(
            kind: .moreThanBase, cell: cell, place: first.place, count: sum, base: base, printed: nil,
            recomputed: 100 * Double(sum) / Double(base), rowBases: nil, tableBases: nil)
    }
}
