import Models

/// How a deviation from the baseline is judged, from its 90% interval and a margin: two one-sided tests at 5%
/// (Schuirmann 1987). Not significant is never reported as recovered.
public enum Verdict: String, Sendable, CaseIterable {
    /// The whole interval lies above the margin.
    case ahead
    /// The whole interval lies within the margin on both sides.
    case recovered
    /// The interval lies above minus the margin, but not within it.
    case atLeastRecovered = "at_least_recovered"
    /// The whole interval lies below minus the margin.
    case behind
    /// The interval is too wide to tell.
    case undetermined

    /// The coverage of the interval that decides.
    public static let coverage = 0.90

    /// The verdict on a deviation.
    ///
    /// - Parameters:
    ///   - interval: The 90% confidence interval of the deviation.
    ///   - margin: The largest deviation that counts as none, above 0, in the interval's unit.
    public init(interval: ClosedRange<Double>, margin: Double) {
        let (lower, upper) = (interval.lowerBound, interval.upperBound)
        if lower > margin {
            self = .ahead
        } else if lower > -margin && upper < margin {
            self = .recovered
        } else if lower > -margin {
            self = .atLeastRecovered
        } else if upper < -margin {
            self = .behind
        } else {
            self = .undetermined
        }
    }
}
