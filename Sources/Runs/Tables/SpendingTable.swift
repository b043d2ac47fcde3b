import Funding
import Recovery
import Scenarios
import Tables

extension TableSchema {
    static let spending = TableSchema(
        name: "spending",
        description: "Money that schools received, spent, carried over and returned; without what municipalities keep.",
        columns: [
            Column("scenario", .string, "scenario"), Column("sector", .string, "sector"),
            Column("disadvantage_quintile", .string, "1 (lowest score per pupil) to 5, unknown, or all"),
            Column("school_year", .string, "school year"),
            Column("received_eur", .number, "EUR", "received in the school year"),
            Column("spent_eur", .number, "EUR", "spent in the school year"),
            Column("carried_eur", .number, "EUR", "carried over to the next school year"),
            Column("returned_eur", .number, "EUR", "returned to the state after the deadline"),
            Column(
                "spent_of_schools_by_boards_eur", .number, "EUR",
                "spent by boards of the money that these schools received; a part of spent_eur"),
            Column(
                "spent_for_schools_by_boards_eur", .number, "EUR",
                "spent by boards for these schools: each board's spending divided over its schools"),
            Column("overhead_eur", .number, "EUR", "spent by and for these schools without buying an intervention"),
            Column("effective_eur", .number, "EUR", "what interventions get in these schools"),
            Column("n_schools_with_money", .integer, "schools", "schools that received money so far"),
            Column(
                "share_nothing_left", .number,
                "share of them with no money of their own left at the end of the school year"),
        ])
}

/// What schools receive, spend, carry over and return, by sector and quintile.
struct SpendingTable {
    let plan: FundingPlan

    var table: ResultTable {
        var table = ResultTable(TableSchema.spending)
        for scenario in plan.scenarios {
            for sector in plan.population.sectors {
                for group in groups(of: sector) {
                    for position in scenario.spending.years.indices {
                        table.append(
                            [.text(scenario.declaration.name), .text(sector), .text(group.name)]
                                + cells(scenario.spending, position, group.members))
                    }
                }
            }
        }
        return table
    }

    /// The schools of a sector, all and by quintile; empty quintiles are left out.
    private func groups(of sector: String) -> [(name: String, members: [Int])] {
        let quintiles = [("all", Array(0...5))] + (1...5).map { (String($0), [$0]) } + [("unknown", [0])]
        let own = plan.population.schools.indices.filter { plan.population.schools[$0].sector == sector }
        return quintiles.map { name, quintiles in
            (name, own.filter { quintiles.contains(plan.population.quintiles[$0]) })
        }.filter { !$0.members.isEmpty }
    }

    private func cells(_ path: SpendingPath, _ position: Int, _ members: [Int]) -> [CSVWriter.Cell] {
        let year = path.years[position]
        func sum(_ amounts: [Cents]) -> CSVWriter.Cell {
            .double(members.reduce(Cents.zero) { $0 + amounts[$1] }.euros)
        }
        let count = path.schoolsWithNothingLeft(atEndOf: position, among: members)
        return [
            .text(year.year.description), sum(year.received), sum(year.spent), sum(year.carried), sum(year.returned),
            sum(year.spentOfSchoolByBoard), sum(year.spentForSchoolByBoard), sum(year.overhead), sum(year.effective),
            .int(count.schools),
            .optional(count.schools == 0 ? nil : Double(count.nothingLeft) / Double(count.schools)),
        ]
    }
}
