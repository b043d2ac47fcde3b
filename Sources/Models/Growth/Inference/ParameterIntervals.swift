import LinearAlgebra
import Probability
import RealModule

extension GrowthFit {
    /// Intervals of all parameters.
    ///
    /// - Parameters:
    ///   - specification: Which methods, coverage, replicates, seed.
    ///   - coefficients: The fixed effects with the standard errors asked for; Wald intervals are theirs.
    ///   - bootstrap: The bootstrap, where it is among the methods.
    /// - Throws: ``ModelError`` when the maximum likelihood fit behind the profiles fails.
    public func intervals(
        _ specification: InferenceSpecification, coefficients: Coefficients, bootstrap: ParametricBootstrap?
    ) throws(ModelError) -> [ParameterInterval] {
        var list: [ParameterInterval] = []
        for method in specification.intervals {
            switch method {
            case .wald: list += waldIntervals(coverage: specification.coverage, coefficients)
            case .profile: list += try profileIntervals(coverage: specification.coverage)
            case .bootstrap:
                if let bootstrap { list += bootstrapIntervals(bootstrap, coverage: specification.coverage) }
            }
        }
        return list
    }

    // MARK: Wald

    /// Wald intervals: of fixed effects by their t distribution; of standard deviations on the logarithm and of
    /// correlations on Fisher's z, which keeps them in their range (Pinheiro and Bates 2000, section 2.4).
    public func waldIntervals(coverage: Double, _ coefficients: Coefficients) -> [ParameterInterval] {
        let parameters = ModelParameters(model: model)
        let fixed = coefficients.labels.indices.map { position in
            let interval = coefficients.estimate(at: position).confidenceInterval(coverage: coverage)
            return self.interval(
                .fixed(position), .wald, coefficients.values[position], interval.lowerBound, interval.upperBound)
        }
        let quantile = standardNormalQuantile((1 + coverage) / 2)
        return fixed + parameters.varianceParameters.map { waldInterval($0, parameters, quantile: quantile) }
    }

    private func waldInterval(
        _ parameter: ModelParameter, _ parameters: ModelParameters, quantile: Double
    ) -> ParameterInterval {
        let value = parameters.value(parameter, theta: optimum.theta, sigma: sigma)
        guard let uncertainty = self.coefficients.uncertainty else {
            return interval(parameter, .wald, value, nil, nil, "the curvature of the criterion is not to be had")
        }
        let gradient = parameters.gradient(parameter, theta: optimum.theta, sigma: sigma)
        // The covariance is that of the free parameters and sigma.
        let free = optimum.free.map { gradient[$0] } + [gradient[gradient.count - 1]]
        let error = quadraticForm(uncertainty.parameterCovariance, free).squareRoot()
        guard value != 0, error > 0, error.isFinite else {
            return interval(parameter, .wald, value, nil, nil, "on the boundary of its range")
        }
        if case .correlation = parameter {
            guard abs(value) < 1 else {
                return interval(parameter, .wald, value, nil, nil, "on the boundary of its range")
            }
            let (centre, half) = (Double.atanh(value), quantile * error / (1 - value * value))
            return interval(parameter, .wald, value, Double.tanh(centre - half), Double.tanh(centre + half))
        }
        let factor = Double.exp(quantile * error / value)
        return interval(parameter, .wald, value, value / factor, value * factor)
    }

    private func bootstrapIntervals(_ bootstrap: ParametricBootstrap, coverage: Double) -> [ParameterInterval] {
        let parameters = ModelParameters(model: model)
        let remark =
            bootstrap.failureCount == 0 ? "" : "without \(bootstrap.failureCount) replicates that were not fitted"
        return bootstrap.parameters.enumerated().map { position, parameter in
            let ends = bootstrap.interval(position, coverage: coverage)
            var value = parameters.value(parameter, theta: optimum.theta, sigma: sigma)
            if case .fixed(let index) = parameter { value = coefficients.values[index] }
            return interval(parameter, .bootstrap, value, ends?.lower, ends?.upper, remark)
        }
    }

    fileprivate func interval(
        _ parameter: ModelParameter, _ method: InferenceSpecification.Interval, _ value: Double, _ lower: Double?,
        _ upper: Double?, _ remark: String = ""
    ) -> ParameterInterval {
        let name = ModelParameters(model: model).name(parameter)
        return ParameterInterval(
            kind: name.kind, group: name.group, term: name.term, withTerm: name.withTerm, method: method,
            estimate: value, lower: lower, upper: upper, remark: remark)
    }

