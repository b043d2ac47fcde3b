import LinearAlgebra
import RealModule

extension GrowthModel {
    /// Fits the model: a quasi-Newton search over theta with the analytic gradient, then Newton steps to the optimum's
    /// full digits. Where some variance goes to zero, BOBYQA searches again with the boundary included.
    ///
    /// Where pupils who move link all schools into one large system, the search is done without the few pupils whose
    /// moves cross clusters of schools, and only the last Newton steps take everyone: these start so near the optimum
    /// that two are enough. Where they are not, or an effect is not identified without these pupils, the search takes
    /// everyone.
    ///
    /// - Throws: ``ModelError/notConverged(evaluations:reason:)`` or ``ModelError/numericalBreakdown``.
    public func fit() throws(ModelError) -> GrowthFit {
        var known: Optimum?
        if let reduced = reducedProfile() {
            let search = CriterionSearch(profile: reduced.profile)
            known = try? search.optimum()
            if var optimum = known, (try? search.finish(&optimum, on: profile)) == true {
                return try GrowthFit(
                    self, optimum, curvature: search.profile, levelsOutsideCurvature: reduced.levelsLeftOut)
            }
        }
        var optimum = try CriterionSearch(profile: profile).optimum(from: known?.theta)
        if let known {
            optimum.fullEvaluations = optimum.evaluations
            optimum.evaluations += known.evaluations
        }
        return try GrowthFit(self, optimum, curvature: profile, levelsOutsideCurvature: 0)
    }

    /// The criterion without the levels that link clusters; nil when it is not needed or would leave out too many.
    ///
    /// - Parameters:
    ///   - largestSearched: A cluster of so many random effects is cheap enough to be searched as it is.
    ///   - cluster: The largest cluster of the search without crossing pupils.
    ///   - shareLeftOut: The largest share of the first factor's levels that the search may go without.
    func reducedProfile(
        largestSearched: Int = 400, cluster: Int = 256, shareLeftOut: Double = 0.05
    ) -> (profile: ProfiledCriterion, levelsLeftOut: Int)? {
        guard profile.layout.largestCluster > largestSearched else { return nil }
        let full = profile.products.design
        let layout = TailLayout(
            full.grouping, widths: full.otherWidths, groupCounts: full.groupCounts, cap: cluster)
        let design = DesignProducts(full.grouping, matrices, isIncluded: layout.isWithinCluster(full.grouping))
        let leftOut = full.levelCount - design.levelCount
        guard Double(leftOut) <= shareLeftOut * Double(full.levelCount) else { return nil }
        var reduced = profile
        reduced.products = CrossProducts(design: design, response: ResponseProducts(design, matrices, rows))
        reduced.layout = layout
        return (reduced, leftOut)
    }
}

/// Where a search ended, with the curvature there.
struct Optimum: Sendable {
    var theta: [Double]
    var value: Double
    var sigma: Double
    /// The evaluations of the criterion, and those of it on all data where the search went without some.
    var evaluations: Int
    var fullEvaluations = 0
    /// The positions of the parameters that are not on their bound.
    var free: [Int]
    /// The Hessian of the criterion, not profiled, in the free parameters and, last, sigma; nil when it is not positive
    /// definite.
    var hessian: Matrix?

    /// Whether the end of a search may not be the minimum: no curvature of one, or a relative standard deviation so large
    /// that a search which began at one may have come down another slope.
    var isDoubtful: Bool { hessian == nil || theta.contains { abs($0) > 10 } }
}

/// Searches the minimum of a profiled criterion.
struct CriterionSearch {
    let profile: ProfiledCriterion

    private var parameters: [CovarianceTemplate.Element] { profile.templates.flatMap(\.parameters) }

