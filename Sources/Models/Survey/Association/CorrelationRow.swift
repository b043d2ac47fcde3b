/// How the answers to two items go together among the respondents of a sector and wave.
public struct CorrelationRow: Sendable, Equatable {
    /// The correlation's name.
    public var name: String
    /// The first item, in its sector and wave; the category is its top-box, empty without one.
    public var first: SurveyCell
    /// The second item, likewise.
    public var second: SurveyCell
    /// How they are correlated.
    public var method: CorrelationDeclaration.Method
    /// The respondents with both answers; missing are those without one of them.
    public var counts: SurveyCounts
    /// The correlation, -1...1, with its interval on Fisher's scale; no design effect.
    public var estimate: SurveyEstimate
    /// The t statistic of no correlation; infinite when the items go together without exception.
    public var statistic: Double
    /// Its two-sided p-value, not adjusted for the number of correlations.
    public var pValue: Double
    /// The top-boxes together; nil where an item has none.
    public var tops: JointTops?
    /// Whether it rests on fewer respondents or clusters than may be published.
    public var isBelowMinimum: Bool
    /// Why its numbers are withheld: `count`, `clusters`, or `suppressed_row` as an item's rows are; empty when they are not.
    public var suppressed = ""
}

/// The top-boxes of two items among the respondents who answered both.
public struct JointTops: Sendable, Equatable {
    /// The share in the top of both.
    public var both: SurveyEstimate
    /// The share in the second's top among those in the first's; nil when nobody is in the first's.
    public var secondAmongFirst: SurveyEstimate?
    /// Why the shares are withheld: `count` when a cell of the 2 x 2 table has too few respondents, or `suppressed_row`.
    public var suppressed = ""
}

extension CorrelationRow {
    /// The row with its labels only.
    mutating func withhold(_ reason: String) {
        (counts, estimate, statistic, pValue, suppressed) = (.withheld, .withheld, .nan, .nan, reason)
        tops?.withhold(reason)
    }
}

extension JointTops {
    /// The shares of which nothing is published.
    static func withheld(_ reason: String) -> JointTops {
        JointTops(both: .withheld, secondAmongFirst: nil, suppressed: reason)
    }

    mutating func withhold(_ reason: String) { self = .withheld(reason) }
}

extension SurveyFindings {
    /// Withholds correlations of items of which nothing is published in their sector and wave, and joint shares of top-boxes that
    /// are withheld themselves.
    mutating func withholdCorrelations() {
        let whole = shares.filter(\.cell.split.isEmpty)
        let means = means.filter(\.cell.split.isEmpty)
        for position in correlations.indices {
            let cells = [correlations[position].first, correlations[position].second]
            func isPart(_ cell: SurveyCell) -> Bool { cell.sector == cells[0].sector && cell.wave == cells[0].wave }
            let rows = whole.filter { isPart($0.cell) }
            let reasons =
                rows.map { ($0.cell.item, $0.suppressed) }
                + means.filter { isPart($0.cell) }.map { ($0.cell.item, $0.suppressed) }
            // The numbers of missing answers tie the bases of items together.
            if reasons.contains(where: { !$0.1.isEmpty }) { correlations[position].counts.missing = nil }
            let isHidden = cells.contains { cell in
                let own = reasons.filter { $0.0 == cell.item }
                return !own.isEmpty && own.allSatisfy { !$0.1.isEmpty }
            }
            let isTopHidden = rows.contains { row in
                row.kind == .top && !row.suppressed.isEmpty && cells.contains { $0.item == row.cell.item }
            }
            guard correlations[position].suppressed.isEmpty else { continue }
            if isHidden { correlations[position].withhold(suppressedRow) }
            if isTopHidden, correlations[position].tops?.suppressed.isEmpty == true {
                correlations[position].tops?.withhold(suppressedRow)
            }
        }
    }
}
