import Funding
import Scenarios

/// Who gets the money, in tables for a reader.
struct AllocationReport {
    let plan: FundingPlan

    var text: String {
        let leftOut = plan.schoolRowsLeftOut
        let heading =
            "Money over \(plan.population.schools.count) schools (\(plan.population.source))"
            + (leftOut > 0 ? ", rows left out of the table, which get nothing: \(leftOut)" : "")
        return ([heading] + plan.scenarios.map { scenario($0) }).joined(separator: "\n\n")
    }

    private func scenario(_ scenario: FundedScenario) -> String {
        let name = "\(scenario.declaration.name): \(scenario.declaration.title)"
        guard scenario.allocation.total > .zero else { return "\(name)\n  no money" }
        let rows = AllocationSummary(scenario.allocation, population: plan.population).rows
        return [name, rules(scenario.allocation), groups(rows.filter { $0.year == nil })].joined(separator: "\n")
    }

    /// Millions for a country, euros for a few schools.
    private var isLarge: Bool {
        plan.scenarios.contains { $0.allocation.total.euros >= 1e7 }
    }
    private var unit: String { isLarge ? "EUR m" : "EUR" }
    private func euros(_ amount: Double) -> String { isLarge ? millions(amount) : fixed(amount, 2) }

    /// The total of each rule in each year.
    private func rules(_ allocation: Allocation) -> String {
        var table = TextTable(["rule", "school year", "schools", unit], numeric: [false, false, true, true])
        for payment in allocation.payments {
            table.append([
                payment.rule, payment.year.description, String(payment.amounts.count { $0 > .zero }),
                euros(payment.total.euros),
            ])
        }
        table.append(["all", "all", "", euros(allocation.total.euros)])
        return table.text
    }

    /// The sectors and their quintiles, all years together.
    private func groups(_ rows: [AllocationSummary.Row]) -> String {
        var table = TextTable(
            ["sector", "quintile", "schools", unit, "EUR per pupil", "share", "Gini", "to quintile 5"],
            numeric: [false, false, true, true, true, true, true, true])
        func percent(_ share: Double?) -> String { share.map { fixed(100 * $0, 1) + "%" } ?? "-" }
        for row in rows where [.all, .quintile, .municipalities].contains(row.dimension) {
            guard row.dimension != .quintile || row.sector != "all" else { continue }
            let isMunicipal = row.dimension == .municipalities
            let isWhole = row.dimension == .all
            table.append([
                isMunicipal ? "municipalities" : row.sector, row.category, isMunicipal ? "" : String(row.schools),
                euros(row.amount.euros), row.eurosPerPupil.map { fixed($0, 2) } ?? "-", percent(row.share),
                row.concentration?.gini.map { fixed($0, 3) } ?? "-",
                isWhole ? percent(row.concentration?.shareToTopQuintile) : "",
            ])
        }
        return table.text
    }
}