    /// The minimum.
    ///
    /// - Parameter start: Where to begin; nil for relative standard deviations of one.
    func optimum(from start: [Double]? = nil) throws(ModelError) -> Optimum {
        let parameters = parameters
        let start = start ?? parameters.map { $0.isDiagonal ? 1.0 : 0 }
        var minimum: Minimum
        do {
            minimum = try searchInside(parameters, from: start)
        } catch ModelError.notConverged(let evaluations, _) {
            // A search without derivatives takes longer but needs no line search to succeed.
            minimum = try searchWithBoundary(
                parameters, from: Minimum(point: start, value: .infinity, evaluations: evaluations))
        }
        if zip(minimum.point, parameters).contains(where: { $1.isDiagonal && $0 < Self.nearBoundary }) {
            minimum = try searchWithBoundary(parameters, from: minimum)
            minimum = try searchBeyondBoundary(parameters, from: minimum)
        }
        let found = try polish(minimum, parameters)
        return found.isDoubtful ? try searchElsewhere(found, parameters) : found
    }

    /// Searches from other starts where an end has no curvature of a minimum, or standard deviations far from those of the
    /// residuals, and keeps the best.
    private func searchElsewhere(
        _ doubtful: Optimum, _ parameters: [CovarianceTemplate.Element]
    ) throws(ModelError) -> Optimum {
        var best = doubtful
        for scale in [0.1, 10, 100] {
            let start = Minimum(
                point: parameters.map { $0.isDiagonal ? scale : 0 }, value: .infinity, evaluations: best.evaluations)
            // What cannot be searched from is no better.
            guard let minimum = try? searchWithBoundary(parameters, from: start),
                var found = try? polish(minimum, parameters)
            else { continue }
            guard found.value < best.value - 1e-9 * max(1, abs(best.value)) else {
                best.evaluations = found.evaluations
                continue
            }
            found.evaluations = max(found.evaluations, best.evaluations)
            best = found
        }
        return best
    }

    /// Searches on the other side of diagonal elements of zero.
    ///
    /// With a diagonal element at zero the signs of its column below it are arbitrary, and so is what this column and the
    /// next hold, yet how the criterion goes inside the bound hangs on them. A search that came with the wrong ones stops
    /// there.
    private func searchBeyondBoundary(
        _ parameters: [CovarianceTemplate.Element], from start: Minimum
    ) throws(ModelError) -> Minimum {
        var best = start
        var first = 0
        for template in profile.templates {
            let own = first..<(first + template.parameterCount)
            first += template.parameterCount
            for index in own where parameters[index].isDiagonal && best.point[index] < Self.nearBoundary {
                let column = parameters[index].column
                func position(_ row: Int, _ column: Int) -> Int? {
                    own.first { parameters[$0].row == row && parameters[$0].column == column }
                }
                let below = own.filter { parameters[$0].column == column && !parameters[$0].isDiagonal }
                guard !below.isEmpty else { continue }
                // With zero above them, this column and the next may also change places.
                let columns = [column, column + 1].map { source in
                    below.map { position(parameters[$0].row, source).map { best.point[$0] } ?? 0 }
                }
                let start = best
                for (source, sign) in [(0, -1.0), (1, 1), (1, -1)] {
                    var turned = start
                    turned.point[index] = Self.nearBoundary
                    for (place, other) in below.enumerated() {
                        turned.point[other] = sign * columns[source][place]
                        guard source == 1, let next = position(parameters[other].row, column + 1) else { continue }
                        turned.point[next] = columns[0][place] * (columns[0][0] < 0 ? -1 : 1)
                    }
                    best.evaluations += 1
                    turned.evaluations = best.evaluations
                    guard try profile.value(turned.point) < best.value else { continue }
                    let found = try searchWithBoundary(parameters, from: turned)
                    if found.value < best.value { best = found }
                }
            }
        }
        return best
    }

    /// A diagonal element this small may be zero at the optimum: the gradient cannot tell.
    private static let nearBoundary = 1e-2
    /// A parameter this close to its bound of zero is at it: the variance is estimated as zero.
    static let boundaryTolerance = 1e-5

