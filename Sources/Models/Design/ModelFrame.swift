import Tables

/// One variable of a model, in the rows that are complete.
public enum Variable: Sendable {
    /// A number in each row.
    case numeric([Double])
    /// A factor: its factor levels, and the position of each row's level.
    case factor(levels: [String], codes: [Int32])
    /// Names that only group rows, and the position of each row's name.
    case names(GroupNames, codes: [Int32])
}

/// The columns that a formula names, found in a table and cut down to the complete rows.
///
/// Rows outside the declared subset are left out first. Then rows with a missing value in any column of the formula are
/// left out (listwise); both are counted. Factor levels that no
/// complete row has are dropped, as lme4 does.
public struct ModelFrame: Sendable {
    /// Whether a response that never changes is refused.
    enum ResponseCheck {
        /// It is: there is nothing to explain.
        case mustVary
        /// It is not: estimates may agree.
        case mayBeConstant
    }

    /// The formula.
    public let formula: Formula
    /// The response, one value a row.
    public let response: [Double]
    /// The other columns by name.
    public let variables: [String: Variable]
    /// The functions of columns bound to the rows used, and the factors' contrasts.
    public let codings: VariableCodings
    /// The sum of the formula's offsets, one value a row; nil when it has none.
    public let offset: [Double]?
    /// The prior weights, where declared; all positive.
    public let weights: [Double]?
    /// The number of rows in the table.
    public let rowsRead: Int
    /// The number of these rows that are outside the declared subset.
    public let rowsOutsideSubset: Int
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
    ///   - contrasts: The contrasts of factors; treatment contrasts for the others.
    ///   - subset: The rows to use; nil for all.
    /// - Throws: ``ModelError/unknownColumn(_:nearest:)``, ``ModelError/notNumeric(column:use:)``,
    ///   ``ModelError/noCompleteRows(read:)``, ``ModelError/oneLevel(factor:level:)``,
    ///   ``ModelError/constantResponse(column:)``, ``ModelError/badWeight(column:row:)``, or what ``VariableCodings`` and
    ///   ``RowCondition`` find wrong.
    public init(
        _ formula: Formula, table: Table, weightsColumn: String? = nil, contrasts: [String: Contrast] = [:],
        subset: RowCondition? = nil
    ) throws(ModelError) {
        try self.init(
            formula, table: table, weightsColumn: weightsColumn, contrasts: contrasts, subset: subset, requiring: [],
            response: .mustVary)
    }

    /// - Parameters:
    ///   - others: Columns in which a row must have a value, too.
    ///   - check: Whether the response must vary.
    init(
        _ formula: Formula, table: Table, weightsColumn: String? = nil, contrasts: [String: Contrast] = [:],
        subset: RowCondition? = nil, requiring others: [String], response check: ResponseCheck
    ) throws(ModelError) {
        let names = formula.variables + (weightsColumn.map { [$0] } ?? []) + others
        var columns: [String: Column] = [:]
        for name in names { columns[name] = try Self.column(name, of: table) }
        let inside = try subset?.rows(of: table) ?? Array(0..<table.rowCount)
        let complete = Self.complete(inside, columns.values)
        guard !complete.isEmpty else { throw .noCompleteRows(read: inside.count) }

        self.formula = formula
        rowsRead = table.rowCount
        rowsOutsideSubset = table.rowCount - inside.count
        rowsUsed = complete
        let response = try Self.numbers(formula.response, columns, complete, use: "the response")
        guard check == .mayBeConstant || response.contains(where: { $0 != response[0] }) else {
            throw .constantResponse(column: formula.response)
        }
        self.response = response
        weights = try Self.weights(weightsColumn, columns, complete)
        var variables: [String: Variable] = [:]
        let effects = Set(formula.effectColumns)
        let groupings = Set(formula.groupingVariables)
        for name in formula.variables.dropFirst() {
            guard let column = columns[name] else { continue }
            variables[name] = try Self.variable(
                name, column, complete, isEffect: effects.contains(name), isGrouping: groupings.contains(name))
        }
        self.variables = variables
        codings = try VariableCodings(formula, contrasts: contrasts, variables: variables, rowsUsed: complete)
        offset = try VariableCodings.offset(formula, variables: variables, rowsUsed: complete)
    }

    /// The response less the offset: what the effects have to explain.
    var responseWithoutOffset: [Double] { offset.map { zip(response, $0).map { $0 - $1 } } ?? response }

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
        return select(values, rows)
    }

    /// The values of some rows: all of them, most often, without copying.
    private static func select<Value>(_ values: [Value], _ rows: [Int]) -> [Value] {
        rows.count == values.count ? values : rows.map { values[$0] }
    }

    /// The rows without a missing value, in order.
    private static func complete(_ rows: [Int], _ columns: some Collection<Column>) -> [Int] {
        let withMissing = columns.filter(\.hasMissing)
        return withMissing.isEmpty ? rows : rows.filter { row in withMissing.allSatisfy { !$0.isMissing(at: row) } }
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
            return .numeric(select(values, rows))
        }
        if !isEffect, case .int(let values) = column {
            let (numbers, codes) = distinctCodes(select(values, rows))
            return .names(.integers(numbers), codes: codes)
        }
        let factor = column.asFactor()
        let codes = select(factor.codes, rows)
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

/// The distinct numbers in order, and the position of each value's.
private func distinctCodes(_ values: [Int]) -> (numbers: [Int], codes: [Int32]) {
    guard let low = values.min(), let high = values.max() else { return ([], []) }
    let (span, overflows) = high.subtractingReportingOverflow(low)
    // Numbers that are close together are looked up directly, others by their hash.
    guard !overflows, span <= 4 * values.count + 1024 else {
        let numbers = Set(values).sorted()
        var position: [Int: Int32] = [:]
        for (index, number) in numbers.enumerated() { position[number] = Int32(index) }
        return (numbers, values.map { position[$0] ?? 0 })
    }
    var position = [Int32](repeating: -1, count: span + 1)
    for value in values { position[value - low] = 0 }
    var numbers: [Int] = []
    for offset in position.indices where position[offset] == 0 {
        position[offset] = Int32(numbers.count)
        numbers.append(low + offset)
    }
    return (numbers, values.map { position[$0 - low] })
}
