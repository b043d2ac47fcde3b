/// A continued fraction evaluated from the front, one term at a time.
///
/// - SeeAlso: Lentz (1976), Applied Optics 15, 668-671, with the guard against zeros of Thompson and Barnett (1986),
///   Journal of Computational Physics 64, 490-509.
struct ContinuedFraction {
    /// The value of the terms so far; NaN when 10 million terms did not settle it.
    private(set) var value: Double
    /// Whether the last term changed the value by no more than rounding does.
    private(set) var hasConverged = false

    private var numeratorRatio: Double
    private var denominatorRatio = 0.0
    private var terms = 0
    private static let tiny = 1e-290

    /// The fraction's leading term, before the first quotient.
    init(leading: Double) {
        value = leading == 0 ? Self.tiny : leading
        numeratorRatio = value
    }

    /// Appends `numerator / (denominator + ...)`.
    mutating func append(numerator: Double, denominator: Double) {
        denominatorRatio = 1 / Self.nonzero(denominator + numerator * denominatorRatio)
        numeratorRatio = Self.nonzero(denominator + numerator / numeratorRatio)
        let factor = denominatorRatio * numeratorRatio
        value *= factor
        terms += 1
        if terms > 10_000_000 || value.isNaN {
            value = .nan
            hasConverged = true
        } else if abs(factor - 1) <= 0x1p-52 {
            hasConverged = true
        }
    }

    private static func nonzero(_ x: Double) -> Double { abs(x) < tiny ? tiny : x }
}

/// A probability that rounding may have pushed above 1. NaN stays NaN, where `min` would make it 1.
func atMostOne(_ probability: Double) -> Double { probability > 1 ? 1 : probability }
