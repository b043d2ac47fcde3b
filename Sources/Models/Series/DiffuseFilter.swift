import RealModule

/// The Kalman filter of a local linear trend with an exact diffuse start: nothing is known of the first level and slope.
///
/// It steps through all years from the first to the last; a year without a value only adds shocks.
///
/// - SeeAlso: Durbin and Koopman (2012), Time Series Analysis by State Space Methods, second edition, sections 5.2 and 7.2.
struct DiffuseFilter {
    /// A year's value and the variance of its sampling error.
    struct Observation: Sendable, Equatable {
        let value: Double
        let samplingVariance: Double
    }

    /// What is known of the state just before a year's value is.
    struct Step: Sendable {
        var state: StateVector
        /// The finite part of the state's covariance, P*.
        var covariance: StateMatrix
        /// The infinite part, P_infinity; zero once the start is forgotten.
        var diffuse: StateMatrix
        /// The value minus its prediction; nil in a year without a value.
        var innovation: Double?
        /// The variance of the innovation, its finite part in the diffuse phase.
        var variance = 0.0
        /// Its infinite part; zero after the diffuse phase.
        var diffuseVariance = 0.0
    }

    /// One a year.
    private(set) var steps: [Step] = []
    /// The state in the year after the last.
    private(set) var next: Step
    /// The sum of the logarithms of the innovations' variances.
    private(set) var sumOfLogs = 0.0
    /// The sum of squared innovations over their variances, after the diffuse phase.
    private(set) var sumOfSquares = 0.0
    /// How many years have a value.
    private(set) var count = 0

    /// A diffuse variance up to here is rounding.
    private static let roundingBound = 1e-9

    /// - Parameters:
    ///   - observations: One a year, nil where there is no value.
    ///   - hasSlope: Whether the slope is unknown at the start; it is zero else.
    /// - Returns: nil when an innovation has no variance: the model has no density.
    init?(_ observations: [Observation?], variances: TrendVariances, hasSlope: Bool) {
        let start = StateMatrix(levelLevel: 1, slopeSlope: hasSlope ? 1 : 0)
        next = Step(state: StateVector(), covariance: StateMatrix(), diffuse: start)
        let (move, shocks) = (StateMatrix.transition(over: 1), variances.shocks(over: 1))
        for observation in observations {
            var step = next
            var updated = step
            if let observation {
                guard let found = update(&step, observation, irregular: variances.irregular) else { return nil }
                updated = found
            }
            steps.append(step)
            next = Step(
                state: move.times(updated.state), covariance: move.around(updated.covariance).adding(1, shocks),
                diffuse: move.around(updated.diffuse))
        }
    }

    /// The log-likelihood, with all variances multiplied by `scale`.
    ///
    /// Diffuse: `-n/2 log 2 pi` and the determinants, as in Durbin and Koopman's (7.4).
    func logLikelihood(scale: Double, diffuseStates: Int) -> Double {
        let free = Double(count - diffuseStates)
        return -(Double(count) * .log(2 * .pi) + sumOfLogs + free * .log(scale) + sumOfSquares / scale) / 2
    }

    private mutating func update(_ step: inout Step, _ observation: Observation, irregular: Double) -> Step? {
        let innovation = observation.value - step.state.level
        let (gain, diffuseGain) = (step.covariance.firstColumn, step.diffuse.firstColumn)
        step.innovation = innovation
        step.variance = step.covariance.levelLevel + irregular + observation.samplingVariance
        step.diffuseVariance = step.diffuse.levelLevel > Self.roundingBound ? step.diffuse.levelLevel : 0
        count += 1
        var updated = step
        if step.diffuseVariance > 0 {
            let direction = diffuseGain.scaled(by: 1 / step.diffuseVariance)
            let square = direction.outer(direction)
            updated.state = step.state.adding(innovation, direction)
            updated.covariance =
                step.covariance.adding(step.variance, square).adding(-1, gain.outer(direction).withTranspose)
            let rest = step.diffuse.adding(-step.diffuseVariance, square)
            let isOver = rest.levelLevel <= Self.roundingBound && rest.slopeSlope <= Self.roundingBound
            updated.diffuse = isOver ? StateMatrix() : rest
            sumOfLogs += .log(step.diffuseVariance)
            return updated
        }
        guard step.variance > 0, step.variance.isFinite else { return nil }
        let direction = gain.scaled(by: 1 / step.variance)
        updated.state = step.state.adding(innovation, direction)
        updated.covariance = step.covariance.adding(-step.variance, direction.outer(direction))
        updated.diffuse = StateMatrix()
        sumOfLogs += .log(step.variance)
        sumOfSquares += innovation * innovation / step.variance
        return updated
    }
}
