import LinearAlgebra
import RealModule

/// Finds the weights `w F(X lambda)` that meet the population totals, by Newton's method on lambda (Deville and Särndal 1992,
/// section 2), halving steps that do not come closer.
///
/// The Newton equations have the matrix `X' diag(w F') X`; columns that depend on others get lambda 0, and their totals are met
/// when they agree with the others'.
struct CalibrationSolver: Sendable {
    let matrix: CalibrationMatrix
    let method: CalibrationMethod

    /// Misfit relative to a total at which iterations stop, and what is accepted when rounding allows no better.
    private static let (goal, accepted) = (1e-13, 1e-9)
    private static let mostIterations = 100

    /// A point of the iteration.
    private struct Point {
        let lambda: [Double]
        /// F and F' of every row.
        let ratios, slopes: [Double]
        /// Totals wanted minus reached.
        let misfit: [Double]
        /// The largest misfit, and the sum of squares, relative to each column's size.
        let largest, squares: Double
    }

    /// The g-weights.
    ///
    /// - Parameter weights: One a row, 0 or more; rows with 0 keep g = F of their values and have no part.
    /// - Throws: ``CalibrationProblem``: a category that has no weight, or totals that were not met.
    func solve(weights: [Double]) throws(CalibrationProblem) -> (ratios: [Double], iterations: Int) {
        let reached = matrix.totals(of: weights)
        let magnitudes = matrix.magnitudes(of: weights)
        for (column, magnitude) in magnitudes.enumerated() where !(magnitude > 0) && matrix.totals[column] != 0 {
            let label = matrix.labels[column]
            throw .noRespondents(variable: label.variable, category: label.category ?? "any value but 0")
        }
        let sizes = zip(matrix.totals, magnitudes).map { max(abs($0), $1) > 0 ? max(abs($0), $1) : 1 }
        var point = point(start(reached), weights, sizes)
        var iterations = 0
        while point.largest > Self.goal, iterations < Self.mostIterations {
            guard let next = step(from: point, weights, sizes) else { break }
            iterations += 1
            point = next
        }
        guard point.largest <= Self.accepted else { throw notConverged(point, sizes, iterations) }
        return (point.ratios, iterations)
    }

    /// Raking starts from the first factor's post-strata, so that weights of 1 need not climb to the population step by step;
    /// the solution is the same.
    private func start(_ reached: [Double]) -> [Double] {
        var lambda = [Double](repeating: 0, count: matrix.columnCount)
        guard method == .raking, let columns = matrix.firstFactor else { return lambda }
        for column in columns where reached[column] > 0 && matrix.totals[column] > 0 {
            lambda[column] = Double.log(matrix.totals[column] / reached[column])
        }
        return lambda
    }

    private func step(from point: Point, _ weights: [Double], _ sizes: [Double]) -> Point? {
        let gram = matrix.gram(zip(weights, point.slopes).map { $0 * $1 })
        let direction = PartialCholesky(gram).solve(point.misfit)
        var length = 1.0
        while length > 1e-10 {
            let lambda = zip(point.lambda, direction).map { $0 + length * $1 }
            let next = self.point(lambda, weights, sizes)
            if next.squares < point.squares { return next }
            length /= 2
        }
        return nil
    }

    private func point(_ lambda: [Double], _ weights: [Double], _ sizes: [Double]) -> Point {
        var ratios = matrix.predictor(lambda)
        var slopes = ratios
        for row in ratios.indices { (ratios[row], slopes[row]) = method.weight(ratios[row]) }
        let reached = matrix.totals(of: zip(weights, ratios).map { $0 == 0 ? 0 : $0 * $1 })
        let misfit = zip(matrix.totals, reached).map { $0 - $1 }
        let relative = zip(misfit, sizes).map { $0 / $1 }
        return Point(
            lambda: lambda, ratios: ratios, slopes: slopes, misfit: misfit,
            largest: relative.reduce(0) { max($0, abs($1)) }, squares: relative.reduce(0) { $0 + $1 * $1 })
    }

    private func notConverged(_ point: Point, _ sizes: [Double], _ iterations: Int) -> CalibrationProblem {
        let worst =
            point.misfit.indices.max { abs(point.misfit[$0]) / sizes[$0] < abs(point.misfit[$1]) / sizes[$1] } ?? 0
        let (label, total) = (matrix.labels[worst], matrix.totals[worst])
        return .notConverged(
            iterations: iterations, variable: label.variable, category: label.category,
            reached: total - point.misfit[worst], wanted: total)
    }
}
