import LinearAlgebra
import Parallelism

/// Minus the log-likelihood of a regression of states without random effects, its gradient and its information.
///
/// Blocks of cells run in parallel and are added in order: the bits do not depend on the number of threads.
struct FixedEffectsDeviance<Likelihood: StateLikelihood> {
    /// What one evaluation gives.
    struct Value {
        var value: Double
        var gradient: [Double]
        /// The observed information, lower triangle.
        var information: Matrix
    }

    let data: CategoricalData

    /// nil where the coefficients give no probabilities or numbers overflow.
    func evaluate(_ coefficients: [Double]) -> Value? {
        let size = coefficients.count
        let likelihood = Likelihood(data.shape, coefficients: coefficients)
        guard likelihood.isValid, coefficients.allSatisfy(\.isFinite) else { return nil }
        let blocks = data.cells.cellBlocks()
        let slot = 1 + size + size * size
        let parts = Workspace(slot * blocks.count)
        data.cells.withPointers { cells in
            Threads.forEach(blocks.count) { block in
                add(blocks[block], cells, likelihood, size, to: parts.start + block * slot)
            }
        }
        var sums = [Double](repeating: 0, count: slot)
        for block in blocks.indices {
            for index in 0..<slot { sums[index] += parts.start[block * slot + index] }
        }
        guard sums.allSatisfy(\.isFinite) else { return nil }
        return Value(
            value: sums[0], gradient: Array(sums[1...size]),
            information: Matrix(rows: size, columns: size, elements: Array(sums[(1 + size)...])))
    }

    private func add(
        _ range: Range<Int>, _ cells: CellPointers, _ likelihood: Likelihood, _ size: Int,
        to part: UnsafeMutablePointer<Double>
    ) {
        let m = likelihood.predictorCount
        let work = Workspace(3 * m + likelihood.cacheCount + m * m)
        let (eta, r, zero) = (work.start, work.start + m, work.start + 2 * m)
        let (matrix, cache) = (work.start + 3 * m, work.start + 3 * m + m * m)
        for cell in range {
            let (x, counts) = (cells.x(cell), cells.counts(cell))
            likelihood.predict(x, into: eta)
            likelihood.respond(eta, zero, counts, cache)
            part[0] += likelihood.value(eta, zero, counts, cache)
            likelihood.slope(counts, cache, into: r)
            likelihood.addScore(x, r, to: part + 1)
            likelihood.curvature(counts, cache, into: matrix)
            likelihood.addInformation(x, matrix, to: part + 1 + size)
        }
    }

    /// The scores of the groups, each the gradient of its cells, groups x size.
    func groupScores(_ coefficients: [Double]) -> [[Double]] {
        let likelihood = Likelihood(data.shape, coefficients: coefficients)
        let (m, starts) = (likelihood.predictorCount, data.cells.groupStart)
        let work = Workspace(3 * m + likelihood.cacheCount)
        let (eta, r, zero, cache) = (work.start, work.start + m, work.start + 2 * m, work.start + 3 * m)
        let score = Workspace(coefficients.count)
        var scores: [[Double]] = []
        data.cells.withPointers { cells in
            for group in 1..<starts.count where starts[group] > starts[group - 1] {
                for index in coefficients.indices { score.start[index] = 0 }
                for cell in starts[group - 1]..<starts[group] {
                    likelihood.predict(cells.x(cell), into: eta)
                    likelihood.respond(eta, zero, cells.counts(cell), cache)
                    likelihood.slope(cells.counts(cell), cache, into: r)
                    likelihood.addScore(cells.x(cell), r, to: score.start)
                }
                scores.append(coefficients.indices.map { score.start[$0] })
            }
        }
        return scores
    }

    /// The largest absolute change of any predictor of any cell along a direction of the coefficients.
    func reach(_ direction: [Double]) -> Double {
        let (width, m) = (data.shape.width, data.shape.predictorCount)
        var furthest = 0.0
        data.cells.withPointers { cells in
            for cell in 0..<data.cells.count {
                let x = cells.x(cell)
                for predictor in 0..<m {
                    let start = data.shape.outcome == .ordered ? 0 : predictor * width
                    var sum = data.shape.outcome == .ordered ? -direction[width + predictor] : 0
                    for column in 0..<width { sum += x[column] * direction[start + column] }
                    furthest = max(furthest, abs(sum))
                }
            }
        }
        return furthest
    }
}
