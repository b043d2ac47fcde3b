import Models
import Recovery
import Tables

extension TableSchema {
    static let estimates = TableSchema(
        name: "estimates", description: "One row per coefficient of a fitted model.",
        columns: [
            Column("model", .string, "the model file's name"),
            Column("term", .string, "the coefficient, as lme4 names it"),
            Column("estimate", .number, "units of the outcome", "the estimate"),
            Column("std_error", .number, "units of the outcome", "its standard error"),
            Column(
                "df", .number, "degrees of freedom (which: diagnostics.csv); empty means infinite: normal quantiles"),
            Column("statistic", .number, "estimate over standard error"),
            Column("p_value", .number, "two-sided p-value"),
            Column("conf_low", .number, "units of the outcome", "lower end of the 95% confidence interval"),
            Column("conf_high", .number, "units of the outcome", "upper end of the 95% confidence interval"),
        ])

    static let varianceComponents = TableSchema(
        name: "variance_components", description: "One row per variance or covariance of random effects.",
        columns: [
            Column("model", .string, "the model file's name"),
            Column("group", .string, "the grouping factor, or Residual"),
            Column("term", .string, "the random effect; empty for the residual"),
            Column("with_term", .string, "the other random effect of a covariance; empty for a variance"),
            Column("variance", .number, "the variance or covariance"),
            Column("std_dev", .number, "square root of a variance"),
            Column("correlation", .number, "correlation, for a covariance"),
        ])

    static let growth = TableSchema(
        name: "growth",
        description: "Growth over a school year of each cell, and its deviation from the pre-crisis baseline.",
        columns: [
            Column("outcome", .string, "outcome"), Column("sector", .string, "sector"),
            Column("cohort", .string, "cohort"), Column("ses", .string, "SES group"),
            Column("growth", .number, "score points", "growth over a school year"),
            Column("growth_se", .number, "score points", "its standard error"),
            Column("growth_df", .number, "its degrees of freedom; empty means infinite"),
            Column("baseline_kind", .string, "mean of the baseline cohorts, or their trend continued"),
            Column("baseline", .number, "score points", "the baseline's growth"),
            Column("deviation", .number, "score points", "growth minus baseline"),
            Column("deviation_se", .number, "score points", "its standard error"),
            Column("deviation_df", .number, "its degrees of freedom; empty means infinite"),
            Column("deviation_sd", .number, "SD", "deviation in baseline standard deviations of the level"),
            Column("deviation_pct", .number, "%", "deviation as a percentage of the baseline's growth"),
            Column(
                "delay_weeks", .number, "weeks", "teaching weeks behind the baseline; see teaching_weeks in run.json"),
            Column("delay_weeks_se", .number, "weeks", "its standard error (delta method)"),
            Column("conf_low", .number, "score points", "lower end of the 90% confidence interval of the deviation"),
            Column("conf_high", .number, "score points", "upper end of the 90% confidence interval of the deviation"),
            Column(
                "verdict", .string,
                "ahead, recovered, at_least_recovered, behind or undetermined, by two one-sided 5% tests"),
            Column("suppressed", .string, "why the row is withheld: count or complementary; empty when it is not"),
        ])

    static let levels = TableSchema(
        name: "levels",
        description: "The level of each year and group, and its deviation from the pre-crisis baseline.",
        columns: [
            Column("model", .string, "the model file's name"),
            Column("outcome", .string, "outcome"), Column("sector", .string, "sector"),
            Column("cohort", .string, "year or wave"), Column("ses", .string, "SES or other group; empty for all"),
            Column("n", .integer, "individuals", "how many the level rests on; empty where the data do not tell"),
            Column("level", .number, "unit of the outcome", "mean, or share in percent"),
            Column("level_se", .number, "unit of the outcome", "its standard error"),
            Column("level_df", .number, "its degrees of freedom; empty means infinite"),
            Column("baseline_kind", .string, "mean of the baseline years, or their trend continued"),
            Column("baseline", .number, "unit of the outcome", "the baseline's level"),
            Column("deviation", .number, "unit of the outcome", "level minus baseline"),
            Column("deviation_se", .number, "unit of the outcome", "its standard error"),
            Column("deviation_df", .number, "its degrees of freedom; empty means infinite"),
            Column("deviation_sd", .number, "SD", "deviation in baseline standard deviations"),
            Column("deviation_pct", .number, "%", "deviation as a percentage of the baseline"),
            Column(
                "conf_low", .number, "unit of the outcome", "lower end of the 90% confidence interval of the deviation"),
            Column(
                "conf_high", .number, "unit of the outcome", "upper end of the 90% confidence interval of the deviation"
            ),
            Column("margin", .number, "unit of the outcome", "the largest deviation that counts as none"),
            Column("better", .string, "whether a higher or a lower level is better"),
            Column(
                "verdict", .string,
                "ahead (better), recovered, at_least_recovered, behind or undetermined, by two one-sided 5% tests"),
            Column("suppressed", .string, "why the row is withheld: count or complementary; empty when it is not"),
        ])

