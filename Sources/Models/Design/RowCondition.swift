import Tables

/// A condition on the rows of a table: `cohort != "2016/17" and time <= 4`.
///
/// Comparisons `== != < <= > >=` of a column with a number, a quoted text or another column, and `in [a, b]`, joined by
/// `and`, `or`, `not` and parentheses. Texts and factors know `==`, `!=` and `in` only. A comparison with a missing value
/// is neither true nor false; as in R, only rows for which the whole condition is true are in the subset.
public struct RowCondition: Sendable, Equatable {
    /// The condition as written.
    public let text: String
    let root: Node

    /// A part of a condition.
    indirect enum Node: Sendable, Equatable {
        case comparison(Operand, Comparison, Operand)
        case membership(Operand, [Operand])
        case not(Node)
        case and(Node, Node)
        case or(Node, Node)
    }

    /// What is compared, and where it stands in the text.
    struct Operand: Sendable, Equatable {
        enum Kind: Sendable, Equatable {
            case column(String)
            case number(Double)
            case text(String)
        }

        let kind: Kind
        let position: Int
    }

    /// How two values are compared.
    enum Comparison: String, Sendable, CaseIterable {
        case equal = "==", unequal = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="

        /// Whether it needs an order of the values.
        var needsOrder: Bool { self != .equal && self != .unequal }

        func callAsFunction<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
            switch self {
            case .equal: left == right
            case .unequal: left != right
            case .less: left < right
            case .lessOrEqual: left <= right
            case .greater: left > right
            case .greaterOrEqual: left >= right
            }
        }
    }

    /// Reads a condition.
    ///
    /// - Throws: ``FormulaError`` with the position of what could not be read.
    public init(parsing text: String) throws(FormulaError) {
        var parser = try RowConditionParser(text)
        root = try parser.condition()
        self.text = text
    }

    /// The columns it names, in order of appearance, without repeats.
    public var columns: [String] {
        var names: [String] = []
        for operand in Self.operands(of: root) {
            if case .column(let name) = operand.kind, !names.contains(name) { names.append(name) }
        }
        return names
    }

    private static func operands(of node: Node) -> [Operand] {
        switch node {
        case .comparison(let left, _, let right): [left, right]
        case .membership(let left, _): [left]
        case .not(let inner): operands(of: inner)
        case .and(let left, let right), .or(let left, let right): operands(of: left) + operands(of: right)
        }
    }

    /// The positions of the rows for which the condition is true.
    ///
    /// - Throws: ``ModelError/condition(_:text:)`` for an unknown column, unlike types or a text that the column does not
    ///   have; ``ModelError/emptySubset(condition:read:)``.
    public func rows(of table: Table) throws(ModelError) -> [Int] {
        let truth: [Bool?]
        do {
            truth = try ConditionEvaluation(table: table).truth(of: root)
        } catch {
            throw .condition(error, text: text)
        }
        let rows = truth.indices.filter { truth[$0] == true }
        guard !rows.isEmpty else { throw .emptySubset(condition: text, read: table.rowCount) }
        return rows
    }
}

/// A condition's truth in every row of a table; nil where a missing value leaves it open.
private struct ConditionEvaluation {
    typealias Operand = RowCondition.Operand
    typealias Comparison = RowCondition.Comparison

    /// An operand's values in every row.
    private enum Values {
        /// NaN is missing.
        case numbers([Double])
        case texts([String?])
    }

    let table: Table

    func truth(of node: RowCondition.Node) throws(FormulaError) -> [Bool?] {
        switch node {
        case .comparison(let left, let comparison, let right): return try compared(left, comparison, right)
        case .membership(let left, let list):
            var result = [Bool?](repeating: false, count: table.rowCount)
            for element in list { result = zip(result, try compared(left, .equal, element)).map(Self.or) }
            return result
        case .not(let inner): return try truth(of: inner).map { $0.map { !$0 } }
        case .and(let left, let right): return zip(try truth(of: left), try truth(of: right)).map(Self.and)
        case .or(let left, let right): return zip(try truth(of: left), try truth(of: right)).map(Self.or)
        }
    }

