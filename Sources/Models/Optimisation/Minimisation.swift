import CNLopt

/// Where an optimiser ended.
struct Minimum: Sendable {
    var point: [Double]
    var value: Double
    var evaluations: Int
}

/// Minimises a function of bounded variables without derivatives (Powell 2009, as implemented in NLopt).
///
/// - Parameters:
///   - start: The starting point, within the bounds.
///   - lower: Lower bounds; `-.infinity` for none.
///   - relativeTolerance: Stop when a step changes every variable by less than this fraction.
///   - maximumEvaluations: Give up after so many evaluations.
///   - function: The function. What it throws ends the search and is thrown on; NaN counts as numerical breakdown,
///     because BOBYQA would otherwise end with success at a wrong point.
/// - Throws: ``ModelError/notConverged(evaluations:reason:)`` or what the function throws.
func minimiseBOBYQA(
    start: [Double], lower: [Double], relativeTolerance: Double, maximumEvaluations: Int,
    _ function: @escaping ([Double]) throws(ModelError) -> Double
) throws(ModelError) -> Minimum {
    guard let optimiser = nlopt_create(NLOPT_LN_BOBYQA, UInt32(start.count)) else {
        throw .notConverged(evaluations: 0, reason: "the optimiser could not be set up")
    }
    defer { nlopt_destroy(optimiser) }
    let objective = Objective(function: function, optimiser: optimiser)
    var point = start
    var value = 0.0
    let code = withExtendedLifetime(objective) {
        let data = Unmanaged.passUnretained(objective).toOpaque()
        nlopt_set_min_objective(optimiser, evaluateObjective, data)
        nlopt_set_lower_bounds(optimiser, lower)
        nlopt_set_xtol_rel(optimiser, relativeTolerance)
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

/// The objective with identity, because NLopt hands a pointer back to it.
private final class Objective {
    let function: ([Double]) throws(ModelError) -> Double
    let optimiser: nlopt_opt
    var evaluations = 0
    var error: ModelError?

    init(function: @escaping ([Double]) throws(ModelError) -> Double, optimiser: nlopt_opt) {
        self.function = function
        self.optimiser = optimiser
    }

    func evaluate(_ point: [Double]) -> Double {
        evaluations += 1
        do {
            let value = try function(point)
            if value.isFinite { return value }
            error = .numericalBreakdown
        } catch {
            self.error = error
        }
        nlopt_force_stop(optimiser)
        return .greatestFiniteMagnitude
    }
}

private func evaluateObjective(
    _ count: UInt32, _ point: UnsafePointer<Double>?, _ gradient: UnsafeMutablePointer<Double>?,
    _ data: UnsafeMutableRawPointer?
) -> Double {
    guard let point, let data else { return .greatestFiniteMagnitude }
    let objective = Unmanaged<Objective>.fromOpaque(data).takeUnretainedValue()
    return objective.evaluate(Array(UnsafeBufferPointer(start: point, count: Int(count))))
}
