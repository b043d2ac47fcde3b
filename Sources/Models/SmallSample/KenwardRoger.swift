import LinearAlgebra
import Probability

/// Kenward and Roger's small-sample inference for the fixed effects of a linear mixed model fitted by REML.
///
/// The covariance of the fixed effects is adjusted for the variability of the estimated covariance parameters, and the
/// denominator degrees of freedom make t and F tests nearly exact, exactly so in balanced designs. Equal to R's
/// `pbkrtest::vcovAdj`, `Lb_ddf` and `KRmodcomp`, except that prior weights are heeded. Parameters estimated as zero
/// count like all others: the expected information does not mind the boundary.
/// - SeeAlso: Kenward and Roger (1997), Biometrics 53, 983-997; Halekoh and Hojsgaard (2014), Journal of Statistical
///   Software 59(9).
public struct KenwardRoger: Sendable {
    /// The names of the fixed effects, length p.
    public let names: [String]
    /// The fixed effects.
    public let values: [Double]
    /// Phi, the fixed effects' covariance with the covariance parameters taken as known, p x p.
    public let covariance: Matrix
    /// Phi_A, the adjusted covariance, p x p: `Phi + 2 Phi (sum of W_ij (Q_ij - P_i Phi P_j)) Phi`.
    public let adjustedCovariance: Matrix
    /// W, the covariance of the covariance parameters from their expected REML information, r x r.
    ///
    /// Variances and covariances of the random effects by grouping factor, the residual variance last.
    public let parameterCovariance: Matrix
    /// The derivative of Phi in each covariance parameter, `-Phi P_i Phi`, p x p each; in the order of W.
    public let derivatives: [Matrix]

    /// - Throws: ``ModelError/tooLargeForDenseAlgebra(method:size:limit:)``,
    ///   ``ModelError/covarianceParameterNotIdentified(_:)``, ``ModelError/numericalBreakdown``.
    init(_ model: MixedModelRows) throws(ModelError) {
        let parameterNames = model.parameterNames
        let (p, r) = (model.fixedCount, parameterNames.count)
        let sets = model.independentSets()
        try Self.work(fixedCount: p, parameterCount: r).check(sets)
        var sums = KenwardRogerSums(fixedCount: p, parameterCount: r)
        for rows in sets { try sums.add(RowSet(model, rows: rows)) }
        try self.init(sums, model, parameterNames: parameterNames)
    }

    private init(_ sums: KenwardRogerSums, _ model: MixedModelRows, parameterNames: [String]) throws(ModelError) {
        let (p, r) = (model.fixedCount, parameterNames.count)
        guard let phi = try? Cholesky(sums.information).inverse else { throw .numericalBreakdown }
        let first = (0..<r).map { i in -1 * sums.firstOrder.block(row: i * p, column: 0, rows: p, columns: p) }
        let second = { (i: Int, j: Int) in
            sums.secondOrder.block(row: i * p, column: j * p, rows: p, columns: p)
        }
        let scaledFirst = first.map { phi * $0 }
        var information = Matrix(rows: r, columns: r)
        for i in 0..<r {
            for j in 0..<r {
                let product = dot(scaledFirst[i].elements, scaledFirst[j].transposed.elements)
                information[i, j] = sums.traces[i, j] - 2 * dot(phi.elements, second(i, j).elements) + product
            }
        }
        let w = 2 * (try Self.inverse(ofInformation: information.symmetrised, parameterNames))
        var adjustment = Matrix(rows: p, columns: p)
        for i in 0..<r {
            for j in 0..<r {
                adjustment = adjustment + w[i, j] * (second(i, j) + -1 * (first[i] * scaledFirst[j]))
            }
        }
        names = model.names
        values = model.fixedEffects
        covariance = phi
        adjustedCovariance = (phi + 2 * (phi * adjustment * phi)).symmetrised
        parameterCovariance = w
        derivatives = scaledFirst.map { -1 * ($0 * phi).symmetrised }
    }

    private static func work(fixedCount p: Int, parameterCount r: Int) -> DenseWork {
        DenseWork(
            method: "Kenward-Roger inference", perCube: 1, perSquare: Double(2 * p * (1 + r) + 4 * r * (r + 1)))
    }

    /// What is left of a parameter's information after the parameters before it, as a share: less is rounding.
    private static let identificationTolerance = 1e-10

    /// The inverse, on the scale of correlations so that variances of different size do not matter.
    private static func inverse(
        ofInformation information: Matrix, _ parameterNames: [String]
    ) throws(ModelError) -> Matrix {
        let r = information.rows
        let roots = information.diagonal.map { $0 > 0 ? $0.squareRoot() : 0 }
        if let bad = roots.firstIndex(of: 0) { throw .covarianceParameterNotIdentified(parameterNames[bad]) }
        var scaled = information
        for column in 0..<r {
            for row in 0..<r { scaled[row, column] /= roots[row] * roots[column] }
        }
        let factor: Cholesky
        do throws(LinearAlgebraError) {
            factor = try Cholesky(scaled)
        } catch {
            guard case .notPositiveDefinite(let pivot) = error else { throw .numericalBreakdown }
            throw .covarianceParameterNotIdentified(parameterNames[pivot])
        }
        if let bad = factor.lower.diagonal.firstIndex(where: { $0 * $0 < identificationTolerance }) {
            throw .covarianceParameterNotIdentified(parameterNames[bad])
        }
        var inverse = factor.inverse
        for column in 0..<r {
            for row in 0..<r { inverse[row, column] /= roots[row] * roots[column] }
        }
        return inverse
    }

