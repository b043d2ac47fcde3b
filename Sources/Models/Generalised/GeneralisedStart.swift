import LinearAlgebra
import Probability

/// The fixed effects without random effects: a generalised linear model by Fisher scoring, which also shows separation.
struct FixedEffectsStart {
    let family: Family
    let columns: FixedEffectsColumns
    let offsets: [Double]
    let totals: [Double]
    let sizes: [Double]

    /// So many steps are only taken when some effect grows for ever: by about 1 on the scale of eta in each.
    private static let maximumSteps = 40
    /// A linear predictor that still moves by more than this after all steps does not settle.
    private static let separatedStep = 0.1
    /// A step this small in every linear predictor ends the search: only a starting point is wanted.
    private static let smallStep = 1e-5

    /// - Throws: ``ModelError/separated(columns:)`` or ``ModelError/numericalBreakdown``.
    func run() throws(ModelError) -> [Double] {
        guard columns.count > 0 else { return [] }
        var beta = try leastSquares(
            offsets.indices.map { family.startingPredictor(successes: totals[$0], size: sizes[$0]) })
        var (step, change) = ([Double](), 0.0)
        for _ in 0..<Self.maximumSteps {
            let eta = predictor(beta)
            let next: [Double]
            do {
                next = try leastSquares(eta)
            } catch {
                // The information of a separated effect vanishes.
                throw step.isEmpty ? .numericalBreakdown : separation(step)
            }
            step = zip(next, beta).map { $0 - $1 }
            change = zip(predictor(next), eta).reduce(0) { max($0, abs($1.0 - $1.1)) }
            beta = halved(step, from: beta)
            if change < Self.smallStep { return beta }
        }
        guard change > Self.separatedStep else { return beta }
        throw separation(step)
    }

    /// The effects whose steps are at least half as large as the largest one.
    private func separation(_ step: [Double]) -> ModelError {
        let isIntercept = columns.names.map { $0 == "(Intercept)" }
        let sizes = zip(step, isIntercept).map { $1 ? 0 : abs($0) }
        let largest = sizes.reduce(0, max)
        let grown = columns.names.indices.filter { largest == 0 || sizes[$0] >= largest / 2 }
        return .separated(columns: grown.map { columns.names[$0] })
    }

    /// Takes a step, halved while the likelihood falls: counts can overshoot.
    private func halved(_ step: [Double], from beta: [Double]) -> [Double] {
        let start = logLikelihood(beta)
        var length = 1.0
        while length > 1e-3 {
            let candidate = zip(beta, step).map { $0 + length * $1 }
            if logLikelihood(candidate) >= start - 1e-12 * abs(start) { return candidate }
            length /= 2
        }
        return beta
    }

    private func logLikelihood(_ beta: [Double]) -> Double {
        var sum = 0.0
        for (cell, eta) in predictor(beta).enumerated() {
            sum += totals[cell] * eta - sizes[cell] * family.cumulants(eta).value
        }
        return sum
    }

    private func predictor(_ beta: [Double]) -> [Double] {
        let p = columns.count
        return offsets.indices.map { cell in
            var eta = offsets[cell]
            for column in 0..<p { eta += columns.matrix[cell * p + column] * beta[column] }
            return eta
        }
    }

    /// One step of iteratively reweighted least squares from a linear predictor.
    private func leastSquares(_ predictor: [Double]) throws(ModelError) -> [Double] {
        let p = columns.count
        var gram = Matrix(rows: p, columns: p)
        var right = [Double](repeating: 0, count: p)
        for (cell, eta) in predictor.enumerated() {
            let cumulants = family.cumulants(eta)
            let weight = sizes[cell] * cumulants.variance
            let working = weight * (eta - offsets[cell]) + totals[cell] - sizes[cell] * cumulants.mean
            for column in 0..<p {
                let value = columns.matrix[cell * p + column]
                right[column] += value * working
                let weighted = weight * value
                for row in column..<p { gram[row, column] += weighted * columns.matrix[cell * p + row] }
            }
        }
        guard let factor = try? Cholesky(gram) else { throw .numericalBreakdown }
        let solution = factor.solve(right)
        guard solution.allSatisfy(\.isFinite) else { throw .numericalBreakdown }
        return solution
    }
}

extension MarginalDeviance {
    /// Moves the fixed effects of a point to the joint maximum of the penalised likelihood in u and beta, where glmer begins
    /// (nAGQ = 0), and gives their information there.
    ///
    /// Newton's method on h with u profiled out: the information is `X'WX - X'WA V A'WX`.
    mutating func jointMaximum(from start: [Double]) throws(ModelError) -> (point: [Double], information: Matrix) {
        var point = start
        var (objective, slope, information) = try profiled(point)
        for _ in 0..<10 where fixedCount > 0 {
            guard let factor = try? Cholesky(information) else { throw .numericalBreakdown }
            let step = factor.solve(slope)
            if dot(step, slope) < 1e-6 { break }
            var candidate = point
            for column in 0..<fixedCount { candidate[thetaCount + column] += step[column] }
            guard let next = try? profiled(candidate), next.objective < objective else { break }
            point = candidate
            (objective, slope, information) = next
        }
        return (point, information)
    }

    /// h at the modes, `X'(y - mu)` and the profiled information.
    private mutating func profiled(
        _ point: [Double]
    ) throws(ModelError) -> (objective: Double, slope: [Double], information: Matrix) {
        let (objective, factor) = try findModes(point)
        let p = fixedCount
        var slope = [Double](repeating: 0, count: p)
        var information = Matrix(rows: p, columns: p)
        var cross: [EffectsVector] = []
        for column in 0..<p {
            let values = (0..<cellCount).map { fixedColumns[$0 * p + column] }
            let weighted = zip(values, search.weights).map { $0 * $1 }
            slope[column] = dot(values, search.residuals)
            for row in column..<p {
                var sum = 0.0
                for cell in 0..<cellCount { sum += weighted[cell] * fixedColumns[cell * p + row] }
                information[row, column] = sum
            }
            cross.append(layout.transposedProduct(search.effects, weighted))
        }
        for column in 0..<p {
            let solved = factor.solve(cross[column])
            for row in column..<p {
                information[row, column] -= cross[row].dot(solved)
                information[column, row] = information[row, column]
            }
        }
        return (objective, slope, information)
    }
}
