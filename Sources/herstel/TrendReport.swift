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

    /// The yearly series of a model.
    static func series(_ model: FittedModel) -> [String] {
        guard let first = model.series.first else { return [] }
        let percent = fixed(100 * first.findings.coverage, 0)
        var (lines, years) = (
            TextTable(
                [
                    "outcome", "sector", "group", "errors", "term", "estimate", "std. error", "df",
                    "\(percent)% interval",
                ],
                numeric: [false, false, false, false, false, true, true, true, true]),
            TextTable(
                [
                    "outcome", "sector", "group", "expected by", "year", "observed", "expected", "deviation",
                    "\(percent)% interval",
                ],
                numeric: [false, false, false, false, false, true, true, true, true])
        )
        for series in model.series {
            let keys = [series.outcome, series.sector, series.group]
            for row in series.findings.coefficientRows {
                lines.append(
                    keys + [
                        row.method, row.term, significant(row.estimate.value), significant(row.estimate.standardError),
                        row.estimate.degreesOfFreedom.isFinite ? fixed(row.estimate.degreesOfFreedom, 1) : "inf",
                        text(row.interval),
                    ])
            }
            for deviation in series.findings.deviationRows {
                let row = deviation.row
                years.append(
                    keys + [
                        row.method.rawValue, row.label, significant(row.observed), significant(row.expected),
                        significant(row.deviation.value), text(deviation.interval),
                    ])
            }
        }
        let hasLines = model.series.contains { !$0.findings.coefficientRows.isEmpty }
        let hasYears = model.series.contains { !$0.findings.deviationRows.isEmpty }
        return (hasLines ? ["The yearly series: a line with its changes\n" + lines.text] : [])
            + (hasYears
                ? ["Years from the crisis on, against what the years before lead to expect\n" + years.text] : [])
    }

    private static func text(_ interval: ClosedRange<Double>) -> String {
        "\(significant(interval.lowerBound)) to \(significant(interval.upperBound))"
    }
}
