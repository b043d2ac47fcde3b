import LinearAlgebra

/// A cluster-robust ("sandwich") covariance of the fixed effects of a linear mixed model: right for many clusters also
/// when the model's covariance is wrong.
///
/// `M (sum of S_j' e_j e_j' S_j) M` with `M = (X' V^-1 X)^-1`, residuals e_j of cluster j and `S_j = A_j' V_j^-1 X_j`.
/// Equal to `clubSandwich::vcovCR` of an `lmer` fit, which knows no prior weights; here they are part of V.
/// - SeeAlso: Bell and McCaffrey (2002), Survey Methodology 28(2), 169-181; Pustejovsky and Tipton (2018), Journal of
///   Business and Economic Statistics 36(4), 672-683.
public struct ClusterRobust: Sendable {
    /// How the residuals of a cluster are adjusted for having been fitted.
    public enum Correction: String, Sendable, CaseIterable {
        /// Not at all, A_j the identity: too small with few clusters.
        case none = "CR0"
        /// By bias-reduced linearisation: unbiased where the working covariance V is right.
        ///
        /// `A_j = D_j' B_j^(-1/2) D_j` with `B_j = D_j (V_j - X_j M X_j') D_j'` and `V_j = D_j' D_j`.
        case biasReduced = "CR2"
    }

    /// The names of the fixed effects, length p.
    public let names: [String]
    /// The fixed effects.
    public let values: [Double]
    /// The correction.
    public let correction: Correction
    /// The grouping factor whose levels are the clusters.
    public let clusterFactor: String
    /// The number of clusters.
    public let clusterCount: Int
    /// The cluster-robust covariance, p x p.
    public let covariance: Matrix
    /// M.
    let bread: Matrix
    let parts: [AdjustedCluster]

    /// - Throws: ``ModelError/unknownGroupingFactor(_:known:)``, ``ModelError/crossesClusters(factor:clusters:)``,
    ///   ``ModelError/tooLargeForDenseAlgebra(method:size:limit:)``, ``ModelError/numericalBreakdown``.
    init(_ model: MixedModelRows, clusterFactor: String, correction: Correction) throws(ModelError) {
        let clusters = try model.clusters(by: clusterFactor)
        let p = model.fixedCount
        try Self.work(correction, fixedCount: p).check(clusters)
        try self.init(
            names: model.names, values: model.fixedEffects, clusterFactor: clusterFactor, correction: correction,
            clusterCount: clusters.count
        ) { index throws(ModelError) in try WhitenedCluster(model, rows: clusters[index]) }
    }

    /// - Parameter cluster: The rows of a cluster by its position; asked for twice.
    /// - Throws: ``ModelError/numericalBreakdown``, or what `cluster` throws.
    init(
        names: [String], values: [Double], clusterFactor: String, correction: Correction, clusterCount: Int,
        cluster: (Int) throws(ModelError) -> WhitenedCluster
    ) throws(ModelError) {
        let p = names.count
        var information = Matrix(rows: p, columns: p)
        for index in 0..<clusterCount { information = information + (try cluster(index)).information }
        guard let bread = try? Cholesky(information).inverse else { throw .numericalBreakdown }
        var meat = Matrix(rows: p, columns: p)
        var parts: [AdjustedCluster] = []
        for index in 0..<clusterCount {
            // Whitened a second time rather than kept: one cluster's matrices are in memory at a time.
            let part = try cluster(index).adjusted(correction, bread: bread)
            let score = Matrix(rows: p, columns: 1, elements: part.score)
            meat = meat + score.timesTransposed(score)
            parts.append(part)
        }
        self.names = names
        self.values = values
        self.correction = correction
        self.clusterFactor = clusterFactor
        self.clusterCount = clusterCount
        covariance = (bread * meat * bread).symmetrised
        self.bread = bread
        self.parts = parts
    }

