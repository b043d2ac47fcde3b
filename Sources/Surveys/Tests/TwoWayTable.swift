import LinearAlgebra

/// Two categorical variables of survey rows, as a table of weighted cells.
///
/// Rows of the survey with a missing value of either variable are outside the table; they stay in the design. Categories
/// without weight are left out.
public struct TwoWayTable: Sendable {
    /// The category of each survey row in the table's rows, or -1.
    let rowCodes: [Int32]
    /// The category of each survey row in the table's columns, or -1.
    let columnCodes: [Int32]
    /// The categories of the rows with weight.
    public let rowNames: [String]
    /// The categories of the columns with weight.
    public let columnNames: [String]
    /// The sample.
    public let sample: SurveySample
    /// The survey rows with weight in the table.
    public let respondentCount: Int

    /// A table.
    ///
    /// - Parameters:
    ///   - rows: The category of each survey row, a position in `rowNames`; -1 where missing.
    ///   - columns: The same for the columns.
    ///   - domain: Whether each survey row is in the subpopulation of interest; nil for all.
    /// - Throws: ``AnalysisProblem/unequalLengths(what:found:expected:)``,
    ///   ``AnalysisProblem/badValue(what:position:found:expected:)`` or ``AnalysisProblem/tooFewGroups(found:needed:)``.
    public init(
        rows: [Int32], rowNames: [String], columns: [Int32], columnNames: [String], domain: [Bool]? = nil,
        sample: SurveySample
    ) throws(SurveyError) {
        try Self.checkCodes("row category", rows, count: rowNames.count, expected: sample.rowCount)
        try Self.checkCodes("column category", columns, count: columnNames.count, expected: sample.rowCount)
        if let domain { try checkLength("rows of the domain", domain.count, sample.rowCount) }
        let inside = rows.indices.map { row in
            (domain?[row] ?? true) && rows[row] >= 0 && columns[row] >= 0 && sample.weights[row] > 0
        }
        let (newRows, rowsKept) = Self.withoutEmpty(rows, names: rowNames, inside: inside)
        let (newColumns, columnsKept) = Self.withoutEmpty(columns, names: columnNames, inside: inside)
        let smallest = min(rowsKept.count, columnsKept.count)
        guard smallest > 1 else { throw problem(.tooFewGroups(found: smallest, needed: 2)) }
        (rowCodes, columnCodes) = (newRows, newColumns)
        (self.rowNames, self.columnNames) = (rowsKept, columnsKept)
        self.sample = sample
        respondentCount = inside.count { $0 }
    }

    private static func checkCodes(
        _ what: String, _ codes: [Int32], count: Int, expected: Int
    ) throws(SurveyError) {
        try checkLength("rows with a \(what)", codes.count, expected)
        guard let bad = codes.firstIndex(where: { $0 < -1 || $0 >= count }) else { return }
        throw problem(
            .badValue(
                what: "\(what) of row", position: bad, found: Double(codes[bad]), expected: "-1 to \(count - 1)"))
    }

    /// Codes of the categories that occur, in their order, and their names.
    private static func withoutEmpty(
        _ codes: [Int32], names: [String], inside: [Bool]
    ) -> ([Int32], [String]) {
        var occurs = [Bool](repeating: false, count: names.count)
        for row in codes.indices where inside[row] { occurs[Int(codes[row])] = true }
        var (numbers, next) = ([Int32](repeating: -1, count: names.count), Int32(0))
        for code in names.indices where occurs[code] { (numbers[code], next) = (next, next + 1) }
        let new = codes.indices.map { inside[$0] ? numbers[Int(codes[$0])] : -1 }
        return (new, names.indices.filter { occurs[$0] }.map { names[$0] })
    }

    /// The cell of a survey row, row by row of the table, or nil outside.
    func cell(of row: Int) -> Int? {
        rowCodes[row] < 0 ? nil : Int(rowCodes[row]) * columnNames.count + Int(columnCodes[row])
    }

    /// The number of cells.
    var cellCount: Int { rowNames.count * columnNames.count }

    /// The shares of the cells in the table's population, row by row, with their covariance.
    public func jointShares() throws(SurveyError) -> SurveyEstimates {
        try sample.estimates(of: CellShares(table: self, direction: .joint))
    }

    /// The shares of the columns within each row, row by row, with their covariance.
    public func sharesWithinRows() throws(SurveyError) -> SurveyEstimates {
        try sample.estimates(of: CellShares(table: self, direction: .withinRows))
    }

    /// The shares of the rows within each column, row by row, with their covariance.
    public func sharesWithinColumns() throws(SurveyError) -> SurveyEstimates {
        try sample.estimates(of: CellShares(table: self, direction: .withinColumns))
    }
}

/// The shares of a table's cells in the whole, in their rows or in their columns.
struct CellShares: SurveyStatistic {
    enum Direction: Sendable { case joint, withinRows, withinColumns }

    let table: TwoWayTable
    let direction: Direction

    /// The part of the table that a cell is a share of.
    private func whole(of cell: Int) -> Int {
        switch direction {
        case .joint: 0
        case .withinRows: cell / table.columnNames.count
        case .withinColumns: cell % table.columnNames.count
        }
    }

    private func wholes(_ cells: [Double]) throws(SurveyError) -> [Double] {
        var sums = [Double](repeating: 0, count: max(table.rowNames.count, table.columnNames.count))
        for (cell, weight) in cells.enumerated() { sums[whole(of: cell)] += weight }
        let used = Set(cells.indices.map { whole(of: $0) })
        if let empty = used.sorted().first(where: { !(sums[$0] > 0) }) {
            throw .emptyDomain("'\(name(empty))' of the table")
        }
        return sums
    }

    private func name(_ whole: Int) -> String {
        switch direction {
        case .joint: "any cell"
        case .withinRows: table.rowNames[whole]
        case .withinColumns: table.columnNames[whole]
        }
    }

    private func cells(_ weights: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: table.cellCount)
        for row in weights.indices {
            if let cell = table.cell(of: row) { sums[cell] += weights[row] }
        }
        return sums
    }

    func values(weights: [Double]) throws(SurveyError) -> [Double] {
        let cells = cells(weights)
        let wholes = try wholes(cells)
        return cells.indices.map { cells[$0] / wholes[whole(of: $0)] }
    }

    func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let cells = cells(weights)
        let wholes = try wholes(cells)
        let shares = cells.indices.map { cells[$0] / wholes[whole(of: $0)] }
        var influence = Matrix(rows: weights.count, columns: cells.count)
        for row in weights.indices {
            guard let own = table.cell(of: row) else { continue }
            let part = whole(of: own)
            for cell in cells.indices where whole(of: cell) == part {
                influence[row, cell] = ((cell == own ? 1 : 0) - shares[cell]) / wholes[part]
            }
        }
        return influence
    }
}
