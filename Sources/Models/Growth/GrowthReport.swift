import LinearAlgebra
import Tables

/// The reported cells of a fitted growth model: estimated marginal means and growths over a reference grid.
///
/// Numeric covariates are held at their means and other factors averaged with equal weights over their levels, as
/// emmeans does. Growth is the difference of the means at the end and at the start of the reported interval.
struct GrowthReport {
    let fit: GrowthFit
    let report: GrowthSpecification.Report

    /// The cells' estimates with their joint covariance.
    ///
    /// - Throws: ``ModelError/report(_:)`` when a reported column is not of the kind it must be.
    func estimates() throws(ModelError) -> Estimates {
        let cohorts = try levels(of: report.cohort, use: "the cohort")
        let groups = try levels(of: report.group, use: "the group")
        var cells: [Cell] = []
        var rows: [[Double]] = []
        for cohort in cohorts.isEmpty ? [nil] : cohorts.map(Optional.some) {
            for group in groups.isEmpty ? [nil] : groups.map(Optional.some) {
                var fixed: [String: VariableValue] = [:]
                if let cohort, let name = report.cohort { fixed[name] = .level(cohort.position) }
                if let group, let name = report.group { fixed[name] = .level(group.position) }
                cells.append(
                    Cell(
                        quantity: report.time == nil ? .level : .growth, outcome: report.outcome,
                        sector: report.sector, cohort: cohort?.name ?? "", group: group?.name ?? ""))
                rows.append(try weights(fixed))
            }
        }
        let linear = fit.coefficients.transformed(Matrix(rowVectors: rows), labels: cells)
        let offset = offset()
        return Estimates(
            labels: linear.labels, values: linear.values.map { $0 + offset }, covariance: linear.covariance,
            uncertainty: linear.uncertainty)
    }

    /// The baseline standard deviation of the level: declared, or that of the scores of the baseline cohorts at the end
    /// of the reported interval, or of all scores when there is no baseline.
    func standardDeviation(baselineCohorts: [String]) -> Double? {
        if let declared = report.standardDeviation { return declared }
        var rows = Array(fit.frame.response.indices)
        if let name = report.cohort, case .factor(let levels, let codes) = fit.frame.variables[name],
            !baselineCohorts.isEmpty
        {
            rows = rows.filter { baselineCohorts.contains(levels[Int(codes[$0])]) }
        }
        if let name = report.time, case .numeric(let times) = fit.frame.variables[name] {
            let atEnd = rows.filter { times[$0] == report.interval.upperBound }
            if atEnd.count > 1 { rows = atEnd }
        }
        guard rows.count > 1 else { return nil }
        let values = rows.map { fit.frame.response[$0] }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }

    private func weights(_ fixed: [String: VariableValue]) throws(ModelError) -> [Double] {
        guard let time = report.time else { return meanRow(fixed) }
        guard case .numeric = fit.frame.variables[time] else {
            throw .report("the report's time '\(time)' is a factor; growth needs a numeric time in school years.")
        }
        var (start, end) = (fixed, fixed)
        start[time] = .number(report.interval.lowerBound)
        end[time] = .number(report.interval.upperBound)
        return zip(meanRow(end), meanRow(start)).map { $0 - $1 }
    }

    /// The mean of the model matrix's rows over all combinations of the factors that are not fixed.
    private func meanRow(_ fixed: [String: VariableValue]) -> [Double] {
        let design = fit.design
        var combinations: [[VariableValue]] = [[]]
        for name in design.variableNames {
            let values: [VariableValue]
            switch (fixed[name], fit.frame.variables[name]) {
            case (let value?, _): values = [value]
            case (nil, .factor(let levels, _)): values = levels.indices.map { .level($0) }
            case (nil, .numeric(let numbers)): values = [.number(numbers.reduce(0, +) / Double(numbers.count))]
            case (nil, .names), (nil, nil): values = [.number(0)]
            }
            combinations = combinations.flatMap { head in values.map { head + [$0] } }
        }
        var sum = [Double](repeating: 0, count: design.columnCount)
        for combination in combinations {
            for (column, value) in design.row(combination).enumerated() { sum[column] += value }
        }
        return fit.keptColumns.map { sum[$0] / Double(combinations.count) }
    }

