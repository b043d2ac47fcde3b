import Probability

/// How much effects differ beyond their sampling errors.
public struct Heterogeneity: Sendable {
    /// The variance of true effects at one level.
    public struct Component: Sendable {
        /// `tau2` in a model of one level, `between_studies` or `within_studies`.
        public let name: String
        /// The variance.
        public let variance: Double
        /// Its standard error; nil at zero of a likelihood with two variances.
        public let standardError: Double?
        /// Its confidence interval: Q-profile for random effects, profile likelihood for three levels.
        public let interval: ClosedRange<Double>
        /// The share of the variance of estimates that it makes, in percent.
        public let iSquared: Double
    }

    /// The variances; none for a common effect.
    public let components: [Component]
    /// Cochran's Q at inverse sampling variances, after the moderators (QE).
    public let q: Double
    /// n - p.
    public let degreesOfFreedom: Int
    /// The share of the variance of estimates that is not sampling error, in percent (Higgins and Thompson 2002).
    public let iSquared: Double
    /// The variance of estimates over that of sampling errors.
    public let hSquared: Double
    /// The sampling variance of a typical effect, to which I^2 refers; nil for a common effect.
    public let typicalVariance: Double?
    /// The share of tau^2 that moderators explain, in percent; nil without them and for more than one variance.
    public let rSquared: Double?

    /// The variance of the true effect of a new study.
    public var variance: Double { components.reduce(0) { $0 + $1.variance } }

    /// The probability of a larger Q when all effects are the same but for their moderators.
    public var pValue: Double { ChiSquared(degreesOfFreedom: Double(degreesOfFreedom)).upperTail(q) }

    init(_ solution: EvidenceSolution) throws(ModelError) {
        let (rows, method) = (solution.rows, solution.method)
        let estimation = BetweenVarianceEstimation(
            rows: rows, structure: method.structure, estimator: method.estimator)
        let common = try WeightedEffects(rows, BetweenVariances())
        let df = Double(rows.count - rows.width)
        q = common.weightedSquares
        degreesOfFreedom = rows.count - rows.width
        guard method.structure != .fixed else {
            components = []
            (typicalVariance, rSquared) = (nil, nil)
            iSquared = q > 0 ? max(0, 100 * (q - df) / q) : 0
            hSquared = q / df
            return
        }
        let typical = df / ProjectionMoments(common).trace
        let total = solution.variances.total
        typicalVariance = typical
        iSquared = 100 * total / (total + typical)
        hSquared = total / typical + 1
        let errors = try estimation.standardErrors(solution.variances)
        let levels = method.structure == .random ? [(1, "tau2")] : [(0, "between_studies"), (1, "within_studies")]
        var components: [Component] = []
        for (position, name) in levels {
            let variance = solution.variances[position]
            let interval =
                method.structure == .random
                ? try GeneralisedQ(rows).interval(coverage: method.coverage)
                : try LevelProfile(solution).interval(of: position, coverage: method.coverage)
            components.append(
                Component(
                    name: name, variance: variance, standardError: errors[position], interval: interval,
                    iSquared: 100 * variance / (total + typical)))
        }
        self.components = components
        rSquared = try Self.explained(solution)
    }

    /// The share of tau^2 without moderators that is gone with them, as in metafor.
    private static func explained(_ solution: EvidenceSolution) throws(ModelError) -> Double? {
        let (rows, method) = (solution.rows, solution.method)
        guard method.structure == .random, rows.hasIntercept, rows.width > 1 else { return nil }
        let without = try BetweenVarianceEstimation(
            rows: rows.withoutModerators(), structure: method.structure, estimator: method.estimator
        ).run().total
        return without > 0 ? max(0, 100 * (without - solution.variances.total) / without) : 0
    }
}
