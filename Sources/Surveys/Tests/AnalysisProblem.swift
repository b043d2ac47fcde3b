/// What can go wrong with a test, a correlation or a regression of survey data.
public enum AnalysisProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// There are fewer groups than the test needs.
    case tooFewGroups(found: Int, needed: Int)

    /// The message.
    public var description: String {
        switch self {
        case .tooFewGroups(let found, let needed):
            "found \(found) groups with respondents; the test needs \(needed) or more."
        }
    }
}
