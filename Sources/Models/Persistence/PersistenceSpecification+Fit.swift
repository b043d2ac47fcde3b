extension PersistenceSpecification {
    /// Fits the follow-ups.
    ///
    /// - Throws: ``ModelError``.
    func fit(name: String, followUps: [FollowUp]) throws(ModelError) -> (result: ModelFit, persistence: PersistenceFit)
    {
        let fit = try PersistenceFit(
            followUps, isDispersed: isDispersed, months: reportedMonths, coverage: coverage)
        let result = ModelFit(
            model: name, coefficients: fit.coefficients, varianceComponents: [], estimates: nil,
            standardDeviations: [:], diagnostics: fit.diagnostics)
        return (result, fit)
    }
}

extension PersistenceFit {
    /// Counts, fit and warnings.
    var diagnostics: [Diagnostic] {
        var list = [Diagnostic("follow_ups", Double(followUps.count))]
        list.append(
            Diagnostic(
                "chi_squared", chiSquared,
                note: "on \(degreesOfFreedom) degrees of freedom; "
                    + (pValue < 0.05 ? "the follow-ups scatter more than their standard errors allow" : "they agree"),
                isWarning: pValue < 0.05 && dispersion == 1))
        list.append(
            Diagnostic(
                "standard_errors",
                note: dispersion > 1
                    ? "known, times the root of the dispersion \((dispersion * 1000).rounded() / 1000)"
                    : "known, from the data"))
        list.append(
            Diagnostic(
                "degrees_of_freedom", note: dispersion > 1 ? "\(degreesOfFreedom)" : "infinite (normal quantiles)"))
        if isPlateauZero {
            list.append(
                Diagnostic(
                    "plateau_at_zero", note: "the plateau is estimated as zero, the bound: a single exponential",
                    isWarning: true))
        }
        if let test = plateauTest {
            list.append(
                Diagnostic(
                    "plateau_test", test.statistic,
                    note: "chi-squared of a single exponential less that of the plateau, over the dispersion"))
        }
        return list
    }
}
