import Models
import Tables

extension TableSchema {
    static let series = TableSchema(
        name: "series",
        description: "Coefficients of each yearly series' segmented line, by kind of errors.",
        columns: seriesKeys + [
            Column("method", .string, "the kind of errors: classical, newey_west, ar1_reml, sampling ..."),
            Column("term", .string, "the coefficient: start, slope, and changes of level and slope at each break"),
            Column("estimate", .number, "unit of the outcome", "the estimate; slopes and their changes are per year"),
            Column("std_error", .number, "unit of the outcome", "its standard error"),
            Column("df", .number, "its degrees of freedom; empty means infinite"),
            Column("statistic", .number, "estimate over standard error"),
            Column("p_value", .number, "two-sided p-value"),
            Column("conf_low", .number, "unit of the outcome", "lower end of the confidence interval"),
            Column("conf_high", .number, "unit of the outcome", "upper end of the confidence interval"),
            Column("coverage", .number, "the interval's coverage"),
        ])

    static let counterfactuals = TableSchema(
        name: "counterfactuals",
        description: "Each year from the crisis on against what the years before lead to expect.",
        columns: seriesKeys + [
            Column("method", .string, "how the years before are continued: mean, trend, trend_with_scatter ..."),
            Column("cohort", .string, "year or wave"),
            Column("observed", .number, "unit of the outcome", "the level"),
            Column("expected", .number, "unit of the outcome", "the level expected without the crisis"),
            Column("deviation", .number, "unit of the outcome", "observed minus expected"),
            Column("deviation_se", .number, "unit of the outcome", "its standard error, the expectation's included"),
            Column("deviation_df", .number, "its degrees of freedom; empty means infinite"),
            Column("p_value", .number, "two-sided p-value"),
            Column("conf_low", .number, "unit of the outcome", "lower end of the deviation's confidence interval"),
            Column("conf_high", .number, "unit of the outcome", "upper end of the deviation's confidence interval"),
            Column("coverage", .number, "the interval's coverage"),
        ])

    private static let seriesKeys = [
        Column("model", .string, "the model file's name"), Column("outcome", .string, "outcome"),
        Column("sector", .string, "sector"),
        Column("ses", .string, "SES or other group; one minus another for a gap; empty for all"),
    ]
}

/// The tables of yearly series; none when no model asks for them.
struct SeriesTables {
    let models: [FittedModel]

    var tables: [ResultTable] {
        guard models.contains(where: { !$0.series.isEmpty }) else { return [] }
        return [coefficients, counterfactuals].filter { $0.rowCount > 0 }
    }

    private var coefficients: ResultTable {
        var table = ResultTable(.series)
        for (keys, findings) in rows {
            for row in findings.coefficientRows {
                table.append(
                    keys + [.text(row.method), .text(row.term)] + Self.cells(row.estimate)
                        + [.optional(row.estimate.statistic), .optional(row.estimate.pValue)]
                        + Self.cells(row.interval, findings.coverage))
            }
        }
        return table
    }

    private var counterfactuals: ResultTable {
        var table = ResultTable(.counterfactuals)
        for (keys, findings) in rows {
            for deviation in findings.deviationRows {
                let row = deviation.row
                table.append(
                    keys + [.text(row.method.rawValue), .text(row.label), .double(row.observed), .double(row.expected)]
                        + Self.cells(row.deviation) + [.optional(row.deviation.pValue)]
                        + Self.cells(deviation.interval, findings.coverage))
            }
        }
        return table
    }

    private var rows: [([CSVWriter.Cell], SeriesFindings)] {
        models.flatMap { model in
            model.series.map {
                ([.text(model.fit.model), .text($0.outcome), .text($0.sector), .text($0.group)], $0.findings)
            }
        }
    }

    private static func cells(_ estimate: Estimate) -> [CSVWriter.Cell] {
        [.double(estimate.value), .double(estimate.standardError), .double(estimate.degreesOfFreedom)]
    }

    private static func cells(_ interval: ClosedRange<Double>, _ coverage: Double) -> [CSVWriter.Cell] {
        [.double(interval.lowerBound), .double(interval.upperBound), .double(coverage)]
    }
}
