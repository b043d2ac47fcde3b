/// Which scenario is best in each outcome, and the order of scenarios by what they restore and by what that costs.
struct ScenarioOrder {
    let tables: ConclusionTables
    /// The scenarios that both runs have.
    let shared: Set<String>

    var conclusions: [Conclusion] {
        best
            + order(by: "sd_years_restored", .orderBySDYears) { $0 > $1 }
            + order(by: "cost_per_sd_year_eur", .orderByCost) { $0 < $1 }
    }

    /// A scenario and a figure of it.
    private struct Entry {
        let scenario: String
        let value: Double
        let mcse: Double
    }

    private var best: [Conclusion] {
        grouped(tables.ranking?.rows ?? []).map { key, rows in
            let entries = rows.compactMap { row in
                row.number("p_best").map {
                    Entry(scenario: row.text("scenario"), value: $0, mcse: row.number("mcse_p_best") ?? 0)
                }
            }
            let highest = entries.map(\.value).max()
            return Conclusion(
                table: "ranking.csv", kind: .bestScenario, key: key,
                words: entries.filter { $0.value == highest }.map(\.scenario).joined(separator: " = "),
                figures: entries.map { entry in lead(of: entry, among: entries) })
        }
    }

    /// By how much a scenario is more often the best than the next best, or less often than the best.
    private func lead(of entry: Entry, among entries: [Entry]) -> Conclusion.Figure {
        let rival = entries.filter { $0.scenario != entry.scenario }.max { $0.value < $1.value }
        // Whatever the correlation of two errors, that of their difference is at most their sum.
        return .init(
            "p_best of \(entry.scenario) minus the highest of the others", entry.value - (rival?.value ?? 0),
            mcse: entry.mcse + (rival?.mcse ?? 0), borders: [0])
    }

    private func order(
        by measure: String, _ kind: Conclusion.Kind, isBefore: (Double, Double) -> Bool
    ) -> [Conclusion] {
        let rows = (tables.comparison?.rows ?? []).filter {
            $0.text("measure") == measure && $0.isAll("ses", "school_year")
        }
        return grouped(rows).map { key, rows in
            var entries = rows.compactMap { row in
                row.number("value").map {
                    Entry(scenario: row.text("scenario"), value: $0, mcse: row.number("mcse_value") ?? 0)
                }
            }
            // Nothing is restored beyond itself; what that would cost has no meaning.
            if kind == .orderBySDYears, let reference = rows.first?.text("reference") {
                entries.append(Entry(scenario: reference, value: 0, mcse: 0))
            }
            entries = entries.filter { shared.contains($0.scenario) }.sorted {
                $0.value == $1.value ? $0.scenario < $1.scenario : isBefore($0.value, $1.value)
            }
            return Conclusion(
                table: "comparison.csv", kind: kind, key: key,
                words: words(entries, sign: kind == .orderByCost ? " < " : " > "), figures: differences(entries))
        }
    }

    /// `late > none = never`.
    private func words(_ entries: [Entry], sign: String) -> String {
        var words = ""
        for (index, entry) in entries.enumerated() {
            if index > 0 { words += entries[index - 1].value == entry.value ? " = " : sign }
            words += entry.scenario
        }
        return words
    }

    /// The difference of every two scenarios, named the same way in every order.
    private func differences(_ entries: [Entry]) -> [Conclusion.Figure] {
        let entries = entries.sorted { $0.scenario < $1.scenario }
        return entries.indices.flatMap { i in
            entries.indices.dropFirst(i + 1).map { j in
                .init(
                    "\(entries[i].scenario) minus \(entries[j].scenario)", entries[i].value - entries[j].value,
                    mcse: entries[i].mcse + entries[j].mcse, borders: [0])
            }
        }
    }

    /// Rows by sector and outcome, in the order in which these come.
    private func grouped(_ rows: [RunTable.Row]) -> [(ConclusionKey, [RunTable.Row])] {
        var (groups, positions): ([(ConclusionKey, [RunTable.Row])], [ConclusionKey: Int]) = ([], [:])
        for row in rows {
            let key = ConclusionKey([.sector, .outcome], of: row)
            if let position = positions[key] {
                groups[position].1.append(row)
            } else {
                positions[key] = groups.count
                groups.append((key, [row]))
            }
        }
        return groups
    }
}
