import Probability

/// How much of an effect is left after some years, `c + (1 - c) 2^(-t / h)`: it decays to a plateau.
public struct Persistence: Sendable, Equatable {
    /// The share that lasts, c.
    public let plateau: Double
    /// The half-life h of the rest, years.
    public let halfLife: Double

    /// A decay to a plateau.
    ///
    /// - Parameters:
    ///   - plateau: 0 to 1.
    ///   - halfLife: Above 0.
    public init(plateau: Double, halfLife: Double) {
        precondition(plateau >= 0 && plateau <= 1 && halfLife > 0, "a share and a time above 0")
        self.plateau = plateau
        self.halfLife = halfLife
    }

    /// The share of an effect that is left after some years.
    ///
    /// - Parameter years: 0 or more.
    public func share(after years: Double) -> Double {
        plateau + (1 - plateau) * Elementary.exp(-0.6931471805599453 * years / halfLife)
    }
}