    // MARK: Profile

    /// Profile-likelihood intervals of all parameters, from the maximum likelihood fit: the values at which the deviance,
    /// minimised over all other parameters, is the quantile of a chi-squared distribution with one degree of freedom above
    /// its minimum. Standard deviations and correlations as in lme4's `confint(method = "profile")`.
    ///
    /// An end that no profile reaches is nil, and the remark says so.
    ///
    /// - Throws: ``ModelError`` when the maximum likelihood fit fails.
    public func profileIntervals(coverage: Double) throws(ModelError) -> [ParameterInterval] {
        let fit = try byMaximumLikelihood()
        let root = standardNormalQuantile((1 + coverage) / 2)
        let parameters = ModelParameters(model: fit.model)
        var list: [ParameterInterval] = []
        for position in 0..<fit.coefficients.count {
            let profile = FixedEffectProfile(fit: fit, position: position)
            let estimate = fit.coefficients.values[position]
            let error = fit.coefficients.standardErrors[position]
            // One parameter without an interval must not cost the others theirs, nor the fit.
            let lower = try? profile.end(from: estimate, step: -root * error, root: root)
            let upper = try? profile.end(from: estimate, step: root * error, root: root)
            let remark = lower == nil || upper == nil ? Self.withoutEnd : ""
            list.append(interval(.fixed(position), .profile, estimate, lower, upper, remark))
        }
        for parameter in parameters.varianceParameters {
            list.append(varianceInterval(parameter, fit, parameters, root: root))
        }
        return list
    }

    private static let withoutEnd = "no profile was found that reaches the limit of each end"

    private func varianceInterval(
        _ parameter: ModelParameter, _ fit: GrowthFit, _ parameters: ModelParameters, root: Double
    ) -> ParameterInterval {
        let value = parameters.value(parameter, theta: fit.optimum.theta, sigma: fit.sigma)
        guard !value.isNaN else {
            return interval(parameter, .profile, value, nil, nil, "on the boundary of its range")
        }
        let profile = VarianceProfile(fit: fit, parameter: parameter, parameters: parameters)
        let wald = fit.waldInterval(parameter, parameters, quantile: root)
        var range = 0.0...Double.infinity
        if case .correlation = parameter { range = -1...1 }
        let reach = max(abs(value), 0.1 * fit.sigma)
        let lower = try? profile.end(from: value, aim: wald.lower ?? (value - 0.5 * reach), root: root, range: range)
        let upper = try? profile.end(from: value, aim: wald.upper ?? (value + 0.5 * reach), root: root, range: range)
        guard lower != nil, upper != nil else {
            return interval(parameter, .profile, value, lower, upper, Self.withoutEnd)
        }
        let isAtBound = lower == range.lowerBound || upper == range.upperBound
        return interval(
            parameter, .profile, value, lower, upper, isAtBound ? "an end is the bound of the parameter's range" : "")
    }
}

/// The deviance profiled over all parameters but one fixed effect.
private struct FixedEffectProfile {
    let fit: GrowthFit
    let position: Int

    /// Where the deviance is `root^2` above its minimum, in the direction of a step; the step is the Wald interval's.
    func end(from estimate: Double, step: Double, root: Double) throws(ModelError) -> Double {
        var theta = fit.optimum.theta
        return try crossing(from: estimate, aim: estimate + step, root: root, range: -.infinity ... .infinity) {
            (value) throws(ModelError) in
            let found = try deviance(at: value, from: theta)
            theta = found.point
            return found.value - fit.criterionValue
        }
    }

    /// At each theta the constrained fixed effects are `beta + V_j / V_jj (c - beta_j)` and r^2 grows by
    /// `(c - beta_j)^2 / V_jj`: only theta is searched.
    private func deviance(at value: Double, from start: [Double]) throws(ModelError) -> Minimum {
        let (profile, columns) = (fit.model.profile, fit.model.columns)
        let back = columns.backTransformation
        let declaredRow = (0..<columns.count).map { back[position, $0] }
        let offset = dot(declaredRow, fit.model.startingEffects)
        let search = CriterionSearch(profile: profile)
        return try search.minimum(from: search.inside(start)) { (theta) throws(ModelError) in
            let derivatives = try profile.derivatives(
                theta, holding: HeldCombination(weights: declaredRow, value: value - offset))
            return (derivatives.value, derivatives.profiled)
        }
    }
}

/// The deviance profiled over all parameters but one standard deviation or correlation.
private struct VarianceProfile {
    let fit: GrowthFit
    let parameter: ModelParameter
    let parameters: ModelParameters

