import Models
import Recovery
import Runs

/// What a fit says, in words and tables for a reader.
struct FitReport {
    let result: FitResult

    var text: String {
        get throws {
            var parts = try result.models.map { try text(of: $0) }
            if !result.comparisons.isEmpty { parts.append(comparisons) }
            return parts.joined(separator: "\n\n")
        }
    }

    private func text(of model: FittedModel) throws -> String {
        var parts = ["Model \(model.fit.model)" + (model.file.title.isEmpty ? "" : ": \(model.file.title)")]
        if !model.file.note.isEmpty { parts.append(Explanation.note(model.file.note)) }
        if let growth = model.growth, model.suppressed.isEmpty { parts += [heading(growth), components(model.fit)] }
        if let generalised = model.generalised { parts += [heading(generalised), components(model.fit)] }
        if let evidence = model.evidence { parts.append(EvidenceReport(fit: evidence).heading) }
        if let persistence = model.persistence { parts.append(PersistenceReport(fit: persistence).heading) }
        if let heading = TransitionsReport.heading(model) {
            parts.append(heading)
            if !model.fit.varianceComponents.isEmpty { parts.append(components(model.fit)) }
        }
        if let survey = model.survey {
            parts += SurveyReport(findings: survey).parts
        } else {
            parts.append(coefficients(model.fit))
        }
        if let methods = methods(model.fit) { parts.append(methods) }
        if let evidence = model.evidence { parts += EvidenceReport(fit: evidence).parts }
        if let persistence = model.persistence { parts += PersistenceReport(fit: persistence).parts }
        if let inference = model.inference, !inference.intervals.isEmpty { parts.append(intervals(inference)) }
        if let analysis = result.analyses[model.fit.model] {
            parts.append(try deviationTable(analysis))
            if let years = TransitionsReport.policyYears(model) { parts.append(years) }
            let gaps = try gapTable(analysis)
            if !gaps.isEmpty { parts.append(gaps) }
        }
        if let flows = model.transitions?.flows { parts += FlowReport(findings: flows).parts }
        parts += TransitionsReport.policy(model)
        parts += TrendReport.series(model)
        parts += warnings(model.fit)
        return parts.joined(separator: "\n\n")
    }

    private func heading(_ fit: GrowthFit) -> String {
        let name = fit.criterion == .reml ? "REML criterion" : "Deviance (ML)"
        let groups = fit.groupSizes.map { "\($0.factor) \($0.levels)" }.joined(separator: ", ")
        return
            "  \(name) at the optimum: \(significant(fit.criterionValue))\n  Rows: \(fit.rowCount); groups: \(groups)"
    }

    private func heading(_ fit: GeneralisedFit) -> String {
        let method = fit.quadraturePoints == 1 ? "Laplace" : "\(fit.quadraturePoints) quadrature points"
        let groups = fit.conditionalModes.map { "\($0.factor) \($0.levels.count)" }.joined(separator: ", ")
        return
            "  Log-likelihood (\(method)): \(significant(fit.logLikelihood))\n  Rows: \(fit.rowCount); groups: \(groups)"
    }

    /// Which standard errors and degrees of freedom these are.
    private func methods(_ fit: ModelFit) -> String? {
        func note(_ name: String) -> String? { fit.diagnostics.first { $0.name == name }?.note }
        guard let errors = note("standard_errors"), let degrees = note("degrees_of_freedom") else { return nil }
        return "  Standard errors: \(errors). Degrees of freedom: \(degrees)."
    }

    private func intervals(_ inference: GrowthInference) -> String {
        var table = TextTable(
            ["parameter", "group", "method", "estimate", "low", "high"],
            numeric: [false, false, false, true, true, true])
        for interval in inference.intervals {
            let term = [
                interval.kind == "correlation" ? "cor" : interval.kind == "fixed_effect" ? "" : "sd", interval.term,
                interval.withTerm,
            ]
            .filter { !$0.isEmpty }.joined(separator: " ")
            table.append([
                term, interval.group, interval.method.rawValue, significant(interval.estimate),
                interval.lower.map(significant) ?? "", interval.upper.map(significant) ?? "",
            ])
        }
        return "Intervals\n" + table.text
    }

    private var comparisons: String {
        var table = TextTable(
            ["model", "against", "statistic", "df", "p"], numeric: [false, false, true, true, true])
        for comparison in result.comparisons {
            table.append([
                comparison.smaller, comparison.larger, fixed(comparison.test.statistic, 3),
                "\(comparison.test.degreesOfFreedom)", Self.pValue(comparison.test.pValue),
            ])
        }
        let note = result.comparisons.contains(where: \.test.isRefitted) ? " (fitted again by maximum likelihood)" : ""
        return "Likelihood-ratio tests\(note)\n" + table.text
    }

