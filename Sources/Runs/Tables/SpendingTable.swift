import Funding
import Recovery
import Scenarios
import Tables

extension TableSchema {
    static let spending = TableSchema(
        name: "spending", description: "Money received, spent, carried over and returned.",
        columns: [
            Column("scenario", .string, "scenario"), Column("sector", .string, "sector"),
            Column("disadvantage_quintile", .string, "1 (lowest score per pupil) to 5, unknown, or all"),
            Column("school_year", .string, "school year"),
            Column("received_eur", .number, "EUR", "received in the school year"),
            Column("spent_eur", .number, "EUR", "spent in the school year"),
            Column("carried_eur", .number, "EUR", "carried over to the next school year"),
            Column("returned_eur", .number, "EUR", "returned to the state after the deadline"),
        ])
}

extension ResultTable {
    /// What schools receive, spend, carry over and return.
    static func spending(_ plan: FundingPlan) -> ResultTable {
        var table = ResultTable(TableSchema.spending)
        for scenario in plan.scenarios {
            for sector in plan.population.sectors {
                for (name, quintiles) in [("all", Array(0...5))] + (1...5).map({ (String($0), [$0]) }) + [
                    ("unknown", [0])
                ] {
                    let members = plan.population.schools.indices.filter {
                        plan.population.schools[$0].sector == sector
                            && quintiles.contains(plan.population.quintiles[$0])
                    }
                    guard !members.isEmpty else { continue }
                    for year in scenario.spending.years {
                        func sum(_ amounts: [Cents]) -> CSVWriter.Cell {
                            .double(members.reduce(Cents.zero) { $0 + amounts[$1] }.euros)
                        }
                        table.append([
                            .text(scenario.declaration.name), .text(sector), .text(name),
                            .text(year.year.description), sum(year.received), sum(year.spent), sum(year.carried),
                            sum(year.returned),
                        ])
                    }
                }
            }
        }
        return table
    }
}
