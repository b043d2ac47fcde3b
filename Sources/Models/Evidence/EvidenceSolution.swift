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
            let (studies, p) = (rows.studies.count, rows.width)
            guard studies > p else { throw .evidence(.tooFewClusters(studies: studies, coefficients: p)) }
            let sandwich = try weighted.clusterRobust(kind.correction)
            robust = sandwich
            let inflation = kind == .cr1 ? Double(studies) / Double(studies - 1) : 1
            let back = rows.back
            let covariance = inflation * (back * sandwich.covariance).timesTransposed(back)
            for (position, name) in rows.names.enumerated() {
                let contrast = (0..<p).map { back[position, $0] }
                guard weighted.isFromSeveralStudies(contrast) else { throw .evidence(.noDegreesOfFreedom(name)) }
                do {
                    _ = try sandwich.degreesOfFreedom(of: contrast)
                } catch {
                    throw .evidence(.noDegreesOfFreedom(name))
                }
            }
            coefficients = Coefficients(
                labels: rows.names, values: values, covariance: covariance,
                degreesOfFreedom: { (try? sandwich.degreesOfFreedom(of: back.transposed * $0)) ?? .infinity })
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
