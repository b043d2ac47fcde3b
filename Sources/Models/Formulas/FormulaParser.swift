/// A sum of products of variables, as written, with or without an intercept.
struct ParsedSum {
    /// Each product's variables in order of appearance, without repeats.
    var products: [[String]] = []
    var hasIntercept = true
    var offsets: [NumericExpression] = []
}

/// A formula before its terms are ordered.
struct ParsedFormula {
    struct Random {
        let predictor: ParsedSum
        let groupings: [[String]]
        let isCorrelated: Bool
    }

    var response: String
    var fixed = ParsedSum()
    var random: [Random] = []
    /// The functions among the variables by their text.
    var functions: [String: TermFunction] = [:]
    /// The variables as they first appear, those of the fixed part before those of the random-effects terms.
    var order: [String] = []

    /// The columns that a product needs.
    func columns(of product: [String]) -> [String] { product.flatMap { functions[$0]?.argument.columns ?? [$0] } }
}

/// A recursive-descent reader of formulas. Precedence, loosest first: `+ -`, `*`, `/`, `:`, `^`.
struct FormulaParser {
    private var reader: TokenReader
    private var functions: [String: TermFunction] = [:]
    private var fixedOrder: [String] = []
    private var randomOrder: [String] = []

    init(_ text: String) throws(FormulaError) { reader = try TokenReader(text) }

    private var token: FormulaToken { reader.token }

    mutating func formula() throws(FormulaError) -> ParsedFormula {
        guard case .name(let response) = token.kind else {
            throw FormulaError("found \(token.words); expected the response before '~'.", at: token.position)
        }
        guard reader.following.kind != .symbol("(") else {
            throw FormulaError(
                "the response is a column, not a function of one. Put a column with the computed values in the data.",
                at: token.position)
        }
        reader.advance()
        try reader.expect("~", for: "after the response '\(response)'")
        var formula = ParsedFormula(response: response)
        try sum(into: &formula.fixed, random: &formula.random, until: [.end])
        formula.functions = functions
        formula.order = fixedOrder + randomOrder
        let columns =
            formula.fixed.products.flatMap(formula.columns(of:)) + formula.fixed.offsets.flatMap(\.columns)
            + formula.random.flatMap { $0.predictor.products.flatMap(formula.columns(of:)) }
            + formula.random.flatMap { $0.groupings.flatMap { $0 } }
        if columns.contains(response) {
            throw FormulaError("the response '\(response)' is also on the right-hand side.", at: 0)
        }
        return formula
    }

    /// Reads `term + term - term ...` up to one of the closing tokens, which is not consumed.
    private mutating func sum(
        into sum: inout ParsedSum, random: inout [ParsedFormula.Random], until closing: [FormulaToken.Kind]
    ) throws(FormulaError) {
        var isRemoval = reader.accept("-")
        if !isRemoval { _ = reader.accept("+") }
        while true {
            try summand(into: &sum, random: &random, isRemoval: isRemoval)
            if closing.contains(token.kind) { return }
            if reader.accept("+") {
                isRemoval = false
            } else if reader.accept("-") {
                isRemoval = true
            } else {
                throw FormulaError("found \(token.words); expected '+', ':', '*' or the end.", at: token.position)
            }
        }
    }

    private mutating func summand(
        into sum: inout ParsedSum, random: inout [ParsedFormula.Random], isRemoval: Bool
    ) throws(FormulaError) {
        let start = token.position
        if case .number(let digits) = token.kind {
            reader.advance()
            guard digits == "1" || digits == "0" else {
                throw FormulaError("found '\(digits)'; the only numbers in a formula are 0 and 1.", at: start)
            }
            sum.hasIntercept = (digits == "1") != isRemoval
            return
        }
        if isRandomTerm() {
            guard !isRemoval else { throw FormulaError("a random-effects term cannot be removed.", at: start) }
            random.append(try randomTerm())
            return
        }
        if token.kind == .name("offset"), reader.following.kind == .symbol("(") {
            guard !isRemoval else { throw FormulaError("an offset cannot be removed.", at: start) }
            sum.offsets.append(try offset())
            return
        }
        let products = try crossing()
        if isRemoval {
            sum.products.removeAll { product in products.contains { Set($0) == Set(product) } }
        } else {
            sum.products += products
        }
    }

    /// Reads `offset(expression)`.
    private mutating func offset() throws(FormulaError) -> NumericExpression {
        reader.advance()
        try reader.expect("(", for: "after 'offset'")
        let expression = try FunctionParser.expression(&reader)
        try reader.expect(")", for: "to close 'offset('")
        return expression
    }

