/// What can go wrong with calibration to population totals.
public enum CalibrationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The totals were not met.
    case notConverged(iterations: Int)

    /// The message.
    public var description: String {
        switch self {
        case .notConverged(let iterations):
            "the weights did not meet the population totals in \(iterations) iterations. Check that the totals agree with each "
                + "other, and that every category has respondents."
        }
    }
}
