import Models
import Tables

/// The tables of surveys and published counts: shares, means, tests, changes and ranks.
///
/// Shares are in percent, as the monitor prints them, with their errors, intervals and differences.
struct SurveyTables {
    let models: [FittedModel]

    /// The tables that have rows.
    var tables: [ResultTable] {
        [shares, means, tests, changes, ranks].filter { $0.rowCount > 0 }
            + SurveyAssociationTables(surveys: surveys).tables + ResponseTables(surveys: surveys).tables
    }

    private var surveys: [(name: String, findings: SurveyFindings)] {
        models.compactMap { model in model.survey.map { (model.fit.model, $0) } }
    }

    private var shares: ResultTable {
        var table = ResultTable(.surveyShares)
        for (name, findings) in surveys {
            for row in findings.shares {
                let keys = Self.keys(name, row.cell) + [.text(row.kind.rawValue)]
                table.append(
                    keys + Self.cells(row.counts, row.suppressed)
                        + [Self.whole(row.count, row.suppressed), .double(100 * row.estimate.value)]
                        + Self.cells(row.estimate, 100, findings.coverage)
                        + [.optional(row.printedPercent), .text(row.suppressed)])
            }
        }
        return table
    }

    private var means: ResultTable {
        var table = ResultTable(.surveyMeans)
        for (name, findings) in surveys {
            for row in findings.means {
                table.append(
                    Self.keys(name, row.cell) + Self.cells(row.counts, row.suppressed)
                        + [.double(row.estimate.value), .double(row.standardDeviation)]
                        + Self.cells(row.estimate, 1, findings.coverage) + [.text(row.suppressed)])
            }
        }
        return table
    }

    private var tests: ResultTable {
        var table = ResultTable(.surveyTests)
        for (name, findings) in surveys {
            let means = Set(findings.means.map(\.cell.item))
            for row in findings.tests {
                let (scale, estimate) = (means.contains(row.cell.item) ? 1.0 : 100, row.estimate)
                let interval = estimate?.interval
                table.append(
                    Self.keys(name, row.cell) + [
                        .text(row.kind.rawValue), .text(row.method), Self.whole(row.respondents, row.suppressed),
                        .optional(estimate.map { scale * $0.value }),
                        .optional(estimate.map { scale * $0.standardError }),
                        .optional(interval.map { scale * $0.lowerBound }),
                        .optional(interval.map { scale * $0.upperBound }), .double(findings.coverage),
                        .double(row.statistic), .double(row.degreesOfFreedom),
                        .optional(row.denominatorDegreesOfFreedom), .double(row.pValue), .double(row.adjustedPValue),
                        .int(row.familySize), Self.verdict(row.isSignificant, row.suppressed), .text(row.suppressed),
                    ])
            }
        }
        return table
    }

    private var changes: ResultTable {
        var table = ResultTable(.surveyChanges)
        for (name, findings) in surveys {
            let means = Set(findings.means.map(\.cell.item))
            for row in findings.changes {
                table.append(
                    Self.keys(name, row.cell)
                        + Self.cells(row, means.contains(row.cell.item) ? 1 : 100, findings.coverage))
            }
        }
        return table
    }

    private static func cells(_ row: ChangeRow, _ scale: Double, _ coverage: Double) -> [CSVWriter.Cell] {
        [
            .text(row.fromWave), whole(row.respondents.from, row.suppressed), whole(row.respondents.to, row.suppressed),
            .double(scale * row.estimates.from), .double(scale * row.estimates.to), .double(scale * row.change.value),
            .double(scale * row.change.standardError), .double(scale * row.smallestStandardError),
            .text(row.covariance), .double(row.change.degreesOfFreedom),
            .optional(row.change.interval.map { scale * $0.lowerBound }),
            .optional(row.change.interval.map { scale * $0.upperBound }), .double(coverage), .double(row.statistic),
            .double(row.pValue), .double(row.adjustedPValue), .int(row.familySize),
            verdict(row.isSignificant, row.suppressed), .text(row.suppressed),
        ]
    }

    private var ranks: ResultTable {
        var table = ResultTable(.surveyRanks)
        for (name, findings) in surveys {
            for row in findings.ranks {
                table.append(
                    Self.keys(name, row.cell) + [
                        .double(100 * row.share), .double(row.rank),
                        Self.whole(row.plausibleRanks.lowerBound, row.suppressed),
                        Self.whole(row.plausibleRanks.upperBound, row.suppressed), .double(findings.coverage),
                        .text(row.suppressed),
                    ])
            }
        }
        return table
    }

    // MARK: Cells

    private static func keys(_ name: String, _ cell: SurveyCell) -> [CSVWriter.Cell] {
        [name, cell.item, cell.label, cell.table, cell.category, cell.sector, cell.wave, cell.split, cell.group]
            .map { .text($0) }
    }

    /// A whole number, which a withheld row does not have.
    private static func whole(_ number: Int, _ suppressed: String) -> CSVWriter.Cell {
        suppressed.isEmpty ? .int(number) : .missing
    }

    private static func verdict(_ isSignificant: Bool, _ suppressed: String) -> CSVWriter.Cell {
        suppressed.isEmpty ? .text(isSignificant ? "yes" : "no") : .missing
    }

    private static func cells(_ counts: SurveyCounts, _ suppressed: String) -> [CSVWriter.Cell] {
        [
            whole(counts.respondents, suppressed), counts.missing.map { .int($0) } ?? .missing,
            counts.clusters.map { .int($0) } ?? .missing, .double(counts.weighted),
        ]
    }

    private static func cells(_ estimate: SurveyEstimate, _ scale: Double, _ coverage: Double) -> [CSVWriter.Cell] {
        [
            .double(scale * estimate.standardError), .double(estimate.degreesOfFreedom),
            .optional(estimate.interval.map { scale * $0.lowerBound }),
            .optional(estimate.interval.map { scale * $0.upperBound }), .double(coverage),
            .optional(estimate.designEffect),
        ]
    }
}
