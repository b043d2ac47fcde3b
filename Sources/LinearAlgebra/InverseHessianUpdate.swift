extension Matrix {
    /// The BFGS update of the inverse of a Hessian, left out where the curvature along the step is not positive.
    ///
    /// Nocedal and Wright (2006), Numerical Optimization, equation 6.17.
    ///
    /// - Parameters:
    ///   - s: The step, n.
    ///   - y: By what the gradient changed along it, n.
    public mutating func updateInverseHessian(moved s: [Double], turned y: [Double]) {
        let curvature = dot(s, y)
        let image = self * y
        let form = dot(y, image)
        guard curvature > 1e-12 * form.squareRoot() * dot(s, s).squareRoot(), curvature > 0 else { return }
        let scale = (1 + form / curvature) / curvature
        for column in s.indices {
            for row in s.indices {
                self[row, column] +=
                    scale * s[row] * s[column] - (image[row] * s[column] + s[row] * image[column]) / curvature
            }
        }
    }
}
