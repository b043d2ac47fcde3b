/// A row of `policy.csv`: a year's deviation from the baseline on the log-odds scale, split into skill and policy.
public struct PolicyFinding: Sendable {
    /// A part of the deviation, on both scales.
    public struct Part: Sendable {
        /// On the log-odds scale.
        public let logOdds: Estimate
        /// In percentage points, by the delta method.
        public let points: Estimate
    }

    /// The cell: a level.
    public let cell: Cell
    /// How the baseline was continued.
    public let against: Counterfactual.Kind
    /// What was other than before in this year, and where that is from; nil for a year under the old rules.
    public let policyYear: PolicyDeclaration.Year?
    /// The log-odds expected without crisis and policy.
    public let expected: Estimate
    /// Observed minus expected.
    public let deviation: Part
    /// The assumption by which skill is told; nil when the file has none.
    public let identification: String?
    /// The same in words, with its numbers and sources for this year; empty when the file has none.
    public let identificationInWords: String
    /// What skill would have done; nil where nothing tells.
    public let skill: Part?
    /// What is left for the policy; nil in a year without one.
    public let policy: Part?
    /// The interval of the policy's part on the log-odds scale.
    public let interval: ClosedRange<Double>?
    /// The interval of the policy's part in percentage points.
    public let pointsInterval: ClosedRange<Double>?
    /// The coverage of the intervals.
    public let coverage: Double
    /// What has to hold for the split to be what it says.
    public let assumption: String
    /// What the data do not tell without the assumption.
    public let notIdentified: String
}
