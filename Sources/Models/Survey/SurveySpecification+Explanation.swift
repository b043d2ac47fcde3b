extension SurveySpecification {
    /// What the file asks for, in lines of words: what is tabulated, by what, and how it is judged.
    public var explanation: [String] {
        var lines = [what]
        if let path { lines.append("  data       \(path)") }
        if let subset { lines.append("  subset     \(subset.text); the other rows stay in the design") }
        if !design.columns.isEmpty { lines.append("  design     \(design.columns.joined(separator: ", "))") }
        if !splits.isEmpty {
            let words = splits.map { $0.name + ($0.isOrdered ? " (ordered: trends are tested)" : "") }
            lines.append("  by         \(words.joined(separator: ", "))")
        }
        lines.append("  sectors    \(words(sector)); waves \(words(wave))")
        lines.append(
            "  tests      level \(testing.level), corrected by \(testing.correction.rawValue) within an item's tests of a kind"
        )
        lines.append(
            "  intervals  coverage \(intervals.coverage)" + (intervals.method.map { ", \($0.rawValue)" } ?? ""))
        let names = associations.correlations.map(\.name) + associations.rankComparisons.map(\.name)
        if !names.isEmpty { lines.append("  together   " + names.joined(separator: "; ")) }
        if let response { lines.append("  response   " + (response.path ?? "in the model file")) }
        return lines
    }

    private var path: String? {
        switch source {
        case .respondents(let path, _, _), .counts(let path, _, _): path
        case .tables, .nothing: nil
        }
    }

    private var what: String {
        switch source {
        case .respondents(_, _, let items):
            "Tables of a survey's respondents: \(items.count) items, errors by the design."
        case .counts: "Shares of published counts, with the errors of a simple random sample."
        case .tables(let rows): "Shares of \(rows.count) published counts, with the errors of a simple random sample."
        case .nothing: "The response of a survey against its population."
        }
    }

    private func words(_ domain: SurveyDomain) -> String {
        domain.column.map { "by column '\($0)'" } ?? (domain.word.isEmpty ? "not declared" : domain.word)
    }
}