    /// The arithmetic that a correction takes.
    static func work(_ correction: Correction, fixedCount p: Int) -> DenseWork {
        switch correction {
        case .none: DenseWork(method: "the CR0 covariance", perCube: 2.0 / 3, perSquare: Double(4 * p))
        // Two triangular products of 2 m^3 and an eigendecomposition of about 9 m^3.
        case .biasReduced: DenseWork(method: "the CR2 covariance", perCube: 14, perSquare: Double(12 * p))
        }
    }

    /// Satterthwaite's degrees of freedom of a contrast `l' beta`, under the working covariance (Bell and McCaffrey 2002).
    ///
    /// `tr(P)^2 / tr(P P)` with `P_ij = g_i' V g_j`, where `g_j' y` is cluster j's part of the contrast's robust variance:
    /// `P_ij = [i = j] a_j' V_j a_j - u_i' M u_j` with `a_j = S_j M l` and `u_j = X_j' a_j`.
    ///
    /// - Parameter contrast: l, length p.
    /// - Throws: ``ModelError/noDegreesOfFreedom`` when the residuals say nothing about the contrast: it is zero, or what
    ///   it compares fills a cluster each.
    public func degreesOfFreedom(of contrast: [Double]) throws(ModelError) -> Double {
        precondition(contrast.count == names.count, "a contrast has a weight for each fixed effect")
        let direction = bread * contrast
        let p = names.count
        var (total, trace, squares) = (0.0, 0.0, 0.0)
        var crossed = Matrix(rows: p, columns: p)
        for part in parts {
            let own = quadraticForm(part.variance, direction)
            let fitted = Matrix(rows: p, columns: 1, elements: part.leverage * direction)
            let shared = quadraticForm(bread, fitted.elements)
            total += own
            trace += own - shared
            squares += own * own - 2 * own * shared
            crossed = crossed + fitted.timesTransposed(fitted)
        }
        // What is left of the sum, or of the model's own variance, after fitting is rounding.
        guard trace > 1e-10 * max(total, dot(contrast, direction)) else { throw .noDegreesOfFreedom }
        let product = bread * crossed
        let degrees = trace * trace / (squares + dot(product.elements, product.transposed.elements))
        // P is positive semidefinite, so that its trace lies between its norm and the root of J of them: what leaves this
        // range is rounding, and may be negative.
        guard degrees > 1 - 1e-6, degrees < Double(parts.count) + 1e-6 else { throw .noDegreesOfFreedom }
        return degrees
    }

    /// The estimate of `l' beta` with its robust standard error and degrees of freedom.
    ///
    /// - Parameter contrast: l, length p.
    /// - Throws: ``ModelError/noDegreesOfFreedom``.
    public func estimate(of contrast: [Double]) throws(ModelError) -> Estimate {
        Estimate(
            value: dot(contrast, values), standardError: max(0, quadraticForm(covariance, contrast)).squareRoot(),
            degreesOfFreedom: try degreesOfFreedom(of: contrast))
    }
}

extension GrowthFit {
    /// A cluster-robust covariance of the fixed effects with its degrees of freedom.
    ///
    /// - Parameters:
    ///   - factor: The grouping factor whose levels are the clusters; all other factors must be nested within it.
    ///   - correction: CR0 or CR2.
    /// - Throws: ``ModelError/unknownGroupingFactor(_:known:)``, ``ModelError/crossesClusters(factor:clusters:)``,
    ///   ``ModelError/tooLargeForDenseAlgebra(method:size:limit:)``, ``ModelError/numericalBreakdown``.
    /// - Complexity: The sum of the cubes of the clusters' numbers of rows; refused beyond a limit.
    public func clusterRobust(
        by factor: String, correction: ClusterRobust.Correction = .biasReduced
    ) throws(ModelError) -> ClusterRobust {
        try ClusterRobust(MixedModelRows(self), clusterFactor: factor, correction: correction)
    }
}