    private func searchInside(
        _ parameters: [CovarianceTemplate.Element], from start: [Double]
    ) throws(ModelError) -> Minimum {
        let profile = profile
        let size = profile.residualDegreesOfFreedom
        let search = Minimisation(
            method: .slsqp, start: zip(start, parameters).map { $1.isDiagonal ? max($0, 1e-2) : $0 },
            lower: parameters.map { $0.isDiagonal ? 1e-3 : -Double.infinity }, relativeTolerance: 1e-5,
            maximumEvaluations: 1_000)
        // Per row, so that the first steps of the search have a sensible length whatever the number of rows.
        return try search.run { theta, _ throws(ModelError) in
            let derivatives = try profile.derivatives(theta)
            return (derivatives.value / size, derivatives.profiled.map { $0 / size })
        }
    }

    private func searchWithBoundary(
        _ parameters: [CovarianceTemplate.Element], from start: Minimum
    ) throws(ModelError) -> Minimum {
        let profile = profile
        let search = Minimisation(
            method: .bobyqa, start: start.point, lower: parameters.map { $0.isDiagonal ? 0 : -Double.infinity },
            relativeTolerance: 1e-7, maximumEvaluations: 20_000)
        var found = try search.run { theta, _ throws(ModelError) in (try profile.value(theta), []) }
        found.evaluations += start.evaluations
        return found
    }

    /// Newton steps over the parameters that are not on their bound: a search knows the optimum to half the digits only.
    private func polish(
        _ minimum: Minimum, _ parameters: [CovarianceTemplate.Element]
    ) throws(ModelError) -> Optimum {
        var theta = minimum.point
        var (value, evaluations) = (try profile.value(theta), minimum.evaluations + 1)
        // The criterion is flat in a small variance, where a search stops anywhere: if zero is no worse, it is zero.
        for (index, element) in parameters.enumerated() where element.isDiagonal && theta[index] < Self.nearBoundary {
            var candidate = theta
            candidate[index] = 0
            let atZero = try profile.value(candidate)
            evaluations += 1
            if atZero <= value || theta[index] < Self.boundaryTolerance { (theta, value) = (candidate, atZero) }
        }
        let free = theta.indices.filter { theta[$0] != 0 || !parameters[$0].isDiagonal }
        var optimum = Optimum(theta: theta, value: value, sigma: 0, evaluations: evaluations, free: free)
        try takeNewtonSteps(&optimum, Curvature(profile: profile, free: free, parameters: parameters))
        let solution = try profile.solve(optimum.theta)
        optimum.sigma = (solution.residualSumOfSquares / profile.residualDegreesOfFreedom).squareRoot()
        guard optimum.sigma > 0, optimum.sigma.isFinite else { throw .numericalBreakdown }
        return optimum
    }

    /// Newton steps with the Hessian of the first point: near the optimum each gains five digits or more.
    private func takeNewtonSteps(_ optimum: inout Optimum, _ curvature: Curvature) throws(ModelError) {
        let (start, hessian) = try curvature.at(optimum.theta)
        optimum.evaluations += curvature.evaluations
        guard let factor = try? Cholesky(curvature.profiled(hessian)) else { return }
        optimum.hessian = hessian
        var gradient = start
        for _ in 0..<6 {
            let step = factor.solve(gradient)
            var candidate = optimum.theta
            for (position, index) in optimum.free.enumerated() { candidate[index] -= step[position] }
            guard curvature.isInside(candidate) else { return }
            let derivatives = try profile.derivatives(candidate)
            optimum.evaluations += 1
            // The criterion is flat at the optimum: equal up to rounding counts as no worse.
            guard derivatives.value <= optimum.value + 1e-9 * max(1, abs(optimum.value)) else { return }
            (optimum.theta, optimum.value) = (candidate, derivatives.value)
            gradient = optimum.free.map { derivatives.profiled[$0] }
            if zip(step, optimum.free).allSatisfy({ abs($0) < 1e-8 * max(0.1, abs(candidate[$1])) }) { return }
        }
    }
}

