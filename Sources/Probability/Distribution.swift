/// A distribution of one number: what an uncertain parameter of a simulation can have.
///
/// Parameters are not checked on construction; ``problem()`` says what is wrong with them, and the other members give NaN or
/// nonsense for parameters that have a problem.
public enum Distribution: Sendable, Equatable {
    /// Always the same value.
    case fixed(Double)
    /// The normal distribution, sd >= 0.
    case normal(mean: Double, sd: Double)
    /// e to the power of a normal number with this mean and this sd >= 0; see also ``lognormal(mean:sd:)``.
    case lognormal(meanLog: Double, sdLog: Double)
    /// The beta distribution on (0, 1), alpha and beta above 0; see also ``beta(mean:sd:)``.
    case beta(alpha: Double, beta: Double)
    /// A density that rises linearly from low to mode and falls to high.
    case triangular(low: Double, mode: Double, high: Double)
    /// Equally likely values between low and high.
    case uniform(low: Double, high: Double)

    /// The lognormal distribution with this mean and standard deviation of the number itself, not of its logarithm.
    ///
    /// nil unless the mean is above 0 and the sd is 0 or more, both finite.
    /// `sdLog^2 = log(1 + (sd / mean)^2)`, `meanLog = log(mean) - sdLog^2 / 2`.
    public static func lognormal(mean: Double, sd: Double) -> Distribution? {
        guard mean > 0, mean < .infinity, sd >= 0, sd < .infinity else { return nil }
        let variation = sd / mean
        let variance = Elementary.log1p(variation * variation)
        guard variance < .infinity else { return nil }
        return .lognormal(meanLog: Elementary.log(mean) - variance / 2, sdLog: variance.squareRoot())
    }

    /// The beta distribution with this mean and standard deviation.
    ///
    /// nil unless 0 < mean < 1 and 0 < sd^2 < mean (1 - mean): no beta distribution is as wide as two points at 0 and 1.
    /// `alpha + beta = mean (1 - mean) / sd^2 - 1`.
    public static func beta(mean: Double, sd: Double) -> Distribution? {
        guard mean > 0, mean < 1, sd > 0 else { return nil }
        let size = mean / sd * ((1 - mean) / sd) - 1
        guard size > 0, size < .infinity else { return nil }
        return .beta(alpha: mean * size, beta: (1 - mean) * size)
    }

    /// The distribution's name as written in files.
    public var name: String {
        switch self {
        case .fixed: "fixed"
        case .normal: "normal"
        case .lognormal: "lognormal"
        case .beta: "beta"
        case .triangular: "triangular"
        case .uniform: "uniform"
        }
    }

    /// The mean.
    public var mean: Double {
        switch self {
        case .fixed(let value): value
        case .normal(let mean, _): mean
        case .lognormal(let meanLog, let sdLog): Elementary.exp(meanLog + sdLog * sdLog / 2)
        case .beta(let alpha, let beta): alpha / (alpha + beta)
        case .triangular(let low, let mode, let high): (low + mode + high) / 3
        case .uniform(let low, let high): low + (high - low) / 2
        }
    }

    /// The standard deviation.
    public var standardDeviation: Double {
        switch self {
        case .fixed: return 0
        case .normal(_, let sd): return sd
        case .lognormal(_, let sdLog): return mean * Elementary.expm1(sdLog * sdLog).squareRoot()
        case .beta(let alpha, let beta):
            let size = alpha + beta
            return (alpha / size * (beta / size) / (size + 1)).squareRoot()
        case .triangular(let low, let mode, let high):
            let (rise, fall) = (mode - low, high - mode)
            return ((rise * rise + rise * fall + fall * fall) / 18).squareRoot()
        case .uniform(let low, let high): return (high - low) / 12.0.squareRoot()
        }
    }
}

extension Distribution {
    /// The value that the distribution stays below with probability p: one uniform number makes one draw.
    ///
    /// The ends of the range at 0 and 1, NaN outside. Own arithmetic, so the same bits on every machine.
    ///
    /// - Parameter p: A probability, such as ``RandomStream/uniform(at:)``.
    public func quantile(_ p: Double) -> Double {
        guard p >= 0, p <= 1 else { return .nan }
        switch self {
        case .fixed(let value): return value
        case .normal(let mean, let sd): return sd == 0 ? mean : mean + sd * standardNormalQuantile(p)
        case .lognormal(let meanLog, let sdLog):
            return Elementary.exp(sdLog == 0 ? meanLog : meanLog + sdLog * standardNormalQuantile(p))
        case .beta(let alpha, let beta): return Self.betaQuantile(p, alpha, beta)
        case .triangular(let low, let mode, let high): return Self.triangularQuantile(p, low, mode, high)
        case .uniform(let low, let high): return low + p * (high - low)
        }
    }

    private static func betaQuantile(_ p: Double, _ alpha: Double, _ beta: Double) -> Double {
        guard alpha > 0, beta > 0, alpha < .infinity, beta < .infinity else { return .nan }
        guard p > 0, p < 1 else { return p }
        return logistic(IncompleteBeta(alpha, beta).logitOfQuantile(p, complement: 1 - p))
    }

    private static func triangularQuantile(_ p: Double, _ low: Double, _ mode: Double, _ high: Double) -> Double {
        let width = high - low
        let rise = mode - low
        // From the nearer end, whose distance keeps its digits.
        if p * width <= rise { return low + (p * width * rise).squareRoot() }
        return high - ((1 - p) * width * (high - mode)).squareRoot()
    }

    /// What is wrong with the parameters, in one sentence without a full stop, or nil when they are legal.
    public func problem() -> String? {
        switch self {
        case .fixed(let value): Self.notFinite("value", value)
        case .normal(let mean, let sd): Self.notFinite("mean", mean) ?? Self.negative("standard deviation", sd)
        case .lognormal(let meanLog, let sdLog):
            Self.notFinite("mean of the logarithm", meanLog)
                ?? Self.negative("standard deviation of the logarithm", sdLog)
        case .beta(let alpha, let beta): Self.notPositive("alpha", alpha) ?? Self.notPositive("beta", beta)
        case .triangular(let low, let mode, let high):
            Self.notFinite("mode", mode) ?? Self.emptyRange(low, high) ?? Self.outside(mode, low, high)
        case .uniform(let low, let high): Self.emptyRange(low, high)
        }
    }

    private static func notFinite(_ what: String, _ x: Double) -> String? {
        x.isFinite ? nil : "the \(what) is \(plain(x)); expected a finite number"
    }

    private static func negative(_ what: String, _ x: Double) -> String? {
        notFinite(what, x) ?? (x >= 0 ? nil : "the \(what) is \(plain(x)); expected 0 or more")
    }

    private static func notPositive(_ what: String, _ x: Double) -> String? {
        if x > 0, x.isFinite { return nil }
        return "\(what) is \(plain(x)); expected a finite number above 0"
    }

    private static func emptyRange(_ low: Double, _ high: Double) -> String? {
        if let problem = notFinite("low end", low) ?? notFinite("high end", high) { return problem }
        return low < high
            ? nil : "low and high are \(plain(low)) and \(plain(high)); expected low below high"
    }

    private static func outside(_ mode: Double, _ low: Double, _ high: Double) -> String? {
        if mode >= low, mode <= high { return nil }
        return "the mode is \(plain(mode)); expected a number from \(plain(low)) to \(plain(high))"
    }

    /// The shortest decimal that reads back as the number, without ".0".
    private static func plain(_ x: Double) -> String {
        let text = "\(x)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
