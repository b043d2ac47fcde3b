import Probability
import Specifications

/// A quantity of the simulator that is not known exactly: a distribution with its source.
public struct UncertainParameter: Sendable {
    /// The parameters of the state equation, with the codes that key their random numbers: never reused or renumbered.
    public enum Kind: UInt64, Sendable, CaseIterable {
        case persistence = 1
        case lossPerWeek = 2
        case lowExtra = 3
        case schoolSD = 4
        case drift = 5
        case effectPer1000 = 6
        case effectPlateau = 7
        case effectHalfLife = 8
        case lowMultiplier = 9
        case spillover = 10
        case noiseSD = 11
        case startLow = 12
        case startHigh = 13
        case trend = 14
        case entryShare = 15
        // Of a programme's interventions.
        case scaleDown = 40
        case overlap = 41
        case fidelity = 42
        case staffAvailable = 43
        case interventionPlateau = 44
        case interventionHalfLife = 45
        /// Which computation of the effect of money a draw takes.
        case moneyEffect = 46
        // Of school careers.
        case flowProbability = 60
        case skillShift = 61
        case wellbeingShift = 62
        case policyShift = 63

        /// The key in a scenario file.
        public var key: String {
            switch self {
            case .persistence: "persistence"
            case .lossPerWeek: "loss_per_week"
            case .lowExtra: "low_extra"
            case .schoolSD: "school_sd"
            case .drift: "drift"
            case .effectPer1000: "effect_per_1000_eur"
            case .effectPlateau: "effect_plateau"
            case .effectHalfLife: "effect_half_life"
            case .lowMultiplier: "low_multiplier"
            case .spillover: "wellbeing_spillover"
            case .noiseSD: "noise_sd"
            case .startLow: "start_low"
            case .startHigh: "start_high"
            case .trend: "trend_per_year"
            case .entryShare: "entry_share"
            case .scaleDown: "scale_down"
            case .overlap: "overlap"
            case .fidelity: "fidelity"
            case .staffAvailable: "fte_per_100_pupils"
            case .interventionPlateau: "plateau"
            case .interventionHalfLife: "half_life"
            case .moneyEffect: "money_effect"
            case .flowProbability: "declared"
            case .skillShift: "skill"
            case .wellbeingShift: "wellbeing"
            case .policyShift: "policy"
            }
        }

        /// What it is and its unit.
        public var meaning: String {
            switch self {
            case .persistence: "share of a deviation that is left a year later (rho)"
            case .lossPerWeek: "loss of a theoretical-group pupil per week of closure, SD"
            case .lowExtra: "how much harder the low group is hit, as a share of the loss (kappa)"
            case .schoolSD: "SD between schools of the loss, as a share of the loss (u_s)"
            case .drift: "secular trend, SD a year"
            case .effectPer1000: "gain per EUR 1,000 a pupil spent in a year, SD"
            case .effectPlateau: "share of a gain that lasts (c)"
            case .effectHalfLife: "half-life of the rest of a gain, years"
            case .lowMultiplier: "gain of the low group relative to the high group"
            case .spillover: "effect of a deviation of well-being of 1 SD a year later, SD (gamma)"
            case .noiseSD: "SD of a school's and group's own year-to-year variation (sigma)"
            case .startLow: "starting deviation of the low group, SD"
            case .startHigh: "starting deviation of the high group, SD"
            case .trend: "trend of the level before the crisis, SD a year"
            case .entryShare: "share of their deviation that pupils bring from the sector before"
            case .scaleDown: "effect at scale relative to that in studies"
            case .overlap: "overlap of interventions: 0 they add, 1 the largest stands alone (omega)"
            case .fidelity: "how fully the programme's interventions are delivered"
            case .staffAvailable: "extra staff that can be found, FTE per 100 pupils"
            case .interventionPlateau: "share of an intervention's effect that lasts (c)"
            case .interventionHalfLife: "half-life of the rest of an intervention's effect, years"
            case .moneyEffect: "probability that the effect per euro is taken, not the menu's effects"
            case .flowProbability:
                "probability of the move in a school year, skill and well-being at the baseline, no policy"
            case .skillShift: "shift of the move's log-odds against going on, per SD of skill"
            case .wellbeingShift: "shift of the move's log-odds against going on, per SD of well-being"
            case .policyShift: "shift of the move's log-odds against going on, by the year's policy"
            }
        }

