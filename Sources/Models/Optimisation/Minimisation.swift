import CNLopt

/// Where an optimiser ended.
struct Minimum: Sendable {
    var point: [Double]
    var value: Double
    var evaluations: Int
}

/// Minimises a function of bounded variables by NLopt.
struct Minimisation {
    /// Which of NLopt's methods.
    enum Method {
        /// Without derivatives: BOBYQA (Powell 2009).
        case bobyqa
        /// With a gradient: sequential quadratic programming with BFGS updates (Kraft 1994).
        case slsqp
    }

    /// The function at a point, and its gradient where the method uses it.
    typealias Function = (_ point: [Double], _ wantsGradient: Bool) throws(ModelError) -> (
        value: Double, gradient: [Double]
    )

    let method: Method
    /// The starting point, within the bounds.
    let start: [Double]
    /// Lower bounds; `-.infinity` for none.
    let lower: [Double]
    /// Stop when a step changes every variable by less than this fraction.
    let relativeTolerance: Double
    /// Give up after so many evaluations.
    let maximumEvaluations: Int

    /// Searches the minimum.
    ///
    /// - Parameters:
    ///   - function: What it throws ends the search and is thrown on; NaN counts as numerical breakdown, because NLopt
    ///     would otherwise end with success at a wrong point.
    /// - Throws: ``ModelError/notConverged(evaluations:reason:)`` or what the function throws.
    ///   - constraint: A function that must be zero, and its gradient; SLSQP only.
    func run(
        constraint: ((_ point: [Double]) -> (value: Double, gradient: [Double]))? = nil, _ function: @escaping Function
    ) throws(ModelError) -> Minimum {
        let algorithm = method == .bobyqa ? NLOPT_LN_BOBYQA : NLOPT_LD_SLSQP
        guard let optimiser = nlopt_create(algorithm, UInt32(start.count)) else {
            throw .notConverged(evaluations: 0, reason: "the optimiser could not be set up")
        }
        defer { nlopt_destroy(optimiser) }
        let objective = Objective(function: function, constraint: constraint, optimiser: optimiser)
        var point = start
        var value = 0.0
        let code = withExtendedLifetime(objective) {
            let data = Unmanaged.passUnretained(objective).toOpaque()
            nlopt_set_min_objective(optimiser, evaluateObjective, data)
            nlopt_set_lower_bounds(optimiser, lower)
            if constraint != nil { nlopt_add_equality_constraint(optimiser, evaluateConstraint, data, 1e-9) }
            nlopt_set_xtol_rel(optimiser, relativeTolerance)
            // Where all variables go to zero no change is small in proportion.
            nlopt_set_xtol_abs1(optimiser, 1e-10)
            nlopt_set_maxeval(optimiser, Int32(maximumEvaluations))
            return nlopt_optimize(optimiser, &point, &value)
        }
        if let error = objective.error { throw error }
        // Rounding can end the search next to the optimum; the caller polishes and checks the gradient.
        guard code.rawValue > 0 || code == NLOPT_ROUNDOFF_LIMITED else {
            throw .notConverged(evaluations: objective.evaluations, reason: "the optimiser failed")
        }
        guard code != NLOPT_MAXEVAL_REACHED else {
            throw .notConverged(evaluations: objective.evaluations, reason: "the limit of evaluations")
        }
        return Minimum(point: point, value: value, evaluations: objective.evaluations)
    }
}

/// The objective with identity, because NLopt hands a pointer back to it.
private final class Objective {
    let function: Minimisation.Function
    let constraint: (([Double]) -> (value: Double, gradient: [Double]))?
    let optimiser: nlopt_opt
    var evaluations = 0
    var error: ModelError?

    init(
        function: @escaping Minimisation.Function, constraint: (([Double]) -> (value: Double, gradient: [Double]))?,
        optimiser: nlopt_opt
    ) {
        self.function = function
        self.constraint = constraint
        self.optimiser = optimiser
    }

    func evaluate(_ point: [Double], gradient target: UnsafeMutablePointer<Double>?) -> Double {
        evaluations += 1
        do {
            let (value, gradient) = try function(point, target != nil)
            if value.isFinite, gradient.allSatisfy(\.isFinite) {
                if let target { for (index, slope) in gradient.enumerated() { target[index] = slope } }
                return value
            }
            error = .numericalBreakdown
        } catch {
            self.error = error
        }
        nlopt_force_stop(optimiser)
        return .greatestFiniteMagnitude
    }
}

private func evaluateConstraint(
    _ count: UInt32, _ point: UnsafePointer<Double>?, _ gradient: UnsafeMutablePointer<Double>?,
    _ data: UnsafeMutableRawPointer?
) -> Double {
    guard let point, let data else { return .greatestFiniteMagnitude }
    let objective = Unmanaged<Objective>.fromOpaque(data).takeUnretainedValue()
    guard let constraint = objective.constraint else { return 0 }
    let (value, slopes) = constraint(Array(UnsafeBufferPointer(start: point, count: Int(count))))
    if let gradient { for (index, slope) in slopes.enumerated() { gradient[index] = slope } }
    return value
}

private func evaluateObjective(
    _ count: UInt32, _ point: UnsafePointer<Double>?, _ gradient: UnsafeMutablePointer<Double>?,
    _ data: UnsafeMutableRawPointer?
) -> Double {
    guard let point, let data else { return .greatestFiniteMagnitude }
    let objective = Unmanaged<Objective>.fromOpaque(data).takeUnretainedValue()
    return objective.evaluate(Array(UnsafeBufferPointer(start: point, count: Int(count))), gradient: gradient)
}
