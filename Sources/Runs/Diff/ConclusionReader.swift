import Recovery

/// Reads conclusions off the tables of a run.
struct ConclusionReader {
    let tables: ConclusionTables
    /// The scenarios that both runs have: an order is one of these.
    let sharedScenarios: Set<String>
    /// The last school year that both runs simulated.
    let lastYear: String?

    /// All conclusions, the most important first.
    var conclusions: [Conclusion] {
        verdicts + goals + ScenarioOrder(tables: tables, shared: sharedScenarios).conclusions + recoveries
            + directions + lastYears
    }

    private var verdicts: [Conclusion] {
        func read(_ table: RunTable?, _ name: String, _ columns: [KeyColumn], _ figure: String) -> [Conclusion] {
            rows(table).compactMap { row in
                let verdict = row.text("verdict")
                // The baseline's own cohorts have none.
                guard !verdict.isEmpty else { return nil }
                return Conclusion(
                    table: name, kind: .verdict, key: ConclusionKey(columns, of: row), words: verdict,
                    figures: row.number(figure).map { [.init(figure, $0, mcse: nil, borders: [])] } ?? [])
            }
        }
        return read(tables.growth, "growth.csv", [.outcome, .sector, .cohort, .ses, .baselineKind], "deviation")
            + read(tables.levels, "levels.csv", [.outcome, .sector, .cohort, .ses, .baselineKind], "deviation")
            + read(tables.gaps, "gaps.csv", [.outcome, .sector, .cohort], "change")
    }

    private var goals: [Conclusion] {
        rows(tables.goals).map { row in
            let p = row.number("p_met")
            return Conclusion(
                table: "goals.csv", kind: .goal, key: ConclusionKey([.scenario, .goal, .sector, .outcome], of: row),
                words: p.map(Self.likelihood) ?? "no figure",
                figures: p.map {
                    [.init("p_met", $0, mcse: row.number("mcse_p_met"), borders: [0.1, 0.5, 0.9])]
                } ?? [])
        }
    }

    private static func likelihood(_ p: Double) -> String {
        p >= 0.9
            ? "met in at least 90% of draws"
            : p >= 0.5
                ? "met in 50% to 90% of draws" : p >= 0.1 ? "met in 10% to 50% of draws" : "met in under 10% of draws"
    }

    private var recoveries: [Conclusion] {
        rows(tables.recovery).compactMap { row in
            guard let p = row.number("p_recovered") else { return nil }
            let probability = Conclusion.Figure(
                "p_recovered", p, mcse: row.number("mcse_p_recovered"), borders: [0.5])
            let year = p >= 0.5 ? SchoolYear(row.text("year_q50")) : nil
            let figures = year.map {
                [.init("year_q50", Double($0.start), mcse: row.number("mcse_year_q50"), borders: nil), probability]
            }
            return Conclusion(
                table: "recovery.csv", kind: .recovery,
                key: ConclusionKey([.scenario, .benchmark, .sector, .outcome, .ses], of: row),
                words: year.map { "recovered in most draws, median year \($0)" } ?? "not recovered in most draws",
                figures: figures ?? [probability])
        }
    }

    private var directions: [Conclusion] {
        rows(tables.comparison).compactMap { row in
            guard let value = row.number("value"), let low = row.number("conf_low"),
                let high = row.number("conf_high")
            else { return nil }
            return Conclusion(
                table: "comparison.csv", kind: .direction,
                key: ConclusionKey(
                    [.scenario, .reference, .measure, .benchmark, .sector, .outcome, .ses, .schoolYear], of: row),
                words: Self.direction(low, high, of: row.text("measure")),
                figures: [
                    .init("value", value, mcse: row.number("mcse_value"), borders: []),
                    .init("conf_low", low, mcse: row.number("mcse_conf_low"), borders: [0]),
                    .init("conf_high", high, mcse: row.number("mcse_conf_high"), borders: [0]),
                ])
        }
    }

    /// What the 90% interval of a difference says. More of every measure is better but for the two of money.
    private static func direction(_ low: Double, _ high: Double, of measure: String) -> String {
        let words =
            switch measure {
            case "spending_eur": ("more", "less")
            case "cost_per_sd_year_eur": ("above 0", "below 0")
            default: ("better", "worse")
            }
        if low > 0 { return words.0 }
        if high < 0 { return words.1 }
        return low == 0 && high == 0 ? "no difference" : "undetermined"
    }

    private var lastYears: [Conclusion] {
        rows(tables.trajectories).compactMap { row in
            guard row.text("school_year") == lastYear, let p = row.number("p_recovered") else { return nil }
            return Conclusion(
                table: "trajectories.csv", kind: .recoveredInLastYear,
                key: ConclusionKey(
                    [.scenario, .benchmark, .sector, .outcome, .ses, .quintile, .grade, .schoolYear], of: row),
                words: p >= 0.5 ? "recovered in most draws" : "not recovered in most draws",
                figures: [.init("p_recovered", p, mcse: row.number("mcse_p_recovered"), borders: [0.5])])
        }
    }

    private func rows(_ table: RunTable?) -> [RunTable.Row] { table?.rows ?? [] }
}
