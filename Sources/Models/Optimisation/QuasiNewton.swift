import LinearAlgebra

/// Minimises a smooth function without bounds by BFGS steps with a backtracking line search.
///
/// For functions that are not defined everywhere: a point where the function throws
/// ``ModelError/numericalBreakdown`` is too far, and the step is shortened. Nocedal and Wright (2006), Numerical
/// Optimization, algorithms 3.1 and 6.1.
struct QuasiNewton {
    /// The function at a point, and its gradient.
    typealias Function = (_ point: [Double]) throws(ModelError) -> (value: Double, gradient: [Double])

    /// The starting point.
    let start: [Double]
    /// A first guess of the inverse of the Hessian.
    let inverseHessian: Matrix
    /// Stop when a step is expected to lower the function by less than this.
    let tolerance: Double
    /// Give up after so many steps.
    let maximumSteps: Int

    /// No variable moves further in one step.
    private static let longestMove = 2.0
    /// The share of the expected decrease that a step must bring.
    private static let sufficientDecrease = 1e-4

    /// Searches the minimum.
    ///
    /// - Returns: Where it ended, with the approximation of the Hessian's inverse there.
    /// - Throws: ``ModelError/notConverged(evaluations:reason:)`` or what the function throws at the start.
    func run(_ function: Function) throws(ModelError) -> (minimum: Minimum, inverseHessian: Matrix) {
        var (point, inverse, evaluations) = (start, inverseHessian, 1)
        var (value, gradient) = try function(point)
        for _ in 0..<maximumSteps {
            var step = (inverse * gradient).map { -$0 }
            let furthest = step.reduce(0) { max($0, abs($1)) }
            if furthest > Self.longestMove { step = step.map { $0 * Self.longestMove / furthest } }
            let slope = dot(step, gradient)
            let found = Minimum(point: point, value: value, evaluations: evaluations)
            if -slope / 2 < tolerance { return (found, inverse) }
            guard let next = try search(function, point, value, step, slope, &evaluations) else {
                // Next to the optimum rounding can hide the last decrease; the caller polishes and checks the gradient.
                if -slope < 1e-4 * max(1, abs(value) * 1e-6) { return (found, inverse) }
                throw .notConverged(evaluations: evaluations, reason: "no step lowers the deviance")
            }
            let moved = zip(next.point, point).map { $0 - $1 }
            inverse.updateInverseHessian(moved: moved, turned: zip(next.gradient, gradient).map { $0 - $1 })
            (point, value, gradient) = next
        }
        throw .notConverged(evaluations: evaluations, reason: "the limit of steps")
    }

    /// The first of ever shorter steps that lowers the function enough; nil when none does.
    private func search(
        _ function: Function, _ point: [Double], _ value: Double, _ step: [Double], _ slope: Double,
        _ evaluations: inout Int
    ) throws(ModelError) -> (point: [Double], value: Double, gradient: [Double])? {
        var length = 1.0
        for _ in 0..<40 {
            let candidate = zip(point, step).map { $0 + length * $1 }
            evaluations += 1
            var rise = Double.infinity
            do {
                let (found, gradient) = try function(candidate)
                if found <= value + Self.sufficientDecrease * length * slope, gradient.allSatisfy(\.isFinite) {
                    return (candidate, found, gradient)
                }
                if found.isFinite { rise = found - value }
            } catch {
                guard error == .numericalBreakdown else { throw error }
            }
            // The minimum of the parabola through the value, the slope and the candidate, kept within sensible bounds.
            let parabola = rise.isFinite ? -slope * length * length / (2 * (rise - slope * length)) : 0
            length = min(max(parabola, 0.1 * length), 0.5 * length)
        }
        return nil
    }
}
