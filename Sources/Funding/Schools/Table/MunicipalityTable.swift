import Specifications
import Tables

/// A table of municipalities in a file: their names, as in the school table, and their inhabitants.
struct MunicipalityTable: Sendable {
    let path: String
    let name: String
    let inhabitants: String

    init?(_ value: SpecificationValue, folder: String) {
        guard let mapping = value.mapping("municipalities", keys: ["file", "name", "inhabitants"]),
            let file = mapping.text("file"), let name = mapping.text("name"),
            let inhabitants = mapping.text("inhabitants")
        else { return nil }
        guard name != inhabitants else {
            mapping.fail("'name' and 'inhabitants' are one column, '\(name)'. Name the column of each.")
            return nil
        }
        path = filePath(file, in: folder)
        self.name = name
        self.inhabitants = inhabitants
    }

    /// Reads the municipalities; rows without a name are left out.
    ///
    /// - Throws: ``Tables/TableError``, or ``FundingError/badRows(file:problems:)``.
    func read() throws -> [Municipality] {
        var csv = CSVOptions()
        csv.columns = [name, inhabitants]
        csv.types = [name: .text, inhabitants: .int]
        let table = try readCSV(path: path, options: csv)
        let (names, counts) = (try table.column(name), try table.column(inhabitants).wholes)
        var (municipalities, log) = ([Municipality](), RowProblemLog(table))
        for row in 0..<table.rowCount {
            guard let name = names.text(at: row), log.isFirst(name, "municipality", row: row) else { continue }
            let count = counts[row]
            if count == Column.missingInt {
                log.note("municipality '\(name)' has no number of inhabitants. Give it, or leave the row out", row: row)
            } else if count < 0 || count > 1_000_000_000 {
                log.note("municipality '\(name)': \(count) inhabitants; expected 0 to 1000000000", row: row)
            } else {
                municipalities.append(Municipality(name: name, inhabitants: count))
            }
        }
        try log.finish()
        return municipalities
    }
}

extension Column {
    /// The whole numbers of a column that was read as such.
    var wholes: [Int] {
        guard case .int(let values) = self else { preconditionFailure("the column was read as whole numbers") }
        return values
    }
}
