import Specifications
import Tables

/// A school table in a file, with the columns that hold what the engine needs.
public struct SchoolTable: Sendable {
    /// The file.
    public let path: String
    let csv: CSVOptions
    let id: String
    let pupils: String
    let score: String?
    let scoreBeforeThreshold: String?
    let lowPupils: String?
    let sectorColumn: String?
    let sector: String
    let shareLow: Double

    /// Reads the declaration of a school table.
    ///
    /// - Parameter folder: The folder to which the file's path is relative.
    public init?(_ value: SpecificationValue, folder: String) {
        let keys = [
            "file", "id", "pupils", "score", "score_before_threshold", "low_pupils", "sector_column", "sector",
            "share_low",
        ]
        guard let mapping = value.mapping("schools", keys: keys), let file = mapping.text("file"),
            let id = mapping.text("id"), let pupils = mapping.text("pupils"),
            let share = mapping.number("share_low", in: .share, default: 0)
        else { return nil }
        let sectorColumn = mapping.optionalText("sector_column")
        guard (sectorColumn == nil) != (mapping.optional("sector") == nil) else {
            mapping.fail("give either 'sector' (one for all schools) or 'sector_column'.")
            return nil
        }
        let lowPupils = mapping.optionalText("low_pupils")
        guard (lowPupils == nil) != (mapping.optional("share_low") == nil) else {
            mapping.fail("give either 'low_pupils' (a column) or 'share_low' (the share of pupils of the low group).")
            return nil
        }
        self.init(
            path: file.hasPrefix("/") || folder == "." ? file : folder + "/" + file, id: id, pupils: pupils,
            score: mapping.optionalText("score"), scoreBeforeThreshold: mapping.optionalText("score_before_threshold"),
            lowPupils: lowPupils, sectorColumn: sectorColumn, sector: mapping.optionalText("sector") ?? "",
            shareLow: share)
    }

    /// A school table; column names, and either a column or one value for sector and low-SES pupils.
    public init(
        path: String, id: String, pupils: String, score: String?, scoreBeforeThreshold: String?, lowPupils: String?,
        sectorColumn: String?, sector: String, shareLow: Double
    ) {
        self.path = path
        self.id = id
        self.pupils = pupils
        self.score = score
        self.scoreBeforeThreshold = scoreBeforeThreshold
        self.lowPupils = lowPupils
        self.sectorColumn = sectorColumn
        self.sector = sector
        self.shareLow = shareLow
        var csv = CSVOptions()
        csv.columns = [id, pupils, score, scoreBeforeThreshold, lowPupils, sectorColumn].compactMap { $0 }
        csv.types = [id: .text, pupils: .int]
        for name in [score, scoreBeforeThreshold].compactMap({ $0 }) { csv.types[name] = .double }
        if let lowPupils { csv.types[lowPupils] = .int }
        if let sectorColumn { csv.types[sectorColumn] = .text }
        self.csv = csv
    }

    /// Reads the schools. Rows without an id or a number of pupils are left out and counted.
    ///
    /// - Throws: ``Tables/TableError`` or ``FundingError``.
    public func read() throws -> (population: SchoolPopulation, rowsLeftOut: Int) {
        let table = try readCSV(path: path, options: csv)
        let (ids, counts) = (try table.column(id), try table.column(pupils).doubles() ?? [])
        let rows = (0..<table.rowCount).filter { !ids.isMissing(at: $0) && !counts[$0].isNaN }
        let columns = try columns(of: table)
        var schools: [School] = []
        for sector in Set(rows.map(columns.sector)).sorted() {
            let members = rows.filter { columns.sector($0) == sector }
            schools += try self.schools(members, sector, ids, counts, columns)
        }
        let sectors = Array(Set(schools.map(\.sector))).sorted()
        let population = try SchoolPopulation(schools: schools, sectors: sectors, source: path)
        return (population, table.rowCount - rows.count)
    }

    private struct Columns {
        let sector: (Int) -> String
        let score: (Int) -> Double?
        let before: (Int) -> Double?
        let low: ((Int) -> Int)?
    }

    private func columns(of table: Table) throws -> Columns {
        func numbers(_ name: String?) throws -> (Int) -> Double? {
            guard let name, let values = try table.column(name).doubles() else { return { _ in nil } }
            return { values[$0].isNaN ? nil : values[$0] }
        }
        let sectors = try sectorColumn.map { try table.column($0) }
        let constant = sector
        let low = try lowPupils.map { try numbers($0) }
        return Columns(
            sector: { row in sectors?.text(at: row) ?? constant }, score: try numbers(score),
            before: try numbers(scoreBeforeThreshold), low: low.map { low in { row in Int(low(row) ?? 0) } })
    }

    private func schools(
        _ rows: [Int], _ sector: String, _ ids: Column, _ counts: [Double], _ columns: Columns
    ) throws(FundingError) -> [School] {
        let pupils = rows.map { Int(counts[$0]) }
        for (row, count) in zip(rows, pupils) where count < 0 {
            throw .badSchool(id: ids.text(at: row) ?? "", reason: "\(count) pupils; expected 0 or more")
        }
        let perPupil = zip(rows, pupils).map { row, count -> Double? in
            (columns.before(row) ?? columns.score(row)).flatMap { count > 0 ? max(0, $0) / Double(count) : nil }
        }
        let low =
            columns.low.map { rows.map($0) }
            ?? GroupComposition(shareLow: shareLow).lowPupils(pupils: pupils, scores: perPupil)
        var schools: [School] = []
        for (index, row) in rows.enumerated() {
            let id = ids.text(at: row) ?? ""
            guard low[index] <= pupils[index] else {
                throw .badSchool(id: id, reason: "\(low[index]) low-SES pupils among \(pupils[index])")
            }
            schools.append(
                School(
                    id: id, sector: sector, lowPupils: low[index], highPupils: pupils[index] - low[index],
                    disadvantageScore: columns.score(row), scoreBeforeThreshold: columns.before(row)))
        }
        return schools
    }
}