    private func components(_ fit: ModelFit) -> String {
        var table = TextTable(
            ["group", "random effect", "with", "variance", "std. dev.", "corr."],
            numeric: [false, false, false, true, true, true])
        for component in fit.varianceComponents {
            table.append([
                component.group, component.term, component.withTerm ?? "", significant(component.variance),
                component.standardDeviation.map(significant) ?? "", component.correlation.map { fixed($0, 4) } ?? "",
            ])
        }
        return table.text
    }

    private func coefficients(_ fit: ModelFit) -> String {
        var table = TextTable(
            ["term", "estimate", "std. error", "df", "statistic", "p"], numeric: [false, true, true, true, true, true])
        for (position, term) in fit.coefficients.labels.enumerated() {
            let estimate = fit.coefficients.estimate(at: position)
            table.append([
                term, significant(estimate.value), significant(estimate.standardError),
                estimate.degreesOfFreedom.isFinite ? fixed(estimate.degreesOfFreedom, 1) : "inf",
                estimate.statistic.map { fixed($0, 3) } ?? "", estimate.pValue.map(Self.pValue) ?? "",
            ])
        }
        return table.text
    }

    private static func pValue(_ p: Double) -> String { p < 0.0001 ? "<0.0001" : fixed(p, 4) }

    private func deviationTable(_ analysis: RecoveryAnalysis) throws -> String {
        let isGrowth = analysis.quantity == .growth
        let sectors = Set(analysis.estimates.labels.map(\.sector)).count > 1
        var table = TextTable(
            ["outcome"] + (sectors ? ["sector"] : []) + [
                isGrowth ? "cohort" : "year", "group", "against", "deviation", "90% interval", "SD",
            ]
                + (isGrowth ? ["weeks"] : []) + ["verdict"],
            numeric: (sectors ? [false] : []) + [false, false, false, false, true, true, true]
                + (isGrowth ? [true] : []) + [false])
        for finding in try analysis.cellFindings() {
            guard let comparison = finding.comparison else { continue }
            let interval = comparison.interval
            let weeks = comparison.delayWeeks.map { "\(fixed($0.value, 1)) (se \(fixed($0.standardError, 1)))" } ?? ""
            table.append(
                [finding.cell.outcome] + (sectors ? [finding.cell.sector] : []) + [
                    finding.cell.cohort, finding.cell.group, comparison.baselineKind.rawValue,
                    fixed(comparison.deviation.value, 2),
                    "\(fixed(interval.lowerBound, 2)) to \(fixed(interval.upperBound, 2))",
                    comparison.deviationInSD.map { fixed($0, 3) } ?? "",
                ] + (isGrowth ? [weeks] : []) + [comparison.verdict?.rawValue ?? ""])
        }
        return heading(of: analysis) + "\n" + table.text
    }

    private func heading(of analysis: RecoveryAnalysis) -> String {
        let judgement = analysis.judgement
        guard analysis.quantity == .level else {
            return
                "Deviation of growth from the pre-crisis baseline (weeks of \(fixed(judgement.teachingWeeks, 0)) teaching "
                + "weeks a year; margin \(fixed(judgement.margin, 2)) SD)"
        }
        var outcomes: [String] = []
        for cell in analysis.estimates.labels where !outcomes.contains(cell.outcome) { outcomes.append(cell.outcome) }
        let margins = outcomes.map { outcome in
            let margin = judgement.margin(of: outcome, standardDeviation: analysis.standardDeviations[outcome])
            return
                "\(outcome) \(margin.map { fixed($0, 2) } ?? "unknown"), \(judgement.direction(of: outcome).rawValue) is better"
        }
        return "Deviation of the level from the pre-crisis baseline (margin: \(margins.joined(separator: "; ")))"
    }

    private func gapTable(_ analysis: RecoveryAnalysis) throws -> String {
        let sectors = Set(analysis.estimates.labels.map(\.sector)).count > 1
        var table = TextTable(
            ["outcome"] + (sectors ? ["sector"] : []) + ["cohort", "gap", "change", "90% interval", "verdict"],
            numeric: (sectors ? [false] : []) + [false, false, true, true, true, false])
        var isEmpty = true
        for finding in try analysis.gapFindings() {
            guard let change = finding.change, let interval = finding.interval else { continue }
            isEmpty = false
            table.append(
                [finding.outcome] + (sectors ? [finding.sector] : []) + [
                    finding.cohort, fixed(finding.gap.value, 2), fixed(change.value, 2),
                    "\(fixed(interval.lowerBound, 2)) to \(fixed(interval.upperBound, 2))",
                    finding.verdict?.rawValue ?? "",
                ])
        }
        let groups = analysis.judgement
        return isEmpty
            ? "" : "Equity gap, \(groups.lowGroup) minus \(groups.highGroup), and its change\n" + table.text
    }

    private func warnings(_ fit: ModelFit) -> [String] {
        fit.diagnostics.filter(\.isWarning).map {
            "  Note: " + $0.name.split(separator: "_").joined(separator: " ")
                + ($0.value.map { " \(fixed($0, 0))" } ?? "") + ($0.note.isEmpty ? "" : ": \($0.note)")
        }
    }
}
