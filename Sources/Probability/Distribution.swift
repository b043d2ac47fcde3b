/// The distribution of an uncertain quantity.
public enum Distribution: Sendable, Equatable {
    /// A number known exactly.
    case fixed(Double)
    /// Normal.
    case normal(mean: Double, sd: Double)
    /// Lognormal, by mean and standard deviation of the logarithm.
    case lognormal(meanLog: Double, sdLog: Double)
    /// Beta on 0 to 1.
    case beta(alpha: Double, beta: Double)
    /// Triangular.
    case triangular(low: Double, mode: Double, high: Double)
    /// Uniform.
    case uniform(low: Double, high: Double)

    /// The lognormal distribution with this mean and standard deviation; nil when there is none.
    public static func lognormal(mean: Double, sd: Double) -> Distribution? {
        guard mean > 0, sd > 0 else { return nil }
        let ratio = sd / mean
        let variance = Elementary.log(1 + ratio * ratio)
        return .lognormal(meanLog: Elementary.log(mean) - variance / 2, sdLog: variance.squareRoot())
    }

    /// The beta distribution with this mean and standard deviation; nil when there is none.
    public static func beta(mean: Double, sd: Double) -> Distribution? {
        guard mean > 0, mean < 1, sd > 0, sd * sd < mean * (1 - mean) else { return nil }
        let size = mean * (1 - mean) / (sd * sd) - 1
        return .beta(alpha: mean * size, beta: (1 - mean) * size)
    }

    /// The distribution's name in files and tables.
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

    /// What is wrong with the parameters, or nil.
    public func problem() -> String? {
        switch self {
        case .fixed(let value):
            value.isFinite ? nil : "the value is \(value); expected a finite number"
        case .normal(_, let sd), .lognormal(_, let sd):
            sd >= 0 ? nil : "the standard deviation is \(sd); expected 0 or more"
        case .beta(let alpha, let beta):
            alpha > 0 && beta > 0 ? nil : "alpha and beta are \(alpha) and \(beta); expected numbers above 0"
        case .triangular(let low, let mode, let high):
            low <= mode && mode <= high && low < high
                ? nil : "low, mode and high are \(low), \(mode) and \(high); expected them in rising order"
        case .uniform(let low, let high):
            low < high ? nil : "low and high are \(low) and \(high); expected low below high"
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
        case .uniform(let low, let high): (low + high) / 2
        }
    }

    /// The standard deviation.
    public var standardDeviation: Double {
        switch self {
        case .fixed: return 0
        case .normal(_, let sd): return sd
        case .lognormal(_, let sdLog): return mean * (Elementary.exp(sdLog * sdLog) - 1).squareRoot()
        case .beta(let alpha, let beta):
            let size = alpha + beta
            return (alpha * beta / (size * size * (size + 1))).squareRoot()
        case .triangular(let low, let mode, let high):
            let squares = low * low + mode * mode + high * high - low * mode - low * high - mode * high
            return (squares / 18).squareRoot()
        case .uniform(let low, let high): return (high - low) / 12.0.squareRoot()
        }
    }

    /// The value below which the quantity lies with probability p: one uniform number gives one value.
    public func quantile(_ p: Double) -> Double {
        switch self {
        case .fixed(let value): return value
        case .normal(let mean, let sd): return mean + sd * standardNormalQuantile(p)
        case .lognormal(let meanLog, let sdLog):
            return Elementary.exp(meanLog + sdLog * standardNormalQuantile(p))
        case .beta(let alpha, let beta): return Self.betaQuantile(p, alpha, beta)
        case .triangular(let low, let mode, let high):
            let range = high - low
            if p * range < mode - low { return low + (p * range * (mode - low)).squareRoot() }
            return high - ((1 - p) * range * (high - mode)).squareRoot()
        case .uniform(let low, let high): return low + p * (high - low)
        }
    }

    /// By bisection: slow but certain, and the same bits everywhere. A draw needs a handful of them.
    private static func betaQuantile(_ p: Double, _ alpha: Double, _ beta: Double) -> Double {
        guard p > 0 else { return 0 }
        guard p < 1 else { return 1 }
        var (low, high) = (0.0, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if regularizedIncompleteBeta(middle, a: alpha, b: beta) < p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