    private static func and(_ left: Bool?, _ right: Bool?) -> Bool? {
        if left == false || right == false { return false }
        return left == nil || right == nil ? nil : true
    }

    private static func or(_ left: Bool?, _ right: Bool?) -> Bool? {
        if left == true || right == true { return true }
        return left == nil || right == nil ? nil : false
    }

    private func compared(
        _ left: Operand, _ comparison: Comparison, _ right: Operand
    ) throws(FormulaError) -> [Bool?] {
        switch (try values(of: left), try values(of: right)) {
        case (.numbers(let left), .numbers(let right)):
            return zip(left, right).map { $0.isNaN || $1.isNaN ? nil : comparison($0, $1) }
        case (.texts(let leftTexts), .texts(let rightTexts)):
            guard !comparison.needsOrder else {
                throw FormulaError(
                    "'\(comparison.rawValue)' compares numbers, and \(words(left)) is text. Use '==', '!=' or 'in'.",
                    at: left.position)
            }
            try checkOccurs(left, among: rightTexts, of: right)
            try checkOccurs(right, among: leftTexts, of: left)
            return zip(leftTexts, rightTexts).map { left, right in
                left.flatMap { left in right.map { comparison(left, $0) } }
            }
        default:
            throw FormulaError(
                "\(words(left)) is \(try isText(left) ? "text" : "a number") and \(words(right)) is "
                    + "\(try isText(right) ? "text" : "a number"): they cannot be compared.\(hint(left, right))",
                at: right.position)
        }
    }

    /// A text that a column never has is probably mistyped, and would be no condition at all.
    private func checkOccurs(_ operand: Operand, among texts: [String?], of other: Operand) throws(FormulaError) {
        guard case .text(let text) = operand.kind, case .column(let name) = other.kind else { return }
        var known = Set(texts.compactMap { $0 })
        if case .factor(let factor) = table[name] { known.formUnion(factor.levels) }
        guard !known.contains(text) else { return }
        let near = nearest(to: text, among: known.sorted(by: scalarOrder)).map { " Did you mean '\($0)'?" } ?? ""
        throw FormulaError("column '\(name)' never is '\(text)'.\(near)", at: operand.position)
    }

    private func values(of operand: Operand) throws(FormulaError) -> Values {
        switch operand.kind {
        case .number(let number): return .numbers([Double](repeating: number, count: table.rowCount))
        case .text(let text): return .texts([String?](repeating: text, count: table.rowCount))
        case .column(let name):
            let column = try column(name, at: operand.position)
            return column.doubles().map { .numbers($0) } ?? .texts((0..<column.count).map { column.text(at: $0) })
        }
    }

    private func column(_ name: String, at position: Int) throws(FormulaError) -> Column {
        guard let column = table[name] else {
            let near = nearest(to: name, among: table.columnNames).map { "Did you mean '\($0)'?" }
            throw FormulaError(
                "unknown column '\(name)'. \(near ?? "A text stands in quotation marks: \"\(name)\".")", at: position)
        }
        return column
    }

    private func isText(_ operand: Operand) throws(FormulaError) -> Bool {
        switch operand.kind {
        case .number: false
        case .text: true
        case .column(let name): try column(name, at: operand.position).doubles() == nil
        }
    }

    private func words(_ operand: Operand) -> String {
        switch operand.kind {
        case .column(let name): "column '\(name)'"
        case .number(let number): shortestText(number)
        case .text(let text): "'\(text)'"
        }
    }

    /// The number of a comparison with a column of texts belongs in quotation marks.
    private func hint(_ left: Operand, _ right: Operand) -> String {
        for operand in [left, right] {
            switch operand.kind {
            case .number(let number): return " Write \"\(shortestText(number))\"."
            case .text(let text) where Double(text) != nil: return " Write \(text) without quotation marks."
            default: continue
            }
        }
        return ""
    }
}
