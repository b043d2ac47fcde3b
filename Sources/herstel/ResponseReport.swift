import Models

/// The response of a survey and what printed tables get wrong, in words and tables.
struct ResponseReport {
    let findings: SurveyFindings

    /// Response, representativeness and inconsistencies; what there is none of is left out.
    var parts: [String] { [response, representativeness, inconsistencies].filter { !$0.isEmpty } }

    private var response: String {
        guard !findings.response.isEmpty else { return "" }
        var table = TextTable(
            ["part", "to reach", "answered", "used", "rate used, %", "unusable, %"],
            numeric: [false, true, true, true, true, true])
        for row in findings.response {
            let rate = row.grossRate.map { " (\(fixed(100 * $0, 1))%)" } ?? ""
            table.append([
                SurveyWords.part(sector: row.sector, wave: row.wave), "\(row.frame)",
                row.gross.map { "\($0)\(rate)" } ?? "", "\(row.net)", SurveyWords.share(row.netRate),
                row.unusable.map { fixed(100 * $0, 1) } ?? "",
            ])
        }
        return "Response\n" + table.text
    }

    private var representativeness: String {
        guard !findings.representativeness.isEmpty else { return "" }
        var table = TextTable(
            ["by", "part", "response", "population", "chi-squared", "df", "p", "to move, %", "R-indicator"],
            numeric: [false, false, true, true, true, true, true, true, true])
        for row in findings.representativeness {
            let error = row.rIndicatorStandardError.map { " (se \(fixed($0, 3)))" } ?? ""
            table.append([
                row.stratifier, SurveyWords.part(sector: row.sector, wave: row.wave), fixed(row.response, 0),
                fixed(row.population, 0), fixed(row.finiteChiSquared ?? row.chiSquared, 2),
                fixed(row.degreesOfFreedom, 0), SurveyWords.pValue(row.finitePValue ?? row.pValue),
                fixed(100 * row.dissimilarity, 1), fixed(row.rIndicator, 3) + error,
            ])
        }
        let legend =
            "\n  Chi-squared: drawn without replacement, where the response is a part of the population. To move: respondents who "
            + "would\n  have to be in another category. R-indicator: 1 when all categories respond alike."
        return "Whether the response is like its population\n" + table.text + legend + "\n"
            + findings.representativeness.map(words).joined(separator: "\n")
    }

    /// A stratifier in plain words, with the category that is furthest from the population.
    private func words(_ row: RepresentativenessRow) -> String {
        let p = row.finitePValue ?? row.pValue
        let part = SurveyWords.part(sector: row.sector, wave: row.wave)
        let rounded = row.isFromPercents ? " (from rounded percents)" : ""
        let verdict =
            p > 0.05
            ? "no difference from the population is seen"
            : row.dissimilarity < 0.05
                ? "differs from the population, by little" : "differs from the population"
        let furthest = findings.standardisedDifferences.filter {
            $0.stratifier == row.stratifier && $0.sector == row.sector && $0.wave == row.wave
        }.max { abs($0.standardisedDifference) < abs($1.standardisedDifference) }
        let largest = furthest.map {
            "; furthest: \($0.category), \(fixed(100 * $0.responseShare, 1))% of the response and "
                + "\(fixed(100 * $0.populationShare, 1))% of the population"
        }
        return "  \(row.stratifier)\(part.isEmpty ? "" : ", \(part)"): \(verdict)\(rounded)\(largest ?? "")."
    }

    private var inconsistencies: String {
        let printed = findings.shares.count { $0.printedPercent != nil }
        guard !findings.inconsistencies.isEmpty else {
            return printed > 0 ? "All \(printed) printed percents are what their counts give." : ""
        }
        return "Printed figures that their counts do not give\n"
            + findings.inconsistencies.map { "  " + words($0) }.joined(separator: "\n")
    }

    private func words(_ row: InconsistencyRow) -> String {
        let cell = row.cell
        let names = [
            cell.table.isEmpty ? "" : "table \(cell.table)", SurveyWords.item(cell),
            SurveyWords.part(sector: cell.sector, wave: cell.wave), cell.group,
        ]
        let what = "\(row.place) (\(names.filter { !$0.isEmpty }.joined(separator: ", ")))"
        switch row.kind {
        case .missingBase: return "\(what): \(row.count) of an unknown base\(bases(row))."
        case .moreThanBase:
            return
                "\(what): answers that exclude each other add up to \(row.count), above the base of \(row.base ?? 0)."
        case .percent:
            let printed = row.printed.map { shortest($0) } ?? "-"
            let found = row.recomputed.map { fixed($0, 2) } ?? "-"
            return "\(what): printed \(printed)%, \(row.count) of \(row.base ?? 0) is \(found)%\(bases(row))."
        }
    }

    private func shortest(_ value: Double) -> String { fixed(value, value == value.rounded() ? 0 : 1) }

    /// The bases with which the row and the table fit.
    private func bases(_ row: InconsistencyRow) -> String {
        guard row.printed != nil else { return "" }
        func words(_ range: ClosedRange<Int>) -> String {
            range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        }
        let own = row.rowBases.map { "; fits a base of \(words($0))" } ?? "; fits no base"
        guard let all = row.tableBases, all != row.rowBases else { return own }
        return own + ", and all of the table \(words(all))"
    }
}
