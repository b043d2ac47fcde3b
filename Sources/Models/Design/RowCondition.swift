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

    /// The error for a column that the data do not have; nil when the condition does not name it.
    func unknownColumn(_ name: String, nearest: String?) -> ModelError? {
        guard let operand = Self.operands(of: root).first(where: { $0.kind == .column(name) }) else { return nil }
        return .condition(Self.unknownColumn(name, nearest: nearest, at: operand.position), text: text)
    }

    static func unknownColumn(_ name: String, nearest: String?, at position: Int) -> FormulaError {
        let hint = nearest.map { "Did you mean '\($0)'?" } ?? "A text stands in quotation marks: \"\(name)\"."
        return FormulaError("unknown column '\(name)'. \(hint)", at: position)
    }

    /// The positions of the rows for which the condition is true.
    ///
    /// - Throws: ``ModelError/condition(_:text:)`` for an unknown column, unlike types or a text that the column does not
    ///   have; ``ModelError/emptySubset(condition:read:)``.
    public func rows(of table: Table) throws(ModelError) -> [Int] {
        let truth: [Bool?]
        do {
            truth = try RowConditionEvaluation(table: table).truth(of: root)
        } catch {
            throw .condition(error, text: text)
        }
        let rows = truth.indices.filter { truth[$0] == true }
        guard !rows.isEmpty else { throw .emptySubset(condition: text, read: table.rowCount) }
        return rows
    }
}
