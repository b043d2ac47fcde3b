import Probability

/// The profile likelihood of one of the variances of a three-level model.
struct LevelProfile: Sendable {
    private let criterion: VarianceCriterion
    private let optimum: BetweenVariances
    private let least: Double

    init(_ solution: EvidenceSolution) throws(ModelError) {
        criterion = VarianceCriterion(rows: solution.rows, criterion: solution.method.criterion ?? .reml)
        optimum = solution.variances
        least = criterion.value(solution.weighted)
    }

    /// The variances at which twice the log-likelihood has fallen by less than the chi-squared quantile.
    ///
    /// Zero is the lower end where it has not fallen so far there.
    func interval(of position: Int, coverage: Double) throws(ModelError) -> ClosedRange<Double> {
        let quantile = standardNormalQuantile((1 + coverage) / 2)
        let limit = least + quantile * quantile
        var low = 0.0
        if optimum[position] > 0, try profile(position, 0) > limit {
            low = try crossing(position, limit, inside: optimum[position], outside: 0)
        }
        var outside = 4 * max(optimum[position], optimum.total, criterion.rows.variances.min() ?? 1)
        while try profile(position, outside) <= limit {
            outside *= 4
            guard outside < 1e200 else { throw .numericalBreakdown }
        }
        return low...(try crossing(position, limit, inside: optimum[position], outside: outside))
    }

    private func profile(_ position: Int, _ variance: Double) throws(ModelError) -> Double {
        var start = BetweenVariances()
        start[position] = variance
        return try criterion.value(VarianceSearch(criterion: criterion, free: [1 - position], start: start).run())
    }

    private func crossing(
        _ position: Int, _ limit: Double, inside: Double, outside: Double
    ) throws(ModelError) -> Double {
        var (inside, outside) = (inside, outside)
        while abs(outside - inside) > 1e-10 * max(inside, outside) {
            let middle = (inside + outside) / 2
            if try profile(position, middle) > limit { outside = middle } else { inside = middle }
        }
        return (inside + outside) / 2
    }
}
