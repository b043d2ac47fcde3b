import Runs
import Scenarios

/// Which kinds of input the uncertainty of the reference's figures comes from.
struct SensitivityReport {
    let run: CompletedRun

    private static let shown = 4

    /// Empty when it was not asked for.
    var text: String {
        guard let analysis = run.sensitivity else { return "" }
        let own = analysis.rows.filter { $0.reference == nil && $0.measure == .deviation && $0.level == .kind }
        guard let year = own.first?.year else { return "" }
        var table = TextTable(["sector", "outcome", "total share of the variance"], numeric: [false, false, false])
        for outcome in run.prepared.file.outcomes {
            let rows = own.filter { $0.sector == outcome.sector && $0.outcome == outcome.outcome }
            let largest = rows.compactMap { row in row.total.map { (row.input, $0.estimate) } }.sorted { $0.1 > $1.1 }
            guard !largest.isEmpty else { continue }
            table.append([
                outcome.sector, outcome.outcome,
                largest.prefix(Self.shown).map { "\($0.0) \(fixed(100 * $0.1, 0))%" }.joined(separator: ", "),
            ])
        }
        return "What makes the deviation of '\(run.prepared.file.reference)' at the end of \(year) uncertain "
            + "(all of sensitivity.csv's kinds of input compared)\n" + table.text
            + (run.prepared.file.careers.isEmpty
                ? "" : "\nSchool careers are not part of this analysis: their intervals stand in careers.csv.")
    }
}
