/// What can go wrong when results of completed data sets are pooled. Data sets count from 0 here and from 1 in words.
public enum ImputationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// There are fewer than two data sets.
    case tooFew(Int)
    /// A data set has another number of estimates than the first.
    case estimateCount(dataSet: Int, found: Int, expected: Int)
    /// An estimate or its variance is missing or infinite.
    case notFinite(dataSet: Int, estimate: Int)

    /// The message.
    public var description: String {
        switch self {
        case .tooFew(let count):
            "found \(count) completed data sets or plausible values; the uncertainty of imputation needs two or more."
        case .estimateCount(let dataSet, let found, let expected):
            "completed data set \(dataSet + 1) has \(found) estimates where the first has \(expected). Estimate the same in each."
        case .notFinite(let dataSet, let estimate):
            "estimate \(estimate + 1) of completed data set \(dataSet + 1), or its variance, is missing or infinite."
        }
    }
}
