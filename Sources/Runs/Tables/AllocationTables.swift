import Funding
import Recovery
import Scenarios
import Tables

extension TableSchema {
    static let allocation = TableSchema(
        name: "allocation",
        description: "The money that each rule gives each school, or leaves with a municipality, in each school year.",
        columns: [
            Column("scenario", .string, "scenario"),
            Column("recipient", .string, "school, or municipality for what it keeps of a municipal rule"),
            Column("school_id", .string, "school; empty for municipalities"),
            Column("municipality", .string, "the municipality, of the school or itself; empty when not declared"),
            Column("sector", .string, "sector; empty for municipalities"),
            Column("school_year", .string, "school year of receipt"), Column("rule", .string, "the funding rule"),
            Column("amount_eur", .number, "EUR", "amount, to the cent"),
        ])

    static let allocationSummary = TableSchema(
        name: "allocation_summary",
        description: "The money by sector, disadvantage quintile, school type, region, urbanity and rule.",
        columns: [
            Column("scenario", .string, "scenario"),
            Column("school_year", .string, "school year of receipt, or all for all years together"),
            Column("dimension", .string, AllocationSummary.Dimension.allCases.map(\.rawValue).joined(separator: ", ")),
            Column("sector", .string, "sector, or all"),
            Column("category", .string, "the quintile, type, region, class or rule; all; unknown when not declared"),
            Column("n_schools", .integer, "schools", "number of schools; 0 for municipalities"),
            Column("n_pupils", .integer, "pupils", "number of pupils; 0 for municipalities"),
            Column("amount_eur", .number, "EUR", "amount"),
            Column("eur_per_pupil", .number, "EUR per pupil", "amount per pupil of these schools"),
            Column("share", .number, "share of all money of the year, that of municipalities included"),
            Column("gini", .number, "Gini coefficient of euros per pupil over pupils: 0 when all get the same"),
            Column(
                "share_quintile_5", .number, "share to quintile 5 of the money of schools with a known score"),
        ])
}

/// The tables of the money: who receives it.
struct AllocationTables {
    let plan: FundingPlan

    var tables: [ResultTable] { [allocation, summary] }

    private var allocation: ResultTable {
        var table = ResultTable(TableSchema.allocation)
        let schools = plan.population.schools
        for scenario in plan.scenarios {
            let name = CSVWriter.Cell.text(scenario.declaration.name)
            for payment in scenario.allocation.payments {
                let (year, rule) = (CSVWriter.Cell.text(payment.year.description), CSVWriter.Cell.text(payment.rule))
                for (school, amount) in zip(schools, payment.amounts) where amount != .zero {
                    table.append([
                        name, .text("school"), .text(school.id), .optional(school.traits.municipality),
                        .text(school.sector), year, rule, .double(amount.euros),
                    ])
                }
                for kept in payment.municipalAmounts where kept.amount != .zero {
                    table.append([
                        name, .text("municipality"), .missing, .text(kept.municipality), .missing, year, rule,
                        .double(kept.amount.euros),
                    ])
                }
            }
        }
        return table
    }

    var summary: ResultTable {
        var table = ResultTable(TableSchema.allocationSummary)
        for scenario in plan.scenarios {
            for row in AllocationSummary(scenario.allocation, population: plan.population).rows {
                table.append([
                    .text(scenario.declaration.name), .text(row.year?.description ?? "all"),
                    .text(row.dimension.rawValue), .text(row.sector), .text(row.category), .int(row.schools),
                    .int(row.pupils), .double(row.amount.euros), .optional(row.eurosPerPupil), .optional(row.share),
                    .optional(row.concentration?.gini), .optional(row.concentration?.shareToTopQuintile),
                ])
            }
        }
        return table
    }
}