    /// The denominator degrees of freedom of a single contrast `l' beta`. Another name: `pbkrtest::Lb_ddf`.
    ///
    /// For one contrast the published F approximation comes down to `2 v^2 / (g' W g)` with `v = l' Phi l` and g the
    /// derivative of v in the covariance parameters.
    ///
    /// - Parameter contrast: l, length p.
    /// - Returns: Infinity when the contrast's variance hangs on no covariance parameter, or the contrast is zero.
    public func degreesOfFreedom(of contrast: [Double]) -> Double {
        precondition(contrast.count == names.count, "a contrast has a weight for each fixed effect")
        let variance = quadraticForm(covariance, contrast)
        let gradient = derivatives.map { quadraticForm($0, contrast) }
        let varianceOfVariance = quadraticForm(parameterCovariance, gradient)
        guard variance > 0, varianceOfVariance > 0 else { return .infinity }
        return 2 * variance * variance / varianceOfVariance
    }

    /// The estimate of `l' beta` with its adjusted standard error and degrees of freedom.
    ///
    /// - Parameter contrast: l, length p.
    public func estimate(of contrast: [Double]) -> Estimate {
        Estimate(
            value: dot(contrast, values),
            standardError: max(0, quadraticForm(adjustedCovariance, contrast)).squareRoot(),
            degreesOfFreedom: degreesOfFreedom(of: contrast))
    }

    /// The scaled F test of `L beta = hypothesis`. Another name: `pbkrtest::KRmodcomp`.
    ///
    /// - Parameters:
    ///   - contrasts: L, q x p, of full row rank.
    ///   - hypothesis: The values under the null hypothesis, length q; nil means zeros.
    /// - Throws: ``ModelError/dependentContrasts``, ``ModelError/noDegreesOfFreedom``.
    public func test(_ contrasts: Matrix, against hypothesis: [Double]? = nil) throws(ModelError) -> KenwardRogerTest {
        precondition(contrasts.columns == names.count, "a contrast has a weight for each fixed effect")
        let q = contrasts.rows
        let expected = hypothesis ?? Array(repeating: 0, count: q)
        precondition(expected.count == q, "a hypothesis for each contrast")
        let factor = try contrasts.independentFactor(in: covariance)
        let adjusted = try contrasts.independentFactor(in: adjustedCovariance)
        let relative = derivatives.map { derivative in
            let inner = (contrasts * derivative).timesTransposed(contrasts)
            return factor.solveLower(factor.solveLower(inner).transposed)
        }
        let approximation = try KenwardRogerApproximation(relative, parameterCovariance)
        let difference = zip(contrasts * values, expected).map { $0 - $1 }
        let wald = dot(difference, adjusted.solve(difference))
        return KenwardRogerTest(approximation, unscaledStatistic: wald / Double(q))
    }
}

extension Matrix {
    /// A copy of some consecutive rows and columns.
    fileprivate func block(row: Int, column: Int, rows: Int, columns: Int) -> Matrix {
        var result = Matrix(rows: rows, columns: columns)
        for j in 0..<columns {
            for i in 0..<rows { result[i, j] = self[row + i, column + j] }
        }
        return result
    }

    /// The Cholesky factor of `L C L'` for contrasts L, which must be independent.
    fileprivate func independentFactor(in covariance: Matrix) throws(ModelError) -> Cholesky {
        let product = (self * covariance).timesTransposed(self).symmetrised
        guard rows > 0, let factor = try? Cholesky(product) else { throw .dependentContrasts }
        // What is left of a contrast's variance after the contrasts before it, as a share: less is rounding.
        for (pivot, total) in zip(factor.lower.diagonal, product.diagonal) where pivot * pivot < 1e-11 * total {
            throw .dependentContrasts
        }
        return factor
    }
}

extension GrowthFit {
    /// Kenward and Roger's adjusted covariance and degrees of freedom for the fixed effects.
    ///
    /// - Throws: ``ModelError/kenwardRogerNeedsREML``, ``ModelError/tooLargeForDenseAlgebra(method:size:limit:)``,
    ///   ``ModelError/covarianceParameterNotIdentified(_:)``, ``ModelError/numericalBreakdown``.
    /// - Complexity: The sum of the cubes of the numbers of rows that share random effects; refused beyond a limit.
    public func kenwardRoger() throws(ModelError) -> KenwardRoger {
        guard criterion == .reml else { throw .kenwardRogerNeedsREML }
        return try KenwardRoger(MixedModelRows(self))
    }
}
