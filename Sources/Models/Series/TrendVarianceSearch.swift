import RealModule

/// The maximum of the diffuse likelihood of a local linear trend over its variances.
///
/// Without known sampling errors all variances have a common scale, which is profiled out; their ratios are angles, so
/// that every ratio from zero to infinity is an ordinary point. With known sampling errors the variables are standard
/// deviations. The likelihood is even in both, so that the search needs no bounds and a zero variance no special case.
struct TrendVarianceSearch {
    let model: LocalLinearTrend

    /// A variance is taken as zero where this costs no more log-likelihood.
    private static let negligible = 1e-8
    /// A finite stand-in for a deviance without bound.
    private static let hopeless = 1e12

    private var isProfiled: Bool { model.series.samplingCovariance == nil }

    /// - Throws: ``SeriesProblem/exactFit`` or ``ModelError/notConverged(evaluations:reason:)``.
    func run() throws(ModelError) -> TrendVariances {
        if isProfiled { try refuseExactFit() }
        let dimensions = model.freeVariances.count - (isProfiled ? 1 : 0)
        var best = TrendVariances(level: 0, slope: 0, irregular: 0)
        switch dimensions {
        case 0: best = variances(at: [])
        case 1: best = try alongOneVariable()
        default: best = try amongSeveral(dimensions)
        }
        best = withoutNegligible(best)
        guard isProfiled else { return best }
        guard let filter = model.filter(best) else { throw .numericalBreakdown }
        return best.scaled(by: filter.sumOfSquares / Double(filter.count - model.diffuseStates))
    }

    /// -2 log-likelihood of variances, profiled over their scale where there are no others.
    private func deviance(_ variances: TrendVariances) -> Double {
        guard let filter = model.filter(variances) else { return Self.hopeless }
        let scale = isProfiled ? filter.sumOfSquares / Double(filter.count - model.diffuseStates) : 1
        guard scale > 0 else { return Self.hopeless }
        let found = -2 * filter.logLikelihood(scale: scale, diffuseStates: model.diffuseStates)
        return found.isFinite ? found : Self.hopeless
    }

    /// The variances at a point of the search: of angles, or of standard deviations in ``unit``.
    private func variances(at point: [Double]) -> TrendVariances {
        var result = TrendVariances(level: 0, slope: 0, irregular: 0)
        var rest = 1.0
        for (index, path) in model.freeVariances.enumerated() {
            guard isProfiled else {
                result[keyPath: path] = point[index] * point[index] * unit
                continue
            }
            guard index < point.count else {
                result[keyPath: path] = rest
                continue
            }
            let (cosine, sine) = (Double.cos(point[index]), Double.sin(point[index]))
            result[keyPath: path] = rest * cosine * cosine
            rest *= sine * sine
        }
        return result
    }

    /// The variance of the values: the size of the largest variance that is likely.
    private var unit: Double {
        let values = model.series.values
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }

    private func alongOneVariable() throws(ModelError) -> TrendVariances {
        let sizes = (-32...32).map { Double.pow(10, Double($0) / 8) }
        let grid = isProfiled ? [0] + sizes.map { Double.atan($0) } + [Double.pi / 2] : [0] + sizes
        guard let found = ScalarSearch(grid: grid).minimum({ deviance(variances(at: [$0])) }) else {
            throw .numericalBreakdown
        }
        return variances(at: [found.point])
    }

    private func amongSeveral(_ dimensions: Int) throws(ModelError) -> TrendVariances {
        let ratios = [0.003, 0.03, 0.15, 0.5, 1, 3, 20, 200]
        let values = isProfiled ? ratios.map { Double.atan($0) } : [0.003, 0.02, 0.08, 0.25, 0.6, 1]
        var points: [[Double]] = [[]]
        for _ in 0..<dimensions { points = points.flatMap { point in values.map { point + [$0] } } }
        let ranked = points.map { ($0, deviance(variances(at: $0))) }.sorted { $0.1 < $1.1 }
        var best: Minimum?
        for (start, _) in ranked.prefix(6) {
            let search = Minimisation(
                method: .bobyqa, start: start, lower: [Double](repeating: -.infinity, count: dimensions),
                relativeTolerance: 1e-10, maximumEvaluations: 4000)
            let found = try? search.run { point, _ in (deviance(variances(at: point)), []) }
            if let found, found.value < best?.value ?? .infinity { best = found }
        }
        guard let best else {
            throw .notConverged(evaluations: 4000, reason: "the variances of the local linear trend")
        }
        return variances(at: best.point)
    }

    /// Sets variances to zero where the likelihood does not miss them, the smallest first.
    private func withoutNegligible(_ found: TrendVariances) -> TrendVariances {
        var best = found
        let least = deviance(found)
        let paths = model.freeVariances.sorted { found[keyPath: $0] < found[keyPath: $1] }
        for path in paths {
            var without = best
            without[keyPath: path] = 0
            if deviance(without) <= least + 2 * Self.negligible { best = without }
        }
        return best
    }

    private func refuseExactFit() throws(ModelError) {
        let line = try SegmentedRegression(model.series, breaks: [], hasTrend: model.form != .localLevel)
        try SegmentedRegression.refuseExactFit(
            SeriesLeastSquares.solved(line.design.matrix, model.series.values), model.series.values)
    }
}
