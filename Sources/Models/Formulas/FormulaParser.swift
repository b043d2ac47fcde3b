/// A sum of products of variables, as written, with or without an intercept.
struct ParsedSum {
    /// Each product's variables in order of appearance, without repeats.
    var products: [[String]] = []
    var hasIntercept = true
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
}

/// A recursive-descent reader of formulas. Precedence, loosest first: `+ -`, `*`, `/`, `:`, `^`.
struct FormulaParser {
    private let tokens: [FormulaToken]
    private var next = 0

    init(_ text: String) throws(FormulaError) {
        tokens = try FormulaToken.tokens(of: text)
    }

    private var token: FormulaToken { tokens[next] }

    mutating func formula() throws(FormulaError) -> ParsedFormula {
        guard case .name(let response) = token.kind else {
            throw FormulaError("found \(token.words); expected the response before '~'.", at: token.position)
        }
        next += 1
        try expect("~", for: "after the response '\(response)'")
        var formula = ParsedFormula(response: response)
        try sum(into: &formula.fixed, random: &formula.random, until: [.end])
        if formula.fixed.products.contains(where: { $0.contains(response) }) {
            throw FormulaError("the response '\(response)' is also on the right-hand side.", at: 0)
        }
        return formula
    }

    /// Reads `term + term - term ...` up to one of the closing tokens, which is not consumed.
    private mutating func sum(
        into sum: inout ParsedSum, random: inout [ParsedFormula.Random], until closing: [FormulaToken.Kind]
    ) throws(FormulaError) {
        var isRemoval = accept("-")
        if !isRemoval { _ = accept("+") }
        while true {
            try summand(into: &sum, random: &random, isRemoval: isRemoval)
            if closing.contains(token.kind) { return }
            if accept("+") {
                isRemoval = false
            } else if accept("-") {
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
            next += 1
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
        let products = try crossing()
        if isRemoval {
            sum.products.removeAll { product in products.contains { Set($0) == Set(product) } }
        } else {
            sum.products += products
        }
    }

    // MARK: Products

    /// `a * b` is `a + b + a:b`.
    private mutating func crossing() throws(FormulaError) -> [[String]] {
        var left = try nesting()
        while accept("*") {
            let right = try nesting()
            left = left + right + Self.products(left, right)
        }
        return left
    }

    /// `a / b` is `a + a:b`.
    private mutating func nesting() throws(FormulaError) -> [[String]] {
        var left = try interaction()
        while accept("/") {
            let right = try interaction()
            let all = left.reduce([]) { Self.union($0, $1) }
            left += right.map { Self.union(all, $0) }
        }
        return left
    }

    private mutating func interaction() throws(FormulaError) -> [[String]] {
        var left = try power()
        while accept(":") { left = Self.products(left, try power()) }
        return left
    }

    /// `(a + b)^2` is all products of at most two.
    private mutating func power() throws(FormulaError) -> [[String]] {
        let base = try atom()
        guard accept("^") else { return base }
        guard case .number(let digits) = token.kind, let exponent = Int(digits), (1...9).contains(exponent) else {
            throw FormulaError("found \(token.words); expected a power from 1 to 9.", at: token.position)
        }
        next += 1
        var result = base
        for _ in 1..<exponent { result += Self.products(result, base) }
        var seen: Set<Set<String>> = []
        return result.filter { seen.insert(Set($0)).inserted }
    }

    private mutating func atom() throws(FormulaError) -> [[String]] {
        let start = token.position
        if case .name(let name) = token.kind {
            next += 1
            if token.kind == .symbol("(") {
                throw FormulaError(
                    "functions such as '\(name)(...)' are not available in formulas. Put a column with the "
                        + "computed values in the data.", at: start)
            }
            return [[name]]
        }
        guard accept("(") else {
            throw FormulaError("found \(token.words); expected a column's name.", at: start)
        }
        var inner = ParsedSum()
        var random: [ParsedFormula.Random] = []
        try sum(into: &inner, random: &random, until: [.symbol(")")])
        guard random.isEmpty else {
            throw FormulaError("a random-effects term cannot be inside parentheses.", at: start)
        }
        try expect(")", for: "to close the parenthesis")
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
        for token in tokens[next...] {
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
        try expect("(", for: "to open a random-effects term")
        var predictor = ParsedSum()
        var inner: [ParsedFormula.Random] = []
        try sum(into: &predictor, random: &inner, until: [.symbol("|"), .symbol("||")])
        guard inner.isEmpty else { throw FormulaError("random-effects terms cannot be inside each other.", at: start) }
        guard predictor.hasIntercept || !predictor.products.isEmpty else {
            throw FormulaError("the random-effects term has no effect before the bar.", at: start)
        }
        let isCorrelated = token.kind == .symbol("|")
        next += 1
        let groupings = try nesting()
        try expect(")", for: "after the grouping factor")
        return .init(predictor: predictor, groupings: groupings, isCorrelated: isCorrelated)
    }

    // MARK: Tokens

    private mutating func accept(_ symbol: String) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        next += 1
        return true
    }

    private mutating func expect(_ symbol: String, for reason: String) throws(FormulaError) {
        guard accept(symbol) else {
            throw FormulaError("found \(token.words); expected '\(symbol)' \(reason).", at: token.position)
        }
    }
}
