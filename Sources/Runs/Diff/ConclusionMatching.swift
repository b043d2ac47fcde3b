import Recovery

/// The conclusions of two runs, cell by cell.
struct ConclusionMatching {
    private(set) var absences: [RunDifference.Absence] = []
    private(set) var changes: [ConclusionChange] = []
    private(set) var comparedCount = 0

    private struct Cell: Hashable {
        let kind: Conclusion.Kind
        let table: String
        let key: ConclusionKey

        init(_ conclusion: Conclusion) {
            (kind, table, key) = (conclusion.kind, conclusion.table, conclusion.key)
        }
    }

    /// Figures of fits that came about with different BLAS libraries agree only so closely.
    private let tolerance: Double

    init(first: ComparedRun, second: ComparedRun, _ old: ConclusionTables, _ new: ConclusionTables) throws {
        tolerance = InputComparison.tolerance(first, second)
        absences =
            Self.absences("scenario", old.scenarios, new.scenarios)
            + Self.absences("outcome", old.outcomes, new.outcomes)
        let shared = Set(old.scenarios).intersection(new.scenarios)
        let lastYear = old.schoolYears.intersection(new.schoolYears).max()
        let before = ConclusionReader(tables: old, sharedScenarios: shared, lastYear: lastYear).conclusions
        let after = ConclusionReader(tables: new, sharedScenarios: shared, lastYear: lastYear).conclusions
        let beforeByCell = try Self.byCell(before, in: first)
        let afterByCell = try Self.byCell(after, in: second)
        // A table that only one run has is told once, not row by row.
        let (oldTables, newTables) = (Set(first.tableNames), Set(second.tableNames))
        for conclusion in after {
            if let previous = beforeByCell[Cell(conclusion)] {
                comparedCount += 1
                if let change = change(from: previous, to: conclusion) { changes.append(change) }
            } else if oldTables.contains(conclusion.table), !isOfAbsent(conclusion.key) {
                changes.append(Self.lone(conclusion, .onlyInSecond))
            }
        }
        for conclusion in before
        where afterByCell[Cell(conclusion)] == nil && newTables.contains(conclusion.table)
            && !isOfAbsent(conclusion.key)
        {
            changes.append(Self.lone(conclusion, .onlyInFirst))
        }
        sort()
    }

    private static func absences(_ what: String, _ old: [String], _ new: [String]) -> [RunDifference.Absence] {
        // A run without simulation has no scenarios rather than other ones.
        guard !old.isEmpty, !new.isEmpty else { return [] }
        return old.filter { !new.contains($0) }.map { .init(what: what, name: $0, isInFirst: true) }
            + new.filter { !old.contains($0) }.map { .init(what: what, name: $0, isInFirst: false) }
    }

    private func isOfAbsent(_ key: ConclusionKey) -> Bool {
        absences.contains { absence in
            switch absence.what {
            case "scenario": [key[.scenario], key[.reference]].contains(absence.name)
            default: "\(key[.outcome]).\(key[.sector])" == absence.name
            }
        }
    }

    private static func byCell(
        _ conclusions: [Conclusion], in run: ComparedRun
    ) throws(DiffError) -> [Cell: Conclusion] {
        var cells: [Cell: Conclusion] = [:]
        for conclusion in conclusions where cells.updateValue(conclusion, forKey: Cell(conclusion)) != nil {
            throw .duplicateRow(path: run.path + "/" + conclusion.table, key: conclusion.key.text)
        }
        return cells
    }

    private static func lone(_ conclusion: Conclusion, _ status: ConclusionChange.Status) -> ConclusionChange {
        ConclusionChange(
            table: conclusion.table, kind: conclusion.kind.rawValue, key: conclusion.key, status: status,
            first: status == .onlyInFirst ? conclusion.words : nil,
            second: status == .onlyInSecond ? conclusion.words : nil, move: nil)
    }

    /// What became of a conclusion; nil when nothing did.
    private func change(from old: Conclusion, to new: Conclusion) -> ConclusionChange? {
        let newFigures = Dictionary(new.figures.map { ($0.name, $0) }) { first, _ in first }
        let pairs = old.figures.compactMap { figure in newFigures[figure.name].map { (figure, $0) } }
        func move(_ pair: (Conclusion.Figure, Conclusion.Figure)) -> ConclusionChange.Move {
            .init(
                figure: pair.0.name, first: pair.0.value, second: pair.1.value,
                mcse: (pair.0.mcse * pair.0.mcse + pair.1.mcse * pair.1.mcse).squareRoot())
        }
        func result(_ status: ConclusionChange.Status, _ move: ConclusionChange.Move?) -> ConclusionChange {
            ConclusionChange(
                table: new.table, kind: new.kind.rawValue, key: new.key, status: status, first: old.words,
                second: new.words, move: move)
        }
        guard old.words == new.words else {
            let deciding = pairs.filter { $0.0.decides(becoming: $0.1.value) }.map(move)
            let isNear = !deciding.isEmpty && deciding.allSatisfy { !$0.isClear }
            let shown = deciding.first { $0.isClear } ?? deciding.first ?? pairs.first.map(move)
            return result(isNear ? .nearBorder : .changed, shown)
        }
        guard new.kind.tellsMoves, let pair = pairs.first, !isSame(pair.0.value, pair.1.value) else { return nil }
        let shown = move(pair)
        return result(shown.isClear ? .moved : .withinMonteCarloError, shown)
    }

    private func isSame(_ x: Double, _ y: Double) -> Bool { abs(x - y) <= tolerance * max(abs(x), abs(y)) }

    /// Measures of a comparison, the main ones first.
    private static let measures = [
        "sd_years_restored", "cost_per_sd_year_eur", "spending_eur", "equity_gap_sd", "deviation_sd",
        "equity_gap_closure", "share_of_schools_recovered",
    ]

    /// By kind, then what is sure before what is not, main measures before others, whole sectors before their parts,
    /// else as in the tables.
    private mutating func sort() {
        func rank(_ change: ConclusionChange) -> (Int, Int, Int, Int) {
            (
                Conclusion.Kind.allCases.firstIndex { $0.rawValue == change.kind } ?? 0,
                ConclusionChange.Status.allCases.firstIndex(of: change.status) ?? 0,
                Self.measures.firstIndex(of: change.key[.measure]) ?? 0, -change.key.generality
            )
        }
        changes = changes.enumerated().map { ($1, rank($1), $0) }
            .sorted { $0.1 != $1.1 ? $0.1 < $1.1 : $0.2 < $1.2 }.map(\.0)
    }
}
