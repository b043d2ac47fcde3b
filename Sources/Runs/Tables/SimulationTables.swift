import Funding
import Probability
import Recovery
import Scenarios
import Tables

extension TableSchema {
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
                Column("mcse_sd", .number, "SD", "Monte Carlo standard error of the standard deviation"),
            ]
            + ["05", "10", "25", "50", "75", "90", "95"].map {
                Column("mcse_q\($0)", .number, "SD", "Monte Carlo standard error of the \($0)% quantile")
            })

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
            Column("mcse_value", .number, "of the measure", "Monte Carlo standard error of the value"),
            Column("mcse_sd", .number, "of the measure", "Monte Carlo standard error of the standard deviation"),
            Column("mcse_conf_low", .number, "of the measure", "Monte Carlo standard error of conf_low"),
            Column("mcse_conf_high", .number, "of the measure", "Monte Carlo standard error of conf_high"),
            Column("mcse_p_better", .number, "Monte Carlo standard error of p_better"),
        ])
}

/// The tables of a simulation.
struct SimulationTables {
    let plan: SimulationPlan
    let trajectories: [Trajectory]
    let comparisons: [ScenarioComparison]
    let effects: [EffectRow]

    var tables: [ResultTable] {
        AllocationTables(plan: plan.funding).tables + [
            SpendingTable(plan: plan.funding).table, trajectoryTable, comparisonTable,
        ] + effectTables + [.assumptions(plan.assumptions)]
    }

    /// None when the scenario file declares no interventions.
    private var effectTables: [ResultTable] {
        guard let interventions = plan.file.interventions, !effects.isEmpty else { return [] }
        return [.effects(effects, interventions)]
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
                    .double(row.mcseOfProbability), .optional(row.summary.mcseOfStandardDeviation),
                ]
                    + DrawSummary.probabilities.indices.map { .optional(row.summary.mcseOfQuantiles?[$0]) })
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
                .optional(row.probabilityBetter), .optional(row.mcse.value), .optional(row.mcse.standardDeviation),
                .optional(row.mcse.low), .optional(row.mcse.high), .optional(row.mcse.probabilityBetter),
            ])
        }
        return table
    }
}
