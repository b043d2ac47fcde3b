/// The cell in which a main figure of an outcome moved most.
public struct FigureMove: Sendable {
    /// The figure in words.
    public let figure: String
    /// Its unit; empty for a pure number.
    public let unit: String
    /// The cell.
    public let key: ConclusionKey
    /// From what to what.
    public let move: ConclusionChange.Move
}

/// How far the main figures moved.
struct FigureMoves {
    /// The largest move of each figure in each outcome, figure by figure. Cells that only one run has do not count.
    let largest: [FigureMove]

    /// A figure of a cell.
    private struct Entry {
        let key: ConclusionKey
        let value: Double
        let mcse: Double
        let unit: String
    }

    private struct Source {
        let figure: String
        let entries: (ConclusionTables, ComparedRun) throws -> [Entry]
    }

    private static var sources: [Source] {
        [
            Source(figure: "growth's deviation from the baseline") { tables, run in
                let unit = run.unit(of: "deviation", in: "growth.csv")
                return Self.entries(
                    tables.growth, [.outcome, .sector, .cohort, .ses, .baselineKind], "deviation", nil, unit)
            },
            Source(figure: "growth's delay") { tables, _ in
                Self.entries(
                    tables.growth, [.outcome, .sector, .cohort, .ses, .baselineKind], "delay_weeks", nil, "weeks")
            },
            Source(figure: "money received") { _, run in
                let table = try run.table(
                    "allocation_summary.csv",
                    columns: ["scenario", "school_year", "dimension", "sector", "amount_eur"])
                return Self.entries(table, [.scenario, .sector, .schoolYear], "amount_eur", nil, "EUR") {
                    $0.isAll("school_year", "dimension") && $0.text("sector") != "all"
                }
            },
            Source(figure: "deviation from the pre-crisis level") { tables, _ in
                Self.entries(
                    tables.trajectories, [.scenario, .benchmark, .sector, .outcome, .schoolYear], "mean", "mcse_mean",
                    "SD"
                ) { $0.text("benchmark") == "level" && $0.isAll("ses", "disadvantage_quintile", "grade") }
            },
            Source(figure: "SD-years restored") { tables, _ in
                Self.entries(
                    tables.comparison, [.scenario, .reference, .sector, .outcome], "value", "mcse_value", "SD-years"
                ) { $0.text("measure") == "sd_years_restored" && $0.isAll("ses", "school_year") }
            },
            Source(figure: "cost per SD-year") { tables, _ in
                Self.entries(
                    tables.comparison, [.scenario, .reference, .sector, .outcome], "value", "mcse_value",
                    "EUR per SD-year"
                ) { $0.text("measure") == "cost_per_sd_year_eur" && $0.isAll("ses", "school_year") }
            },
            Source(figure: "probability that a goal is met") { tables, _ in
                Self.entries(tables.goals, [.scenario, .goal, .sector, .outcome], "p_met", "mcse_p_met", "")
            },
        ]
    }

    init(first: ComparedRun, second: ComparedRun, _ old: ConclusionTables, _ new: ConclusionTables) throws {
        let tolerance = InputComparison.tolerance(first, second)
        largest = try Self.sources.flatMap { source in
            let before = Dictionary(try source.entries(old, first).map { ($0.key, $0) }) { first, _ in first }
            return Self.largest(source.figure, before, try source.entries(new, second), tolerance)
        }
    }

    private static func largest(
        _ figure: String, _ before: [ConclusionKey: Entry], _ after: [Entry], _ tolerance: Double
    ) -> [FigureMove] {
        var (moves, positions): ([FigureMove], [String: Int]) = ([], [:])
        for entry in after {
            guard let old = before[entry.key] else { continue }
            let size = abs(entry.value - old.value)
            guard size > tolerance * max(abs(entry.value), abs(old.value)) else { continue }
            let move = FigureMove(
                figure: figure, unit: entry.unit, key: entry.key,
                move: .init(
                    figure: figure, first: old.value, second: entry.value,
                    mcse: (old.mcse * old.mcse + entry.mcse * entry.mcse).squareRoot()))
            let outcome = "\(entry.key[.outcome]).\(entry.key[.sector])"
            if let position = positions[outcome] {
                if size > abs(moves[position].move.second - moves[position].move.first) { moves[position] = move }
            } else {
                positions[outcome] = moves.count
                moves.append(move)
            }
        }
        return moves
    }

    private static func entries(
        _ table: RunTable?, _ key: [KeyColumn], _ value: String, _ mcse: String?, _ unit: String,
        where isWanted: (RunTable.Row) -> Bool = { _ in true }
    ) -> [Entry] {
        (table?.rows ?? []).filter(isWanted).compactMap { row in
            row.number(value).map {
                Entry(
                    key: ConclusionKey(key, of: row), value: $0, mcse: mcse.flatMap(row.number) ?? 0, unit: unit)
            }
        }
    }
}
