import LinearAlgebra

/// The minimum of the Laplace deviance: BFGS, then Newton steps with the Hessian from differences of the exact gradient.
struct LaplaceSearch<Likelihood: StateLikelihood> {
    /// Where the search ended.
    struct Solution {
        let parameters: [Double]
        let logLikelihood: Double
        /// The inverse of the Hessian; zero for elements of theta of a singular fit whose curvature is not positive.
        let covariance: Matrix
        let iterations: Int
    }

    let data: CategoricalData
    let structure: CategoricalModel.Structure

    /// The standard deviation of the schools' effects at which the search starts.
    private static var startingDeviation: Double { 0.5 }
    /// A step that promises less than this, for weights around 1, ends the search.
    private static var tolerance: Double { 1e-18 }

    /// - Parameter fixed: The fit without random effects.
    func run(
        from fixed: FixedEffectsSearch<Likelihood>.Solution
    ) throws(CategoricalProblem) -> (solution: Solution, deviance: LaplaceDeviance<Likelihood>) {
        var deviance = LaplaceDeviance<Likelihood>(data, structure)
        let (start, inverse) = start(fixed, deviance.parameterCount)
        let search = QuasiNewtonSearch(start: start, inverseHessian: inverse, scale: data.weightScale)
        let found = try search.run { deviance.evaluate($0) }
        let solution = polished(&deviance, found)
        // What is left to gain, in units of the log-likelihood: 1e-8 moves no estimate by 2e-4 of its standard error.
        let gradient = deviance.evaluate(solution.parameters).gradient
        let left = dot(solution.covariance * gradient, gradient) / 2
        guard left < 1e-8 * data.weightScale else {
            throw .notConverged(iterations: solution.iterations, reason: "the gradient did not vanish")
        }
        return (solution, deviance)
    }

    /// Newton steps to the full digits, and the covariance at the end.
    private func polished(
        _ deviance: inout LaplaceDeviance<Likelihood>, _ found: QuasiNewtonSearch.Found
    ) -> Solution {
        var (point, iterations) = (upright(found.point), found.iterations)
        var (value, gradient) = deviance.evaluate(point)
        var covariance = inverted(differences(&deviance, point, found.inverseHessian))
        for _ in 0..<4 {
            let step = covariance * gradient
            let promised = dot(step, gradient) / 2
            guard promised > Self.tolerance * data.weightScale else { break }
            let candidate = zip(point, step).map { $0 - $1 }
            let next = deviance.evaluate(candidate)
            guard next.value <= value + 1e-9 * max(1, abs(value)) else { break }
            iterations += 1
            (point, value, gradient) = (candidate, next.value, next.gradient)
            // The standard errors are those of the end: so far away they would differ in the sixth digit.
            guard promised > 1e-10 * data.weightScale else { continue }
            covariance = inverted(differences(&deviance, point, covariance))
        }
        return Solution(parameters: point, logLikelihood: -value, covariance: covariance, iterations: iterations)
    }

    /// The fit without random effects, whose covariance grows by that of the schools' mean effects.
    private func start(
        _ fixed: FixedEffectsSearch<Likelihood>.Solution, _ count: Int
    ) -> (parameters: [Double], inverseHessian: Matrix) {
        let (shape, schools) = (data.shape, Double(data.cells.filledGroupCount))
        var parameters = fixed.coefficients
        let places = shape.covariancePlaces(structure)
        parameters += places.map { $0.row == $0.column ? Self.startingDeviation : 0 }
        var inverse = Matrix(rows: count, columns: count)
        for column in 0..<shape.coefficientCount {
            for row in 0..<shape.coefficientCount { inverse[row, column] = fixed.covariance[row, column] }
        }
        let variance = Self.startingDeviation * Self.startingDeviation / schools
        if shape.outcome == .ordered {
            for one in shape.width..<shape.coefficientCount {
                for other in shape.width..<shape.coefficientCount { inverse[one, other] += variance }
            }
        } else if let constant = data.constantColumn {
            for state in 0..<shape.predictorCount {
                let place = state * shape.width + constant.column
                inverse[place, place] += variance / (constant.value * constant.value)
            }
        }
        for index in shape.coefficientCount..<count { inverse[index, index] = variance }
        return (parameters, inverse)
    }

    /// The same Lambda Lambda' with a diagonal that is not negative.
    private func upright(_ point: [Double]) -> [Double] {
        let (places, first) = (data.shape.covariancePlaces(structure), data.shape.coefficientCount)
        var turned = point
        for (index, place) in places.enumerated() {
            let diagonal = places.firstIndex { $0.row == place.column && $0.column == place.column } ?? index
            if point[first + diagonal] < 0 { turned[first + index] = -point[first + index] }
        }
        return turned
    }

    /// The Hessian by central differences of the gradient, a thousandth of a standard error to either side.
    private func differences(
        _ deviance: inout LaplaceDeviance<Likelihood>, _ point: [Double], _ covariance: Matrix
    ) -> Matrix {
        let count = point.count
        var hessian = Matrix(rows: count, columns: count)
        for column in 0..<count {
            let error = max(covariance[column, column], 0).squareRoot()
            let step = max(1e-3 * min(error, 1e3), 1e-7 * max(1, abs(point[column])))
            var (above, below) = (point, point)
            above[column] += step
            below[column] -= step
            let (high, low) = (deviance.evaluate(above).gradient, deviance.evaluate(below).gradient)
            guard high.count == count, low.count == count else { continue }
            let width = above[column] - below[column]
            for row in 0..<count { hessian[row, column] = (high[row] - low[row]) / width }
        }
        return hessian.symmetrised
    }

    /// The inverse; where the curvature by theta is not positive, that of the coefficients with theta held fixed.
    private func inverted(_ hessian: Matrix) -> Matrix {
        if let factor = ScaledCholesky(hessian) { return factor.inverse }
        let (count, own) = (hessian.rows, data.shape.coefficientCount)
        var inverse = Matrix(rows: count, columns: count)
        var block = Matrix(rows: own, columns: own)
        for column in 0..<own {
            for row in 0..<own { block[row, column] = hessian[row, column] }
        }
        guard let factor = ScaledCholesky(block) else { return inverse }
        let found = factor.inverse
        for column in 0..<own {
            for row in 0..<own { inverse[row, column] = found[row, column] }
        }
        return inverse
    }
}
