import LinearAlgebra

/// Minimises a smooth function without bounds by BFGS steps with a backtracking line search.
///
/// Where the function is infinite the step was too long. Nocedal and Wright (2006), Numerical Optimization, algorithms
/// 3.1 and 6.1.
struct QuasiNewtonSearch {
    /// Where the search ended.
    struct Found {
        var point: [Double]
        var inverseHessian: Matrix
        var iterations: Int
    }

    /// The starting point.
    let start: [Double]
    /// A first guess of the inverse of the Hessian.
    let inverseHessian: Matrix
    /// What is small in the function's units, at most 1.
    let scale: Double

    /// A step that promises less than this, in the function's units, ends the search: its end is polished by Newton steps.
    private static let tolerance = 1e-12
    private static let maximumIterations = 1_000
    /// The share of the expected decrease that a step must bring.
    private static let sufficientDecrease = 1e-4
    /// No step is expected to lower the function by more: far from the minimum the curvature is not to be trusted.
    private static let furthest = 2.0

    /// Searches the minimum.
    ///
    /// - Parameter function: The value and the gradient; infinity where there is none.
    func run(
        _ function: (_ point: [Double]) -> (value: Double, gradient: [Double])
    ) throws(CategoricalProblem) -> Found {
        var found = Found(point: start, inverseHessian: inverseHessian, iterations: 0)
        var (value, gradient) = function(start)
        guard value.isFinite else {
            throw .notConverged(iterations: 0, reason: "the likelihood cannot be computed at the start")
        }
        while found.iterations < Self.maximumIterations {
            found.iterations += 1
            var step = (found.inverseHessian * gradient).map { -$0 }
            var slope = dot(step, gradient)
            if -slope / 2 < Self.tolerance * scale { return found }
            let longest = step.reduce(0) { max($0, abs($1)) }
            if longest > Self.furthest {
                step = step.map { $0 * Self.furthest / longest }
                slope *= Self.furthest / longest
            }
            guard let next = search(function, found.point, value, step, slope) else {
                // Rounding hides the last decrease; Newton's steps and the check of the gradient follow.
                if -slope < 1e-4 * max(1, abs(value) * 1e-6) { return found }
                throw .notConverged(iterations: found.iterations, reason: "no step raises the likelihood")
            }
            found.inverseHessian.updateInverseHessian(
                moved: zip(next.point, found.point).map { $0 - $1 },
                turned: zip(next.gradient, gradient).map { $0 - $1 })
            (found.point, value, gradient) = next
        }
        throw .notConverged(iterations: found.iterations, reason: "the limit of iterations")
    }

    /// The first of ever shorter steps that lowers the function enough; nil when none does.
    private func search(
        _ function: (_ point: [Double]) -> (value: Double, gradient: [Double]), _ point: [Double], _ value: Double,
        _ step: [Double], _ slope: Double
    ) -> (point: [Double], value: Double, gradient: [Double])? {
        var length = 1.0
        // Next to the minimum rounding hides what a step brings, and the gradient still shows the way.
        let noise = 1e-14 * abs(value)
        for _ in 0..<40 {
            let candidate = zip(point, step).map { $0 + length * $1 }
            let (found, gradient) = function(candidate)
            if found <= value + Self.sufficientDecrease * length * slope + noise { return (candidate, found, gradient) }
            // The minimum of the parabola through the value, the slope and the candidate, kept within sensible bounds.
            let rise = found - value
            let parabola = rise.isFinite ? -slope * length * length / (2 * (rise - slope * length)) : 0
            length = min(max(parabola, 0.1 * length), 0.5 * length)
        }
        return nil
    }
}
