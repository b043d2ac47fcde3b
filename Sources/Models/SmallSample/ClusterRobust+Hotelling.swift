import LinearAlgebra

extension ClusterRobust {
    /// The approximate Hotelling test of several contrasts, HTZ: an F statistic and the degrees of freedom of its
    /// denominator; nil when none are left.
    ///
    /// The robust covariance of `C beta` is taken for a Wishart matrix with as many degrees of freedom as match its total
    /// variance under the working covariance.
    ///
    /// - Parameters:
    ///   - contrasts: C, q x p.
    ///   - wald: `(C beta)' (C V C')^-1 (C beta)`.
    /// - SeeAlso: Tipton and Pustejovsky (2015), Journal of Educational and Behavioral Statistics 40(6), 604-634.
    /// - Complexity: O(J^2 p q) for J clusters.
    func hotelling(_ contrasts: Matrix, wald: Double) -> (statistic: Double, denominatorDegreesOfFreedom: Double)? {
        let q = contrasts.rows
        let directions = (contrasts * bread).transposed
        guard let factor = try? Cholesky(bread) else { return nil }
        // Cluster j's part of the variance, and L' X_j' a_j with M = L L': products of two are what fitting takes off.
        var own = parts.map { directions.transposedTimes($0.variance * directions) }
        var fitted = parts.map { factor.lower.transposedTimes($0.leverage * directions) }
        var expected = Matrix(rows: q, columns: q)
        for (variance, shared) in zip(own, fitted) {
            expected = expected + variance + -1 * shared.transposedTimes(shared)
        }
        guard let eigen = SymmetricEigen(expected.symmetrised), let largest = eigen.values.last, largest > 0,
            eigen.values.allSatisfy({ $0 > 1e-12 * largest })
        else { return nil }
        let scaled = eigen.vectors * Matrix.diagonal(eigen.values.map { 1 / $0.squareRoot() })
        let root = scaled.timesTransposed(eigen.vectors)
        own = own.map { root * $0 * root }
        fitted = fitted.map { $0 * root }
        var total = 0.0
        for (j, first) in fitted.enumerated() {
            for (k, second) in fitted.enumerated() {
                var block = -1 * first.transposedTimes(second)
                if j == k { block = block + own[j] }
                let trace = block.diagonal.reduce(0, +)
                total += trace * trace + dot(block.elements, block.transposed.elements)
            }
        }
        let size = Double(q)
        let degrees = size * (size + 1) / total
        guard degrees - size + 1 > 0 else { return nil }
        return ((degrees - size + 1) / degrees * wald / size, degrees - size + 1)
    }
}
