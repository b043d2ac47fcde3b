import LinearAlgebra

/// The search for the optimum of a marginal deviance.
struct GeneralisedSearch {
    private(set) var deviance: MarginalDeviance
    private let factorNames: [String]

    /// The optimum with the curvature there.
    struct Optimum {
        /// (theta, beta); the diagonal of the relative covariance factors is not negative.
        var point: [Double]
        var value: Double
        /// The positions of the parameters that are estimated: all but those of a variance that is zero.
        var free: [Int]
        /// The Hessian in the free parameters.
        var hessian: Matrix
    }

    /// A diagonal element this small may be zero at the optimum: the deviance is flat there.
    private static let nearBoundary = 2e-2
    /// The expected decrease at which the quasi-Newton search gives way to Newton steps.
    private static let searchTolerance = 1e-6
    /// The decrease that a Newton step promises at the optimum; the deviance itself is rounded to more than that.
    private static let newtonTolerance = 1e-13
    /// The decrease beyond which a search has not ended at an optimum.
    private static let convergedTolerance = 1e-7

    /// Effects that spread the linear predictor by more than this, with no curvature left, have no bound: at the link's scale
    /// all outcomes between two levels differ.
    private static let boundlessDeviation = 10.0

    /// - Parameter factorNames: The grouping factors, for messages.
    init(_ deviance: MarginalDeviance, factorNames: [String]) {
        self.deviance = deviance
        self.factorNames = factorNames
    }

    private var elements: [CovarianceTemplate.Element] { deviance.templates.flatMap(\.parameters) }

    /// - Parameter fixedEffects: A first guess of beta.
    mutating func run(from fixedEffects: [Double]) throws(ModelError) -> Optimum {
        let theta = elements.map { $0.isDiagonal ? 1.0 : 0 }
        var (minimum, inverse) = try search(from: theta + fixedEffects)
        minimum.point = deviance.reorderEffects(minimum.point)
        // In the old order a small variance may have hidden a way down; in the new one it can be told from zero.
        if let lifted = lifted(minimum.point, isChosen: { !$0.isDiagonal }) {
            try improve(&minimum, &inverse, from: lifted)
        }
        do {
            return try finish(minimum, inverse)
        } catch {
            // A point where the deviance still curves downwards: variances near zero, where it is flat by symmetry.
            guard case .notConverged = error, let lifted = lifted(minimum.point, isChosen: { _ in true }) else {
                throw error
            }
            try improve(&minimum, &inverse, from: lifted)
            return try finish(minimum, inverse)
        }
    }

    /// Searches again from another point, and takes the better of both.
    private mutating func improve(
        _ minimum: inout Minimum, _ inverse: inout Matrix, from point: [Double]
    ) throws(ModelError) {
        let (again, itsInverse) = try search(from: point)
        if again.value <= minimum.value { (minimum, inverse) = (again, itsInverse) }
        minimum.point = deviance.reorderEffects(minimum.point)
    }

    private mutating func finish(_ minimum: Minimum, _ inverse: Matrix) throws(ModelError) -> Optimum {
        var settled = minimum
        let free = try settle(&settled, inverse)
        return try polish(settled, free: free, scales: inverse.diagonal)
    }

    /// A point with no small diagonal element in the chosen terms' factors; nil where there was none.
    private func lifted(_ point: [Double], isChosen: (CovarianceTemplate) -> Bool) -> [Double]? {
        var (result, start, isLifted) = (point, 0, false)
        for template in deviance.templates {
            for (index, element) in template.parameters.enumerated()
            where isChosen(template) && element.isDiagonal && abs(point[start + index]) < Self.nearBoundary {
                result[start + index] = 0.1
                isLifted = true
            }
            start += template.parameterCount
        }
        return isLifted ? result : nil
    }

    /// A search over all parameters.
    private mutating func search(from point: [Double]) throws(ModelError) -> (Minimum, Matrix) {
        let (start, information) = try deviance.jointMaximum(from: point)
        return try search(from: start, free: Array(start.indices), inverseHessian(start, information))
    }

    /// A guess of the inverse Hessian: for beta from the information, for theta by a difference of gradients each.
    private mutating func inverseHessian(_ point: [Double], _ information: Matrix) throws(ModelError) -> Matrix {
        let m = deviance.thetaCount
        var result = Matrix.identity(point.count)
        let inverse = try factor(information, at: point).inverse
        for column in 0..<deviance.fixedCount {
            for row in 0..<deviance.fixedCount { result[m + row, m + column] = 0.5 * inverse[row, column] }
        }
        let start = try deviance.derivatives(point).gradient
        for index in 0..<m {
            var moved = point
            moved[index] += 0.01
            let curvature = (try deviance.derivatives(moved).gradient[index] - start[index]) / 0.01
            // A curvature that is not positive says nothing about the distance. Then half a unit: a whole one would lead
            // from 1 to 0, where the gradient vanishes by symmetry.
            result[index, index] = curvature > 0 ? 1 / curvature : 0.5 / max(abs(start[index]), 0.5)
        }
        return result
    }

    /// A quasi-Newton search over the free parameters.
    private mutating func search(
        from start: [Double], free: [Int], _ inverse: Matrix
    ) throws(ModelError) -> (Minimum, Matrix) {
        var deviance = deviance
        defer { self.deviance = deviance }
        let quasiNewton = QuasiNewton(
            start: free.map { start[$0] }, inverseHessian: inverse, tolerance: Self.searchTolerance, maximumSteps: 500)
        var (minimum, final) = try quasiNewton.run { values throws(ModelError) in
            var point = start
            for (position, index) in free.enumerated() { point[index] = values[position] }
            let (value, gradient) = try deviance.derivatives(point)
            return (value, free.map { gradient[$0] })
        }
        var point = start
        for (position, index) in free.enumerated() { point[index] = minimum.point[position] }
        minimum.point = point
        return (minimum, final)
    }

