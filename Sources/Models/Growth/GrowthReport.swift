import LinearAlgebra
import Tables

/// The reported cells of a fitted growth model: estimated marginal means and growths over a reference grid.
///
/// Numeric covariates are held at their means and other factors averaged with equal weights over their levels, as
/// emmeans does. Growth is the difference of the means at the end and at the start of the reported interval.
struct GrowthReport {
    let fit: GrowthFit
    let report: GrowthSpecification.Report

    /// The cells that the data determine, and the others.
    private let cells: (estimable: [ReportedCell], others: [Cell])

    /// - Throws: ``ModelError/report(_:)`` when a reported column is not of the kind it must be;
    ///   ``ModelError/noEstimableCell(quantity:)`` when the data determine none of the cells.
    init(fit: GrowthFit, report: GrowthSpecification.Report) throws(ModelError) {
        self.fit = fit
        self.report = report
        let grid = ReferenceGrid(fit: fit, report: report)
        let cells = try grid.cells()
        let estimable = cells.filter { fit.dependences.isEstimable($0.row) }
        guard !estimable.isEmpty else { throw .noEstimableCell(quantity: cells[0].cell.quantity.rawValue) }
        self.cells = (estimable, cells.filter { !fit.dependences.isEstimable($0.row) }.map(\.cell))
    }

    /// The estimates of the cells that the data determine, with their joint covariance.
    var estimates: Estimates {
        let rows = cells.estimable.map { cell in fit.keptColumns.map { cell.row[$0] } }
        let linear = fit.coefficients.transformed(
            Matrix(rowVectors: rows), labels: cells.estimable.map(\.cell))
        let offset = offset()
        return Estimates(
            labels: linear.labels, values: linear.values.map { $0 + offset }, covariance: linear.covariance,
            uncertainty: linear.uncertainty)
    }

    /// A warning for each cell left out.
    var diagnostics: [Diagnostic] {
        cells.others.map {
            Diagnostic(
                "not_estimable",
                note: "the data do not determine the \($0.quantity.rawValue) of '\($0.name)': it is left out",
                isWarning: true)
        }
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
        let reporter = try report.map { report throws(ModelError) in try GrowthReport(fit: fit, report: report) }
        var deviations: [String: Double] = [:]
        if let report, let value = reporter?.standardDeviation(baselineCohorts: baselineCohorts) {
            deviations[report.outcome] = value
        }
        let result = ModelFit(
            model: name, coefficients: fit.coefficients, varianceComponents: fit.varianceComponents,
            estimates: reporter?.estimates, standardDeviations: deviations,
            diagnostics: fit.diagnostics + (reporter?.diagnostics ?? []))
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