    func end(
        from estimate: Double, aim: Double, root: Double, range: ClosedRange<Double>
    ) throws(ModelError) -> Double {
        var start = fit.optimum.theta + [Double.log(fit.sigma)]
        return try crossing(from: estimate, aim: aim, root: root, range: range) { (value) throws(ModelError) in
            let found = try deviance(at: value, from: start)
            start = found.point
            return found.value - fit.criterionValue
        }
    }

    /// Minimises over theta and log(sigma) under the constraint that the parameter has a value.
    private func deviance(at value: Double, from start: [Double]) throws(ModelError) -> Minimum {
        let (profile, parameter, parameters) = (fit.model.profile, parameter, parameters)
        let elements = profile.templates.flatMap(\.parameters)
        let size = profile.residualDegreesOfFreedom
        let scale = max(abs(value), 0.01)
        let search = Minimisation(
            method: .slsqp, start: feasible(start, at: value),
            lower: elements.map { $0.isDiagonal ? 0 : -Double.infinity } + [-.infinity],
            relativeTolerance: 1e-8, maximumEvaluations: 500)
        let found = try search.run(
            constraint: { point in
                let (theta, sigma) = (Array(point.dropLast()), Double.exp(point[point.count - 1]))
                var gradient = parameters.gradient(parameter, theta: theta, sigma: sigma).map { $0 / scale }
                gradient[gradient.count - 1] *= sigma
                return ((parameters.value(parameter, theta: theta, sigma: sigma) - value) / scale, gradient)
            },
            { point, _ throws(ModelError) in
                let derivatives = try profile.derivatives(Array(point.dropLast()))
                let variance = Double.exp(2 * point[point.count - 1])
                let change = 2 * (size - derivatives.residualSumOfSquares / variance)
                let gradient = derivatives.gradient(variance: variance) + [change]
                return (derivatives.value(variance: variance) / size, gradient.map { $0 / size })
            })
        return Minimum(point: found.point, value: found.value * size, evaluations: found.evaluations)
    }

    /// A start off the boundary, where derivatives say nothing, with the parameter at a value where that is easy.
    private func feasible(_ start: [Double], at value: Double) -> [Double] {
        var theta = CriterionSearch(profile: fit.model.profile).inside(Array(start.dropLast()))
        var logSigma = start[start.count - 1]
        switch parameter {
        case .sigma: if value > 0 { logSigma = Double.log(value) }
        case .standardDeviation(let block, let effect):
            let now = parameters.value(parameter, theta: theta, sigma: Double.exp(logSigma))
            var first = 0
            for template in fit.model.profile.templates[..<block] { first += template.parameterCount }
            for (index, element) in fit.model.profile.templates[block].parameters.enumerated()
            where element.row == effect { theta[first + index] *= value / now }
        case .fixed, .correlation: break
        }
        return theta + [logSigma]
    }
}

/// The value, beyond an aim or before it, at which a profiled deviance is `root^2` above its minimum.
///
/// The signed root of the deviance is nearly a straight line, so regula falsi on it needs few profiles.
private func crossing(
    from estimate: Double, aim: Double, root: Double, range: ClosedRange<Double>,
    _ increase: (Double) throws(ModelError) -> Double
) throws(ModelError) -> Double {
    var inside = (value: estimate, root: 0.0)
    var outside: (value: Double, root: Double)?
    var value = min(max(aim, range.lowerBound), range.upperBound)
    // An estimate on its bound is the interval's end.
    if value == estimate { return value }
    for _ in 0..<40 {
        let found = max(0, try increase(value)).squareRoot()
        if abs(found - root) < 1e-7 * root { return value }
        if found > root {
            outside = (value, found)
        } else {
            inside = (value, found)
            if value == range.lowerBound || value == range.upperBound { return value }
        }
        if let outside {
            if abs(outside.value - inside.value) <= 1e-12 * max(abs(outside.value), abs(inside.value)) { return value }
            let share = (root - inside.root) / (outside.root - inside.root)
            // Away from the ends, so that the bracket shrinks from both sides.
            value = inside.value + min(max(share, 0.02), 0.98) * (outside.value - inside.value)
        } else {
            let stretch = inside.root > 0 ? min(root / inside.root * 1.1, 3) : 2
            value = min(max(estimate + stretch * (value - estimate), range.lowerBound), range.upperBound)
        }
    }
    throw .notConverged(evaluations: 40, reason: "a profile did not reach its limit")
}
