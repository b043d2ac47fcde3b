import Specifications

/// Which disadvantage score a rule goes by.
public enum ScoreKind: String, Sendable, CaseIterable {
    /// After the threshold: what Dutch money goes by.
    case withThreshold = "with_threshold"
    /// Before the threshold.
    case withoutThreshold = "without_threshold"

    /// A school's score; nil when unknown.
    public func score(of school: School) -> Double? {
        switch self {
        case .withThreshold: school.disadvantageScore
        case .withoutThreshold: school.scoreBeforeThreshold
        }
    }

    /// For messages: `score after the threshold`.
    var words: String {
        switch self {
        case .withThreshold: "score after the threshold"
        case .withoutThreshold: "score before the threshold"
        }
    }
}

/// An amount per point of disadvantage score. A school whose score is unknown gets nothing.
public struct PerScorePoint: Sendable, Equatable {
    /// Euros per point; without meaning when the rule's total is fixed.
    public let rate: YearlyNumber
    /// With or without the threshold.
    public let score: ScoreKind

    /// An amount per point of score.
    public init(rate: YearlyNumber = YearlyNumber(1), score: ScoreKind = .withThreshold) {
        self.rate = rate
        self.score = score
    }
}
