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

/// The arguments of a call, matched by name and then by position, as R matches them.
private struct FunctionArguments {
    /// A value as written.
    enum Value {
        case expression(NumericExpression)
        case list([Double])
        case truth(Bool)
    }

    struct Argument {
        let name: String?
        let value: Value
        let position: Int
        let text: String
    }

    /// The parameters after the first, in R's order, as far as they are known here.
    private static let parameters = [
        "poly": ["x", "degree", "raw"], "ns": ["x", "df", "knots", "intercept", "Boundary.knots"],
        "scale": ["x", "center", "scale"],
    ]

    let function: String
    /// Where the call's parenthesis opens.
    let position: Int
    /// The call as R prints it.
    let text: String
    private var arguments: [Argument] = []
    private var pending: [(parameter: String, argument: Argument)] = []

    /// Reads `(argument, name = argument, ...)`.
    init(of function: String, _ reader: inout TokenReader) throws(FormulaError) {
        self.function = function
        position = reader.token.position
        try reader.expect("(", for: "after '\(function)'")
        repeat { arguments.append(try Self.argument(&reader)) } while reader.accept(",")
        try reader.expect(")", for: "to close '\(function)('")
        text = "\(function)(\(arguments.map(\.text).joined(separator: ", ")))"
        try match()
    }

    private static func argument(_ reader: inout TokenReader) throws(FormulaError) -> Argument {
        let start = reader.token.position
        var name: String?
        if case .name(let word) = reader.token.kind, reader.following.kind == .symbol("=") {
            reader.advance()
            reader.advance()
            name = word
        }
        let (value, text) = try value(&reader)
        return Argument(name: name, value: value, position: start, text: (name.map { $0 + " = " } ?? "") + text)
    }

    private static func value(_ reader: inout TokenReader) throws(FormulaError) -> (Value, String) {
        if case .name(let word) = reader.token.kind {
            if let truth = ["TRUE": true, "T": true, "FALSE": false, "F": false][word] {
                reader.advance()
                return (.truth(truth), word)
            }
            if word == "c", reader.following.kind == .symbol("(") { return try list(&reader) }
        }
        let expression = try FunctionParser.expression(&reader)
        return (.expression(expression), expression.text)
    }

    /// Reads `c(1, 2.5)`.
    private static func list(_ reader: inout TokenReader) throws(FormulaError) -> (Value, String) {
        reader.advance()
        reader.advance()
        var numbers: [NumericExpression] = []
        repeat {
            let start = reader.token.position
            let number = try FunctionParser.expression(&reader)
            guard number.columns.isEmpty else { throw FormulaError("expected a number in 'c(...)'.", at: start) }
            numbers.append(number)
        } while reader.accept(",")
        try reader.expect(")", for: "to close 'c('")
        let values = numbers.flatMap { $0.values(rowCount: 1) { _ in [] } }
        return (.list(values), "c(\(numbers.map(\.text).joined(separator: ", ")))")
    }

    private mutating func match() throws(FormulaError) {
        var free = Self.parameters[function] ?? ["x"]
        for argument in arguments {
            guard let name = argument.name else { continue }
            guard let index = free.firstIndex(of: name) else {
                let hint = nearest(to: name, among: free).map { " Did you mean '\($0)'?" } ?? ""
                throw FormulaError("'\(function)' has no argument '\(name)'.\(hint)", at: argument.position)
            }
            pending.append((free.remove(at: index), argument))
        }
        for argument in arguments where argument.name == nil {
            guard let first = free.first else {
                throw FormulaError("'\(function)' has too many arguments.", at: argument.position)
            }
            free.removeFirst()
            pending.append((first, argument))
        }
    }

    // MARK: Taking arguments out

    private mutating func take(_ parameter: String) -> Argument? {
        guard let index = pending.firstIndex(where: { $0.parameter == parameter }) else { return nil }
        return pending.remove(at: index).argument
    }

    mutating func expression(_ parameter: String) throws(FormulaError) -> NumericExpression {
        guard let argument = take(parameter), case .expression(let expression) = argument.value else {
            throw FormulaError("'\(function)' needs a column first: \(function)(time).", at: position)
        }
        return expression
    }

    /// A whole number of 1 or more, or nil when it is not given.
    mutating func whole(_ parameter: String) throws(FormulaError) -> Int? {
        guard let argument = take(parameter) else { return nil }
        guard case .expression(.constant(let value)) = argument.value, let number = Int(exactly: value),
            (1...100).contains(number)
        else {
            throw FormulaError(
                "'\(parameter)' of '\(function)' is a whole number from 1 to 100.", at: argument.position)
        }
        return number
    }

    mutating func truth(_ parameter: String, default value: Bool) throws(FormulaError) -> Bool {
        guard let argument = take(parameter) else { return value }
        guard case .truth(let truth) = argument.value else {
            throw FormulaError("'\(parameter)' of '\(function)' is TRUE or FALSE.", at: argument.position)
        }
        return truth
    }

    /// One number or a list of numbers, or nil when they are not given.
    mutating func numbers(_ parameter: String) throws(FormulaError) -> [Double]? {
        guard let argument = take(parameter) else { return nil }
        switch argument.value {
        case .list(let numbers) where numbers.allSatisfy(\.isFinite): return numbers
        case .expression(let expression) where expression.columns.isEmpty:
            return expression.values(rowCount: 1) { _ in [] }
        default:
            throw FormulaError(
                "'\(parameter)' of '\(function)' is a number or a list such as c(1, 2.5).", at: argument.position)
        }
    }

    /// Nothing may be left.
    func finish() throws(FormulaError) {
        guard let (parameter, argument) = pending.first else { return }
        throw FormulaError("'\(parameter)' has no use in '\(function)'.", at: argument.position)
    }
}
