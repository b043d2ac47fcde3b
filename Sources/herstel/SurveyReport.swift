import Models

/// What a survey or published counts say, in tables for a reader: every item with the groups of each split side by side, ranked
/// where respondents could choose several, with tests, changes and the response.
struct SurveyReport {
    let findings: SurveyFindings

    /// The tables in order; empty parts are left out.
    var parts: [String] {
        let blocks = SurveyBlock.all(findings)
        return blocks.flatMap { SurveyBlockReport(block: $0, findings: findings).parts } + legend
            + [SurveyMeansReport(findings: findings).text, changes].filter { !$0.isEmpty }
            + SurveyAssociationReport(findings: findings).parts + ResponseReport(findings: findings).parts
    }

    private var legend: [String] {
        let isWithheld =
            findings.shares.contains { !$0.suppressed.isEmpty } || findings.means.contains { !$0.suppressed.isEmpty }
        let isMarked = findings.tests.contains { $0.kind == .difference && $0.isSignificant }
        let lines =
            (isMarked
                ? ["  *: the group differs from the others together, after correction for the number of tests."] : [])
            + (isWithheld
                ? ["  x: withheld, as it rests on too few respondents or would give away what does."] : [])
        return lines.isEmpty ? [] : [lines.joined(separator: "\n")]
    }

    // MARK: Changes

    private var changes: String {
        let all = findings.changes.filter(\.cell.split.isEmpty)
        guard !all.isEmpty else { return "" }
        let means = Set(findings.means.map(\.cell.item))
        var table = TextTable(
            ["item", "answer", "sector", "waves", "from", "to", "change", "p", "adjusted p"],
            numeric: [false, false, false, false, true, true, true, true, true])
        for row in all {
            let scale = means.contains(row.cell.item) ? 1.0 : 100
            let isWithheld = !row.suppressed.isEmpty
            table.append([
                SurveyWords.item(row.cell), row.cell.category, row.cell.sector, "\(row.fromWave) to \(row.cell.wave)",
                isWithheld ? "x" : fixed(scale * row.estimates.from, 1),
                isWithheld ? "x" : fixed(scale * row.estimates.to, 1),
                isWithheld ? "x" : SurveyWords.range(row.change, scale),
                isWithheld ? "" : SurveyWords.pValue(row.pValue),
                isWithheld ? "" : SurveyWords.pValue(row.adjustedPValue) + (row.isSignificant ? " *" : ""),
            ])
        }
        let others = findings.changes.count - all.count
        let note =
            (others > 0 ? "\n  Changes of \(counted(others, "group")) are in survey_changes.csv." : "")
            + (all.contains { $0.covariance == "bounded" }
                ? "\n  Waves overlap with unknown correlation: errors are the largest possible." : "")
        return "Changes between waves, percentage points for shares\n" + table.text + note
    }
}

/// Words and numbers of survey tables.
enum SurveyWords {
    /// The item in words, or its name.
    static func item(_ cell: SurveyCell) -> String { cell.label.isEmpty ? cell.item : cell.label }

    /// `42.1 (38.9-45.3)`.
    static func share(_ estimate: SurveyEstimate) -> String {
        let value = fixed(100 * estimate.value, 1)
        guard let interval = estimate.interval else { return value }
        return "\(value) (\(fixed(100 * interval.lowerBound, 1))-\(fixed(100 * interval.upperBound, 1)))"
    }

    /// `2.1 (-0.4 to 4.6)`, for what may be negative.
    static func range(_ estimate: SurveyEstimate, _ scale: Double, _ decimals: Int = 1) -> String {
        let value = fixed(scale * estimate.value, decimals)
        guard let interval = estimate.interval else { return value }
        let (low, high) = (scale * interval.lowerBound, scale * interval.upperBound)
        return "\(value) (\(fixed(low, decimals)) to \(fixed(high, decimals)))"
    }

    static func pValue(_ p: Double) -> String { p < 0.0001 ? "<0.0001" : fixed(p, 4) }

    /// `po, wave 5`; empty when neither is declared.
    static func part(sector: String, wave: String) -> String {
        ([sector] + [wave.isEmpty ? "" : "wave \(wave)"]).filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// `F 3.21 on 3.8 and 200.1 df, p 0.0120, adjusted 0.0360`.
    static func test(_ row: TestRow) -> String {
        let degrees =
            row.denominatorDegreesOfFreedom.map { $0.isFinite ? " and \(fixed($0, 1))" : "" } ?? ""
        let name = row.method == "pearson_chi_squared" ? "chi-squared" : row.method.hasSuffix("_f") ? "F" : "t"
        let df = row.degreesOfFreedom.isFinite ? " on \(fixed(row.degreesOfFreedom, 1))\(degrees) df" : ""
        let adjusted = row.familySize > 1 ? ", adjusted over \(row.familySize) tests \(pValue(row.adjustedPValue))" : ""
        return "\(name) \(fixed(row.statistic, 2))\(df), p \(pValue(row.pValue))\(adjusted)"
    }
}