extension CriterionSearch {
    /// Newton steps on the criterion of all data, with the curvature of the search's own.
    ///
    /// The two curvatures differ by the share of data that the search went without, so that each step leaves about that
    /// share of the distance. Stops when the next step would lower the criterion by less than 1e-9.
    ///
    /// - Returns: False when the steps do not lead to an optimum of all data, which must then be searched.
    func finish(_ optimum: inout Optimum, on full: ProfiledCriterion) throws(ModelError) -> Bool {
        let parameters = parameters
        let curvature = Curvature(profile: profile, free: optimum.free, parameters: parameters)
        guard let hessian = optimum.hessian, let factor = try? Cholesky(curvature.profiled(hessian)) else {
            return false
        }
        var last = Double.infinity
        var isAtOptimum = false
        for _ in 0..<Self.mostFullSteps {
            let derivatives = try full.derivatives(optimum.theta)
            optimum.fullEvaluations += 1
            // Otherwise the search's curvature leads astray: it has little to do with that of all data.
            guard derivatives.value <= last + 1e-9 * max(1, abs(derivatives.value)) else { return false }
            last = derivatives.value
            let gradient = optimum.free.map { derivatives.profiled[$0] }
            let step = factor.solve(gradient)
            var candidate = optimum.theta
            for (position, index) in optimum.free.enumerated() { candidate[index] -= step[position] }
            guard curvature.isInside(candidate) else { return false }
            optimum.theta = candidate
            isAtOptimum = dot(gradient, step) < Self.negligibleDecrease
            if isAtOptimum { break }
        }
        guard isAtOptimum else { return false }
        let solution = try full.solve(optimum.theta)
        optimum.fullEvaluations += 1
        optimum.value = full.value(of: solution)
        // A variance that is zero without the pupils left out need not be zero with them.
        for index in optimum.theta.indices where !optimum.free.contains(index) {
            var candidate = optimum.theta
            candidate[index] = Self.nearBoundary
            optimum.fullEvaluations += 1
            guard try full.value(candidate) >= optimum.value else { return false }
        }
        optimum.evaluations += optimum.fullEvaluations
        optimum.sigma = (solution.residualSumOfSquares / full.residualDegreesOfFreedom).squareRoot()
        guard optimum.sigma > 0, optimum.sigma.isFinite else { throw .numericalBreakdown }
        return true
    }

    private static let mostFullSteps = 6
    /// Twice the decrease of the criterion that the last step may have been good for: the next is smaller by the square
    /// of the share of data left out.
    private static let negligibleDecrease = 1e-5
}

extension CriterionSearch {
    /// The minimum of a function of theta, near a start.
    ///
    /// - Parameter function: Its value and gradient.
    func minimum(
        from start: [Double], _ function: @escaping ([Double]) throws(ModelError) -> (value: Double, gradient: [Double])
    ) throws(ModelError) -> Minimum {
        let size = profile.residualDegreesOfFreedom
        let search = Minimisation(
            method: .slsqp, start: start, lower: parameters.map { $0.isDiagonal ? 0 : -Double.infinity },
            relativeTolerance: 1e-7, maximumEvaluations: 1_000)
        let found = try search.run { theta, _ throws(ModelError) in
            let (value, gradient) = try function(theta)
            return (value / size, gradient.map { $0 / size })
        }
        return Minimum(point: found.point, value: found.value * size, evaluations: found.evaluations)
    }

    /// theta with its diagonal elements off zero, where the gradient cannot tell whether they should grow.
    func inside(_ theta: [Double]) -> [Double] {
        zip(theta, parameters).map { $1.isDiagonal ? max($0, Self.nearBoundary) : $0 }
    }

