import Models
import Scenarios

/// How much common random numbers sharpen the differences between scenarios, last school year, all pupils.
struct PairingDiagnostics {
    let run: CompletedRun

    /// A difference whose variance is not this much smaller than that of independent runs is named: its two scenarios are
    /// moved by different parameters, and more draws are needed for the same Monte Carlo error.
    private static let leastExpected = 10.0

    /// Each outcome of each scenario, then the smallest and the median over outcomes.
    var diagnostics: [SubjectDiagnostic] {
        let rows = run.summary.varianceReductions(in: run.prepared.file.years.last?.description ?? "")
        var scenarios: [String] = []
        for row in rows where scenarios.last != row.scenario { scenarios.append(row.scenario) }
        return rows.map { row in
            SubjectDiagnostic(
                subject: row.scenario,
                diagnostic: Diagnostic(
                    "variance_reduction", row.factor,
                    note: row.factor == nil
                        ? "\(row.outcome): the difference from the reference is the same in every draw"
                        : "\(row.outcome), last school year: variance of independent runs over that of paired ones"))
        } + scenarios.flatMap { scenario in overview(scenario, rows.filter { $0.scenario == scenario }) }
    }

    private func overview(
        _ scenario: String, _ rows: [(scenario: String, outcome: String, factor: Double?)]
    ) -> [SubjectDiagnostic] {
        let known = rows.compactMap { row in row.factor.map { (factor: $0, outcome: row.outcome) } }
            .sorted { $0.factor < $1.factor }
        guard let least = known.first else { return [] }
        let middle = known.count / 2
        let median =
            known.count % 2 == 1 ? known[middle].factor : (known[middle - 1].factor + known[middle].factor) / 2
        let isLow = least.factor < Self.leastExpected
        let smallest = Diagnostic(
            "smallest_variance_reduction", least.factor,
            note: "over outcomes: \(least.outcome)"
                + (isLow ? "; below 10: pairing helps this difference little, look at its MCSE" : ""),
            isWarning: isLow)
        return [
            SubjectDiagnostic(subject: scenario, diagnostic: smallest),
            SubjectDiagnostic(
                subject: scenario,
                diagnostic: Diagnostic(
                    "median_variance_reduction", median, note: "over \(known.count) outcomes, last school year")),
        ]
    }
}
