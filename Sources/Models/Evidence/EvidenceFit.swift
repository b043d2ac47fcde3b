import LinearAlgebra

/// A fitted meta-analysis: immutable, at the optimum.
public struct EvidenceFit: Sendable {
    /// How it was made.
    public let method: EvidenceMethod
    /// The version of the effect table; empty when the model file names none.
    public let version: String
    /// The coefficients by term, with the covariance and degrees of freedom of the method.
    public let coefficients: Coefficients
    /// How much effects differ.
    public let heterogeneity: Heterogeneity
    /// The test of all moderators; nil without moderators.
    public let omnibus: OmnibusTest?
    /// The pooled effect, or the effects at the declared values of the moderators.
    public internal(set) var effects: [EvidenceEffect]
    /// How strong the evidence is; nil when the model file does not say.
    public let strength: EvidenceStrength?
    /// The log-likelihood, restricted for REML; nil for moment estimators.
    public let logLikelihood: Double?
    /// The analysis without each effect, and without each study.
    public let leaveOneOut: [LeftOut]
    /// Whether nothing was left out because the effects are many and the model file did not ask.
    public let isLeavingOutSkipped: Bool
    /// Whether small studies show other effects.
    public let smallStudyTests: [SmallStudyTest]
    /// Why a test of small studies could not be made.
    public let smallStudyProblems: [String]
    /// The estimates against their standard errors.
    public let funnel: [FunnelPoint]
    /// The number of effects used.
    public let rowCount: Int
    /// The number of studies; nil without a study column.
    public let studyCount: Int?
    /// The number of rows left out for a missing value.
    public let rowsLeftOut: Int
    /// The number of rows outside the declared subset; not among ``rowsLeftOut``.
    public let rowsOutsideSubset: Int
    let moderators: EvidenceModerators

    /// The variance of true effects in a new study: tau^2, or the sum over levels.
    public var betweenVariance: Double { heterogeneity.variance }

    /// The effect at given values of the moderators, with its predictive distribution.
    ///
    /// - Parameters:
    ///   - name: A name for it.
    ///   - values: A number for each numeric moderator, a factor level for each factor; empty without moderators.
    /// - Throws: ``ModelError/evidence(_:)`` for a moderator that is missing, unknown or of another kind, and for an
    ///   effect of whose robust standard error the residuals say nothing.
    public func effect(_ name: String, at values: [String: ModeratorValue] = [:]) throws(ModelError) -> EvidenceEffect {
        let weights = try moderators.row(name, values)
        let estimate = coefficients.functional(weights)
        guard !estimate.degreesOfFreedom.isNaN else { throw .evidence(.noDegreesOfFreedom(name)) }
        let parts = zip(weights, coefficients.standardErrors).reduce(0) { $0 + abs($1.0) * $1.1 }
        guard estimate.standardError > 1e-10 * parts else { throw .evidence(.noRobustSpread(name)) }
        return EvidenceEffect(
            name: name, weights: weights, estimate: estimate,
            predictive: EvidencePredictive(
                mean: estimate.value, standardError: estimate.standardError,
                betweenStudyStandardDeviation: betweenVariance.squareRoot(), widening: strength?.widening ?? 1,
                degreesOfFreedom: estimate.degreesOfFreedom))
    }
}
