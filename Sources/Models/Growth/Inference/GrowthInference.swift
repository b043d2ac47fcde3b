/// What a growth model's file asks for beyond estimates and standard errors.
public struct GrowthInference: Sendable {
    /// Intervals of all parameters by the methods asked for.
    public let intervals: [ParameterInterval]
    /// The parametric bootstrap, where asked for.
    public let bootstrap: ParametricBootstrap?
    /// The conditional modes by grouping factor, where asked for.
    public let conditionalModes: [ConditionalModes]
    /// Fitted values and residuals, where asked for.
    public let fittedValues: FittedValues?

    /// - Parameter coefficients: The fixed effects with the standard errors asked for.
    init(_ fit: GrowthFit, _ specification: InferenceSpecification, coefficients: Coefficients) throws(ModelError) {
        let isBootstrapped = specification.intervals.contains(.bootstrap)
        bootstrap =
            isBootstrapped ? fit.bootstrap(replicates: specification.replicates, seed: specification.seed) : nil
        intervals = try fit.intervals(specification, coefficients: coefficients, bootstrap: bootstrap)
        conditionalModes = specification.outputs.contains(.conditionalModes) ? try fit.conditionalModes() : []
        fittedValues = specification.outputs.contains(.residuals) ? try fit.fittedValues() : nil
    }
}
