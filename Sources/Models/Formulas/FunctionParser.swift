import Tables

/// Reads the functions and the arithmetic of a formula.
///
/// Precedence, loosest first: `+ -`, `* /`, sign, `^` (to the right), as in R.
struct FunctionParser {
    /// The functions whose result depends on all rows, which therefore stand outermost.
    private static let bases = ["poly", "ns", "scale"]
    /// Every function name, for suggestions.
    static let names = ["offset", "I"] + bases + NumericFunction.allCases.map(\.rawValue)

    /// Reads `name(...)`; the reader stands at the name.
    static func function(_ name: String, _ reader: inout TokenReader) throws(FormulaError) -> TermFunction {
        guard bases.contains(name) else {
            let expression = try call(name, &reader)
            return TermFunction(text: expression.text, argument: expression, kind: .value)
        }
        let start = reader.token.position
        reader.advance()
        var arguments = try FunctionArguments(of: name, &reader)
        let argument = try arguments.expression("x")
        guard !argument.columns.isEmpty else { throw FormulaError("'\(name)' names no column.", at: start) }
        let kind: TermFunction.Kind =
            switch name {
            case "poly": try polynomial(&arguments)
            case "ns": try naturalSpline(&arguments)
            default:
                .scale(
                    centres: try arguments.truth("center", default: true),
                    scales: try arguments.truth("scale", default: true))
            }
        try arguments.finish()
        return TermFunction(text: arguments.text, argument: argument, kind: kind)
    }

    private static func polynomial(_ arguments: inout FunctionArguments) throws(FormulaError) -> TermFunction.Kind {
        let degree = try arguments.whole("degree") ?? 1
        return try arguments.truth("raw", default: false)
            ? .powers(degree: degree) : .orthogonalPolynomials(degree: degree)
    }

    private static func naturalSpline(_ arguments: inout FunctionArguments) throws(FormulaError) -> TermFunction.Kind {
        let df = try arguments.whole("df")
        let knots = try arguments.numbers("knots")
        let hasIntercept = try arguments.truth("intercept", default: false)
        let boundary = try arguments.numbers("Boundary.knots")
        if df != nil, knots != nil {
            throw FormulaError("'ns' has both 'df' and 'knots'. Give one of them.", at: arguments.position)
        }
        if let boundary, boundary.count != 2 || boundary[0] >= boundary[1] {
            throw FormulaError("'Boundary.knots' are two rising numbers: c(0, 4).", at: arguments.position)
        }
        let least = hasIntercept ? 2 : 1
        guard df ?? least >= least else {
            throw FormulaError("'ns' with an intercept has at least 2 degrees of freedom.", at: arguments.position)
        }
        return .naturalSpline(
            NaturalSplineDeclaration(
                knots: knots.map { .at($0.sorted()) } ?? .degreesOfFreedom(df ?? least), boundary: boundary,
                hasIntercept: hasIntercept))
    }

    // MARK: Arithmetic

    /// Reads sums, products, powers and calls of ``NumericFunction``s.
    static func expression(_ reader: inout TokenReader) throws(FormulaError) -> NumericExpression {
        var left = try product(&reader)
        while let sign = accept([.plus, .minus], &reader) { left = .binary(left, sign, try product(&reader)) }
        return left
    }

    private static func product(_ reader: inout TokenReader) throws(FormulaError) -> NumericExpression {
        var left = try signed(&reader)
        while let sign = accept([.times, .over], &reader) { left = .binary(left, sign, try signed(&reader)) }
        return left
    }

    private static func signed(_ reader: inout TokenReader) throws(FormulaError) -> NumericExpression {
        if reader.accept("-") { return .negative(try signed(&reader)) }
        if reader.accept("+") { return try signed(&reader) }
        let base = try operand(&reader)
        return reader.accept("^") ? .binary(base, .power, try signed(&reader)) : base
    }

    private static func operand(_ reader: inout TokenReader) throws(FormulaError) -> NumericExpression {
        let token = reader.token
        switch token.kind {
        case .number(let digits):
            guard let value = Double(digits), value.isFinite else {
                throw FormulaError("'\(digits)' is not a number.", at: token.position)
            }
            reader.advance()
            return .constant(value)
        case .name(let name):
            if reader.following.kind == .symbol("(") { return try call(name, &reader) }
            reader.advance()
            return .column(name)
        case .symbol("("):
            reader.advance()
            let inner = try expression(&reader)
            try reader.expect(")", for: "to close the parenthesis")
            return .parenthesised(inner)
        default:
            throw FormulaError("found \(token.words); expected a column's name or a number.", at: token.position)
        }
    }

    /// Reads a function that works row by row.
    private static func call(_ name: String, _ reader: inout TokenReader) throws(FormulaError) -> NumericExpression {
        let start = reader.token.position
        guard name == "I" || NumericFunction(rawValue: name) != nil else { throw refusal(of: name, at: start) }
        reader.advance()
        var arguments = try FunctionArguments(of: name, &reader)
        let inner = try arguments.expression("x")
        try arguments.finish()
        return NumericFunction(rawValue: name).map { .call($0, inner) } ?? .asIs(inner)
    }

    private static func refusal(of name: String, at position: Int) -> FormulaError {
        if bases.contains(name) {
            return FormulaError("'\(name)' depends on all rows: it cannot be inside another function.", at: position)
        }
        if name == "offset" {
            return FormulaError(
                "an offset stands on its own: '... + offset(x)', among the fixed effects.", at: position)
        }
        if ["factor", "as.factor", "ordered"].contains(name) {
            return FormulaError(
                "'\(name)(...)' is not available in formulas. Declare the column as a factor under data, columns.",
                at: position)
        }
        if let near = nearest(to: name, among: names) {
            return FormulaError("unknown function '\(name)'. Did you mean '\(near)'?", at: position)
        }
        return FormulaError(
            "unknown function '\(name)'; available are \(names.joined(separator: ", ")). Otherwise put a column with "
                + "the computed values in the data.", at: position)
    }

    private static func accept(
        _ signs: [NumericExpression.Operator], _ reader: inout TokenReader
    ) -> NumericExpression.Operator? {
        signs.first { reader.accept($0.rawValue) }
    }
}
