import Tables

/// A condition's truth in every row of a table; nil where a missing value leaves it open.
struct RowConditionEvaluation {
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
            throw RowCondition.unknownColumn(name, nearest: nearest(to: name, among: table.columnNames), at: position)
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
