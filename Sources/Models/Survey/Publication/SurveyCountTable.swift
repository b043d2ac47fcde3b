import Disclosure

/// The counts that the rows of one item in one sector and wave publish: of all respondents and of the groups of every split, each
/// with its base and its answers.
///
/// Splits share the respondents, so that all is the sum of the groups of each, and of those whose group is unknown.
struct SurveyCountTable {
    /// A place in the tables: all respondents, a group of a split, or those whose group is unknown.
    struct Place: Hashable {
        let split, group: String
        var isUnknown = false

        static let all = Place(split: "", group: "")
    }

    /// What is counted in a place.
    struct Entry: Hashable {
        /// The kind: answers, those together as top, options and those who did not choose them.
        enum Kind: String { case base, category, top, option, rest }

        let kind: Kind
        let category: String

        static let base = Entry(kind: .base, category: "")
    }

    private struct Column {
        var counts: [Entry: Int]
        var clusters: Int?
    }

    /// The answers reported together as top.
    private let top: [String]
    private var columns: [Place: Column] = [:]
    private var places: [Place] = []
    private var entries: [Entry] = [.base]

    init(top: [String]) { self.top = top }

    /// Adds the row of a mean: its base.
    mutating func add(_ cell: SurveyCell, _ counts: SurveyCounts) {
        add(Place(split: cell.split, group: cell.group), .base, counts.respondents, counts)
    }

    /// Adds the row of a share: its base and, where answers are cells, the respondents in its category.
    mutating func add(_ row: ShareRow, cells: DisclosureDeclaration.Cells) {
        add(row.cell, row.counts)
        guard cells == .answers else { return }
        let place = Place(split: row.cell.split, group: row.cell.group)
        guard let kind = Entry.Kind(row.kind) else { return }
        add(place, Entry(kind: kind, category: row.cell.category), row.count, row.counts)
        guard kind == .option else { return }
        let rest = Entry(kind: .rest, category: row.cell.category)
        add(place, rest, row.counts.respondents - row.count, row.counts)
    }

    private mutating func add(_ place: Place, _ entry: Entry, _ count: Int, _ counts: SurveyCounts) {
        if columns[place] == nil { places.append(place) }
        columns[place, default: Column(counts: [:], clusters: counts.clusters)].counts[entry] = count
        if !entries.contains(entry) { entries.append(entry) }
    }

    /// All counts with how they add up, those of unknown group included.
    ///
    /// Clusters are asked of a base: an answer's are not known, and taken as those of its base, at most one for each respondent.
    ///
    /// - Throws: ``DisclosureError``; none for tables that this module made.
    func problem() throws(DisclosureError) -> SuppressionProblem {
        var table = self
        table.addUnknown()
        return try SuppressionProblem(
            cells: table.places.flatMap(table.cells), relations: table.places.flatMap(table.answers) + table.splits)
    }

    private var splitNames: [String] {
        var names: [String] = []
        for place in places where place != .all && !names.contains(place.split) { names.append(place.split) }
        return names
    }

    /// Those who answered and are in no group of a split.
    private mutating func addUnknown() {
        guard let all = columns[.all] else { return }
        for split in splitNames {
            let groups = places.filter { $0.split == split && $0 != .all }.compactMap { columns[$0] }
            var counts: [Entry: Int] = [:]
            for entry in entries {
                counts[entry] = groups.reduce(all.counts[entry] ?? 0) { $0 - ($1.counts[entry] ?? 0) }
            }
            guard counts.values.contains(where: { $0 != 0 }) else { continue }
            let place = Place(split: split, group: "", isUnknown: true)
            places.append(place)
            columns[place] = Column(counts: counts, clusters: nil)
        }
    }

    private func cells(_ place: Place) -> [SuppressionCell] {
        entries.compactMap { entry in
            guard let column = columns[place], let count = column.counts[entry] else { return nil }
            return SuppressionCell(
                Self.name(place, entry), count: count, clusters: min(count, column.clusters ?? count))
        }
    }

    /// In a place: answers add up to the base, those of the top to it, and who chose an option or not to the base.
    private func answers(_ place: Place) -> [SuppressionRelation] {
        var relations: [SuppressionRelation] = []
        func add(_ total: Entry, _ parts: [Entry]) {
            guard !parts.isEmpty else { return }
            relations.append(
                SuppressionRelation(total: Self.name(place, total), parts: parts.map { Self.name(place, $0) }))
        }
        let answers = entries.filter { $0.kind == .category }
        add(.base, answers)
        for entry in entries {
            if entry.kind == .top { add(entry, answers.filter { top.contains($0.category) }) }
            if entry.kind == .option { add(.base, [entry, Entry(kind: .rest, category: entry.category)]) }
        }
        return relations
    }

    /// All respondents are the sum of the groups of each split.
    private var splits: [SuppressionRelation] {
        splitNames.flatMap { split in
            let parts = places.filter { $0.split == split && $0 != .all }
            return entries.map { entry in
                SuppressionRelation(total: Self.name(.all, entry), parts: parts.map { Self.name($0, entry) })
            }
        }
    }

    /// A cell's name; the tag keeps all, groups and unknown apart whatever they are called.
    static func name(_ place: Place, _ entry: Entry) -> CellName {
        let tag = place.isUnknown ? "unknown" : place == .all ? "all" : "group"
        return CellName(place.split, tag, place.group, entry.kind.rawValue, entry.category)
    }
}

extension SurveyCountTable.Entry.Kind {
    /// What a row of shares counts; nil for published counts, which are public.
    init?(_ kind: ShareRow.Kind) {
        switch kind {
        case .category: self = .category
        case .top: self = .top
        case .option: self = .option
        case .published: return nil
        }
    }
}

extension SurveyCountTable {
    /// The name of a share's cell.
    static func name(_ row: ShareRow) -> CellName? {
        guard let kind = Entry.Kind(row.kind) else { return nil }
        return name(
            Place(split: row.cell.split, group: row.cell.group), Entry(kind: kind, category: row.cell.category))
    }

    /// The name of the base of a row.
    static func base(_ cell: SurveyCell) -> CellName { name(Place(split: cell.split, group: cell.group), .base) }
}
