import RealModule
import Tables

/// A function of one number that a formula may use.
public enum NumericFunction: String, Sendable, CaseIterable {
    /// Natural, binary and decimal logarithms, and `log(1 + x)`.
    case log, log2, log10, log1p
    /// The exponential, and `exp(x) - 1`.
    case exp, expm1
    /// The square root.
    case sqrt
    /// The absolute value.
    case abs

    /// The value at a number; NaN or infinite outside the domain.
    func callAsFunction(_ x: Double) -> Double {
        switch self {
        case .log: x > 0 ? Double.log(x) : .nan
        case .log2: x > 0 ? Double.log2(x) : .nan
        case .log10: x > 0 ? Double.log10(x) : .nan
        case .log1p: x > -1 ? Double.log(onePlus: x) : .nan
        case .exp: Double.exp(x)
        case .expm1: Double.expMinusOne(x)
        case .sqrt: x.squareRoot()
        case .abs: Swift.abs(x)
        }
    }
}

/// Arithmetic on columns: what stands in `I(time^2)`, `log(x)` or `offset(2 * x)`.
public indirect enum NumericExpression: Sendable, Equatable {
    /// An operator between two numbers.
    public enum Operator: String, Sendable {
        /// The operators of R's arithmetic.
        case plus = "+", minus = "-", times = "*", over = "/", power = "^"
    }

    /// A constant.
    case constant(Double)
    /// A column of numbers.
    case column(String)
    /// The negative of an expression.
    case negative(NumericExpression)
    /// An expression in parentheses, which its text keeps.
    case parenthesised(NumericExpression)
    /// Two expressions joined by an operator.
    case binary(NumericExpression, Operator, NumericExpression)
    /// A function of an expression.
    case call(NumericFunction, NumericExpression)
    /// `I(expression)`: the expression itself.
    case asIs(NumericExpression)

    /// The expression as R prints it: spaces around `+`, `-` and `*`, none around `/` and `^`.
    public var text: String {
        switch self {
        case .constant(let value): shortestText(value)
        case .column(let name): FormulaToken.isPlainName(name) ? name : "`\(name)`"
        case .negative(let inner): "-" + inner.text
        case .parenthesised(let inner): "(\(inner.text))"
        case .binary(let left, let sign, let right):
            switch sign {
            case .over, .power: left.text + sign.rawValue + right.text
            case .plus, .minus, .times: "\(left.text) \(sign.rawValue) \(right.text)"
            }
        case .call(let function, let inner): "\(function.rawValue)(\(inner.text))"
        case .asIs(let inner): "I(\(inner.text))"
        }
    }

    /// The columns it names, in order of appearance, without repeats.
    public var columns: [String] {
        switch self {
        case .constant: []
        case .column(let name): [name]
        case .negative(let inner), .parenthesised(let inner), .call(_, let inner), .asIs(let inner): inner.columns
        case .binary(let left, _, let right): left.columns + right.columns.filter { !left.columns.contains($0) }
        }
    }

    /// Its value in every row; NaN or infinite where a function is not defined.
    ///
    /// - Parameters:
    ///   - rowCount: The number of rows.
    ///   - values: The numbers of a column, one a row.
    func values(rowCount: Int, in values: (String) -> [Double]) -> [Double] {
        switch self {
        case .constant(let value): return [Double](repeating: value, count: rowCount)
        case .column(let name): return values(name)
        case .negative(let inner): return inner.values(rowCount: rowCount, in: values).map { -$0 }
        case .parenthesised(let inner), .asIs(let inner): return inner.values(rowCount: rowCount, in: values)
        case .call(let function, let inner):
            return inner.values(rowCount: rowCount, in: values).map { function($0) }
        case .binary(let left, let sign, let right):
            let pairs = zip(left.values(rowCount: rowCount, in: values), right.values(rowCount: rowCount, in: values))
            return pairs.map { sign($0, $1) }
        }
    }
}

extension NumericExpression.Operator {
    /// The operation.
    func callAsFunction(_ x: Double, _ y: Double) -> Double {
        switch self {
        case .plus: x + y
        case .minus: x - y
        case .times: x * y
        case .over: x / y
        case .power: Self.power(x, y)
        }
    }

    /// A whole exponent takes any base, as in R; small ones by multiplication.
    private static func power(_ x: Double, _ y: Double) -> Double {
        guard y == y.rounded(), abs(y) < 0x1p31 else { return Double.pow(x, y) }
        return y == 2 ? x * x : Double.pow(x, Int(y))
    }
}
