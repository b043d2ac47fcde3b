import LinearAlgebra
import OrderedCollections
import Surveys
import Tables

/// The rows of a trend model sorted into its cells: outcome by year by group.
struct TrendCells {
    /// The cells with a row, in order: outcome, year, and all pupils before the groups.
    let cells: [Cell]
    /// How many rows and clusters each rests on.
    let counts: [CellCount]
    /// The cells without a row.
    let empty: [Cell]
    /// The means of the cells, for each set of plausible values.
    let completed: [CellMeans]
    /// The outcomes' positions and years of the cells of all pupils, for standard deviations.
    let years: [String]
    /// Rows inside the subset that lack a value, by outcome.
    let missing: [Int]

    init(
        _ specification: TrendSpecification, table: Table, isInside: [Bool], clusters: [Int32]
    ) throws(ModelError) {
        let year = try Self.factor(specification.year, of: table)
        let group = try specification.group.map { name throws(ModelError) in try Self.factor(name, of: table) }
        let completions = specification.outcomes.map(\.columns.count).max() ?? 1
        let sets = try (0..<completions).map { set throws(ModelError) in
            try specification.outcomes.map { outcome throws(ModelError) in
                try Self.values(of: outcome, set: set, table: table)
            }
        }
        years = year.levels
        let domains = Self.domains(year: year, group: group, isInside: isInside)
        var (cells, empty, means, counts): ([Cell], [Cell], [CellMeans.MeanCell], [CellCount]) = ([], [], [], [])
        for (variable, outcome) in specification.outcomes.enumerated() {
            for domain in domains {
                let rows = domain.rows.filter { row in sets.allSatisfy { !$0[variable][Int(row)].isNaN } }
                let cell = Cell(
                    quantity: .level, outcome: outcome.name, sector: specification.sector, cohort: domain.year,
                    group: domain.group)
                guard !rows.isEmpty else {
                    empty.append(cell)
                    continue
                }
                cells.append(cell)
                means.append(CellMeans.MeanCell(name: cell.name, variable: variable, rows: rows))
                counts.append(
                    CellCount(individuals: rows.count, clusters: Set(rows.map { clusters[Int($0)] }).count))
            }
        }
        guard !cells.isEmpty else { throw .noCompleteRows(read: table.rowCount) }
        (self.cells, self.empty, self.counts) = (cells, empty, counts)
        completed = sets.map { CellMeans(values: $0, cells: means) }
        missing = specification.outcomes.indices.map { variable in
            table.rowCount == 0
                ? 0
                : isInside.indices.count { row in
                    isInside[row] && sets.contains { $0[variable][row].isNaN }
                }
        }
    }

    private static func factor(_ name: String, of table: Table) throws(ModelError) -> Factor {
        guard let column = table[name] else {
            throw .unknownColumn(name, nearest: nearest(to: name, among: table.columnNames))
        }
        return column.asFactor()
    }

    private static func domains(
        year: Factor, group: Factor?, isInside: [Bool]
    ) -> [(year: String, group: String, rows: [Int32])] {
        let groupCount = group?.levels.count ?? 0
        // All pupils of a year first, then its groups.
        let names = [""] + (group?.levels ?? [])
        var rows = [[Int32]](repeating: [], count: year.levels.count * (groupCount + 1))
        for row in isInside.indices where isInside[row] && year.codes[row] >= 0 {
            let first = Int(year.codes[row]) * (groupCount + 1)
            rows[first].append(Int32(row))
            if let code = group?.codes[row], code >= 0 { rows[first + 1 + Int(code)].append(Int32(row)) }
        }
        return rows.indices.map { index in
            let (year, group) = (year.levels[index / (groupCount + 1)], index % (groupCount + 1))
            return (year, names[group], rows[index])
        }
    }

    /// An outcome's number in every row: a score, or 100 for an answer that counts and 0 for another.
    private static func values(
        of outcome: TrendSpecification.Outcome, set: Int, table: Table
    ) throws(ModelError) -> [Double] {
        let name = outcome.columns[min(set, outcome.columns.count - 1)]
        guard let column = table[name] else {
            throw .unknownColumn(name, nearest: nearest(to: name, among: table.columnNames))
        }
        guard let answers = outcome.shareOf else {
            guard let values = column.doubles() else { throw .notNumeric(column: name, use: "a score") }
            return values
        }
        let factor = column.asFactor()
        for answer in answers where !factor.levels.contains(answer) {
            throw .unknownLevel(factor: name, level: answer, nearest: nearest(to: answer, among: factor.levels))
        }
        let counts = factor.levels.map { answers.contains($0) ? 100.0 : 0 }
        return factor.codes.map { $0 < 0 ? .nan : counts[Int($0)] }
    }
}
