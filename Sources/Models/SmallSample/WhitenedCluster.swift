import LinearAlgebra

/// A cluster's rows with the Cholesky factor of its covariance, `V_j = L L'`.
struct WhitenedCluster {
    private let columns: Matrix
    private let residuals: [Double]
    private let covariance: Matrix
    private let factor: Cholesky
    /// `L^-1 X_j`, m x p.
    private let whitened: Matrix

    /// - Throws: ``ModelError/numericalBreakdown``.
    init(_ model: MixedModelRows, rows: [Int]) throws(ModelError) {
        let set = RowSet(model, rows: rows)
        try self.init(columns: set.columns, covariance: set.covariance(), residuals: set.residuals)
    }

    /// - Parameters:
    ///   - columns: X_j, m x p.
    ///   - covariance: V_j, m x m.
    ///   - residuals: e_j, length m.
    /// - Throws: ``ModelError/numericalBreakdown``.
    init(columns: Matrix, covariance: Matrix, residuals: [Double]) throws(ModelError) {
        self.columns = columns
        self.covariance = covariance
        self.residuals = residuals
        do {
            factor = try Cholesky(covariance)
        } catch {
            throw .numericalBreakdown
        }
        whitened = factor.solveLower(columns)
    }

    /// `X_j' V_j^-1 X_j`.
    var information: Matrix { whitened.transposedTimes(whitened) }

    /// The cluster's part of the robust covariance and of its degrees of freedom.
    ///
    /// - Parameters:
    ///   - correction: CR0 or CR2.
    ///   - bread: `M = (X' V^-1 X)^-1` of all clusters.
    func adjusted(_ correction: ClusterRobust.Correction, bread: Matrix) throws(ModelError) -> AdjustedCluster {
        let weights: Matrix
        switch correction {
        case .none: weights = factor.solveUpper(whitened)
        case .biasReduced: weights = factor.lower * (try inverseRootTimesWhitened(bread))
        }
        return AdjustedCluster(
            score: weights.transposedTimes(Matrix(rows: residuals.count, columns: 1, elements: residuals)).elements,
            variance: weights.transposedTimes(covariance * weights),
            leverage: columns.transposedTimes(weights))
    }

    /// `B^(-1/2) L^-1 X_j`, with the symmetric root of the pseudo-inverse of `B = L' (V_j - X_j M X_j') L`.
    ///
    /// `A_j' V_j^-1 X_j` is L times it, because `A_j = L B^(-1/2) L'`; Pustejovsky and Tipton (2018) write D_j
    /// for L'.
    private func inverseRootTimesWhitened(_ bread: Matrix) throws(ModelError) -> Matrix {
        let upperTimesColumns = factor.lower.transposedTimes(columns)
        let squared = factor.lower.transposedTimes(covariance) * factor.lower
        let fitted = (upperTimesColumns * bread).timesTransposed(upperTimesColumns)
        guard let eigen = SymmetricEigen((squared + -1 * fitted).symmetrised) else { throw .numericalBreakdown }
        // Eigenvalues of the size of rounding are zeros: directions that the fixed effects take up entirely.
        let negligible = 8 * Double(residuals.count) * Double.ulpOfOne * (squared.diagonal.max() ?? 0)
        var rotated = eigen.vectors.transposedTimes(whitened)
        for (row, value) in eigen.values.enumerated() {
            let root = value > negligible ? 1 / value.squareRoot() : 0
            for column in 0..<rotated.columns { rotated[row, column] *= root }
        }
        return eigen.vectors * rotated
    }
}

/// What a cluster brings to the robust covariance and its degrees of freedom, with `S_j = A_j' V_j^-1 X_j`.
struct AdjustedCluster: Sendable {
    /// `S_j' e_j`, length p.
    let score: [Double]
    /// `S_j' V_j S_j`, p x p.
    let variance: Matrix
    /// `X_j' S_j`, p x p.
    let leverage: Matrix
}
