/// A function of columns that stands as a variable in a term: `ns(time, df = 3)`, `poly(time, 2)`, `I(time^2)`.
///
/// Names only, like ``Formula``: knots and polynomials are computed from the data by ``BoundFunction``.
public struct TermFunction: Sendable, Equatable {
    /// What the function makes of its argument.
    public enum Kind: Sendable, Equatable {
        /// The value itself: one column.
        case value
        /// `scale(x)`: minus the mean, divided by the standard deviation; either may be left out.
        case scale(centres: Bool, scales: Bool)
        /// `poly(x, degree)`: orthogonal polynomials without the constant.
        case orthogonalPolynomials(degree: Int)
        /// `poly(x, degree, raw = TRUE)`: the powers 1 to degree.
        case powers(degree: Int)
        /// `ns(x, ...)`: a natural cubic spline.
        case naturalSpline(NaturalSplineDeclaration)
    }

    /// The call as R prints it; the name of the variable in terms.
    public let text: String
    /// What it is a function of.
    public let argument: NumericExpression
    /// What it makes of the argument.
    public let kind: Kind
}

/// The arguments of `ns(x, df, knots, intercept, Boundary.knots)` as R's package splines has them.
public struct NaturalSplineDeclaration: Sendable, Equatable {
    /// Where the interior knots are.
    public enum Knots: Sendable, Equatable {
        /// At quantiles, as many as the degrees of freedom leave.
        case degreesOfFreedom(Int)
        /// At numbers.
        case at([Double])
    }

    /// The interior knots.
    public var knots: Knots
    /// The boundary knots, lower before upper; nil for the range of the data.
    public var boundary: [Double]?
    /// Whether the basis includes the constant.
    public var hasIntercept: Bool
}
