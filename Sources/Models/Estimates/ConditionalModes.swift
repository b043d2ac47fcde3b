import LinearAlgebra

/// The predicted random effects of one grouping factor: their conditional modes given the data and the estimates.
public struct ConditionalModes: Sendable {
    /// The grouping factor.
    public let factor: String
    /// Its factor levels.
    public let levels: GroupNames
    /// The names of the effects of one level.
    public let effectNames: [String]
    /// The modes: as many for each level as there are effects.
    private let values: [Double]
    /// Their covariances, one square matrix a level.
    private let covariances: [Double]

    init(factor: String, levels: GroupNames, effectNames: [String], values: [Double], covariances: [Double]) {
        precondition(values.count == levels.count * effectNames.count, "a mode for each effect of each level")
        precondition(covariances.count == values.count * effectNames.count, "a covariance for each level")
        self.factor = factor
        self.levels = levels
        self.effectNames = effectNames
        self.values = values
        self.covariances = covariances
    }

    /// The modes of a level.
    public func modes(of level: Int) -> [Double] {
        Array(values[level * effectNames.count..<(level + 1) * effectNames.count])
    }

    /// The covariance of a level's effects given the data: the fixed effects and variances taken as known, as in lme4's
    /// `ranef(condVar = TRUE)`.
    public func covariance(of level: Int) -> Matrix {
        let k = effectNames.count
        return Matrix(rows: k, columns: k, elements: Array(covariances[level * k * k..<(level + 1) * k * k]))
    }
}
