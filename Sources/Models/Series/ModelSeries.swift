import OrderedCollections

/// The findings of the yearly series of a model: its cells' and its equity gaps'.
public struct ModelSeries: Sendable {
    /// The outcome.
    public let outcome: String
    /// The sector.
    public let sector: String
    /// The group; `low minus high` for a gap; empty for all.
    public let group: String
    /// What the series says.
    public let findings: SeriesFindings

    /// The series of some estimates with at least three years, each judged as declared.
    ///
    /// Series with fewer years, or without a year before or after the crisis, are left out with a remark: nothing can be said of them.
    static func all(
        in estimates: Estimates, specification: SeriesSpecification, judgement: Judgement
    ) throws(ModelError) -> (list: [ModelSeries], remarks: [Diagnostic]) {
        let cells = OrderedSet(estimates.labels.map { Key(cell: $0, group: $0.group) })
        var pairs: [(Key, TimeSeries)] = Array(
            zip(cells, try TimeSeries.series(in: estimates, unit: specification.unit)))
        let (low, high) = (judgement.lowGroup, judgement.highGroup)
        let gaps = OrderedSet(
            estimates.labels.filter { cell in
                cell.group == low && estimates.labels.contains { $0.isSame(as: cell, group: high) }
            }.map { Key(cell: $0, group: "\(low) minus \(high)") })
        pairs += zip(gaps, try TimeSeries.gaps(in: estimates, low: low, high: high, unit: specification.unit))
        var (list, remarks): ([ModelSeries], [Diagnostic]) = ([], [])
        for (key, series) in pairs {
            if let reason = specification.objection(to: series) {
                remarks.append(Diagnostic("series_left_out", note: "\(series.name): \(reason)", isWarning: true))
                continue
            }
            let findings = try SeriesAnalysis(series, specification).run()
            list.append(ModelSeries(outcome: key.outcome, sector: key.sector, group: key.group, findings: findings))
            // What is the same for all series is said once; figures say whose they are.
            for remark in findings.diagnostics {
                let named = Diagnostic(
                    remark.name, remark.value,
                    note: remark.value == nil
                        ? remark.note : [series.name, remark.note].filter { !$0.isEmpty }.joined(separator: ": "),
                    isWarning: remark.isWarning)
                if !remarks.contains(named) { remarks.append(named) }
            }
        }
        return (list, remarks)
    }

    private struct Key: Hashable {
        let outcome, sector, group: String

        init(cell: Cell, group: String) { (outcome, sector, self.group) = (cell.outcome, cell.sector, group) }
    }
}

extension Cell {
    fileprivate func isSame(as cell: Cell, group: String) -> Bool {
        outcome == cell.outcome && sector == cell.sector && cohort == cell.cohort && self.group == group
    }
}

extension SeriesSpecification {
    /// Why nothing can be said of a series; nil when something can.
    fileprivate func objection(to series: TimeSeries) -> String? {
        guard series.years.count >= 3 else { return "it has \(series.years.count) years; a series needs three or more" }
        guard let crisis else { return nil }
        let before = series.years.filter { $0 < crisis }.count
        if before == 0 { return "it has no year before the crisis" }
        return before == series.years.count ? "it has no year from the crisis on" : nil
    }
}
