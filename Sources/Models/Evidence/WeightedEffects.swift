import LinearAlgebra

/// Generalised least squares of effects on their moderators at given variances between studies.
///
/// All in the centred and scaled columns of ``EffectRows/columns``.
struct WeightedEffects: Sendable {
    let rows: EffectRows
    let covariance: StudyCovariance
    /// `X' V^-1 X = L L'`.
    let factor: Cholesky
    /// beta of the transformed columns, length p.
    let beta: [Double]
    /// y - X beta, length n.
    let residuals: [Double]
    /// `e' V^-1 e`.
    let weightedSquares: Double

    /// - Throws: ``ModelError/numericalBreakdown``.
    init(_ rows: EffectRows, _ variances: BetweenVariances) throws(ModelError) {
        self.rows = rows
        let covariance = StudyCovariance(rows, variances)
        self.covariance = covariance
        let design = covariance.whitened(rows.columns)
        guard let factor = try? Cholesky(design.transposedTimes(design)) else { throw .numericalBreakdown }
        self.factor = factor
        func step(from residuals: [Double]) -> [Double] {
            let response = covariance.whitened(Matrix(rows: rows.count, columns: 1, elements: residuals))
            return factor.solve(design.transposedTimes(response).elements)
        }
        func residuals(at beta: [Double]) -> [Double] {
            zip(rows.estimates, rows.columns * beta).map { $0 - $1 }
        }
        let first = step(from: rows.estimates)
        // A second step from the residuals recovers the digits that weights of very unlike size cost the first.
        let beta = zip(first, step(from: residuals(at: first))).map { $0 + $1 }
        self.beta = beta
        self.residuals = residuals(at: beta)
        let whitened = covariance.whitened(Matrix(rows: rows.count, columns: 1, elements: self.residuals))
        weightedSquares = dot(whitened.elements, whitened.elements)
        guard weightedSquares.isFinite else { throw .numericalBreakdown }
    }

    /// `(X' V^-1 X)^-1` of the declared columns.
    var modelCovariance: Matrix { (rows.back * factor.inverse).timesTransposed(rows.back).symmetrised }

    /// beta of the declared columns.
    var declaredBeta: [Double] { rows.back * beta }

    /// Whether more than one study has a weight in a linear function of the coefficients.
    ///
    /// - Parameter contrast: The function's weights on the transformed columns' coefficients.
    func isFromSeveralStudies(_ contrast: [Double]) -> Bool {
        let weights = covariance.solve(rows.columns) * factor.solve(contrast)
        let shares = rows.studies.map { $0.reduce(0) { max($0, abs(weights[$1])) } }
        let largest = shares.max() ?? 0
        return shares.count { $0 > 1e-10 * largest } > 1
    }

    /// A cluster of the sandwich for each study, in the transformed columns.
    ///
    /// - Throws: ``EvidenceProblem/tooFewClusters(studies:coefficients:)``, or what the sandwich throws.
    func clusterRobust(_ correction: ClusterRobust.Correction) throws(ModelError) -> ClusterRobust {
        let (studies, p) = (rows.studies.count, rows.width)
        guard studies > p else { throw .evidence(.tooFewClusters(studies: studies, coefficients: p)) }
        try ClusterRobust.work(correction, fixedCount: rows.width).check(rows.studies)
        return try ClusterRobust(
            names: rows.names, values: beta, clusterFactor: "study", correction: correction,
            clusterCount: rows.studies.count
        ) { study throws(ModelError) in
            let members = rows.studies[study]
            var columns = Matrix(rows: members.count, columns: rows.width)
            for (position, row) in members.enumerated() {
                for column in 0..<rows.width { columns[position, column] = rows.columns[row, column] }
            }
            return try WhitenedCluster(
                columns: columns, covariance: covariance.block(study), residuals: members.map { residuals[$0] })
        }
    }
}
