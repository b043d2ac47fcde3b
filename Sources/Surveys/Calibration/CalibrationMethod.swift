import RealModule

/// How far calibrated weights may go from the design weights, and at what cost.
///
/// Each gives the weights `w F(x' lambda)` that meet the totals at the smallest distance of its kind (Deville and Särndal 1992,
/// section 2); F is the ratio of calibrated to design weight, the g-weight. With a single factor all of them post-stratify.
public enum CalibrationMethod: Sendable, Equatable {
    /// F(u) = 1 + u: generalised regression. Exact in one step; weights may be negative, which the report counts.
    case linear
    /// F(u) = exp(u): raking, the limit of iterative proportional fitting. Weights stay above 0.
    case raking
    /// F between bounds, smooth: Deville and Särndal's logit. Needs lower < 1 < upper.
    case logit(lower: Double, upper: Double)
    /// F(u) = 1 + u cut off at bounds. Needs lower < 1 < upper.
    case boundedLinear(lower: Double, upper: Double)

    /// The smallest and largest g-weight, where they are bounded.
    var bounds: (lower: Double, upper: Double)? {
        switch self {
        case .linear, .raking: nil
        case .logit(let lower, let upper), .boundedLinear(let lower, let upper): (lower, upper)
        }
    }

    /// Whether no weight can become negative.
    var keepsWeightsPositive: Bool { self == .raking || (bounds.map { $0.lower >= 0 } ?? false) }

    func check() throws(CalibrationProblem) {
        guard let (lower, upper) = bounds else { return }
        guard lower.isFinite, upper.isFinite, lower < 1, upper > 1 else { throw .badBounds(lower: lower, upper: upper) }
    }

    /// The g-weight F(u) and its derivative.
    func weight(_ u: Double) -> (value: Double, derivative: Double) {
        switch self {
        case .linear: return (1 + u, 1)
        case .raking:
            let value = Double.exp(u)
            return (value, value)
        case .boundedLinear(let lower, let upper):
            let value = 1 + u
            if value <= lower { return (lower, 0) }
            return value >= upper ? (upper, 0) : (value, 1)
        case .logit(let lower, let upper): return Self.logit(u, lower, upper)
        }
    }

    /// `F = (L (U - 1) + U (1 - L) e) / (U - 1 + (1 - L) e)` with `e = exp(A u)`, `A = (U - L) / ((1 - L)(U - 1))`, written as a
    /// share of the way from L to U so that no exponential overflows.
    private static func logit(_ u: Double, _ lower: Double, _ upper: Double) -> (Double, Double) {
        let steepness = (upper - lower) / ((1 - lower) * (upper - 1))
        let odds = (upper - 1) / (1 - lower)
        let share = 1 / (1 + odds * Double.exp(-steepness * u))
        let value = lower + (upper - lower) * share
        return (value, (upper - lower) * steepness * share * (1 - share))
    }
}
