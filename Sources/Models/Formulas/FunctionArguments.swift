import Tables

/// The arguments of a call, matched by name and then by position, as R matches them.
struct FunctionArguments {
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
