import Tables

/// The tables of a run that hold conclusions; nil for those that it does not have.
struct ConclusionTables {
    let growth, levels, gaps, goals, ranking, comparison, recovery, trajectories: RunTable?

    init(_ run: ComparedRun) throws {
        growth = try run.table(
            "growth.csv",
            columns: ["outcome", "sector", "cohort", "ses", "baseline_kind", "deviation", "delay_weeks", "verdict"])
        levels = try run.table(
            "levels.csv",
            columns: ["outcome", "sector", "cohort", "ses", "baseline_kind", "deviation", "verdict"])
        gaps = try run.table("gaps.csv", columns: ["outcome", "sector", "cohort", "change", "verdict"])
        goals = try run.table(
            "goals.csv",
            columns: [
                "scenario", "goal", "figure", "benchmark", "sector", "outcome", "ses", "deadline", "at_least", "p_met",
                "mcse_p_met",
            ])
        ranking = try run.table("ranking.csv", columns: ["scenario", "sector", "outcome", "p_best", "mcse_p_best"])
        comparison = try run.table(
            "comparison.csv",
            columns: [
                "scenario", "reference", "measure", "benchmark", "unit", "sector", "outcome", "ses", "school_year",
                "value", "conf_low", "conf_high", "mcse_value", "mcse_conf_low", "mcse_conf_high",
            ])
        recovery = try run.table(
            "recovery.csv",
            columns: [
                "scenario", "benchmark", "sector", "outcome", "ses", "p_recovered", "mcse_p_recovered", "year_q50",
                "mcse_year_q50",
            ])
        trajectories = try run.table(
            "trajectories.csv",
            columns: [
                "scenario", "benchmark", "sector", "outcome", "ses", "disadvantage_quintile", "grade", "school_year",
                "mean", "mcse_mean", "p_recovered", "mcse_p_recovered",
            ])
    }

    /// The scenarios, in their order.
    var scenarios: [String] {
        var seen: Set<String> = []
        return [trajectories, goals, ranking].compactMap { $0 }.flatMap(\.rows).map { $0.text("scenario") }
            .filter { seen.insert($0).inserted }
    }

    /// The outcomes with their sectors, in their order.
    var outcomes: [String] {
        var seen: Set<String> = []
        return [trajectories, growth].compactMap { $0 }.flatMap(\.rows).map(Self.outcome)
            .filter { seen.insert($0).inserted }
    }

    /// `reading.po`.
    static func outcome(_ row: RunTable.Row) -> String { "\(row.text("outcome")).\(row.text("sector"))" }

    /// The school years that were simulated.
    var schoolYears: Set<String> { Set(trajectories?.rows.map { $0.text("school_year") } ?? []) }
}
