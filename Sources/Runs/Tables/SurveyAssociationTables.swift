import Models
import Tables

/// The tables of what of a survey is set beside each other: correlations of items, and orders of options.
struct SurveyAssociationTables {
    let surveys: [(name: String, findings: SurveyFindings)]

    /// The tables that have rows.
    var tables: [ResultTable] { [correlations, rankComparisons].filter { $0.rowCount > 0 } }

    // MARK: Correlations

    private var correlations: ResultTable {
        var table = ResultTable(.surveyCorrelations)
        for (name, findings) in surveys {
            for row in findings.correlations {
                let isPublished = row.suppressed.isEmpty
                table.append(
                    Self.texts([
                        name, row.name, row.first.item, row.first.label, row.second.item, row.second.label,
                        row.first.sector, row.first.wave, row.method.rawValue,
                    ]) + [
                        isPublished ? .int(row.counts.respondents) : .missing,
                        row.counts.missing.map { .int($0) } ?? .missing,
                        row.counts.clusters.map { .int($0) } ?? .missing, .double(row.counts.weighted),
                        .double(row.estimate.value), .double(row.estimate.standardError),
                        .double(row.estimate.degreesOfFreedom), .optional(row.estimate.interval?.lowerBound),
                        .optional(row.estimate.interval?.upperBound), .double(findings.coverage),
                        .double(row.statistic), .double(row.pValue),
                    ] + Self.tops(row) + [.text(row.suppressed)])
            }
        }
        return table
    }

    private static func tops(_ row: CorrelationRow) -> [CSVWriter.Cell] {
        texts([row.first.category, row.second.category]) + share(row.tops?.both)
            + share(row.tops?.secondAmongFirst) + [.text(row.tops?.suppressed ?? "")]
    }

    private static func share(_ estimate: SurveyEstimate?) -> [CSVWriter.Cell] {
        [
            estimate?.value, estimate?.standardError, estimate?.interval?.lowerBound, estimate?.interval?.upperBound,
        ].map { .optional($0.map { 100 * $0 }) }
    }

    private static func texts(_ words: [String]) -> [CSVWriter.Cell] { words.map { .text($0) } }

    // MARK: Orders

    private var rankComparisons: ResultTable {
        var table = ResultTable(.surveyRankComparisons)
        for (name, findings) in surveys {
            for row in findings.rankComparisons {
                let sources = [row.first, row.second].flatMap { [$0.name, $0.sector, $0.wave] }
                for option in row.options {
                    table.append(
                        Self.texts([name, row.name] + sources + [option.name, option.label]) + [
                            .double(100 * option.firstShare), .double(100 * option.secondShare),
                            .double(option.firstRank), .double(option.secondRank), .double(option.movedUp),
                            row.suppressed.isEmpty ? .text(option.isInBothTopThrees ? "yes" : "no") : .missing,
                            .double(row.spearman), .double(row.kendall), .text(row.suppressed),
                        ])
                }
            }
        }
        return table
    }
}
