import Probability
import Recovery
import Scenarios
import Tables

extension TableSchema {
    static let trajectories = TableSchema(
        name: "trajectories",
        description:
            "The deviation from each benchmark at the end of each school year, over draws. All pupils of a SES group: against "
            + "level, growth and trend; each disadvantage quintile: against the trend; each grade: against level and trend.",
        columns: [
            Column("scenario", .string, "scenario"), .benchmark,
            Column("unit", .string, "unit of the deviation: SD"), Column("sector", .string, "sector"),
            Column("outcome", .string, "outcome"), Column("ses", .string, "SES group, or all"),
            Column("disadvantage_quintile", .string, "1 (lowest score per pupil) to 5, unknown, or all"),
            Column("grade", .string, "1 (in which pupils enter the sector) and up, or all"),
            Column("school_year", .string, "school year"),
            Column("n_pupils", .integer, "pupils", "number of pupils; of a grade the sector's divided by its grades"),
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
}

extension TableSchema.Column {
    /// What recovery is judged against.
    static let benchmark = TableSchema.Column(
        "benchmark", .string,
        "level (of pre-crisis pupils of the same grade), growth (their progress in the year), trend (the level that the "
            + "pre-crisis trend leads to)")
}

/// The tables of a simulation.
struct SimulationTables {
    let plan: SimulationPlan
    let summary: SimulationSummary
    let effects: [EffectRow]
    let staffLimits: [StaffLimit]
    let sensitivity: SensitivityAnalysis?

    var tables: [ResultTable] {
        AllocationTables(plan: plan.funding).tables + [
            SpendingTable(plan: plan.funding).table, .trajectories(summary.trajectories),
            .comparison(summary.comparisons), .recovery(summary.recoveries), .ranking(summary.rankings),
        ] + careerTables + goalTables + sensitivityTables + effectTables + [.assumptions(plan.assumptions)]
    }

    /// None when the scenario file declares no interventions.
    private var effectTables: [ResultTable] {
        guard let interventions = plan.file.interventions, !effects.isEmpty else { return [] }
        return [.effects(effects, interventions), .capacity(staffLimits)]
    }

    /// None when it was not asked for, or nothing is uncertain.
    private var sensitivityTables: [ResultTable] {
        sensitivity.map { $0.rows.isEmpty ? [] : [.sensitivity($0)] } ?? []
    }

    /// None when the scenario file declares no careers.
    private var careerTables: [ResultTable] { plan.file.careers.isEmpty ? [] : [.careers(summary.careers)] }

    /// None when the scenario file declares no goals.
    private var goalTables: [ResultTable] { summary.goals.isEmpty ? [] : [.goals(summary.goals)] }
}

extension ResultTable {
    /// The table of trajectories.
    static func trajectories(_ rows: [Trajectory]) -> ResultTable {
        var table = ResultTable(.trajectories)
        for row in rows {
            table.append(
                [
                    .text(row.scenario), .text(row.benchmark.rawValue), .text("SD"), .text(row.sector),
                    .text(row.outcome), .text(row.group), .text(row.quintile), .text(row.grade),
                    .text(row.year.description), .int(row.pupils), .double(row.summary.mean),
                    .optional(row.summary.standardDeviation),
                ] + row.summary.quantiles.map { .double($0) } + [
                    .double(row.probabilityRecovered), .optional(row.summary.mcseOfMean),
                    .optional(row.mcseOfProbability), .optional(row.summary.mcseOfStandardDeviation),
                ]
                    + DrawSummary.probabilities.indices.map { .optional(row.summary.mcseOfQuantiles?[$0]) })
        }
        return table
    }
}
