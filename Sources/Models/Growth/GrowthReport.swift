import LinearAlgebra
import Tables

/// The reported cells of a fitted growth model: estimated marginal means and growths over a reference grid.
///
/// Numeric covariates are held at their means and other factors averaged with equal weights over their levels, as
/// emmeans does. Growth is the difference of the means at the end and at the start of the reported interval.
struct GrowthReport {
    let fit: GrowthFit
    /// The fixed effects with the standard errors and degrees of freedom asked for.
    let coefficients: Coefficients
    let report: GrowthSpecification.Report

    /// The cells that the data determine, and the others.
    private let cells: (estimable: [ReportedCell], others: [Cell])

    /// - Throws: ``ModelError/report(_:)`` when a reported column is not of the kind it must be;
    ///   ``ModelError/noEstimableCell(quantity:)`` when the data determine none of the cells.
    init(fit: GrowthFit, coefficients: Coefficients, report: GrowthSpecification.Report) throws(ModelError) {
        self.fit = fit
        self.coefficients = coefficients
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
        return coefficients.transformed(Matrix(rowVectors: rows), labels: cells.estimable.map(\.cell)).shifted(
            by: offset())
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
    /// What fitting gives: the common result, and the model of the family.
    public struct Fitted: Sendable {
        /// What every model kind offers.
        public let result: ModelFit
        /// The linear mixed model, for a gaussian response.
        public let growth: GrowthFit?
        /// What the file asks for beyond estimates and standard errors.
        public let inference: GrowthInference?
        /// The generalised linear mixed model, for another family.
        public let generalised: GeneralisedFit?
        /// The reported cells of which nothing is published.
        public var suppressed: [SuppressedCell] = []
    }

    /// Fits the model to a table.
    ///
    /// - Parameters:
    ///   - name: The model's name.
    ///   - table: The data, with the columns that ``csv`` asks for.
    ///   - baselineCohorts: The cohorts whose scores give the standard deviation; empty for all.
    /// - Throws: ``ModelError``.
    public func fit(name: String, table: Table, baselineCohorts: [String]) throws(ModelError) -> Fitted {
        let frame = try ModelFrame(
            formula, table: table, weightsColumn: weights, contrasts: contrasts, subset: subset)
        if let family { return try fit(name: name, frame: frame, family: family) }
        let fit = try GrowthModel(frame, criterion: criterion).fit()
        let coefficients = try inference.coefficients(fit)
        let reporter = try report.map { report throws(ModelError) in
            try GrowthReport(fit: fit, coefficients: coefficients, report: report)
        }
        var deviations: [String: Double] = [:]
        if let report, let value = reporter?.standardDeviation(baselineCohorts: baselineCohorts) {
            deviations[report.outcome] = value
        }
        let result = ModelFit(
            model: name, coefficients: coefficients, varianceComponents: fit.varianceComponents,
            estimates: reporter?.estimates, standardDeviations: deviations,
            diagnostics: fit.diagnostics(inference) + (reporter?.diagnostics ?? []))
        let extra = try GrowthInference(fit, inference, coefficients: coefficients)
        guard let report, let cells = result.estimates?.labels, let rule = disclosure.rule else {
            return Fitted(result: result, growth: fit, inference: extra, generalised: nil)
        }
        let suppressed = try PublishedCells(fit.counts(of: cells, report: report), rule: rule).suppressed
        // Sums of coefficients are cells: with one cell hidden none of them can be shown.
        return Fitted(
            result: result.without(suppressed, coefficients: .none, rule: rule), growth: fit,
            inference: suppressed.isEmpty ? extra : nil, generalised: nil, suppressed: suppressed)
    }

    private func fit(name: String, frame: ModelFrame, family: Family) throws(ModelError) -> Fitted {
        let fit = try GeneralisedModel(frame, family: family, quadraturePoints: quadraturePoints).fit()
        let result = ModelFit(
            model: name, coefficients: fit.coefficients, varianceComponents: fit.varianceComponents, estimates: nil,
            standardDeviations: [:], diagnostics: fit.diagnostics(family, frame))
        return Fitted(result: result, growth: nil, inference: nil, generalised: fit)
    }
}

extension GeneralisedFit {
    /// Criterion, counts and warnings.
    fileprivate func diagnostics(_ family: Family, _ frame: ModelFrame) -> [Diagnostic] {
        let leftOut = frame.rowsRead - frame.rowsOutsideSubset - frame.rowCount
        var list = [
            Diagnostic(
                "log_likelihood", logLikelihood,
                note: quadraturePoints == 1
                    ? "Laplace approximation" : "adaptive Gauss-Hermite quadrature, \(quadraturePoints) points"),
            Diagnostic("parameters", Double(parameterCount)), Diagnostic("aic", aic), Diagnostic("bic", bic),
            Diagnostic("rows", Double(rowCount)),
            Diagnostic(
                "rows_left_out", Double(leftOut), note: "a value of the formula's columns is missing",
                isWarning: leftOut > 0),
            Diagnostic("evaluations", Double(evaluations)),
            Diagnostic("family", note: "\(family.rawValue), \(family == .binomial ? "logit" : "log") link"),
            Diagnostic("standard_errors", note: "model-based, from the joint Hessian of all parameters"),
            Diagnostic("degrees_of_freedom", note: "infinite (normal quantiles)"),
        ]
        list += droppedColumns.map {
            Diagnostic("dropped_column", note: "\($0) is a combination of earlier columns", isWarning: true)
        }
        list += singularities.map { Diagnostic("singular", note: $0, isWarning: true) }
        return list
    }
}

extension GrowthFit {
    /// Criterion, counts and warnings.
    func diagnostics(_ inference: InferenceSpecification) -> [Diagnostic] {
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
        list += [
            Diagnostic("log_likelihood", logLikelihood, note: criterion == .reml ? "restricted" : ""),
            Diagnostic("parameters", Double(parameterCount)), Diagnostic("aic", aic), Diagnostic("bic", bic),
            Diagnostic("evaluations", Double(evaluations)),
        ]
        if fullEvaluations > 0 {
            list.append(Diagnostic("evaluations_on_all_data", Double(fullEvaluations)))
        }
        if levelsOutsideCurvature > 0 {
            list.append(
                Diagnostic(
                    "curvature_without_levels", Double(levelsOutsideCurvature),
                    note:
                        "levels of '\(groupSizes[0].factor)' that link otherwise separate clusters: in the estimates, "
                        + "not in the curvature behind the degrees of freedom"))
        }
        if optimum.hessian == nil {
            list.append(
                Diagnostic(
                    "not_a_minimum",
                    note:
                        "the criterion does not curve upwards in every direction where the search ended, also from other "
                        + "starts: the estimates may not be the best; simplify the random effects", isWarning: true))
        }
        list.append(Diagnostic("standard_errors", note: inference.standardErrorsInWords))
        let isWithoutDegrees = inference.isSatterthwaite && coefficients.uncertainty == nil
        list.append(
            Diagnostic(
                "degrees_of_freedom",
                note: isWithoutDegrees
                    ? "infinite (normal quantiles): the criterion's curvature gave no Satterthwaite degrees of freedom"
                    : inference.degreesOfFreedomInWords, isWarning: isWithoutDegrees))
        list += droppedColumns.map {
            Diagnostic("dropped_column", note: "\($0) is a combination of earlier columns", isWarning: true)
        }
        list += singularities.map { Diagnostic("singular", note: $0, isWarning: true) }
        return list
    }
}
