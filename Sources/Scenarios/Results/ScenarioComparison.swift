import Recovery

/// A row of `comparison.csv`: the paired difference between a scenario and the reference, draw by draw.
public struct ScenarioComparison: Sendable {
    /// What is compared. The words are those of the tables.
    public enum Measure: String, Sendable, CaseIterable {
        /// Mean deviation from the benchmark, SD; better is higher.
        case deviation = "deviation_sd"
        /// Deviation of the low group minus that of the high group, SD; better is higher: the low group gains.
        case equityGap = "equity_gap_sd"
        /// The part that is closed of the gap that the crisis added: see ``OutcomeDifference/gapClosure(_:)``; better is higher.
        case gapClosure = "equity_gap_closure"
        /// Share of schools whose mean deviation is at least minus the margin; better is higher.
        case schoolsRecovered = "share_of_schools_recovered"
        /// Deviation summed over pupils and simulated years, SD-years of pupils; better is higher.
        case sdYears = "sd_years_restored"
        /// Money spent, EUR.
        case spending = "spending_eur"
        /// Extra money per extra SD-year, EUR; only where money differs and the sign of the SD-years is certain.
        case costPerSDYear = "cost_per_sd_year_eur"

        /// The unit.
        public var unit: String {
            switch self {
            case .deviation, .equityGap: "SD"
            case .gapClosure, .schoolsRecovered: "share"
            case .sdYears: "SD-years"
            case .spending: "EUR"
            case .costPerSDYear: "EUR per SD-year"
            }
        }
    }

    /// The scenario.
    public let scenario: String
    /// The scenario it is compared with.
    public let reference: String
    /// What is compared.
    public let measure: Measure
    /// What recovery is judged against; nil for money.
    public let benchmark: RecoveryBenchmark?
    /// The sector.
    public let sector: String
    /// The outcome, or `all`.
    public let outcome: String
    /// The SES group, or `all`.
    public let group: String
    /// The school year, or `all` for sums over years.
    public let year: String
    /// The mean difference over draws; for shares of the gap and for cost the ratio of means.
    public let value: Double
    /// The standard deviation of the difference over draws; nil for a ratio.
    public let standardDeviation: Double?
    /// The 5 and 95% quantiles of the difference over draws.
    public let interval: (low: Double, high: Double)?
    /// The share of draws in which the scenario is better than the reference, ties counted half; nil for money.
    public let probabilityBetter: Double?
    /// The Monte Carlo standard errors of these figures; nil where a figure has none or does not hang on draws.
    public let mcse: MonteCarloErrors
    /// How much smaller common random numbers make the variance of the difference: `(Var a + Var b) / Var(a - b)` for a
    /// scenario a and the reference b; nil when the two are the same in every draw, and for ratios and money.
    public let varianceReduction: Double?
    /// The variance of the difference split by its source; nil until it is known.
    public var varianceShares: VarianceShares?

    /// Monte Carlo standard errors.
    public struct MonteCarloErrors: Sendable, Equatable {
        /// Of the value.
        public var value: Double?
        /// Of the standard deviation.
        public var standardDeviation: Double?
        /// Of the lower end of the interval.
        public var low: Double?
        /// Of the upper end of the interval.
        public var high: Double?
        /// Of the probability that the scenario is better.
        public var probabilityBetter: Double?
    }

    /// Shares of the variance of a difference by its source (DESIGN section 6), which add up to 1.
    public struct VarianceShares: Sendable, Equatable {
        /// Sampling: the estimates that the simulation starts from.
        public let sampling: Double
        /// Declared parameters.
        public let parameter: Double
        /// The spread of effects between studies.
        public let betweenStudy: Double
        /// The structure of the model.
        public let structure: Double
        /// Sources together, beyond each by itself.
        public let interaction: Double
        /// Random numbers of schools and years.
        public let monteCarlo: Double

        /// The shares.
        public init(
            sampling: Double, parameter: Double, betweenStudy: Double, structure: Double, interaction: Double,
            monteCarlo: Double
        ) {
            (self.sampling, self.parameter, self.betweenStudy) = (sampling, parameter, betweenStudy)
            (self.structure, self.interaction, self.monteCarlo) = (structure, interaction, monteCarlo)
        }
    }
}
