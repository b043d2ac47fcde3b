import Models

/// A row of `growth.csv`: a cell's growth, and its deviation from the baseline in every unit, with a verdict.
public struct GrowthFinding: Sendable {
    /// The cell.
    public let cell: Cell
    /// Its growth over a school year, in score points.
    public let growth: Estimate
    /// What it is compared with; nil for the baseline's own cohorts and without a baseline.
    public let comparison: Comparison?

    /// A cell's growth against one kind of baseline.
    public struct Comparison: Sendable {
        /// Mean or trend.
        public let baselineKind: BaselineDeclaration.Kind
        /// The baseline's growth, in score points.
        public let baseline: Estimate
        /// Growth minus baseline, in score points.
        public let deviation: Estimate
        /// The deviation in baseline standard deviations of the level; nil when that is not known.
        public let deviationInSD: Double?
        /// The deviation as a percentage of the baseline's growth; nil when the baseline did not grow.
        public let deviationPercent: Double?
        /// The delay in weeks with its standard error by the delta method; nil when the baseline did not grow.
        public let delayWeeks: Estimate?
        /// The 90% confidence interval of the deviation, in score points.
        public let interval: ClosedRange<Double>
        /// The verdict; nil when the standard deviation, and with it the margin, is not known.
        public let verdict: Verdict?
    }
}

/// A row of `gaps.csv`: the equity gap of a cohort and its change since the baseline.
public struct GapFinding: Sendable {
    /// The outcome.
    public let outcome: String
    /// The sector.
    public let sector: String
    /// The cohort.
    public let cohort: String
    /// Growth of the low group minus growth of the high group, in score points: negative when the low group falls behind.
    public let gap: Estimate
    /// The gap minus the baseline's gap: a difference in differences; nil for the baseline's own cohorts.
    public let change: Estimate?
    /// The 90% confidence interval of the change.
    public let interval: ClosedRange<Double>?
    /// The verdict on the change.
    public let verdict: Verdict?
}
