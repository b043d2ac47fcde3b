import Recovery
import Specifications

/// A declared share of the money, divided by disadvantage score: the dial that the programme turned from 12% to 22%.
///
/// With a total T, a share s of it goes by score and the rest per pupil. Without one, the rule adds to the rules before it
/// what makes its own part the share s of both together: `S = s / (1 - s) * B`, where B is what those rules pay in the year.
public struct TargetShare: Sendable, Equatable {
    /// The share by score, from 0 to 1.
    public let share: YearlyNumber
    /// With or without the threshold.
    public let score: ScoreKind
    /// The rules whose money is the rest; nil for all earlier ones that pay in the year.
    public let rules: [String]?

    /// A target share.
    public init(share: YearlyNumber, score: ScoreKind = .withThreshold, rules: [String]? = nil) {
        self.share = share
        self.score = score
        self.rules = rules
    }

    /// What the rule adds to the money of others, so that its part is the share.
    ///
    /// - Throws: ``FundingError/amountTooLarge(rule:)``.
    func addition(to others: Cents, in year: SchoolYear, rule: String) throws(FundingError) -> Cents {
        let share = share[year]
        guard share < 1, let amount = Cents(euros: others.euros * share / (1 - share)) else {
            throw .amountTooLarge(rule: rule)
        }
        return amount
    }
}
