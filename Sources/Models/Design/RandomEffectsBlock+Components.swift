import LinearAlgebra

extension RandomEffectsBlock {
    /// The variances and covariances of one level's random effects, variances before covariances, as lme4 lists them.
    ///
    /// - Parameter covariance: Their covariance matrix.
    func components(_ covariance: Matrix) -> [VarianceComponent] {
        let elements = template.parameters.filter(\.isDiagonal) + template.parameters.filter { !$0.isDiagonal }
        return elements.map { element in
            let (i, j) = (element.row, element.column)
            let value = covariance[i, j]
            let product = (covariance[i, i] * covariance[j, j]).squareRoot()
            return VarianceComponent(
                group: factor, term: effectNames[j], withTerm: i == j ? nil : effectNames[i], variance: value,
                standardDeviation: i == j ? value.squareRoot() : nil,
                correlation: i == j || product == 0 ? nil : value / product)
        }
    }

    /// In words, each zero on the diagonal of a relative covariance factor: no variance, or a perfect correlation with the
    /// effects before it.
    func singularities(_ lambda: Matrix) -> [String] {
        (0..<width).filter { lambda[$0, $0] == 0 }.map { effect in
            (0..<effect).contains { lambda[effect, $0] != 0 } ? perfectCorrelation(effect) : zeroVariance(effect)
        }
    }

    /// That an effect has no variance.
    func zeroVariance(_ effect: Int) -> String {
        "the variance of '\(effectNames[effect])' of '\(factor)' is estimated as zero: its factor levels do not differ more "
            + "than chance"
    }

    /// That an effect has no variance of its own.
    func perfectCorrelation(_ effect: Int) -> String {
        "the random effect '\(effectNames[effect])' of '\(factor)' is perfectly correlated with the effects before it"
    }
}

extension VarianceComponent {
    /// The residual variance.
    static func residual(_ variance: Double) -> VarianceComponent {
        VarianceComponent(
            group: "Residual", term: "", withTerm: nil, variance: variance,
            standardDeviation: variance.squareRoot(), correlation: nil)
    }
}
