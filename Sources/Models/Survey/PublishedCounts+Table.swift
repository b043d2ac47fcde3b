import Tables

extension SurveySpecification {
    /// The published counts of a file's rows.
    ///
    /// - Throws: ``SurveyProblem`` with the row's line for a count, base or percent that cannot be.
    func publishedCounts(
        _ table: Table, rows: [Int], _ columns: PublishedColumns
    ) throws -> [PublishedCount] {
        let reader = try PublishedReader(table, columns, sector: sector, wave: wave, splits: splits)
        return try rows.map { try reader.row($0) }
    }
}

/// Reads published counts row by row.
private struct PublishedReader {
    let table: Table
    let columns: PublishedColumns
    let sector, wave: SurveyDomain
    let splits: [SurveySplit]
    let counts, bases: [Double]
    /// More than people: sums of counts stay whole numbers.
    private static let largest = 1_000_000_000_000

    init(
        _ table: Table, _ columns: PublishedColumns, sector: SurveyDomain, wave: SurveyDomain, splits: [SurveySplit]
    ) throws {
        (self.table, self.columns, self.sector, self.wave, self.splits) = (table, columns, sector, wave, splits)
        counts = try table.column(columns.count).doubles() ?? []
        bases = try table.column(columns.base).doubles() ?? []
    }

    func row(_ row: Int) throws -> PublishedCount {
        let place = Models.place(of: row, in: table)
        guard let count = Int(exactly: counts[row]), (0...Self.largest).contains(count) else {
            throw problem(.badCount(place: place, column: columns.count, found: counts[row]))
        }
        return PublishedCount(
            place: place, cell: try cell(row, place), count: count, base: try base(row, place),
            percent: try percent(row, place), population: try population(row, place),
            isMultiple: columns.multiple.flatMap { text($0, row) }.map { $0 == "yes" })
    }

    private func cell(_ row: Int, _ place: String) throws -> SurveyCell {
        var cell = SurveyCell(item: text(columns.item, row) ?? "")
        cell.table = columns.table.flatMap { text($0, row) } ?? ""
        cell.label = columns.label.flatMap { text($0, row) } ?? ""
        cell.sector = sector.column.flatMap { text($0, row) } ?? sector.word
        cell.wave = wave.column.flatMap { text($0, row) } ?? wave.word
        let groups = splits.compactMap { split in text(split.column, row).map { (split, $0) } }
        guard groups.count <= 1 else { throw problem(.twoSplits(place: place, columns: groups.map(\.0.column))) }
        if let (split, group) = groups.first { (cell.split, cell.group) = (split.name, group) }
        return cell
    }

    private func base(_ row: Int, _ place: String) throws -> Int? {
        if bases[row].isNaN { return nil }
        guard bases[row] > 0 else { throw problem(.noBase(place: place, found: bases[row])) }
        guard let base = Int(exactly: bases[row]), base <= Self.largest else {
            throw problem(.badCount(place: place, column: columns.base, found: bases[row]))
        }
        return base
    }

    private func percent(_ row: Int, _ place: String) throws -> PrintedPercent? {
        guard let name = columns.percent, let text = text(name, row) else { return nil }
        guard let percent = PrintedPercent(text) else { throw problem(.badPercent(place: place, found: text)) }
        return percent
    }

    private func population(_ row: Int, _ place: String) throws -> Double? {
        switch columns.population {
        case nil: return nil
        case .number(let number): return number
        case .column(let name):
            let value = try table.column(name).doubles()?[row] ?? .nan
            return value.isNaN ? nil : value
        }
    }

    private func text(_ name: String, _ row: Int) -> String? { table[name]?.text(at: row) }

    private func problem(_ problem: SurveyProblem) -> ModelError { .survey(problem) }
}