    // MARK: Products

    /// `a * b` is `a + b + a:b`.
    private mutating func crossing() throws(FormulaError) -> [[String]] {
        var left = try nesting()
        while reader.accept("*") {
            let right = try nesting()
            left = left + right + Self.products(left, right)
        }
        return left
    }

    /// `a / b` is `a + a:b`.
    private mutating func nesting() throws(FormulaError) -> [[String]] {
        var left = try interaction()
        while reader.accept("/") {
            let right = try interaction()
            let all = left.reduce([]) { Self.union($0, $1) }
            left += right.map { Self.union(all, $0) }
        }
        return left
    }

    private mutating func interaction() throws(FormulaError) -> [[String]] {
        var left = try power()
        while reader.accept(":") { left = Self.products(left, try power()) }
        return left
    }

    /// `(a + b)^2` is all products of at most two.
    private mutating func power() throws(FormulaError) -> [[String]] {
        let base = try atom()
        guard reader.accept("^") else { return base }
        guard case .number(let digits) = token.kind, let exponent = Int(digits), (1...9).contains(exponent) else {
            throw FormulaError("found \(token.words); expected a power from 1 to 9.", at: token.position)
        }
        reader.advance()
        var result = base
        for _ in 1..<exponent { result += Self.products(result, base) }
        var seen: Set<Set<String>> = []
        return result.filter { seen.insert(Set($0)).inserted }
    }

    private mutating func atom() throws(FormulaError) -> [[String]] {
        let start = token.position
        if case .name(let name) = token.kind {
            guard reader.following.kind == .symbol("(") else {
                reader.advance()
                fixedOrder.append(name)
                return [[name]]
            }
            let function = try FunctionParser.function(name, &reader)
            functions[function.text] = function
            fixedOrder.append(function.text)
            return [[function.text]]
        }
        guard reader.accept("(") else {
            throw FormulaError("found \(token.words); expected a column's name.", at: start)
        }
        var inner = ParsedSum()
        var random: [ParsedFormula.Random] = []
        try sum(into: &inner, random: &random, until: [.symbol(")")])
        guard random.isEmpty else {
            throw FormulaError("a random-effects term cannot be inside parentheses.", at: start)
        }
        guard inner.offsets.isEmpty else { throw FormulaError("an offset cannot be inside parentheses.", at: start) }
        try reader.expect(")", for: "to close the parenthesis")
        return inner.products
    }

    private static func union(_ left: [String], _ right: [String]) -> [String] {
        left + right.filter { !left.contains($0) }
    }

    private static func products(_ left: [[String]], _ right: [[String]]) -> [[String]] {
        left.flatMap { a in right.map { union(a, $0) } }
    }

    // MARK: Random effects

    /// Whether the parenthesis that opens here holds a bar at its own depth.
    private func isRandomTerm() -> Bool {
        guard token.kind == .symbol("(") else { return false }
        var depth = 0
        for token in reader.rest {
            switch token.kind {
            case .symbol("("): depth += 1
            case .symbol(")"): depth -= 1
            case .symbol("|"), .symbol("||"): if depth == 1 { return true }
            default: break
            }
            if depth == 0 { return false }
        }
        return false
    }

    private mutating func randomTerm() throws(FormulaError) -> ParsedFormula.Random {
        let start = token.position
        let before = fixedOrder.count
        defer {
            randomOrder += fixedOrder[before...]
            fixedOrder.removeSubrange(before...)
        }
        try reader.expect("(", for: "to open a random-effects term")
        var predictor = ParsedSum()
        var inner: [ParsedFormula.Random] = []
        try sum(into: &predictor, random: &inner, until: [.symbol("|"), .symbol("||")])
        guard inner.isEmpty else { throw FormulaError("random-effects terms cannot be inside each other.", at: start) }
        guard predictor.offsets.isEmpty else { throw FormulaError("random effects have no offset.", at: start) }
        guard predictor.hasIntercept || !predictor.products.isEmpty else {
            throw FormulaError("the random-effects term has no effect before the bar.", at: start)
        }
        let isCorrelated = token.kind == .symbol("|")
        reader.advance()
        let groupingStart = token.position
        let groupings = try nesting()
        guard groupings.allSatisfy({ $0.allSatisfy { functions[$0] == nil } }) else {
            throw FormulaError("a grouping factor is a column, not a function of one.", at: groupingStart)
        }
        try reader.expect(")", for: "after the grouping factor")
        return .init(predictor: predictor, groupings: groupings, isCorrelated: isCorrelated)
    }
}
