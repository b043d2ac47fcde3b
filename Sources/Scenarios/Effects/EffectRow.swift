import Probability

/// A row of `effects.csv`: a step of one of the two ways from money to learning, over draws.
public struct EffectRow: Sendable {
    /// The way from money to learning.
    public enum Approach: String, Sendable {
        /// Euros per pupil times an effect per euro.
        case topDown = "top_down"
        /// Menu effects times what the money buys and what stands between.
        case bottomUp = "bottom_up"
        /// Top-down over bottom-up: what no declared factor explains.
        case reconciliation
        /// Published figures multiplied, without uncertainty.
        case arithmetic
    }

    /// Which pupils, outcome and scenario a row is about.
    public struct Subject: Sendable, Equatable {
        /// The scenario.
        public let scenario: String
        /// The sector.
        public let sector: String
        /// The outcome.
        public let outcome: String
        /// The SES group, or all.
        public let group: String
        /// The quintile, `unknown` or `all`.
        public let quintile: String
        /// The intervention, or all.
        public var intervention = "all"
    }

    /// Whom it is about.
    public let subject: Subject
    /// The way.
    public let approach: Approach
    /// The step of the chain.
    public let step: String
    /// `all` for gains counted in full when the money is spent, or the school year at whose end what is left is counted.
    public let year: String
    /// The unit of mean, standard deviation and quantiles.
    public let unit: String
    /// The summary over draws; nil for a ratio to an effect of zero.
    public let summary: DrawSummary?
    /// Whether the mean over draws means something: not for a ratio of two effects.
    public let hasMean: Bool
    /// The ratio of this row's mean to that of the step before, or of the two ways' means; nil without one.
    public let factor: Double?
}

extension EffectRow.Subject {
    /// The same pupils, one intervention.
    func with(intervention: String) -> EffectRow.Subject {
        var copy = self
        copy.intervention = intervention
        return copy
    }
}