        /// The values that make sense.
        var range: ClosedRange<Double> {
            switch self {
            case .persistence, .entryShare, .moneyEffect, .effectPlateau, .scaleDown, .overlap, .fidelity,
                .interventionPlateau, .flowProbability:
                0...1
            case .schoolSD, .noiseSD, .staffAvailable: 0...Double.infinity
            case .effectHalfLife, .interventionHalfLife: Double.leastNormalMagnitude...Double.infinity
            default: -Double.infinity...Double.infinity
            }
        }
    }

    /// Which parameter it is.
    public let kind: Kind
    /// Its distribution.
    public let distribution: Distribution
    /// Where it comes from.
    public let source: String
    /// A remark.
    public let note: String

    /// Reads a parameter from a scenario file.
    init?(_ kind: Kind, _ value: SpecificationValue) {
        guard
            let mapping = value.mapping("parameter '\(kind.key)'", keys: DistributionReader.keys + ["source", "note"]),
            let distribution = DistributionReader(mapping).distribution(), let source = mapping.text("source")
        else { return nil }
        // The tails of a normal are cut by the draws themselves: what is checked is where nearly all draws lie.
        let (low, high) = (distribution.quantile(0.0005), distribution.quantile(0.9995))
        guard kind.range.contains(low), kind.range.contains(high) else {
            mapping.fail(
                "'\(kind.key)' would be drawn between \(low) and \(high); expected values from "
                    + "\(kind.range.lowerBound == Double.leastNormalMagnitude ? "above 0" : "\(kind.range.lowerBound)") to "
                    + "\(kind.range.upperBound).")
            return nil
        }
        self.kind = kind
        self.distribution = distribution
        self.source = source
        note = mapping.optionalText("note") ?? ""
    }
}

/// Reads a distribution: its name and the parameters that belong to it.
struct DistributionReader {
    static let keys = ["distribution", "value", "mean", "sd", "low", "mode", "high", "alpha", "beta"]
    private static let parameters: [String: [[String]]] = [
        "fixed": [["value"]],
        "normal": [["mean", "sd"]],
        "lognormal": [["mean", "sd"]],
        "beta": [["mean", "sd"], ["alpha", "beta"]],
        "triangular": [["low", "mode", "high"]],
        "uniform": [["low", "high"]],
    ]

    let mapping: SpecificationMapping

    init(_ mapping: SpecificationMapping) { self.mapping = mapping }

    func distribution() -> Distribution? {
        guard let nameValue = mapping.required("distribution"),
            let name = nameValue.word(among: Self.parameters.keys.sorted()), let choices = Self.parameters[name]
        else { return nil }
        let given = mapping.entries.map(\.key).filter { Self.keys.contains($0) && $0 != "distribution" }
        guard let keys = choices.first(where: { Set($0) == Set(given) }) else {
            let expected = choices.map { $0.map { "'\($0)'" }.joined(separator: ", ") }.joined(separator: "; or ")
            nameValue.fail("a \(name) distribution needs \(expected); found \(given.joined(separator: ", ")).")
            return nil
        }
        let numbers = keys.compactMap { mapping.number($0) }
        guard numbers.count == keys.count else { return nil }
        let result = Self.make(name, keys, numbers)
        guard let result, result.problem() == nil else {
            nameValue.fail(result?.problem().map { $0 + "." } ?? "no \(name) distribution has this mean and sd.")
            return nil
        }
        return result
    }

    private static func make(_ name: String, _ keys: [String], _ x: [Double]) -> Distribution? {
        switch name {
        case "fixed": .fixed(x[0])
        case "normal": .normal(mean: x[0], sd: x[1])
        case "lognormal": .lognormal(mean: x[0], sd: x[1])
        case "beta": keys[0] == "mean" ? .beta(mean: x[0], sd: x[1]) : .beta(alpha: x[0], beta: x[1])
        case "triangular": .triangular(low: x[0], mode: x[1], high: x[2])
        default: .uniform(low: x[0], high: x[1])
        }
    }
}
