import Models

/// A row of `growth.csv` or `levels.csv`: a cell's growth or level, and its deviation from the baseline in every unit, with a
/// verdict.
public struct CellFinding: Sendable {
    /// The cell.
    public let cell: Cell
    /// Its growth over a school year, or its level, in the outcome's unit.
    public let estimate: Estimate
    /// What it is compared with; nil for the baseline's own cohorts and without a baseline.
    public let comparison: Comparison?

    /// A cell against one kind of baseline.
    public struct Comparison: Sendable {
        /// Mean or trend.
        public let baselineKind: BaselineDeclaration.Kind
        /// The baseline's growth or level.
        public let baseline: Estimate
        /// Growth or level minus baseline.
        public let deviation: Estimate
        /// The deviation in baseline standard deviations of the level; nil when that is not known.
        public let deviationInSD: Double?
        /// The deviation as a percentage of the baseline; nil when that is not above 0.
        public let deviationPercent: Double?
        /// The delay in weeks with its standard error by the delta method; nil when the baseline did not grow, and
        /// for levels.
        public let delayWeeks: Estimate?
        /// The 90% confidence interval of the deviation.
        public let interval: ClosedRange<Double>
        /// The margin of the verdict, in the outcome's unit; nil when it is not known.
        public let margin: Double?
        /// The verdict; nil when the margin is not known.
        public let verdict: Verdict?
    }
}

/// A row of `gaps.csv`: the equity gap of a cohort and its change since the baseline.
public struct GapFinding: Sendable {
    /// Whether it is a gap in growth or in level.
    public let quantity: Cell.Quantity
    /// The outcome.
    public let outcome: String
    /// The sector.
    public let sector: String
    /// The cohort.
    public let cohort: String
    /// Growth or level of the low group minus that of the high group: negative when the low group is behind.
    public let gap: Estimate
    /// The gap minus the baseline's gap: a difference in differences; nil for the baseline's own cohorts.
    public let change: Estimate?
    /// The 90% confidence interval of the change.
    public let interval: ClosedRange<Double>?
    /// The verdict on the change.
    public let verdict: Verdict?
}
