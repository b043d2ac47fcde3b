import Specifications

/// Published arithmetic about money and learning, without uncertainty: what an amount per pupil buys at a published effect,
/// against a published loss (PARAMETERS.md, c6).
public struct CrossCheck: Sendable {
    /// The outcome.
    public let outcome: String
    /// The gain per EUR 1,000 per pupil, SD.
    public let effectPer1000: Double
    /// The loss that the gain is held against, SD, above 0.
    public let loss: Double
    /// Where both come from.
    public let source: String

    /// Published figures.
    public init(outcome: String, effectPer1000: Double, loss: Double, source: String) {
        self.outcome = outcome
        self.effectPer1000 = effectPer1000
        self.loss = loss
        self.source = source
    }

    init?(_ value: SpecificationValue) {
        let keys = ["outcome", "effect_per_1000_eur", "loss_sd", "source"]
        guard let mapping = value.mapping("cross check", keys: keys) else { return nil }
        guard let outcome = mapping.text("outcome"), let effect = mapping.number("effect_per_1000_eur", in: .positive),
            let loss = mapping.number("loss_sd", in: .positive), let source = mapping.text("source")
        else { return nil }
        self.init(outcome: outcome, effectPer1000: effect, loss: loss, source: source)
    }

    /// The gain that an amount per pupil buys, SD: top-down, before anything fades.
    public func gain(eurosPerPupil: Double) -> Double { eurosPerPupil * effectPer1000 / 1000 }

    /// The gain as a share of the loss.
    public func shareOfLoss(eurosPerPupil: Double) -> Double { gain(eurosPerPupil: eurosPerPupil) / loss }

    /// The euros per pupil that would make up the loss by money alone.
    public var eurosToCloseLoss: Double { 1000 * loss / effectPer1000 }
}
