import Models

/// What the flows of school careers say, in words and tables.
struct FlowReport {
    let findings: FlowFindings

    var parts: [String] {
        (findings.figures.isEmpty ? [] : [figures]) + (findings.moves.isEmpty ? [] : [moves]) + pooled
    }

    /// What is published and what is assumed.
    private var figures: String {
        var table = TextTable(
            ["figure", "percent", "std. error", "is", "source"], numeric: [false, true, true, false, false])
        for figure in findings.figures {
            table.append([
                Self.shortened(figure.words, 46), significant(100 * figure.share),
                significant(100 * figure.standardError), figure.isAssumed ? "assumed" : "published",
                Self.shortened(figure.source, 60),
            ])
        }
        return "The figures behind the flows; what they leave of a grade's pupils goes onward\n" + table.text
    }

    /// How the years in grades end.
    private var moves: String {
        let names = findings.moves.first?.shares.map(\.move.rawValue) ?? []
        var table = TextTable(
            ["year", "group"] + names, numeric: [false, false] + names.map { _ in true })
        for row in findings.moves {
            table.append([row.year, row.group] + row.shares.map { fixed(100 * $0.share, 2) })
        }
        return "How the school years of a cohort under each year's rates end, in percent\n" + table.text
    }

    private var pooled: [String] {
        findings.fitted.map {
            [
                "  Log-odds for simulations: \($0.logOdds.count), of the flows in \(findings.fittedYears.joined(separator: ", "))."
            ]
        } ?? []
    }

    private static func shortened(_ text: String, _ count: Int) -> String {
        text.count <= count ? text : text.prefix(count - 1) + "…"
    }
}
