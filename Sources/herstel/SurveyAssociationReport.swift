import Models

/// Correlations of items and comparisons of orders in text.
struct SurveyAssociationReport {
    let findings: SurveyFindings

    /// Both tables; what there is none of is left out.
    var parts: [String] { [correlations, joint].filter { !$0.isEmpty } + findings.rankComparisons.map(order) }

    // MARK: Correlations

    private var correlations: String {
        guard !findings.correlations.isEmpty else { return "" }
        var table = TextTable(
            ["items", "part", "method", "n", "correlation", "p"], numeric: [false, false, false, true, true, true])
        for row in findings.correlations {
            let isWithheld = !row.suppressed.isEmpty
            table.append([
                items(row), part(row), row.method.rawValue, isWithheld ? "x" : "\(row.counts.respondents)",
                isWithheld ? "x" : SurveyWords.range(row.estimate, 1, 3),
                isWithheld ? "x" : SurveyWords.pValue(row.pValue),
            ])
        }
        let isWithheld = findings.correlations.contains { !$0.suppressed.isEmpty }
        return "Correlations; p is not adjusted for their number\n" + table.text + (isWithheld ? withheld : "")
    }

    private var joint: String {
        let rows = findings.correlations.filter { $0.tops != nil }
        guard !rows.isEmpty else { return "" }
        var table = TextTable(
            ["first", "second", "part", "both", "second among first"], numeric: [false, false, false, true, true])
        for row in rows {
            guard let tops = row.tops else { continue }
            let isWithheld = !tops.suppressed.isEmpty
            table.append([
                "\(SurveyWords.item(row.first)): \(row.first.category)",
                "\(SurveyWords.item(row.second)): \(row.second.category)", part(row),
                isWithheld ? "x" : SurveyWords.share(tops.both),
                isWithheld ? "x" : tops.secondAmongFirst.map(SurveyWords.share) ?? "-",
            ])
        }
        let isWithheld = rows.contains { $0.tops?.suppressed.isEmpty == false }
        return "Answers together: percent of those who answered both\n" + table.text + (isWithheld ? withheld : "")
    }

    private let withheld = "\n  x: withheld, as it rests on too few respondents or would give away what does."

    private func items(_ row: CorrelationRow) -> String {
        "\(SurveyWords.item(row.first)) with \(SurveyWords.item(row.second))"
    }

    private func part(_ row: CorrelationRow) -> String {
        SurveyWords.part(sector: row.first.sector, wave: row.first.wave)
    }

    // MARK: Orders

    private func order(_ row: RankComparisonRow) -> String {
        let title = "\(row.name): \(words(row.first)) (first) against \(words(row.second)) (second)\n"
        guard row.suppressed.isEmpty else {
            return title + "  Withheld, as a share of an option is."
        }
        var table = TextTable(
            ["option", "first, %", "second, %", "first rank", "second rank", "moved"],
            numeric: [false, true, true, true, true, true])
        for option in row.options.enumerated().sorted(by: {
            ($0.element.firstRank, $0.offset) < ($1.element.firstRank, $1.offset)
        }).map(\.element) {
            table.append([
                option.label.isEmpty ? option.name : option.label, fixed(100 * option.firstShare, 1),
                fixed(100 * option.secondShare, 1), rank(option.firstRank), rank(option.secondRank),
                option.movedUp == 0 ? "-" : (option.movedUp > 0 ? "up " : "down ") + rank(abs(option.movedUp)),
            ])
        }
        let common = row.commonTopThree.map { $0.label.isEmpty ? $0.name : $0.label }
        let top = common.isEmpty ? "none" : common.joined(separator: ", ")
        return title + table.text
            + "\n  Spearman \(fixed(row.spearman, 3)), Kendall \(fixed(row.kendall, 3)); in both top threes: \(top)."
            + (row.optionsLeftOut.isEmpty
                ? "" : "\n  In one order only: \(row.optionsLeftOut.joined(separator: ", ")).")
    }

    private func words(_ source: RankComparisonRow.Source) -> String {
        [source.name, SurveyWords.part(sector: source.sector, wave: source.wave)].filter { !$0.isEmpty }
            .joined(separator: ", ")
    }

    private func rank(_ rank: Double) -> String { fixed(rank, rank == rank.rounded() ? 0 : 1) }
}
