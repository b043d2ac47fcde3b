/// Divides a whole number over places in proportion to weights: the parts are whole numbers that add up to it exactly.
///
/// Systematic rounding: the part of place i is `floor(c_i + u) - floor(c_{i-1} + u)`, c the cumulated exact parts. Each part is
/// within 1 of the exact one, and over uniform numbers u its mean is exact.
///
/// - Parameters:
///   - count: The whole number, 0 or more.
///   - cumulated: The cumulated shares of the places, from above or at 0 to 1; the last place takes what is left.
///   - u: A uniform number, at least 0 and below 1.
///   - body: Called with the places that get a part, and the part.
/// - SeeAlso: Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 3.4, for systematic sampling.
@inlinable
public func forEachSystematicPart(
    of count: Int, cumulated: [Double], u: Double, _ body: (_ place: Int, _ part: Int) -> Void
) {
    precondition(count >= 0 && u >= 0 && u < 1, "a whole number, and a uniform number below 1")
    var given = 0
    for place in cumulated.indices where given < count {
        // The last sum is the total itself; rounding must not lose or add anybody before.
        let exact = Double(count) * cumulated[place]
        let until = place == cumulated.count - 1 ? count : min(count, Int((exact + u).rounded(.down)))
        guard until > given else { continue }
        body(place, until - given)
        given = until
    }
}

/// The cumulated shares of weights; nil when they add up to nothing.
public func cumulatedShares(_ weights: [Double]) -> [Double]? {
    let total = weights.reduce(0, +)
    guard total > 0, total.isFinite else { return nil }
    var sum = 0.0
    return weights.map {
        sum += $0
        return sum / total
    }
}
