import LinearAlgebra
import Parallelism

/// Means of probabilities over schools and rows, with their derivatives.
///
/// Blocks of rows run in parallel and are added in order: the bits do not depend on the number of threads.
struct ProbabilityMean<Likelihood: StateLikelihood> {
    private let likelihood: Likelihood
    private let shape: CategoricalShape
    private let places: [(row: Int, column: Int)]
    private let points: NormalPoints
    /// u at each point, points x d.
    private let effects: [Double]

    init(_ fit: CategoricalFit, _ school: PredictedSchool) {
        shape = fit.shape
        likelihood = Likelihood(fit.shape, coefficients: Array(fit.values[..<fit.coefficientCount]))
        let d = fit.shape.effectCount
        if case .random(let structure) = fit.grouping {
            places = fit.shape.covariancePlaces(structure)
        } else {
            places = []
        }
        guard school == .average, !places.isEmpty else {
            (points, effects) = (NormalPoints(dimensions: 0), Array(repeating: 0, count: d))
            return
        }
        points = NormalPoints(dimensions: d)
        var effects = [Double](repeating: 0, count: points.weights.count * d)
        for point in points.weights.indices {
            for (index, place) in places.enumerated() {
                effects[point * d + place.row] +=
                    fit.values[fit.coefficientCount + index] * points.points[point * d + place.column]
            }
        }
        self.effects = effects
    }

    /// The numbers a block sums up: K probabilities, their gradients by the coefficients and by theta, state by state.
    private var slot: Int { shape.states.count * (1 + shape.coefficientCount + places.count) }

    /// - Parameter total: The sum of the rows' weights.
    func mean(_ cells: CategoricalCells, _ total: Double) -> StateProbabilities {
        let blocks = cells.cellBlocks(least: 4)
        let sums = Workspace(slot * blocks.count)
        effects.withUnsafeBufferPointer { effects in
            guard let effects = effects.baseAddress else { return }
            cells.withPointers { cells in
                Threads.forEach(blocks.count) { block in
                    add(blocks[block], cells, effects, total, to: sums.start + block * slot)
                }
            }
        }
        var whole = [Double](repeating: 0, count: slot)
        for block in blocks.indices {
            for index in 0..<slot { whole[index] += sums.start[block * slot + index] }
        }
        return inOrder(whole)
    }

    private func add(
        _ range: Range<Int>, _ cells: CellPointers, _ effects: UnsafePointer<Double>, _ total: Double,
        to part: UnsafeMutablePointer<Double>
    ) {
        let (k, m, own) = (shape.states.count, shape.predictorCount, shape.coefficientCount)
        let work = Workspace(m + k + k * m + shape.effectCount)
        let sums = Workspace(k + k * m + k * places.count)
        for cell in range {
            likelihood.predict(cells.x(cell), into: work.start)
            integrate(effects, work.start, sums.start, share: cells.counts(cell)[0] / total)
            for state in 0..<k {
                part[state] += sums.start[state]
                likelihood.addScore(cells.x(cell), sums.start + k + state * m, to: part + k + state * own)
            }
            for index in 0..<(k * places.count) { part[k + k * own + index] += sums.start[k + k * m + index] }
        }
    }

    /// The probabilities, their derivatives by the predictors and by theta, times a share.
    private func integrate(
        _ effects: UnsafePointer<Double>, _ work: UnsafeMutablePointer<Double>, _ sums: UnsafeMutablePointer<Double>,
        share: Double
    ) {
        let (k, m, d) = (shape.states.count, shape.predictorCount, shape.effectCount)
        let (p, slopes, byEffect) = (work + m, work + m + k, work + m + k + k * m)
        for index in 0..<(k + k * m + k * places.count) { sums[index] = 0 }
        for (point, weight) in points.weights.enumerated() {
            likelihood.probabilities(work, effects + point * d, into: p, slopes: slopes)
            for index in 0..<(k + k * m) { sums[index] += share * weight * p[index] }
            guard points.dimensions > 0 else { continue }
            for state in 0..<k {
                for effect in 0..<d { byEffect[effect] = 0 }
                likelihood.addEffects(slopes + state * m, to: byEffect)
                for (index, place) in places.enumerated() {
                    sums[k + k * m + state * places.count + index] +=
                        share * weight * byEffect[place.row] * points.points[point * d + place.column]
                }
            }
        }
    }

    /// In the order of the design's states.
    private func inOrder(_ sums: [Double]) -> StateProbabilities {
        let (k, own) = (shape.states.count, shape.coefficientCount)
        var values = [Double](repeating: 0, count: k)
        var jacobian = Matrix(rows: k, columns: own + places.count)
        for (position, state) in shape.stateOrder.enumerated() {
            values[state] = sums[position]
            for column in 0..<own { jacobian[state, column] = sums[k + position * own + column] }
            for index in places.indices {
                jacobian[state, own + index] = sums[k + k * own + position * places.count + index]
            }
        }
        return StateProbabilities(values: values, jacobian: jacobian)
    }
}
