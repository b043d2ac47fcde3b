import Glibc
import Runs

/// What differs between two runs, for a reader: conclusions first, then figures, then inputs.
struct DiffReport {
    let difference: RunDifference

    /// More rows than this of a kind are counted, not printed.
    private static let mostRows = 12

    var text: String {
        let isSame = difference.inputs.isEmpty && difference.hasSameResults
        return
            ([[runs, pairing].filter { !$0.isEmpty }.joined(separator: "\n")]
            + (isSame ? ["No difference: the same inputs, and every table the same byte for byte."] : parts))
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private var parts: [String] { [conclusions, careers, absences, moves, inputs] }

    /// What this comparison does not look into.
    private var careers: String {
        let hold = [difference.first, difference.second].contains { access($0.path + "/careers.csv", F_OK) == 0 }
        return hold
            ? "School careers are compared through goals only; look into careers.csv of both runs for the others." : ""
    }

    private var runs: String {
        func line(_ name: String, _ run: ComparedRun) -> String {
            let draws = run.draws.map { ", \(counted($0, "draw"))" } ?? ""
            let seed = run.seed.map { ", seed \($0)" } ?? ""
            return "\(name) \(run.path): herstel \(run.command.joined(separator: " "))\(draws)\(seed)"
        }
        return line("First: ", difference.first) + "\n" + line("Second:", difference.second)
    }

    /// Whether differences hang on chance; empty when a run simulated nothing.
    private var pairing: String {
        guard let draws = difference.first.draws, let others = difference.second.draws else { return "" }
        if let reason = difference.unpairedReason {
            return
                "UNPAIRED: \(reason). The runs do not share random numbers, so that every difference holds the Monte "
                + "Carlo error of both."
        }
        if difference.inputs.contains(where: { $0.kind == .program && $0.field == "version" }) {
            return "Both have the same seed; whether two versions draw the same random numbers is not known."
        }
        return draws == others
            ? "Both have the same random numbers."
            : "Their first \(min(draws, others)) draws have the same random numbers."
    }

    // MARK: Conclusions

    private var conclusions: String {
        if difference.hasSameResults { return "No conclusion changed: every table is the same byte for byte." }
        guard difference.comparedConclusions > 0 else { return "The runs have no conclusion in common." }
        let changed = difference.conclusions(.changed, .nearBorder)
        let title =
            changed.isEmpty
            ? "No conclusion changed, of \(difference.comparedConclusions) compared."
            : "Conclusions that changed: \(changed.count) of \(difference.comparedConclusions) compared"
        let near = difference.conclusions(.nearBorder).count
        let border =
            near == 0
            ? []
            : [
                "  ~ near the border: its figure moved by at most 2 Monte Carlo standard errors of a difference of "
                    + "independent runs (\(near) of them)"
            ]
        let (moved, noise) = (
            difference.conclusions(.moved).count, difference.conclusions(.withinMonteCarloError).count
        )
        let rest =
            moved + noise == 0
            ? "Of the conclusions that stayed, no figure moved."
            : "Of the conclusions that stayed, the figure of \(moved) moved by more than 2 Monte Carlo standard "
                + "errors, that of \(noise) by less."
        return ([title] + border + Self.titles.compactMap { section($0, $1, of: changed) } + [rest])
            .joined(separator: "\n")
    }

    private static let titles = [
        ("verdict", "Verdicts"), ("goal", "Goals: the share of draws in which each is met"),
        ("best_scenario", "The scenario that most often restores most"),
        ("order_by_sd_years", "Order of scenarios by SD-years restored"),
        ("order_by_cost", "Order of scenarios by cost per SD-year"),
        ("direction", "Differences between scenarios, by their 90% interval"),
        ("recovery", "Recovery within the horizon"),
        ("recovered_in_last_year", "Recovered at the end of the last school year"),
    ]

    private func section(_ kind: String, _ title: String, of changed: [ConclusionChange]) -> String? {
        let rows = changed.filter { $0.kind == kind }
        guard !rows.isEmpty else { return nil }
        return Self.list(title + " (\(rows.count))", rows.map(Self.line))
    }

    private static func line(_ change: ConclusionChange) -> String {
        let words = "\(change.key.text): \(change.first ?? "-") -> \(change.second ?? "-")"
        let mark = change.status == .nearBorder ? "~ " : "  "
        // A year is told by the conclusion itself.
        guard let move = change.move, move.figure != "year_q50" else { return mark + words }
        return mark + "\(words) (\(move.figure) \(shortNumber(move.first)) -> \(shortNumber(move.second)))"
    }

    /// Rows under a title, the first of them only when there are many.
    private static func list(_ title: String, _ rows: [String]) -> String {
        let more = rows.count - mostRows
        return
            (["  " + title] + rows.prefix(mostRows).map { "  " + $0 }
            + (more > 0 ? ["    ... and \(more) more: --output FOLDER writes them all"] : [])).joined(separator: "\n")
    }

    private var absences: String {
        let named = difference.absences.map { absence in
            "    \(absence.what) \(absence.name): only in the \(absence.isInFirst ? "first" : "second") run"
        }
        let cells = [
            ("first", difference.conclusions(.onlyInFirst), difference.tablesOnlyInFirst),
            ("second", difference.conclusions(.onlyInSecond), difference.tablesOnlyInSecond),
        ].flatMap { name, changes, tables in
            tables.map { "    \($0): only in the \(name) run" }
                + (changes.isEmpty
                    ? [] : ["    \(counted(changes.count, "other conclusion")): only in the \(name) run"])
        }
        let rows = named + cells
        return rows.isEmpty ? "" : (["What only one run has"] + rows).joined(separator: "\n")
    }

    // MARK: Figures

    private var moves: String {
        guard !difference.moves.isEmpty else { return "" }
        var table = TextTable(
            ["figure", "largest move in", "first", "second", "change", "MCSE at most", "unit"],
            numeric: [false, false, true, true, true, true, false])
        for row in difference.moves {
            let move = row.move
            table.append([
                row.figure, row.key.text, shortNumber(move.first), shortNumber(move.second),
                shortNumber(move.second - move.first), shortNumber(move.mcse), row.unit,
            ])
        }
        return "How far the main figures moved at most, by outcome\n" + table.text
    }

    // MARK: Inputs

    private var inputs: String {
        guard !difference.inputs.isEmpty else { return "What went in: no difference." }
        let parameters = difference.inputs.filter { $0.kind == .parameter }
        let others = difference.inputs.filter { $0.kind != .parameter }.map(Self.line)
        return "What went in differently\n"
            + [
                others.isEmpty ? nil : others.joined(separator: "\n"),
                parameters.isEmpty ? nil : Self.parameterList(parameters),
            ].compactMap { $0 }.joined(separator: "\n")
    }

    private static func line(_ input: InputDifference) -> String {
        let field =
            ["", "value", "name", "version", "library", "sha256"].contains(input.field) ? "" : " " + input.field
        let what =
            input.kind == .file ? "file \(input.name), SHA-256" : "\(input.kind == .goal ? "goal " : "")\(input.name)"
        let change =
            switch input.status {
            case "added": "only in the second run (\(input.second ?? ""))"
            case "removed": "only in the first run (\(input.first ?? ""))"
            default: "\(input.first ?? "-") -> \(input.second ?? "-")"
            }
        return "    \(what)\(field): \(change)" + (input.note.isEmpty ? "" : "\n      \(input.note)")
    }

    /// A line for each parameter; those of which only words differ are counted.
    private static func parameterList(_ rows: [InputDifference]) -> String {
        var (names, byName): ([String], [String: [InputDifference]]) = ([], [:])
        for row in rows {
            if byName[row.name] == nil { names.append(row.name) }
            byName[row.name, default: []].append(row)
        }
        let words: Set = ["origin", "source", "note"]
        let inWords = names.filter { name in (byName[name] ?? []).allSatisfy { words.contains($0.field) } }
        let lines = names.filter { !inWords.contains($0) }.map { parameterLine($0, byName[$0] ?? []) }
        let list = Self.list("Numbers that the results rest on (\(counted(lines.count, "parameter")))", lines)
        let more =
            inWords.isEmpty
            ? ""
            : "\n  Only source or note differ: \(inWords.prefix(mostRows).joined(separator: ", "))"
                + (inWords.count > mostRows ? " and \(inWords.count - mostRows) more" : "")
        return (lines.isEmpty ? "" : list) + (lines.isEmpty ? String(more.dropFirst()) : more)
    }

    private static func parameterLine(_ name: String, _ rows: [InputDifference]) -> String {
        if let row = rows.first, row.field.isEmpty {
            return row.first.map { "  \(name): removed (\($0))" } ?? "  \(name): added (\(row.second ?? ""))"
        }
        let shown = rows.filter { ["distribution", "mean", "sd"].contains($0.field) }
        let fields = (shown.isEmpty ? rows.filter { ["low", "high"].contains($0.field) } : shown).map {
            "\($0.field) \($0.first ?? "-") -> \($0.second ?? "-")"
        }
        let source = rows.filter { $0.field == "source" }.map { "source '\($0.first ?? "")' -> '\($0.second ?? "")'" }
        return "  \(name): " + (fields + source).joined(separator: ", ")
    }
}

/// A number with about four significant digits; files have all digits.
private func shortNumber(_ value: Double) -> String {
    let magnitude = abs(value)
    let decimals =
        magnitude >= 1000 || value == value.rounded()
        ? 0 : magnitude >= 1 ? 2 : magnitude >= 0.1 ? 3 : magnitude >= 0.001 ? 5 : 8
    return fixed(value, decimals)
}