    /// Sets to zero what is no worse at zero: a search stops anywhere on the flat deviance of a small variance.
    ///
    /// - Returns: The positions of the parameters that are left.
    private mutating func settle(_ minimum: inout Minimum, _ inverse: Matrix) throws(ModelError) -> [Int] {
        var free = Array(minimum.point.indices)
        for (index, element) in elements.enumerated()
        where element.isDiagonal && abs(minimum.point[index]) < Self.nearBoundary {
            // With its diagonal at zero a column can be turned into the later ones, so it is zero as well.
            let column = columnOfParameters(index)
            let rest = free.filter { !column.contains($0) }
            var candidate = minimum.point
            candidate[index] = 0
            candidate = deviance.canonical(candidate)
            let guess = Matrix(rowVectors: rest.map { row in rest.map { inverse[row, $0] } })
            let (found, _) = try search(from: candidate, free: rest, guess)
            if found.value <= minimum.value + 1e-8 + 1e-12 * abs(minimum.value) {
                minimum = found
                minimum.point = deviance.canonical(found.point)
                deviance.forgetModes()
                free = rest
            }
        }
        return free
    }

    /// The positions of the parameters in the column of a diagonal element.
    private func columnOfParameters(_ diagonal: Int) -> [Int] {
        var start = 0
        for template in deviance.templates {
            let range = start..<(start + template.parameterCount)
            if range.contains(diagonal) {
                let column = elements[diagonal].column
                return range.filter { elements[$0].column == column }
            }
            start = range.upperBound
        }
        return [diagonal]
    }

    /// Newton steps with the Hessian from differences of the gradient.
    private mutating func polish(
        _ minimum: Minimum, free: [Int], scales: [Double]
    ) throws(ModelError) -> Optimum {
        var optimum = Optimum(
            point: minimum.point, value: minimum.value, free: free, hessian: Matrix(rows: 0, columns: 0))
        var steps = scales.map { 1e-3 * max(2 * $0, 1e-12).squareRoot() }
        var (value, gradient) = try derivatives(optimum)
        optimum.value = value
        optimum.hessian = try hessian(optimum, steps)
        for _ in 0..<20 {
            let factor = try factor(optimum.hessian, at: optimum.point)
            let step = factor.solve(gradient)
            let decrement = dot(step, gradient)
            if decrement < Self.newtonTolerance { return optimum }
            guard let next = try moved(optimum, step) else {
                guard decrement < Self.convergedTolerance else { break }
                return optimum
            }
            (optimum, (value, gradient)) = next
            // A step this long moves the Hessian by more than a few units of its sixth digit.
            if decrement > 1e-11 {
                for (position, variance) in factor.inverse.diagonal.enumerated() {
                    steps[free[position]] = 1e-3 * (2 * variance).squareRoot()
                }
                optimum.hessian = try hessian(optimum, steps)
            }
        }
        throw .notConverged(evaluations: deviance.evaluations, reason: "the gradient does not vanish")
    }

    /// The optimum after a Newton step, shortened where the deviance would rise; nil when no step lowers it.
    private mutating func moved(
        _ optimum: Optimum, _ step: [Double]
    ) throws(ModelError) -> (Optimum, (value: Double, gradient: [Double]))? {
        var length = 1.0
        while length > 1e-4 {
            var candidate = optimum
            for (position, index) in optimum.free.enumerated() { candidate.point[index] -= length * step[position] }
            if let found = try? derivatives(candidate),
                // Equal up to rounding counts as no worse.
                found.value <= optimum.value + 1e-12 * max(1, abs(optimum.value))
            {
                candidate.value = found.value
                return (candidate, found)
            }
            length /= 2
        }
        return nil
    }

    private mutating func derivatives(_ optimum: Optimum) throws(ModelError) -> (value: Double, gradient: [Double]) {
        let (value, gradient) = try deviance.derivatives(optimum.point)
        return (value, optimum.free.map { gradient[$0] })
    }

    /// The Hessian by central differences of the analytic gradient: steps of a thousandth of a standard error.
    private mutating func hessian(_ optimum: Optimum, _ steps: [Double]) throws(ModelError) -> Matrix {
        let free = optimum.free
        var result = Matrix(rows: free.count, columns: free.count)
        for (column, index) in free.enumerated() {
            var (above, below) = (optimum, optimum)
            above.point[index] += steps[index]
            below.point[index] -= steps[index]
            let (up, down) = (try derivatives(above).gradient, try derivatives(below).gradient)
            for row in free.indices { result[row, column] = (up[row] - down[row]) / (2 * steps[index]) }
        }
        return result.symmetrised
    }

    private func factor(_ matrix: Matrix, at point: [Double]) throws(ModelError) -> Cholesky {
        if let factor = try? Cholesky(matrix) { return factor }
        for (name, lambda) in zip(factorNames, deviance.factors(point))
        where lambda.elements.contains(where: { abs($0) > Self.boundlessDeviation }) {
            throw .unboundedVariance(factor: name)
        }
        throw .notConverged(
            evaluations: deviance.evaluations, reason: "the information matrix is not positive definite")
    }
}
