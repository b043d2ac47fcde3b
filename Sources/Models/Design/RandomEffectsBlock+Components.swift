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
    ///
    /// - Parameter tolerance: Elements up to this size count as zero.
    func singularities(_ lambda: Matrix, tolerance: Double) -> [String] {
        (0..<width).filter { lambda[$0, $0] <= tolerance }.map { effect in
            let hasVariance = (0..<effect).contains { abs(lambda[effect, $0]) > tolerance }
            let name = "'\(effectNames[effect])' of '\(factor)'"
            return hasVariance
                ? "the random effect \(name) is perfectly correlated with the effects before it"
                : "the variance of \(name) is estimated as zero: its factor levels do not differ more than chance"
        }
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
