/// A ``TermFunction`` with what it takes from the data: knots, polynomial coefficients, means.
///
/// They stay as they were in the complete rows, so that a new value of the variable has the columns it would have had
/// among them (R calls this safe prediction).
public struct BoundFunction: Sendable {
    private enum Basis: Sendable {
        case value
        case linear(centre: Double, scale: Double)
        case polynomials(OrthogonalPolynomials)
        case powers(Int)
        case spline(NaturalSpline)
    }

    /// The function as declared.
    public let function: TermFunction
    private let basis: Basis

    /// The columns that it needs.
    var inputs: [String] { function.argument.columns }

    /// The number of columns that it makes.
    public var width: Int {
        switch basis {
        case .value, .linear: 1
        case .polynomials(let polynomials): polynomials.alpha.count
        case .powers(let degree): degree
        case .spline(let spline): spline.width
        }
    }

    /// The names of its columns as R prints them: numbered when there is more than one.
    public var columnNames: [String] {
        width == 1 ? [function.text] : (1...width).map { "\(function.text)\($0)" }
    }

    /// Binds a function to the complete rows.
    ///
    /// - Parameters:
    ///   - function: The function.
    ///   - argument: The value of its argument in each row, finite.
    /// - Throws: ``ModelError/tooFewValues(function:distinct:needed:)`` or ``ModelError/badKnots(function:knots:range:)``.
    init(_ function: TermFunction, argument: [Double]) throws(ModelError) {
        self.function = function
        let distinct = Set(argument).count
        func need(_ count: Int) throws(ModelError) {
            guard distinct >= count else {
                throw .tooFewValues(function: function.text, distinct: distinct, needed: count)
            }
        }
        switch function.kind {
        case .value: basis = .value
        case .scale(let centres, let scales):
            try need(2)
            let centre = centres ? argument.reduce(0, +) / Double(argument.count) : 0
            let squares = argument.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
            basis = .linear(
                centre: centre, scale: scales ? (squares / Double(argument.count - 1)).squareRoot() : 1)
        case .powers(let degree):
            try need(degree + 1)
            basis = .powers(degree)
        case .orthogonalPolynomials(let degree):
            try need(degree + 1)
            basis = .polynomials(OrthogonalPolynomials(argument, degree: degree))
        case .naturalSpline(let declaration):
            // With the constant, a spline has a column for each value or fewer.
            switch declaration.knots {
            case .degreesOfFreedom(let df): try need(df + (declaration.hasIntercept ? 0 : 1))
            case .at(let numbers): try need(numbers.count + 2)
            }
            basis = .spline(try Self.spline(declaration, argument, text: function.text))
        }
    }

    /// The spline with its knots: declared, or at quantiles of the rows within the boundary.
    private static func spline(
        _ declaration: NaturalSplineDeclaration, _ argument: [Double], text: String
    ) throws(ModelError) -> NaturalSpline {
        let sorted = argument.sorted()
        let (lower, upper) = (
            declaration.boundary?[0] ?? sorted[0], declaration.boundary?[1] ?? sorted[sorted.count - 1]
        )
        guard lower < upper else { throw .tooFewValues(function: text, distinct: 1, needed: 2) }
        let knots: [Double]
        switch declaration.knots {
        case .at(let numbers): knots = numbers
        case .degreesOfFreedom(let df):
            let count = df - (declaration.hasIntercept ? 2 : 1)
            let inside = sorted.filter { lower <= $0 && $0 <= upper }
            guard count > 0, !inside.isEmpty else {
                knots = []
                break
            }
            knots = (1...count).map { quantile(Double($0) / Double(count + 1), of: inside) }
        }
        let all = [lower] + knots + [upper]
        guard zip(all, all.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .badKnots(function: text, knots: knots, range: lower...upper)
        }
        return NaturalSpline(
            interiorKnots: knots, boundary: lower...upper, hasIntercept: declaration.hasIntercept)
    }

    /// R's default quantile (type 7) of sorted values: linear between order statistics, (n - 1) p steps from the first.
    private static func quantile(_ p: Double, of sorted: [Double]) -> Double {
        let position = Double(sorted.count - 1) * p
        let below = Int(position + 4 * Double.ulpOfOne)
        let fraction = position - Double(below)
        guard below + 1 < sorted.count, abs(fraction) > 1e-12 else { return sorted[min(below, sorted.count - 1)] }
        return (1 - fraction) * sorted[below] + fraction * sorted[below + 1]
    }

    /// The columns at one value of the argument.
    func row(at argument: Double) -> [Double] {
        switch basis {
        case .value: return [argument]
        case .linear(let centre, let scale): return [(argument - centre) / scale]
        case .polynomials(let polynomials): return polynomials.row(at: argument)
        case .powers(let degree):
            var power = 1.0
            return (0..<degree).map { _ in
                power *= argument
                return power
            }
        case .spline(let spline): return spline.row(at: argument)
        }
    }

    /// The columns in every row: those of row i are at `i * width`.
    func rows(rowCount: Int, in values: (String) -> [Double]) -> [Double] {
        rows(at: function.argument.values(rowCount: rowCount, in: values))
    }

    /// The columns at several values of the argument.
    func rows(at arguments: [Double]) -> [Double] {
        if case .value = basis { return arguments }
        var known: [Double: [Double]] = [:]
        var result: [Double] = []
        result.reserveCapacity(arguments.count * width)
        for argument in arguments {
            let row = known[argument] ?? row(at: argument)
            // Test moments repeat: a thousand distinct ones are remembered.
            if known.count < 1_000 { known[argument] = row }
            result += row
        }
        return result
    }
}
