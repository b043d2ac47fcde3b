import LinearAlgebra

/// Searches the minimum of a ``VarianceCriterion`` over variances of zero or more.
///
/// The criterion may have several minima, most of all when standard errors differ a thousandfold; the search therefore
/// starts from the best point of a fixed grid, and of two variances also from the best point with either at zero, where the
/// other takes all, and goes on from each by Newton's method within the bounds.
struct VarianceSearch: Sendable {
    let criterion: VarianceCriterion
    /// Which variances are estimated: 0 between studies, 1 within; the others stay as they are in `start`.
    let free: [Int]
    /// What is not estimated.
    var start = BetweenVariances()

    private static let maximumSteps = 200
    /// Multiples of the residual variance of the effects at which the search may start.
    private static let grid = [0, 1e-5, 1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3, 0.7, 1.5]
    private static let coarseGrid = [0, 1e-3, 1e-2, 0.1, 0.5, 2, 8]

    /// The variances at the minimum.
    ///
    /// - Throws: ``ModelError/notConverged(evaluations:reason:)``, ``ModelError/numericalBreakdown``.
    func run() throws(ModelError) -> BetweenVariances {
        let scale = try effectVariance()
        // Effects that their moderators explain exactly: no variance is left to share out.
        guard scale > 0 else { return start }
        let smallest = 1e-15 * (scale + criterion.rows.variances.reduce(0, +) / Double(criterion.rows.count))
        var best: (point: BetweenVariances, value: Double)?
        for start in try starts(scale) {
            let found = try minimum(from: start.point, start.value, smallest)
            if found.value < best?.value ?? .infinity { best = found }
        }
        guard let best else { throw .numericalBreakdown }
        return best.point
    }

    /// The minimum to which Newton's method leads from a point.
    private func minimum(
        from start: BetweenVariances, _ startValue: Double, _ smallest: Double
    ) throws(ModelError) -> (point: BetweenVariances, value: Double) {
        var (point, value) = (start, startValue)
        var levelSteps = 0
        for _ in 0..<Self.maximumSteps {
            let fit = try WeightedEffects(criterion.rows, point)
            let slope = criterion.derivatives(fit)
            let active = free.filter { point[$0] > 0 || slope.gradient[$0] < 0 }
            guard !active.isEmpty else { return (point, value) }
            let step = direction(slope, active)
            guard let next = try search(from: point, value, step, slope.gradient) else { return (point, value) }
            let isSettled = free.allSatisfy { position in
                abs(next.point[position] - point[position]) <= 1e-13 * next.point[position] + smallest
            }
            // Five steps that change the criterion by less than its rounding: Newton's method has all digits there are.
            levelSteps = abs(next.value - value) <= 1e-14 * max(1, abs(value)) ? levelSteps + 1 : 0
            (point, value) = next
            if isSettled || levelSteps == 5 { return (point, value) }
        }
        throw .notConverged(evaluations: Self.maximumSteps, reason: "the limit of steps")
    }

    /// The variance of the effects around their unweighted fit.
    private func effectVariance() throws(ModelError) -> Double {
        let rows = criterion.rows
        let unweighted = try EffectRows(
            names: rows.names, declared: rows.declared, estimates: rows.estimates,
            variances: Array(repeating: 1, count: rows.count), studies: nil)
        let squares = try WeightedEffects(unweighted, BetweenVariances()).weightedSquares
        let size = rows.estimates.reduce(0) { $0 + $1 * $1 }
        guard squares > 1e-24 * size else { return 0 }
        return squares / Double(max(1, rows.count - rows.width))
    }

    /// The best point of the grid; of two variances also the best with the first at zero, and with the second.
    private func starts(_ scale: Double) throws(ModelError) -> [(point: BetweenVariances, value: Double)] {
        var grid: [(point: BetweenVariances, value: Double)] = []
        let shares = free.count == 1 ? Self.grid : Self.coarseGrid
        for first in shares {
            for second in free.count == 1 ? [0] : shares {
                var point = start
                for (position, share) in zip(free, [first, second]) { point[position] = share * scale }
                grid.append((point, try criterion.value(point)))
            }
        }
        let edges = free.count == 1 ? [] : free.map { position in grid.filter { $0.point[position] == 0 } }
        var starts: [(point: BetweenVariances, value: Double)] = []
        for candidates in [grid] + edges {
            guard let best = candidates.min(by: { $0.value < $1.value }) else { continue }
            if !starts.contains(where: { $0.point == best.point }) { starts.append(best) }
        }
        return starts
    }

    /// Newton's step in the active variances; Fisher's where the second derivatives are not positive definite.
    private func direction(_ slope: VarianceCriterion.Point, _ active: [Int]) -> [Int: Double] {
        func solve(_ matrix: Matrix) -> [Double]? {
            var block = Matrix(rows: active.count, columns: active.count)
            for (row, first) in active.enumerated() {
                for (column, second) in active.enumerated() { block[row, column] = matrix[first, second] }
            }
            let solution = (try? Cholesky(block))?.solve(active.map { -slope.gradient[$0] })
            return solution.flatMap { $0.allSatisfy(\.isFinite) ? $0 : nil }
        }
        let step = solve(slope.hessian) ?? solve(slope.information) ?? active.map { -slope.gradient[$0] }
        return Dictionary(uniqueKeysWithValues: zip(active, step))
    }

    /// The first of ever shorter steps, cut off at zero, that does not raise the criterion beyond rounding; nil when the
    /// point is the minimum up to rounding.
    private func search(
        from point: BetweenVariances, _ value: Double, _ step: [Int: Double], _ gradient: [Double]
    ) throws(ModelError) -> (point: BetweenVariances, value: Double)? {
        let rounding = 1e-13 * max(1, abs(value))
        var length = 1.0
        for _ in 0..<60 {
            var candidate = point
            for (position, size) in step { candidate[position] = max(0, point[position] + length * size) }
            guard candidate != point else { return nil }
            let expected = step.keys.reduce(0.0) { $0 + gradient[$1] * (candidate[$1] - point[$1]) }
            let found = try criterion.value(candidate)
            // Next to the minimum the decrease is smaller than the rounding of the criterion: the full step is right there.
            if found <= value + min(0, 1e-4 * expected) || (abs(expected) < rounding && found <= value + rounding) {
                return (candidate, found)
            }
            length /= 3
        }
        return nil
    }
}
