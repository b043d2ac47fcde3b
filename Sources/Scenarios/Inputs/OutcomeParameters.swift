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
    /// The state at the start: low group, high group.
    var start = [0.0, 0.0]
    /// The pre-crisis trend of the level, SD a year.
    var trend = 0.0
    /// The share of a deviation that pupils bring from the sector before.
    var entryShare = 0.0
}

extension SimulationPlan {
    /// The parameters of every outcome in a draw, and the starting states, joint over outcomes.
    func parameters(_ inputs: DrawnInputs) -> [OutcomeParameters] {
        var result = file.outcomes.map { outcome in
            func value(_ kind: UncertainParameter.Kind) -> Double {
                outcome.parameters[kind].map { inputs.value($0, stream: outcome.stream) } ?? 0
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
            parameters.start = [value(.startLow), value(.startHigh)]
            parameters.trend = value(.trend)
            parameters.entryShare = value(.entryShare)
            return parameters
        }
        for start in starts {
            let normals = start.mean.indices.map {
                inputs.normal(.estimate(model: start.stream, element: $0))
            }
            for (row, target) in start.targets.enumerated() {
                var value = start.mean[row]
                for column in 0...row { value += start.factor[row, column] * normals[column] }
                result[target.outcome].start[target.isLow ? 0 : 1] = value
            }
        }
        return result
    }
}
