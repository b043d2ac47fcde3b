/// Polynomials that are orthogonal and of unit length over the rows of a variable, as R's `poly`.
///
/// Monic polynomials follow the recurrence `p_k+1 = (x - alpha_k) p_k - (norm2_k / norm2_k-1) p_k-1`, with alpha and the
/// squared norms computed from the rows (Stieltjes' procedure); each is divided by its norm. The coefficients are kept,
/// so that a new value has a row too.
///
/// - SeeAlso: Kennedy and Gentle (1980), Statistical Computing, pp. 343-344, which R cites.
struct OrthogonalPolynomials: Sendable {
    /// The centre of each step, degree many.
    let alpha: [Double]
    /// The squared norms of the monic polynomials 0 to degree.
    let norm2: [Double]

    /// The polynomials of degree 1 to `degree` over some values, more distinct ones than the degree.
    init(_ x: [Double], degree: Int) {
        var (alpha, norm2) = ([Double](), [Double(x.count)])
        // Centred first: powers of a calendar year have no digits left.
        let mean = x.reduce(0, +) / Double(x.count)
        let centred = x.map { $0 - mean }
        var (before, current) = ([Double](repeating: 0, count: x.count), [Double](repeating: 1, count: x.count))
        for step in 0..<degree {
            let moment = zip(centred, current).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
            let centre = moment / norm2[step]
            let ratio = step == 0 ? 0 : norm2[step] / norm2[step - 1]
            var next = current
            for row in x.indices { next[row] = (centred[row] - centre) * current[row] - ratio * before[row] }
            (before, current) = (current, next)
            alpha.append(centre + mean)
            norm2.append(current.reduce(0) { $0 + $1 * $1 })
        }
        self.alpha = alpha
        self.norm2 = norm2
    }

    /// The polynomials' values at a number, degree many.
    func row(at x: Double) -> [Double] {
        var (before, current) = (0.0, 1.0)
        return alpha.indices.map { step in
            let ratio = step == 0 ? 0 : norm2[step] / norm2[step - 1]
            (before, current) = (current, (x - alpha[step]) * current - ratio * before)
            return current / norm2[step + 1].squareRoot()
        }
    }
}
