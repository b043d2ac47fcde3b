import Specifications

/// The outcome: its column, its distribution, and how it is written.
public struct OutcomeDeclaration: Sendable, Equatable {
    /// The distribution given the linear predictor.
    public enum Family: Sendable, Equatable {
        /// Normal around the linear predictor; with prior weights the variance is divided by the weight.
        case gaussian(residualStandardDeviation: Double)
        /// 0 or 1, with the linear predictor as logit.
        case binomial
        /// A count, with the linear predictor as the logarithm of its mean.
        case poisson
    }

    /// The column's name.
    public let name: String
    /// The distribution.
    public let family: Family
    /// The decimals of a gaussian outcome.
    public let decimals: Int

    private enum FamilyName: String, CaseIterable { case gaussian, binomial, poisson }

    init?(_ value: SpecificationValue) {
        guard let outcome = value.mapping("outcome", keys: ["name", "family", "residual_sd", "decimals"]) else {
            return nil
        }
        let name = outcome.text("name")
        let family = outcome.required("family")?.word(of: FamilyName.self)
        guard let name, let family, let decimals = outcome.integer("decimals", in: 0...6, default: 3) else {
            return nil
        }
        self.name = name
        self.decimals = decimals
        switch family {
        case .gaussian:
            guard let deviation = outcome.number("residual_sd", in: .nonNegative) else { return nil }
            self.family = .gaussian(residualStandardDeviation: deviation)
        case .binomial, .poisson:
            for key in ["residual_sd", "decimals"] {
                outcome.optional(key)?.fail("a \(family.rawValue) outcome has no '\(key)'. Drop it.")
            }
            self.family = family == .binomial ? .binomial : .poisson
        }
    }
}

/// A column of prior weights, uniform over a range.
public struct WeightsDeclaration: Sendable, Equatable {
    /// The column's name.
    public let name: String
    /// The range; above 0.
    public let range: ClosedRange<Double>

    init?(_ value: SpecificationValue) {
        guard let weights = value.mapping("weights", keys: ["name", "from", "to"]) else { return nil }
        let name = weights.text("name")
        guard let lower = weights.number("from"), let upper = weights.number("to"), let name else { return nil }
        // Weights are written with three decimals.
        guard lower >= 0.001, lower <= upper, upper <= 1e6 else {
            weights.fail("found weights from \(lower) to \(upper); expected a range between 0.001 and 1000000.")
            return nil
        }
        self.name = name
        range = lower...upper
    }
}
