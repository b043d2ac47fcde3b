import RealModule

/// Weighted least squares of follow-ups on a ``DecayCurve``, over plateaus of zero or more and rates above zero.
///
/// The plateau is linear given the rate, so the sum of squares is a function of the rate alone: searched on a grid, as it
/// may have several minima, and then to the last digits by golden section and Newton's method.
struct DecaySearch: Sendable {
    let followUps: [FollowUp]
    /// Whether the plateau is held at zero: a single exponential.
    var hasPlateau = true

    /// The weighted sum of squares.
    func chiSquared(_ curve: DecayCurve) -> Double {
        followUps.reduce(0) {
            let deviation = ($1.ratio - curve.share(after: $1.months)) / $1.standardError
            return $0 + deviation * deviation
        }
    }

    /// The best curve.
    ///
    /// - Throws: ``PersistenceProblem/noDecay``, ``PersistenceProblem/decayNotSeen(firstMonth:)``.
    func run() throws(ModelError) -> DecayCurve {
        let months = followUps.map(\.months)
        guard let first = months.min(), let last = months.max() else { throw .numericalBreakdown }
        // From a rate at which nothing has happened at the last follow-up to one at which all has at the first.
        let (low, high) = (Double.log(1e-4 / last), Double.log(60 / first))
        let steps = 400
        func logRate(_ step: Int) -> Double { low + (high - low) * Double(step) / Double(steps) }
        let values = (0...steps).map { chiSquared(curve(logRate: logRate($0))) }
        guard let least = values.indices.min(by: { values[$0] < values[$1] }) else { throw .numericalBreakdown }
        // Flat towards the end of a scale: no finite rate is best.
        if values[least] >= values[0] - 1e-9 * (1 + values[0]) { throw .persistence(.noDecay) }
        if values[least] >= values[steps] - 1e-9 * (1 + values[steps]) {
            throw .persistence(.decayNotSeen(firstMonth: first))
        }
        let found = goldenSection(logRate(max(0, least - 1)), logRate(min(steps, least + 1)))
        let best = polished(curve(logRate: found))
        guard best.plateau < 1 - 1e-9 else { throw .persistence(.noDecay) }
        return best
    }

    /// The best curve of a rate.
    private func curve(logRate: Double) -> DecayCurve {
        let rate = Double.exp(logRate)
        guard hasPlateau else { return DecayCurve(plateau: 0, rate: rate) }
        var (products, squares) = (0.0, 0.0)
        for followUp in followUps {
            let decay = Double.exp(-rate * followUp.months)
            let weight = 1 / (followUp.standardError * followUp.standardError)
            products += weight * (1 - decay) * (followUp.ratio - decay)
            squares += weight * (1 - decay) * (1 - decay)
        }
        return DecayCurve(plateau: squares > 0 ? min(1, max(0, products / squares)) : 0, rate: rate)
    }

    private func goldenSection(_ low: Double, _ high: Double) -> Double {
        let ratio = (5.0.squareRoot() - 1) / 2
        var (a, b) = (low, high)
        var (x, y) = (b - ratio * (b - a), a + ratio * (b - a))
        var (atX, atY) = (chiSquared(curve(logRate: x)), chiSquared(curve(logRate: y)))
        while b - a > 1e-7 {
            if atX < atY {
                (b, y, atY) = (y, x, atX)
                x = b - ratio * (b - a)
                atX = chiSquared(curve(logRate: x))
            } else {
                (a, x, atX) = (x, y, atY)
                y = a + ratio * (b - a)
                atY = chiSquared(curve(logRate: y))
            }
        }
        return (a + b) / 2
    }

    /// Newton's steps on the derivative in the log rate, the plateau following: the sum of squares is flat at its
    /// minimum, its derivative is not.
    private func polished(_ start: DecayCurve) -> DecayCurve {
        var logRate = Double.log(start.rate)
        for _ in 0..<20 {
            let step = 1e-4
            let (below, above) = (slope(logRate - step), slope(logRate + step))
            let curvature = (above - below) / (2 * step)
            let change = slope(logRate) / curvature
            guard curvature > 0, abs(change) < 1e-3 else { break }
            logRate -= change
            if abs(change) < 1e-15 { break }
        }
        return curve(logRate: logRate)
    }

    /// Half the derivative of the profiled sum of squares in the log rate, exact: at the best plateau its own derivative
    /// is zero, and at a bound it does not move.
    private func slope(_ logRate: Double) -> Double {
        let best = curve(logRate: logRate)
        return followUps.reduce(0) {
            let weight = 1 / ($1.standardError * $1.standardError)
            let deviation = best.share(after: $1.months) - $1.ratio
            return $0 + weight * deviation * best.gradient(after: $1.months)[1] * best.rate
        }
    }
}
