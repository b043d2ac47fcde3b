import LinearAlgebra
import Probability

/// A meta-analysis solved: the variances of true effects, the coefficients and their inference.
struct EvidenceSolution: Sendable {
    let rows: EffectRows
    let method: EvidenceMethod
    /// The variances of true effects.
    let variances: BetweenVariances
    let weighted: WeightedEffects
    /// The coefficients with the covariance and the degrees of freedom that the method asks for.
    let coefficients: Coefficients
    /// The sandwich in the transformed columns, where asked for.
    private let robust: ClusterRobust?

    /// - Throws: ``ModelError/evidence(_:)``, or what the search throws.
    init(_ rows: EffectRows, _ method: EvidenceMethod) throws(ModelError) {
        let estimation = BetweenVarianceEstimation(
            rows: rows, structure: method.structure, estimator: method.estimator)
        let variances = try estimation.run()
        let weighted = try WeightedEffects(rows, variances)
        self.rows = rows
        self.method = method
        self.variances = variances
        self.weighted = weighted
        let values = weighted.declaredBeta
        if let kind = method.robust {
            let sandwich = try weighted.clusterRobust(kind.correction)
            robust = sandwich
            coefficients = try Self.robustCoefficients(weighted, sandwich, kind)
            return
        }
        robust = nil
        let df = Double(rows.count - rows.width)
        var scale = 1.0
        if method.test == .knappHartung {
            guard weighted.weightedSquares > 1e-20 * df else { throw .evidence(.noSpread) }
            scale = weighted.weightedSquares / df
        }
        let rule: @Sendable ([Double]) -> Double = { _ in df }
        coefficients = Coefficients(
            labels: rows.names, values: values, covariance: scale * weighted.modelCovariance,
            degreesOfFreedom: method.test == .normal ? nil : rule)
    }

    /// The coefficients with the sandwich's covariance and degrees of freedom, which are not a number for a functional
    /// that has none: see ``EvidenceFit/effect(_:at:)``.
    ///
    /// - Throws: ``EvidenceProblem/noDegreesOfFreedom(_:)``, ``EvidenceProblem/noRobustSpread(_:)``.
    private static func robustCoefficients(
        _ weighted: WeightedEffects, _ sandwich: ClusterRobust, _ kind: EvidenceMethod.Robust
    ) throws(ModelError) -> Coefficients {
        let (rows, back) = (weighted.rows, weighted.rows.back)
        let studies = Double(rows.studies.count)
        let inflation = kind == .cr1 ? studies / (studies - 1) : 1
        let degrees: @Sendable ([Double]) -> Double = { weights in
            let contrast = back.transposed * weights
            guard weighted.isFromSeveralStudies(contrast) else { return .nan }
            return (try? sandwich.degreesOfFreedom(of: contrast)) ?? .nan
        }
        let coefficients = Coefficients(
            labels: rows.names, values: weighted.declaredBeta,
            covariance: inflation * (back * sandwich.covariance).timesTransposed(back), degreesOfFreedom: degrees)
        let own = weighted.modelCovariance
        for (position, name) in rows.names.enumerated() {
            guard !coefficients.estimate(at: position).degreesOfFreedom.isNaN else {
                throw .evidence(.noDegreesOfFreedom(name))
            }
            guard coefficients.covariance[position, position] > 1e-20 * own[position, position] else {
                throw .evidence(.noRobustSpread(name))
            }
        }
        return coefficients
    }

    /// The test that all moderators but the intercept have no effect; nil without moderators.
    ///
    /// Chi-squared, F with n - p degrees of freedom, or for a sandwich the approximate Hotelling test HTZ.
    var omnibus: OmnibusTest? {
        let first = rows.hasIntercept ? 1 : 0
        let tested = Array(first..<max(first, rows.width))
        guard !tested.isEmpty, rows.hasIntercept || rows.width > 1 else { return nil }
        var contrasts = Matrix(rows: tested.count, columns: rows.width)
        for (row, column) in tested.enumerated() { contrasts[row, column] = 1 }
        let values = contrasts * coefficients.values
        let covariance = (contrasts * coefficients.covariance).timesTransposed(contrasts)
        guard let factor = try? Cholesky(covariance) else { return nil }
        let wald = dot(values, factor.solve(values))
        let q = tested.count
        if let robust {
            guard let test = robust.hotelling(contrasts * rows.back, wald: wald) else { return nil }
            return OmnibusTest(
                name: "HTZ", statistic: test.statistic, degreesOfFreedom: q,
                denominatorDegreesOfFreedom: test.denominatorDegreesOfFreedom)
        }
        let isNormal = method.test == .normal
        return OmnibusTest(
            name: isNormal ? "QM" : "F", statistic: isNormal ? wald : wald / Double(q), degreesOfFreedom: q,
            denominatorDegreesOfFreedom: isNormal ? .infinity : Double(rows.count - rows.width))
    }

    /// The log-likelihood, restricted for REML; nil for the moment estimators.
    var logLikelihood: Double? {
        let criterion = method.structure == .fixed ? .ml : method.criterion
        return criterion.map { -VarianceCriterion(rows: rows, criterion: $0).value(weighted) / 2 }
    }
}

/// A test of several coefficients at once.
public struct OmnibusTest: Sendable, Equatable {
    /// `QM` (chi-squared), `F`, or `HTZ` (approximate Hotelling, cluster-robust).
    public let name: String
    /// The statistic: chi-squared for `QM`, F otherwise.
    public let statistic: Double
    /// The number of coefficients tested.
    public let degreesOfFreedom: Int
    /// The degrees of freedom of the denominator; infinite for `QM`.
    public let denominatorDegreesOfFreedom: Double

    /// The probability of a larger statistic when no coefficient has an effect.
    public var pValue: Double {
        let numerator = Double(degreesOfFreedom)
        guard denominatorDegreesOfFreedom.isFinite else {
            return ChiSquared(degreesOfFreedom: numerator).upperTail(statistic)
        }
        return FDistribution(
            numeratorDegreesOfFreedom: numerator, denominatorDegreesOfFreedom: denominatorDegreesOfFreedom
        ).upperTail(statistic)
    }
}
