import Models

/// What a trend model says, in words.
enum TrendReport {
    /// What the file declares.
    static func explanation(_ trend: TrendSpecification) -> [String] {
        ["Levels of repeated cross-sections by the survey's design.", "  data     \(trend.dataPath)"]
            + trend.outcomes.map { outcome in
                let what =
                    outcome.shareOf.map { "share of \($0.joined(separator: ", ")) in percent, column " }
                    ?? (outcome.columns.count > 1
                        ? "mean of \(outcome.columns.count) plausible values, columns " : "mean of column ")
                return "  outcome  \(outcome.name): \(what)\(outcome.columns.joined(separator: ", "))"
            }
            + ["  by       \(trend.year)" + (trend.group.map { ", \($0)" } ?? "")]
            + trend.linkErrors.map {
                "  link error of \($0.outcome) in \($0.years.joined(separator: ", ")): \(significant($0.standardError))"
            }
    }
}
