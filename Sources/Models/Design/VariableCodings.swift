import Tables

/// How variables are coded in a model matrix beyond their values and factor levels.
public struct VariableCodings: Sendable {
    /// The functions of columns by their text.
    public var functions: [String: BoundFunction] = [:]
    /// The contrasts of factors by name; those that are not here have treatment contrasts against the first level.
    public var contrasts: [String: Contrast] = [:]

    /// No functions, and treatment contrasts.
    public init() {}

    /// Binds a formula's functions, and checks the declared contrasts.
    ///
    /// - Parameters:
    ///   - formula: The formula.
    ///   - contrasts: The declared contrasts by factor.
    ///   - variables: The formula's columns in the complete rows.
    ///   - rowsUsed: Positions in the table of these rows, for messages.
    /// - Throws: ``ModelError``.
    init(
        _ formula: Formula, contrasts: [String: Contrast], variables: [String: Variable], rowsUsed: [Int]
    ) throws(ModelError) {
        for (name, contrast) in contrasts.sorted(by: { scalarOrder($0.key, $1.key) }) {
            switch variables[name] {
            case .factor(let levels, _): try contrast.check(factor: name, levels: levels)
            case .numeric, .names: throw .contrastOfNumber(column: name)
            case nil: throw .unknownColumn(name, nearest: nearest(to: name, among: formula.effectColumns))
            }
        }
        self.contrasts = contrasts
        for (text, function) in formula.functions.sorted(by: { scalarOrder($0.key, $1.key) }) {
            let argument = try Self.numbers(function.argument, use: text, variables, rowsUsed)
            let bound = try BoundFunction(function, argument: argument)
            try Self.check(bound.rows(at: argument), width: bound.width, use: text, rowsUsed)
            functions[text] = bound
        }
    }

    /// The sum of a formula's offsets in every row; nil when it has none.
    ///
    /// - Throws: ``ModelError/notNumeric(column:use:)`` or ``ModelError/undefinedValue(expression:row:)``.
    static func offset(
        _ formula: Formula, variables: [String: Variable], rowsUsed: [Int]
    ) throws(ModelError) -> [Double]? {
        guard !formula.offsets.isEmpty else { return nil }
        var sum = [Double](repeating: 0, count: rowsUsed.count)
        for offset in formula.offsets {
            let values = try numbers(offset, use: "offset(\(offset.text))", variables, rowsUsed)
            for row in sum.indices { sum[row] += values[row] }
        }
        return sum
    }

    private static func numbers(
        _ expression: NumericExpression, use: String, _ variables: [String: Variable], _ rowsUsed: [Int]
    ) throws(ModelError) -> [Double] {
        var columns: [String: [Double]] = [:]
        for name in expression.columns {
            guard case .numeric(let numbers) = variables[name] else {
                throw .notNumeric(column: name, use: "the argument of '\(use)'")
            }
            columns[name] = numbers
        }
        let values = expression.values(rowCount: rowsUsed.count) { columns[$0] ?? [] }
        try check(values, width: 1, use: use, rowsUsed)
        return values
    }

    private static func check(
        _ values: [Double], width: Int, use: String, _ rowsUsed: [Int]
    ) throws(ModelError) {
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw .undefinedValue(expression: use, row: rowsUsed[bad / width] + 1)
        }
    }
}
