import Tables

/// One variable of a model, in the rows that are complete.
public enum Variable: Sendable {
    /// A number in each row.
    case numeric([Double])
    /// A factor: its factor levels, and the position of each row's level.
    case factor(levels: [String], codes: [Int32])
}

/// The columns that a formula names, found in a table and cut down to the complete rows.
///
/// Rows with a missing value in any column of the formula are left out (listwise) and counted. Factor levels that no
/// complete row has are dropped, as lme4 does.
public struct ModelFrame: Sendable {
    /// The formula.
    public let formula: Formula
    /// The response, one value a row.
    public let response: [Double]
    /// The other variables by name.
    public let variables: [String: Variable]
    /// The prior weights, where declared; all positive.
    public let weights: [Double]?
    /// The number of rows in the table.
    public let rowsRead: Int
    /// Positions in the table of the rows used.
    public let rowsUsed: [Int]

    /// The number of complete rows.
    public var rowCount: Int { rowsUsed.count }

    /// Finds the formula's columns.
    ///
    /// - Parameters:
    ///   - formula: The formula.
    ///   - table: The data.
    ///   - weightsColumn: The column of prior weights, or nil.
    /// - Throws: ``ModelError/unknownColumn(_:nearest:)``, ``ModelError/notNumeric(column:use:)``,
    ///   ``ModelError/noCompleteRows(read:)``, ``ModelError/oneLevel(factor:level:)``,
    ///   ``ModelError/constantResponse(column:)`` or ``ModelError/badWeight(column:row:)``.
    public init(_ formula: Formula, table: Table, weightsColumn: String? = nil) throws(ModelError) {
        let names = formula.variables + (weightsColumn.map { [$0] } ?? [])
        var columns: [String: Column] = [:]
        for name in names { columns[name] = try Self.column(name, of: table) }
        let complete = (0..<table.rowCount).filter { row in columns.values.allSatisfy { !$0.isMissing(at: row) } }
        guard !complete.isEmpty else { throw .noCompleteRows(read: table.rowCount) }

        self.formula = formula
        rowsRead = table.rowCount
        rowsUsed = complete
        let response = try Self.numbers(formula.response, columns, complete, use: "the response")
        guard response.contains(where: { $0 != response[0] }) else {
            throw .constantResponse(column: formula.response)
        }
        self.response = response
        weights = try Self.weights(weightsColumn, columns, complete)
        var variables: [String: Variable] = [:]
        let effects = Set((formula.fixed.terms + formula.random.flatMap(\.predictor.terms)).flatMap(\.variables))
        let groupings = Set(formula.groupingVariables)
        for name in formula.variables.dropFirst() {
            guard let column = columns[name] else { continue }
            variables[name] = try Self.variable(
                name, column, complete, isEffect: effects.contains(name), isGrouping: groupings.contains(name))
        }
        self.variables = variables
    }

    private static func column(_ name: String, of table: Table) throws(ModelError) -> Column {
        guard let column = table[name] else {
            throw .unknownColumn(name, nearest: nearest(to: name, among: table.columnNames))
        }
        return column
    }

    private static func numbers(
        _ name: String, _ columns: [String: Column], _ rows: [Int], use: String
    ) throws(ModelError) -> [Double] {
        guard let values = columns[name]?.doubles() else { throw .notNumeric(column: name, use: use) }
        return rows.map { values[$0] }
    }

    private static func weights(
        _ name: String?, _ columns: [String: Column], _ rows: [Int]
    ) throws(ModelError) -> [Double]? {
        guard let name else { return nil }
        let values = try numbers(name, columns, rows, use: "a weight")
        if let bad = values.firstIndex(where: { !($0 > 0) || !$0.isFinite }) {
            throw .badWeight(column: name, row: rows[bad] + 1)
        }
        return values
    }

    /// A number stays a number among the effects; a text, or anything that groups rows, becomes a factor.
    private static func variable(
        _ name: String, _ column: Column, _ rows: [Int], isEffect: Bool, isGrouping: Bool
    ) throws(ModelError) -> Variable {
        if isEffect, let values = column.doubles() {
            // The same column may also group rows; the grouping then takes its distinct values, see GroupingFactor.
            return .numeric(rows.map { values[$0] })
        }
        let factor = column.asFactor()
        let codes = rows.map { factor.codes[$0] }
        let (levels, compact) = withoutUnusedLevels(factor.levels, codes)
        if isEffect, !isGrouping, levels.count < 2 { throw .oneLevel(factor: name, level: levels.first ?? "") }
        return .factor(levels: levels, codes: compact)
    }

    private static func withoutUnusedLevels(_ levels: [String], _ codes: [Int32]) -> ([String], [Int32]) {
        var isUsed = [Bool](repeating: false, count: levels.count)
        for code in codes { isUsed[Int(code)] = true }
        var position = [Int32](repeating: -1, count: levels.count)
        var kept: [String] = []
        for (index, level) in levels.enumerated() where isUsed[index] {
            position[index] = Int32(kept.count)
            kept.append(level)
        }
        return (kept, codes.map { position[Int($0)] })
    }
}
