/// A model formula in Wilkinson and Rogers' notation with lme4's random-effects terms: names only, not yet bound to data.
///
/// `score ~ time * cohort + (1 + time | pupil) + (1 | school)`. Operators: `+`, `-`, `:`, `*`, `/`, `^`, parentheses;
/// `1`, `0` and `-1` for the intercept; `(... | g)` correlated and `(... || g)` uncorrelated random effects; grouping
/// factors may be nested (`school/class`) or interactions (`school:year`). Names with other characters than letters,
/// digits, `.` and `_` stand in backticks.
///
/// Functions of numeric columns stand as variables: `poly(x, 2)`, `ns(x, df = 3)`, `scale(x)`, `I(x^2)` and the
/// ``NumericFunction``s such as `log(x)`. `offset(x)` adds x with a coefficient of one.
///
/// Terms are ordered as in R: by the number of their variables, then by appearance.
public struct Formula: Sendable, Equatable {
    /// A product of variables; the empty product is the intercept.
    public struct Term: Sendable, Hashable {
        /// The variables in the order in which the formula first names them: columns, and functions by their text.
        public let variables: [String]
    }

    /// The terms of one linear predictor.
    public struct Predictor: Sendable, Equatable {
        /// Whether it has an intercept.
        public let hasIntercept: Bool
        /// Its other terms.
        public let terms: [Term]

        /// The intercept and each term on its own, as `||` wants them: `(1 + x || g)` is `(1 | g) + (0 + x | g)`. The
        /// columns of a factor stay together, correlated, as in lme4.
        var separated: [Predictor] {
            (hasIntercept ? [Predictor(hasIntercept: true, terms: [])] : [])
                + terms.map { Predictor(hasIntercept: false, terms: [$0]) }
        }
    }

    /// A random-effects term: a predictor whose coefficients vary, correlated, over the factor levels of a grouping factor.
    public struct RandomTerm: Sendable, Equatable {
        /// What varies.
        public let predictor: Predictor
        /// The grouping factor as a product of variables: `["school", "class"]` for `school:class`.
        public let grouping: Term
    }

    /// The response's name.
    public let response: String
    /// The fixed-effects part.
    public let fixed: Predictor
    /// The random-effects terms in the order of the formula.
    public let random: [RandomTerm]
    /// The functions of columns among the variables, by their text.
    public let functions: [String: TermFunction]
    /// What is added to the fixed effects with a coefficient of one: `offset(x)`.
    public let offsets: [NumericExpression]
    /// The formula as written.
    public let text: String

    /// Reads a formula.
    ///
    /// - Throws: ``FormulaError`` with the position of what could not be read.
    public init(parsing text: String) throws(FormulaError) {
        var parser = try FormulaParser(text)
        let parsed = try parser.formula()
        let order = VariableOrder(parsed)
        self.text = text
        response = parsed.response
        offsets = parsed.fixed.offsets
        fixed = order.predictor(parsed.fixed)
        random = parsed.random.flatMap { term in
            let predictor = order.predictor(term.predictor)
            let parts = term.isCorrelated ? [predictor] : predictor.separated
            return term.groupings.flatMap { grouping in
                parts.map { RandomTerm(predictor: $0, grouping: order.term(grouping)) }
            }
        }
        let used = Set((fixed.terms + random.flatMap(\.predictor.terms)).flatMap(\.variables))
        functions = parsed.functions.filter { used.contains($0.key) }
    }

    /// Every column the formula names, the response first, in order of appearance.
    public var variables: [String] {
        let terms = fixed.terms + random.flatMap { $0.predictor.terms + [$0.grouping] }
        return Self.distinct([response] + terms.flatMap(columns(of:)) + offsets.flatMap(\.columns))
    }

    /// The columns of the fixed effects, within functions or not, in order of appearance.
    public var fixedColumns: [String] { Self.distinct(fixed.terms.flatMap(columns(of:))) }

    /// The columns of the fixed and random effects and the offsets: all but the response and the grouping factors.
    public var effectColumns: [String] { Self.distinct(designColumns + offsets.flatMap(\.columns)) }

    /// The columns of the fixed and random effects.
    public var designColumns: [String] {
        Self.distinct((fixed.terms + random.flatMap(\.predictor.terms)).flatMap(columns(of:)))
    }

    /// The columns that a term's variables need.
    private func columns(of term: Term) -> [String] {
        term.variables.flatMap { functions[$0]?.argument.columns ?? [$0] }
    }

    private static func distinct(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    /// The variables used as grouping factors only or also elsewhere.
    public var groupingVariables: [String] {
        var seen: [String] = []
        for name in random.flatMap(\.grouping.variables) where !seen.contains(name) { seen.append(name) }
        return seen
    }
}

/// Why a text is not a formula, and where: the position counts characters from 0.
public struct FormulaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The character at which reading stopped, from 0.
    public let position: Int
    /// What was found and what was expected.
    public let description: String

    /// An error at a position.
    public init(_ description: String, at position: Int) {
        self.position = position
        self.description = description
    }

    /// The line that could not be read, with a caret below the character; long lines are cut around it.
    ///
    /// - Parameter text: The text that was read.
    public func excerpt(of text: String) -> String {
        let characters = text.map { $0.isNewline ? " " : $0 }
        let start = max(0, min(position - 50, characters.count - 90))
        let end = min(characters.count, start + 90)
        let before = start > 0 ? "..." : ""
        let after = end < characters.count ? "..." : ""
        let indent = String(repeating: " ", count: before.count + position - start)
        return "    \(before)\(String(characters[start..<end]))\(after)\n    \(indent)^"
    }
}

/// Puts parsed sums of products into R's order.
private struct VariableOrder {
    let rank: [String: Int]

    init(_ parsed: ParsedFormula) {
        var rank: [String: Int] = [:]
        for name in parsed.order where rank[name] == nil { rank[name] = rank.count }
        self.rank = rank
    }

    func term(_ product: [String]) -> Formula.Term {
        Formula.Term(variables: product.sorted { (rank[$0] ?? 0) < (rank[$1] ?? 0) })
    }

    func predictor(_ sum: ParsedSum) -> Formula.Predictor {
        var terms: [Formula.Term] = []
        for product in sum.products {
            let candidate = term(product)
            if !terms.contains(candidate) { terms.append(candidate) }
        }
        let ordered = terms.enumerated().sorted {
            ($0.element.variables.count, $0.offset) < ($1.element.variables.count, $1.offset)
        }
        return Formula.Predictor(hasIntercept: sum.hasIntercept, terms: ordered.map(\.element))
    }
}
