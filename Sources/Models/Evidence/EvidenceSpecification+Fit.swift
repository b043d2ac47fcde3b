import LinearAlgebra
import Tables

extension EvidenceSpecification {
    /// Pools the estimates of a table.
    ///
    /// - Throws: ``ModelError``.
    func fit(name: String, table: Table) throws(ModelError) -> (result: ModelFit, evidence: EvidenceFit) {
        let fit = try EvidenceModel(self, table: table).fit()
        let outcome = outcome.isEmpty ? name : outcome
        var estimates: Estimates?
        if !fit.effects.isEmpty {
            let isPooled = predictions.isEmpty
            let labels = fit.effects.map { Cell(quantity: .effect, outcome: outcome, group: isPooled ? "" : $0.name) }
            estimates = fit.coefficients.transformed(Matrix(rowVectors: fit.effects.map(\.weights)), labels: labels)
        }
        let result = ModelFit(
            model: name, coefficients: fit.coefficients, varianceComponents: fit.varianceComponents,
            estimates: estimates, standardDeviations: [:], diagnostics: fit.diagnostics)
        return (result, fit)
    }
}

extension EvidenceFit {
    /// The variances of true effects by metafor's names of the levels.
    var varianceComponents: [VarianceComponent] {
        heterogeneity.components.map { component in
            VarianceComponent(
                group: component.name == "between_studies"
                    ? "study" : component.name == "within_studies" ? "study/effect" : "effect",
                term: "(Intercept)", withTerm: nil, variance: component.variance,
                standardDeviation: component.variance.squareRoot(), correlation: nil)
        }
    }

    /// Counts, criteria and warnings.
    var diagnostics: [Diagnostic] {
        var list = [Diagnostic("effects", Double(rowCount))]
        if let studyCount { list.append(Diagnostic("studies", Double(studyCount))) }
        if rowsLeftOut > 0 {
            list.append(Diagnostic("rows_left_out", Double(rowsLeftOut), note: "missing values", isWarning: true))
        }
        if rowsOutsideSubset > 0 { list.append(Diagnostic("rows_outside_subset", Double(rowsOutsideSubset))) }
        if let logLikelihood { list.append(Diagnostic("log_likelihood", logLikelihood, note: method.words)) }
        list.append(Diagnostic("standard_errors", note: errorsInWords))
        list.append(Diagnostic("degrees_of_freedom", note: degreesInWords))
        if let omnibus {
            list.append(Diagnostic("omnibus_test", omnibus.statistic, note: "\(omnibus.name), all moderators"))
        }
        for component in heterogeneity.components where component.variance == 0 {
            list.append(
                Diagnostic(
                    "variance_at_zero", note: "\(component.name) is estimated as zero, the bound", isWarning: true))
        }
        if isLeavingOutSkipped {
            list.append(
                Diagnostic(
                    "leave_one_out",
                    note: "not made for more than \(EvidenceSpecification.leftOutUnasked) effects; "
                        + "'leave_one_out: [effect, study]' asks for it", isWarning: true))
        }
        list += smallStudyProblems.map { Diagnostic("small_study_test", note: $0) }
        if method.robust != nil, let least = degrees.min(), least < 4 {
            list.append(
                Diagnostic(
                    "robust_degrees_of_freedom", least,
                    note: "below 4: tests and intervals are not to be trusted (Tipton 2015)", isWarning: true))
        }
        return list
    }

    private var degrees: [Double] { (0..<coefficients.count).map { coefficients.estimate(at: $0).degreesOfFreedom } }

    private var errorsInWords: String {
        switch (method.robust, method.test) {
        case (let robust?, _): "cluster-robust \(robust.rawValue.uppercased()) by study"
        case (nil, .knappHartung): "Knapp and Hartung's"
        default: "inverse variance, the variance of true effects taken as known"
        }
    }

    private var degreesInWords: String {
        if method.robust != nil { return "Satterthwaite" }
        return method.test == .normal
            ? "infinite (normal quantiles)" : "\(heterogeneity.degreesOfFreedom), effects less coefficients"
    }
}
