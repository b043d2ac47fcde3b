import Funding
import Recovery
import Scenarios
import Tables

extension TableSchema {
    static let allocation = TableSchema(
        name: "allocation", description: "The money that each rule gives each school in each school year.",
        columns: [
            Column("scenario", .string, "scenario"), Column("school_id", .string, "school"),
            Column("sector", .string, "sector"), Column("school_year", .string, "school year of receipt"),
            Column("rule", .string, "the funding rule"), Column("amount_eur", .number, "EUR", "amount, to the cent"),
        ])

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

    static let trajectories = TableSchema(
        name: "trajectories",
        description: "The deviation from the pre-crisis baseline at the end of each school year, over draws.",
        columns: [
            Column("scenario", .string, "scenario"), Column("sector", .string, "sector"),
            Column("outcome", .string, "outcome"), Column("ses", .string, "SES group, or all"),
            Column("disadvantage_quintile", .string, "1 (lowest score per pupil) to 5, unknown, or all"),
            Column("school_year", .string, "school year"), Column("n_pupils", .integer, "pupils", "number of pupils"),
            Column("mean", .number, "SD", "mean deviation over draws"),
            Column("sd", .number, "SD", "standard deviation over draws"),
        ]
            + ["05", "10", "25", "50", "75", "90", "95"].map {
                Column("q\($0)", .number, "SD", "\($0)% quantile over draws")
            } + [
                Column("p_recovered", .number, "share of draws in which the deviation is at least minus the margin"),
                Column("mcse_mean", .number, "SD", "Monte Carlo standard error of the mean"),
                Column("mcse_p_recovered", .number, "Monte Carlo standard error of p_recovered"),
            ])

    static let comparison = TableSchema(
        name: "comparison", description: "Paired differences between each scenario and the reference, over draws.",
        columns: [
            Column("scenario", .string, "scenario"), Column("reference", .string, "the scenario it is compared with"),
            Column(
                "measure", .string,
                "deviation_sd (SD), equity_gap_sd (SD, low minus high), share_of_schools_recovered, sd_years_restored "
                    + "(SD times pupils times years), spending_eur (EUR), cost_per_sd_year_eur (EUR)"),
            Column("sector", .string, "sector"), Column("outcome", .string, "outcome, or all"),
            Column("ses", .string, "SES group, or all"), Column("school_year", .string, "school year, or all"),
            Column("value", .number, "of the measure", "mean difference, scenario minus reference"),
            Column("sd", .number, "of the measure", "standard deviation of the difference over draws"),
            Column("conf_low", .number, "of the measure", "5% quantile of the difference over draws"),
            Column("conf_high", .number, "of the measure", "95% quantile of the difference over draws"),
            Column("p_better", .number, "share of draws in which the scenario does better, ties counted half"),
        ])

    static let assumptions = TableSchema(
        name: "assumptions", description: "Every number that the results rest on, with its source.",
        columns: [
            Column("parameter", .string, "name"), Column("distribution", .string, "distribution"),
            Column("mean", .number, "as in note", "mean"), Column("sd", .number, "as in note", "standard deviation"),
            Column("low", .number, "as in note", "5% quantile"), Column("high", .number, "as in note", "95% quantile"),
            Column(
                "origin", .string,
                "estimate (from a fitted model), evidence (predicted from studies), assumption (declared) or rule (of a policy)"
            ),
            Column("source", .string, "where it comes from"), Column("note", .string, "meaning, unit and remarks"),
        ])
}

extension TableSchema.Column {
    fileprivate init(_ name: String, _ type: TableSchema.ColumnType, _ description: String) {
        self.init(name, type, "", description)
    }
}

/// The tables of a simulation.
struct SimulationTables {
    let plan: SimulationPlan
    let trajectories: [Trajectory]
    let comparisons: [ScenarioComparison]
    let effects: [EffectRow]

    var tables: [ResultTable] {
        [allocation, spending, trajectoryTable, comparisonTable] + effectTables + [assumptions]
    }

    /// None when the scenario file declares no interventions.
    private var effectTables: [ResultTable] {
        guard let interventions = plan.file.interventions, !effects.isEmpty else { return [] }
        return [.effects(effects, interventions)]
    }

    private var allocation: ResultTable {
        var table = ResultTable(.allocation)
        for scenario in plan.scenarios {
            for payment in scenario.allocation.payments {
                for (school, amount) in zip(plan.population.schools, payment.amounts) where amount != .zero {
                    table.append([
                        .text(scenario.declaration.name), .text(school.id), .text(school.sector),
                        .text(payment.year.description), .text(payment.rule), .double(amount.euros),
                    ])
                }
            }
        }
        return table
    }

    private var spending: ResultTable {
        var table = ResultTable(.spending)
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

    private var trajectoryTable: ResultTable {
        var table = ResultTable(.trajectories)
        for row in trajectories {
            table.append(
                [
                    .text(row.scenario), .text(row.sector), .text(row.outcome), .text(row.group), .text(row.quintile),
                    .text(row.year.description), .int(row.pupils), .double(row.summary.mean),
                    .optional(row.summary.standardDeviation),
                ] + row.summary.quantiles.map { .double($0) } + [
                    .double(row.probabilityRecovered), .optional(row.summary.mcseOfMean),
                    .double(row.mcseOfProbability),
                ])
        }
        return table
    }

    private var comparisonTable: ResultTable {
        var table = ResultTable(.comparison)
        for row in comparisons {
            table.append([
                .text(row.scenario), .text(row.reference), .text(row.measure.rawValue), .text(row.sector),
                .text(row.outcome), .text(row.group), .text(row.year), .double(row.value),
                .optional(row.standardDeviation), .optional(row.interval?.low), .optional(row.interval?.high),
                .optional(row.probabilityBetter),
            ])
        }
        return table
    }

    private var assumptions: ResultTable {
        var table = ResultTable(.assumptions)
        for row in plan.assumptions {
            table.append([
                .text(row.parameter), .text(row.distribution), .double(row.mean), .double(row.standardDeviation),
                .double(row.low), .double(row.high), .text(row.origin), .text(row.source), .text(row.note),
            ])
        }
        return table
    }
}