    /// theta at the minimum, from the optimum of the same model with another response: Newton steps with that optimum's
    /// curvature, or a new search where they lead astray.
    func refined(from known: Optimum) throws(ModelError) -> [Double] {
        let curvature = Curvature(profile: profile, free: known.free, parameters: parameters)
        guard known.free.count == parameters.count, let hessian = known.hessian,
            let factor = try? Cholesky(curvature.profiled(hessian))
        else { return try optimum(from: known.theta).theta }
        var (theta, value) = (known.theta, Double.infinity)
        for _ in 0..<Self.mostRefinements {
            let derivatives = try profile.derivatives(theta)
            guard derivatives.value <= value + 1e-9 * max(1, abs(derivatives.value)) else { break }
            value = derivatives.value
            let gradient = derivatives.profiled
            let step = factor.solve(gradient)
            let next = zip(theta, step).map { $0 - $1 }
            guard curvature.isInside(next),
                next.indices.allSatisfy({ !parameters[$0].isDiagonal || next[$0] > Self.nearBoundary })
            else { break }
            theta = next
            // What the criterion would still fall by, twice: far below what a replicate's noise can tell.
            if dot(gradient, step) < 1e-7 { return theta }
        }
        return try optimum(from: known.theta).theta
    }

    private static let mostRefinements = 15
}

/// The curvature of the criterion in its free parameters and sigma, by central differences of the analytic gradient.
private struct Curvature {
    let profile: ProfiledCriterion
    let free: [Int]
    let parameters: [CovarianceTemplate.Element]

    /// How many evaluations one call of ``at(_:)`` takes.
    var evaluations: Int { 1 + 2 * free.count }

    /// Whether every free diagonal element is above zero.
    func isInside(_ theta: [Double]) -> Bool { free.allSatisfy { !parameters[$0].isDiagonal || theta[$0] > 0 } }

    /// The profiled gradient and the Hessian, not profiled, with sigma last.
    func at(_ theta: [Double]) throws(ModelError) -> (gradient: [Double], hessian: Matrix) {
        let centre = try profile.derivatives(theta)
        let variance = centre.residualSumOfSquares / centre.degreesOfFreedom
        let sigma = variance.squareRoot()
        let count = free.count
        var hessian = Matrix(rows: count + 1, columns: count + 1)
        for (column, index) in free.enumerated() {
            let step = CriterionSearch.step(for: theta[index], bound: parameters[index].isDiagonal ? 0 : -.infinity)
            var (up, down) = (theta, theta)
            up[index] += step
            down[index] -= step
            let above = try profile.derivatives(up).gradient(variance: variance)
            let below = try profile.derivatives(down).gradient(variance: variance)
            for (row, other) in free.enumerated() { hessian[row, column] = (above[other] - below[other]) / (2 * step) }
            // d/dsigma of the gradient: only r^2 / sigma^2 hangs on sigma.
            hessian[count, column] = -2 * centre.residuals[index] / (variance * sigma)
            hessian[column, count] = hessian[count, column]
        }
        hessian[count, count] = 4 * centre.degreesOfFreedom / variance
        return (free.map { centre.profiled[$0] }, hessian.symmetrised)
    }

    /// The Hessian of the profiled criterion: sigma's row and column swept out.
    func profiled(_ hessian: Matrix) -> Matrix {
        let count = free.count
        var result = Matrix(rows: count, columns: count)
        for column in 0..<count {
            for row in 0..<count {
                let swept = hessian[row, count] * hessian[count, column] / hessian[count, count]
                result[row, column] = hessian[row, column] - swept
            }
        }
        return result
    }
}

extension CriterionSearch {
    /// A step for central differences that stays inside the bound: an error of 1e-6 by truncation, less by rounding.
    static func step(for value: Double, bound: Double) -> Double {
        let step = 1e-3 * max(abs(value), 0.05)
        return bound == 0 ? min(step, value / 2) : step
    }
}