    static let gaps = TableSchema(
        name: "gaps", description: "The equity gap of each cohort and its change since the baseline.",
        columns: [
            Column("outcome", .string, "outcome"), Column("sector", .string, "sector"),
            Column("cohort", .string, "cohort"),
            Column(
                "gap", .number, "unit of the outcome", "growth or level of the low SES group minus that of the high one"
            ),
            Column("gap_se", .number, "unit of the outcome", "its standard error"),
            Column("gap_df", .number, "its degrees of freedom; empty means infinite"),
            Column("change", .number, "unit of the outcome", "gap minus the baseline's gap"),
            Column("change_se", .number, "unit of the outcome", "its standard error"),
            Column("change_df", .number, "its degrees of freedom; empty means infinite"),
            Column(
                "conf_low", .number, "unit of the outcome", "lower end of the 90% confidence interval of the change"),
            Column(
                "conf_high", .number, "unit of the outcome", "upper end of the 90% confidence interval of the change"),
            Column("verdict", .string, "verdict on the change"),
            Column("quantity", .string, "whether it is a gap in growth or in level"),
        ])

    static let cells = TableSchema(
        name: "cells", description: "The cell estimates that a model hands on: the mean vector.",
        columns: [
            Column("model", .string, "the model file's name"),
            Column("cell", .integer, "position in the model's estimates, from 1"),
            Column("quantity", .string, "growth, level or effect"), Column("outcome", .string, "outcome"),
            Column("sector", .string, "sector"), Column("cohort", .string, "cohort"),
            Column("ses", .string, "SES group"),
            Column("estimate", .number, "score points; an effect's own unit", "the estimate"),
            Column("std_error", .number, "score points; an effect's own unit", "its standard error"),
            Column("level_sd", .number, "score points", "baseline standard deviation of the level"),
        ])

    static let cellCovariances = TableSchema(
        name: "cell_covariances", description: "The covariance matrix of the cell estimates: its lower triangle.",
        columns: [
            Column("model", .string, "the model file's name"),
            Column("cell", .integer, "row, as in cells.csv"), Column("with_cell", .integer, "column, as in cells.csv"),
            Column("covariance", .number, "product of the cells' units", "the covariance"),
        ])

    static let diagnostics = TableSchema(
        name: "diagnostics", description: "Criteria, counts and warnings of fits and simulation.",
        columns: [
            Column("subject", .string, "the model or scenario"), Column("diagnostic", .string, "what was measured"),
            Column("value", .number, "the figure, where there is one"), Column("note", .string, "what it means"),
        ])
}

/// The tables of fitted models.
struct FitTables {
    let models: [FittedModel]
    let analyses: [String: RecoveryAnalysis]

    /// The coverage of the intervals of coefficients.
    static let coverage = 0.95

    /// All tables, those about growth only when some model reports it.
    func tables() throws -> [ResultTable] {
        var tables = [estimates, varianceComponents].filter { $0.rowCount > 0 }
        if models.contains(where: { $0.fit.estimates != nil }) { tables += [cells, cellCovariances] }
        if analyses.values.contains(where: { $0.quantity == .growth }) { tables.append(try growth()) }
        if analyses.values.contains(where: { $0.quantity == .level }) { tables.append(try levels()) }
        let gaps = try gaps()
        if gaps.rowCount > 0 { tables.append(gaps) }
        return tables
    }

    private var estimates: ResultTable {
        var table = ResultTable(.estimates)
        for model in models {
            let coefficients = model.fit.coefficients
            for (position, term) in coefficients.labels.enumerated() {
                let estimate = coefficients.estimate(at: position)
                let interval = estimate.confidenceInterval(coverage: Self.coverage)
                table.append([
                    .text(model.fit.model), .text(term), .double(estimate.value), .double(estimate.standardError),
                    .double(estimate.degreesOfFreedom), .optional(estimate.statistic), .optional(estimate.pValue),
                    .double(interval.lowerBound), .double(interval.upperBound),
                ])
            }
        }
        return table
    }

    private var varianceComponents: ResultTable {
        var table = ResultTable(.varianceComponents)
        for model in models {
            for component in model.fit.varianceComponents {
                table.append([
                    .text(model.fit.model), .text(component.group), .text(component.term),
                    component.withTerm.map { .text($0) } ?? .missing, .double(component.variance),
                    .optional(component.standardDeviation), .optional(component.correlation),
                ])
            }
        }
        return table
    }

    private var cells: ResultTable {
        var table = ResultTable(.cells)
        for model in models {
            guard let estimates = model.fit.estimates else { continue }
            for (position, cell) in estimates.labels.enumerated() {
                table.append([
                    .text(model.fit.model), .int(position + 1), .text(cell.quantity.rawValue), .text(cell.outcome),
                    .text(cell.sector), .text(cell.cohort), .text(cell.group), .double(estimates.values[position]),
                    .double(estimates.standardErrors[position]),
                    .optional(model.fit.standardDeviations[cell.outcome]),
                ])
            }
        }
        return table
    }

