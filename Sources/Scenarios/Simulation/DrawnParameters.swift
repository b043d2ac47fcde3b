import Probability

/// The values of one outcome's parameters in one draw.
struct OutcomeParameters {
    var persistence = 0.0
    var lossPerWeek = 0.0
    var lowExtra = 0.0
    var schoolSD = 0.0
    var drift = 0.0
    var effectPerEuro = 0.0
    var plateau = 0.0
    /// What is left after a year of the part of a gain that decays: exp(-lambda).
    var yearlyDecay = 0.0
    var lowMultiplier = 0.0
    var spillover = 0.0
    var noiseSD = 0.0
    var startLow = 0.0
    var startHigh = 0.0
}

extension SimulationPlan {
    /// Draws the parameters of every outcome, and the starting states jointly over outcomes.
    func parameters(draw: UInt32) -> [OutcomeParameters] {
        var result = file.outcomes.map { outcome in
            func value(_ kind: UncertainParameter.Kind) -> Double {
                outcome.parameters[kind]?.value(seed: file.seed, draw: draw, stream: outcome.stream) ?? 0
            }
            var parameters = OutcomeParameters()
            parameters.persistence = value(.persistence)
            parameters.lossPerWeek = value(.lossPerWeek)
            parameters.lowExtra = value(.lowExtra)
            parameters.schoolSD = value(.schoolSD)
            parameters.drift = value(.drift)
            parameters.effectPerEuro = value(.effectPer1000) / 1000
            parameters.plateau = value(.effectPlateau)
            parameters.yearlyDecay = Elementary.exp(-0.6931471805599453 / value(.effectHalfLife))
            parameters.lowMultiplier = value(.lowMultiplier)
            parameters.spillover = value(.spillover)
            parameters.noiseSD = value(.noiseSD)
            parameters.startLow = value(.startLow)
            parameters.startHigh = value(.startHigh)
            return parameters
        }
        for start in starts {
            let random = RandomStream(
                seed: file.seed, purpose: .estimates, draw: draw, entity: start.stream, period: 0)
            let normals = start.mean.indices.map { random.normal(at: UInt32($0)) }
            for (row, target) in start.targets.enumerated() {
                var value = start.mean[row]
                for column in 0...row { value += start.factor[row, column] * normals[column] }
                if target.isLow {
                    result[target.outcome].startLow = value
                } else {
                    result[target.outcome].startHigh = value
                }
            }
        }
        return result
    }
}
