import LinearAlgebra

/// First and second derivatives by central differences with one step of Richardson extrapolation.
///
/// With a step of 1e-3 to 1e-2 of a variable the truncation error is of the order of the step to the fourth power and
/// the rounding error some 1e-12 over the step: about nine digits of a gradient, six of a Hessian.
enum NumericalDerivatives {
    /// The gradient of a function of several variables.
    static func gradient(
        at x: [Double], steps: [Double], _ function: ([Double]) throws(ModelError) -> Double
    ) throws(ModelError) -> [Double] {
        var gradient: [Double] = []
        for index in x.indices {
            gradient.append(try derivative(at: x, index, steps[index], function))
        }
        return gradient
    }

    /// The Hessian of a function of several variables.
    static func hessian(
        at x: [Double], steps: [Double], _ function: ([Double]) throws(ModelError) -> Double
    ) throws(ModelError) -> Matrix {
        let centre = try function(x)
        var hessian = Matrix(rows: x.count, columns: x.count)
        for i in x.indices {
            for j in 0...i {
                let value =
                    i == j
                    ? try secondDerivative(at: x, i, steps[i], centre, function)
                    : try mixedDerivative(at: x, i, j, steps, function)
                hessian[i, j] = value
                hessian[j, i] = value
            }
        }
        return hessian
    }

    private static func moved(_ x: [Double], _ index: Int, by step: Double) -> [Double] {
        var result = x
        result[index] += step
        return result
    }

    private static func derivative(
        at x: [Double], _ index: Int, _ step: Double, _ function: ([Double]) throws(ModelError) -> Double
    ) throws(ModelError) -> Double {
        let wide = (try function(moved(x, index, by: step)) - function(moved(x, index, by: -step))) / (2 * step)
        let half = step / 2
        let narrow = (try function(moved(x, index, by: half)) - function(moved(x, index, by: -half))) / (2 * half)
        return (4 * narrow - wide) / 3
    }

    private static func secondDerivative(
        at x: [Double], _ index: Int, _ step: Double, _ centre: Double,
        _ function: ([Double]) throws(ModelError) -> Double
    ) throws(ModelError) -> Double {
        func difference(_ h: Double) throws(ModelError) -> Double {
            (try function(moved(x, index, by: h)) - 2 * centre + function(moved(x, index, by: -h))) / (h * h)
        }
        return (4 * (try difference(step / 2)) - (try difference(step))) / 3
    }

    private static func mixedDerivative(
        at x: [Double], _ i: Int, _ j: Int, _ steps: [Double], _ function: ([Double]) throws(ModelError) -> Double
    ) throws(ModelError) -> Double {
        func corner(_ h: Double, _ k: Double) throws(ModelError) -> Double {
            try function(moved(moved(x, i, by: h), j, by: k))
        }
        func difference(_ fraction: Double) throws(ModelError) -> Double {
            let (h, k) = (steps[i] * fraction, steps[j] * fraction)
            let same = try corner(h, k) + corner(-h, -k)
            let opposite = try corner(h, -k) + corner(-h, k)
            return (same - opposite) / (4 * h * k)
        }
        return (4 * (try difference(0.5)) - (try difference(1))) / 3
    }
}