    /// What the formula's offsets add to every cell: their growth over the interval, or their level at the means.
    private func offset() -> Double {
        guard let time = report.time else { return offset(at: [:]) }
        return offset(at: [time: report.interval.upperBound])
            - offset(at: [time: report.interval.lowerBound])
    }

    private func offset(at times: [String: Double]) -> Double {
        fit.frame.formula.offsets.reduce(0) { sum, offset in
            sum
                + offset.values(rowCount: 1) { name in
                    guard case .numeric(let numbers) = fit.frame.variables[name] else { return [.nan] }
                    return [times[name] ?? numbers.reduce(0, +) / Double(numbers.count)]
                }[0]
        }
    }

    private func levels(of name: String?, use: String) throws(ModelError) -> [(position: Int, name: String)] {
        guard let name else { return [] }
        guard case .factor(let levels, _) = fit.frame.variables[name] else {
            throw .report("\(use) '\(name)' is a number. Declare it as a factor under data, columns.")
        }
        return levels.enumerated().map { ($0.offset, $0.element) }
    }
}

extension GrowthSpecification {
    /// Fits the model to a table.
    ///
    /// - Parameters:
    ///   - name: The model's name.
    ///   - table: The data, with the columns that ``csv`` asks for.
    ///   - baselineCohorts: The cohorts whose scores give the standard deviation; empty for all.
    /// - Throws: ``ModelError``.
    public func fit(
        name: String, table: Table, baselineCohorts: [String]
    ) throws(ModelError) -> (fit: GrowthFit, result: ModelFit) {
        let frame = try ModelFrame(
            formula, table: table, weightsColumn: weights, contrasts: contrasts, subset: subset)
        let fit = try GrowthModel(frame, criterion: criterion).fit()
        let reporter = report.map { GrowthReport(fit: fit, report: $0) }
        var deviations: [String: Double] = [:]
        if let report, let value = reporter?.standardDeviation(baselineCohorts: baselineCohorts) {
            deviations[report.outcome] = value
        }
        let result = ModelFit(
            model: name, coefficients: fit.coefficients, varianceComponents: fit.varianceComponents,
            estimates: try reporter?.estimates(), standardDeviations: deviations, diagnostics: fit.diagnostics)
        return (fit, result)
    }
}

extension GrowthFit {
    /// Criterion, counts and warnings.
    var diagnostics: [Diagnostic] {
        var list = [
            Diagnostic(criterion == .reml ? "reml_criterion" : "deviance", criterionValue),
            Diagnostic("rows", Double(rowCount)),
            Diagnostic(
                "rows_left_out", Double(rowsLeftOut), note: "a value of the formula's columns is missing",
                isWarning: rowsLeftOut > 0),
        ]
        if rowsOutsideSubset > 0 {
            list.append(Diagnostic("rows_outside_subset", Double(rowsOutsideSubset), note: "the declared subset"))
        }
        list += groupSizes.map { Diagnostic("factor_levels", Double($0.levels), note: $0.factor) }
        list.append(Diagnostic("evaluations", Double(evaluations)))
        list.append(
            Diagnostic(
                "degrees_of_freedom",
                note: coefficients.uncertainty == nil
                    ? "infinite (normal quantiles): the criterion's curvature gave no Satterthwaite degrees of freedom"
                    : "Satterthwaite", isWarning: coefficients.uncertainty == nil))
        list += droppedColumns.map {
            Diagnostic("dropped_column", note: "\($0) is a combination of earlier columns", isWarning: true)
        }
        list += singularities.map { Diagnostic("singular", note: $0, isWarning: true) }
        return list
    }
}
