import Probability

/// `e(t) / e0 = c + (1 - c) exp(-lambda t)`: the share of an effect that is left after t months.
public struct DecayCurve: Sendable, Equatable {
    /// c: the share that lasts, in [0, 1).
    public let plateau: Double
    /// lambda: the rate at which the rest decays, per month, above 0.
    public let rate: Double

    /// A curve.
    public init(plateau: Double, rate: Double) {
        self.plateau = plateau
        self.rate = rate
    }

    /// The curve of a logit of the plateau and a log of the rate: what a draw of them stands for.
    public init(logitPlateau: Double, logRate: Double) {
        plateau = 1 / (1 + Elementary.exp(-logitPlateau))
        rate = Elementary.exp(logRate)
    }

    /// The share left after some months.
    public func share(after months: Double) -> Double { plateau + (1 - plateau) * Elementary.exp(-rate * months) }

    /// The months in which half of the decaying part is gone.
    public var halfLife: Double { Elementary.log(2) / rate }

    /// The derivatives of the share in the plateau and in the rate.
    func gradient(after months: Double) -> [Double] {
        let decay = Elementary.exp(-rate * months)
        return [1 - decay, -(1 - plateau) * months * decay]
    }
}
