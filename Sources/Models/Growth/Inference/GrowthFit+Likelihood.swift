import Probability

extension GrowthFit {
    /// The log-likelihood at the optimum, restricted for REML.
    public var logLikelihood: Double { -0.5 * criterionValue }
    /// The number of estimated parameters: fixed effects, theta and sigma.
    public var parameterCount: Int { coefficients.count + theta.count + 1 }
    /// Akaike's information criterion. Compare REML fits only when their fixed effects are the same.
    public var aic: Double { criterionValue + 2 * Double(parameterCount) }
    /// The Bayesian information criterion, with the number of rows as sample size, as in lme4.
    public var bic: Double { criterionValue + Elementary.log(Double(rowCount)) * Double(parameterCount) }

    /// The same model fitted by maximum likelihood, as likelihood-ratio tests and profiles need it.
    ///
    /// - Throws: ``ModelError`` as ``GrowthModel/fit()``.
    public func byMaximumLikelihood() throws(ModelError) -> GrowthFit {
        criterion == .ml ? self : try model.with(criterion: .ml).fit()
    }
}

/// The likelihood-ratio test of a model against a larger one in which it is nested.
public struct LikelihoodRatioTest: Sendable, Equatable {
    /// Twice the difference of the log-likelihoods.
    public let statistic: Double
    /// The difference in the number of parameters.
    public let degreesOfFreedom: Int
    /// The probability of a larger statistic under the smaller model, by the chi-squared distribution. Where the smaller
    /// model puts a variance at zero it is too large: conservative (Self and Liang 1987).
    public let pValue: Double
    /// Whether REML fits were fitted again by maximum likelihood for the test.
    public let isRefitted: Bool

    /// Tests a model against a larger one on the same rows.
    ///
    /// REML criteria of models with different fixed effects are not comparable: REML fits are fitted again by maximum
    /// likelihood, as R's `anova` does.
    ///
    /// - Throws: ``ModelError/notNested(_:)`` when the models cannot be compared.
    public init(_ smaller: GrowthFit, within larger: GrowthFit) throws(ModelError) {
        guard smaller.frame.response == larger.frame.response else {
            throw .notNested("they are not fitted to the same rows of the same response.")
        }
        guard smaller.frame.weights == larger.frame.weights else {
            throw .notNested("they do not weigh the rows alike.")
        }
        guard larger.parameterCount > smaller.parameterCount else {
            throw .notNested(
                "the second has \(larger.parameterCount) parameters, the first \(smaller.parameterCount); name the "
                    + "smaller model first.")
        }
        isRefitted = smaller.criterion == .reml || larger.criterion == .reml
        let null = isRefitted ? try smaller.byMaximumLikelihood() : smaller
        let full = isRefitted ? try larger.byMaximumLikelihood() : larger
        let difference = null.criterionValue - full.criterionValue
        guard difference > -1e-6 * abs(full.criterionValue).squareRoot() else {
            throw .notNested("the larger model fits worse than the smaller one, so this is not nested in it.")
        }
        statistic = max(0, difference)
        degreesOfFreedom = full.parameterCount - null.parameterCount
        pValue = ChiSquared(degreesOfFreedom: Double(degreesOfFreedom)).upperTail(statistic)
    }
}
