/// A recursive-descent reader of conditions on rows. Precedence, loosest first: `or`, `and`, `not`.
struct RowConditionParser {
    typealias Node = RowCondition.Node
    typealias Operand = RowCondition.Operand

    private var reader: TokenReader

    init(_ text: String) throws(FormulaError) { reader = try TokenReader(text) }

    mutating func condition() throws(FormulaError) -> Node {
        let node = try disjunction()
        guard reader.token.kind == .end else { throw unexpected("'and', 'or' or the end") }
        return node
    }

    private mutating func disjunction() throws(FormulaError) -> Node {
        var left = try conjunction()
        while accept(word: "or") { left = .or(left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(FormulaError) -> Node {
        var left = try negation()
        while accept(word: "and") { left = .and(left, try negation()) }
        return left
    }

    private mutating func negation() throws(FormulaError) -> Node {
        if accept(word: "not") { return .not(try negation()) }
        if reader.accept("(") {
            let inner = try disjunction()
            guard reader.accept(")") else { throw unexpected("'and', 'or' or ')'") }
            return inner
        }
        return try comparison()
    }

    private mutating func comparison() throws(FormulaError) -> Node {
        let left = try operand()
        if accept(word: "in") { return try membership(left) }
        if reader.token.kind == .name("not"), reader.following.kind == .name("in") {
            reader.advance()
            reader.advance()
            return .not(try membership(left))
        }
        guard case .symbol(let sign) = reader.token.kind, let comparison = RowCondition.Comparison(rawValue: sign)
        else { throw unexpected("a comparison: ==, !=, <, <=, >, >= or in") }
        reader.advance()
        let right = try operand()
        guard isColumn(left) || isColumn(right) else {
            throw FormulaError("the comparison has no column.", at: left.position)
        }
        return .comparison(left, comparison, right)
    }

    /// Reads the list of `column in [a, b]`.
    private mutating func membership(_ left: Operand) throws(FormulaError) -> Node {
        guard isColumn(left) else { throw FormulaError("expected a column before 'in'.", at: left.position) }
        guard reader.accept("[") else { throw unexpected("'[' and a list such as [1, 2]") }
        var list: [Operand] = []
        repeat {
            let element = try operand()
            guard !isColumn(element) else {
                throw FormulaError(
                    "expected a number or a text in quotation marks in the list.", at: element.position)
            }
            list.append(element)
        } while reader.accept(",")
        guard reader.accept("]") else { throw unexpected("',' or ']'") }
        return .membership(left, list)
    }

    private mutating func operand() throws(FormulaError) -> Operand {
        let start = reader.token.position
        let isNegative = reader.accept("-")
        switch reader.token.kind {
        case .number(let digits):
            guard let value = Double(digits), value.isFinite else {
                throw FormulaError("'\(digits)' is not a number; a text stands in quotation marks.", at: start)
            }
            reader.advance()
            return Operand(kind: .number(isNegative ? -value : value), position: start)
        case .name(let name) where !isNegative && !["and", "or", "not", "in"].contains(name):
            reader.advance()
            return Operand(kind: .column(name), position: start)
        case .text(let text) where !isNegative:
            reader.advance()
            return Operand(kind: .text(text), position: start)
        default: throw unexpected("a column, a number or a text in quotation marks")
        }
    }

    private func isColumn(_ operand: Operand) -> Bool {
        if case .column = operand.kind { return true }
        return false
    }

    private mutating func accept(word: String) -> Bool {
        guard reader.token.kind == .name(word) else { return false }
        reader.advance()
        return true
    }

    private func unexpected(_ expected: String) -> FormulaError {
        let found = reader.token.kind == .end ? "the end of the condition" : reader.token.words
        return FormulaError("found \(found); expected \(expected).", at: reader.token.position)
    }
}