    private var cellCovariances: ResultTable {
        var table = ResultTable(.cellCovariances)
        for model in models {
            guard let estimates = model.fit.estimates else { continue }
            for row in 0..<estimates.count {
                for column in 0...row {
                    table.append([
                        .text(model.fit.model), .int(row + 1), .int(column + 1),
                        .double(estimates.covariance[row, column]),
                    ])
                }
            }
        }
        return table
    }

    private func growth() throws -> ResultTable {
        var table = ResultTable(.growth)
        for model in models {
            guard let analysis = analyses[model.fit.model], analysis.quantity == .growth else { continue }
            for finding in try analysis.cellFindings() { table.append(Self.cells(of: finding)) }
            for suppressed in model.suppressed {
                let cell = suppressed.cell
                table.append(
                    [.text(cell.outcome), .text(cell.sector), .text(cell.cohort), .text(cell.group)]
                        + Array(repeating: .missing, count: TableSchema.growth.columns.count - 5)
                        + [.text(suppressed.reason)])
            }
        }
        return table
    }

    private func levels() throws -> ResultTable {
        var table = ResultTable(.levels)
        for model in models {
            guard let analysis = analyses[model.fit.model], analysis.quantity == .level else { continue }
            for finding in try analysis.cellFindings() {
                table.append(
                    Self.level(
                        finding, model: model.fit.model, count: model.counts[finding.cell],
                        better: analysis.judgement.direction(of: finding.cell.outcome)))
            }
            for suppressed in model.suppressed {
                let cell = suppressed.cell
                table.append(
                    [
                        .text(model.fit.model), .text(cell.outcome), .text(cell.sector), .text(cell.cohort),
                        .text(cell.group),
                    ]
                        + Array(repeating: .missing, count: TableSchema.levels.columns.count - 6)
                        + [.text(suppressed.reason)])
            }
        }
        return table
    }

    private static func level(
        _ finding: CellFinding, model: String, count: CellCount?, better: Judgement.Direction
    ) -> [CSVWriter.Cell] {
        let (cell, comparison) = (finding.cell, finding.comparison)
        return [
            .text(model), .text(cell.outcome), .text(cell.sector), .text(cell.cohort), .text(cell.group),
            count.map { .int($0.individuals) } ?? .missing, .double(finding.estimate.value),
            .double(finding.estimate.standardError), .double(finding.estimate.degreesOfFreedom),
            comparison.map { .text($0.baselineKind.rawValue) } ?? .missing, .optional(comparison?.baseline.value),
            .optional(comparison?.deviation.value), .optional(comparison?.deviation.standardError),
            .optional(comparison?.deviation.degreesOfFreedom), .optional(comparison?.deviationInSD),
            .optional(comparison?.deviationPercent), .optional(comparison?.interval.lowerBound),
            .optional(comparison?.interval.upperBound), .optional(comparison?.margin), .text(better.rawValue),
            comparison?.verdict.map { .text($0.rawValue) } ?? .missing, .missing,
        ]
    }

    private static func cells(of finding: CellFinding) -> [CSVWriter.Cell] {
        let (cell, comparison) = (finding.cell, finding.comparison)
        return [
            .text(cell.outcome), .text(cell.sector), .text(cell.cohort), .text(cell.group),
            .double(finding.estimate.value), .double(finding.estimate.standardError),
            .double(finding.estimate.degreesOfFreedom),
            comparison.map { .text($0.baselineKind.rawValue) } ?? .missing, .optional(comparison?.baseline.value),
            .optional(comparison?.deviation.value), .optional(comparison?.deviation.standardError),
            .optional(comparison?.deviation.degreesOfFreedom),
            .optional(comparison?.deviationInSD), .optional(comparison?.deviationPercent),
            .optional(comparison?.delayWeeks?.value), .optional(comparison?.delayWeeks?.standardError),
            .optional(comparison?.interval.lowerBound), .optional(comparison?.interval.upperBound),
            comparison?.verdict.map { .text($0.rawValue) } ?? .missing, .missing,
        ]
    }

    private func gaps() throws -> ResultTable {
        var table = ResultTable(.gaps)
        for model in models {
            guard let analysis = analyses[model.fit.model] else { continue }
            for finding in try analysis.gapFindings() {
                table.append([
                    .text(finding.outcome), .text(finding.sector),
                    .text(finding.cohort), .double(finding.gap.value), .double(finding.gap.standardError),
                    .double(finding.gap.degreesOfFreedom),
                    .optional(finding.change?.value), .optional(finding.change?.standardError),
                    .optional(finding.change?.degreesOfFreedom), .optional(finding.interval?.lowerBound),
                    .optional(finding.interval?.upperBound), finding.verdict.map { .text($0.rawValue) } ?? .missing,
                    .text(finding.quantity.rawValue),
                ])
            }
        }
        return table
    }
}
