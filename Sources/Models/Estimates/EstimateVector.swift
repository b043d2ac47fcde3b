import LinearAlgebra
import Probability

/// A labelled vector of estimates with its full covariance matrix: what every model kind yields.
///
/// Growth, deviation, delay, equity gaps and the simulator's starting states are linear functionals or draws of it.
public struct EstimateVector<Label: Hashable & Sendable>: Sendable {
    /// What each element estimates; distinct.
    public let labels: [Label]
    /// The estimates, in the order of ``labels``.
    public let values: [Double]
    /// Their covariance, n x n, symmetric.
    public let covariance: Matrix
    /// How uncertain the covariance itself is, from which degrees of freedom follow; nil means known (df infinite).
    public let uncertainty: CovarianceUncertainty?
    /// The degrees of freedom of a functional by its weights, where a method of their own gives them (Kenward-Roger,
    /// cluster-robust); it comes before ``uncertainty``.
    let degreesOfFreedom: (@Sendable ([Double]) -> Double)?
    private let positions: [Label: Int]

    /// Estimates with their covariance.
    ///
    /// - Parameter degreesOfFreedom: The degrees of freedom of a functional by its weights, where a method of their own
    ///   gives them.
    public init(
        labels: [Label], values: [Double], covariance: Matrix, uncertainty: CovarianceUncertainty? = nil,
        degreesOfFreedom: (@Sendable ([Double]) -> Double)? = nil
    ) {
        precondition(values.count == labels.count, "an estimate needs a label each")
        precondition(covariance.rows == labels.count && covariance.columns == labels.count, "covariance is n x n")
        positions = Dictionary(zip(labels, labels.indices)) { first, _ in first }
        precondition(positions.count == labels.count, "labels must differ")
        self.labels = labels
        self.values = values
        self.covariance = covariance.symmetrised
        self.uncertainty = uncertainty
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The number of estimates.
    public var count: Int { labels.count }

    /// Whether all estimates and their covariances are finite numbers.
    var isFinite: Bool { values.allSatisfy(\.isFinite) && covariance.elements.allSatisfy(\.isFinite) }

    /// The position of a label.
    public func position(of label: Label) -> Int? { positions[label] }

    /// The standard errors.
    public var standardErrors: [Double] { covariance.diagonal.map { max(0, $0).squareRoot() } }

    /// The estimate of `weights' * values` with its standard error and degrees of freedom.
    public func functional(_ weights: [Double]) -> Estimate {
        precondition(weights.count == count, "a functional has a weight for each estimate")
        let variance = quadraticForm(covariance, weights)
        return Estimate(
            value: dot(weights, values), standardError: max(0, variance).squareRoot(),
            degreesOfFreedom: degreesOfFreedom?(weights)
                ?? uncertainty?.degreesOfFreedom(weights: weights, variance: variance) ?? .infinity)
    }

    /// One element with its standard error and degrees of freedom.
    public func estimate(at position: Int) -> Estimate {
        var weights = [Double](repeating: 0, count: count)
        weights[position] = 1
        return functional(weights)
    }

    /// The linear transformation `C * values` with covariance `C V C'`.
    ///
    /// - Parameter contrasts: m x n.
    public func transformed<New>(_ contrasts: Matrix, labels: [New]) -> EstimateVector<New> {
        var rule: (@Sendable ([Double]) -> Double)?
        if let own = degreesOfFreedom {
            let transposed = contrasts.transposed
            rule = { weights in own(transposed * weights) }
        }
        return EstimateVector<New>(
            labels: labels, values: contrasts * values,
            covariance: (contrasts * covariance).timesTransposed(contrasts),
            uncertainty: uncertainty?.transformed(contrasts),
            degreesOfFreedom: rule)
    }

    /// The same estimates with a known number added to each.
    public func shifted(by shift: Double) -> EstimateVector {
        EstimateVector(
            labels: labels, values: values.map { $0 + shift }, covariance: covariance, uncertainty: uncertainty,
            degreesOfFreedom: degreesOfFreedom)
    }
}

/// A single estimate.
public struct Estimate: Sendable, Equatable {
    /// The estimate.
    public let value: Double
    /// Its standard error.
    public let standardError: Double
    /// Degrees of freedom of the t distribution of (estimate - truth) / standard error; infinite for the normal.
    public let degreesOfFreedom: Double

    /// An estimate with its standard error.
    public init(value: Double, standardError: Double, degreesOfFreedom: Double = .infinity) {
        self.value = value
        self.standardError = standardError
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// Estimate over standard error; nil when the standard error is zero.
    public var statistic: Double? { standardError > 0 ? value / standardError : nil }

    /// The two-sided p-value of the hypothesis that the truth is zero; nil when the standard error is zero.
    public var pValue: Double? {
        statistic.map { StudentT(degreesOfFreedom: degreesOfFreedom).twoSidedPValue($0) }
    }

    /// The symmetric confidence interval.
    ///
    /// - Parameter coverage: The probability with which intervals made this way contain the truth, such as 0.95.
    public func confidenceInterval(coverage: Double) -> ClosedRange<Double> {
        let quantile = StudentT(degreesOfFreedom: degreesOfFreedom).quantile((1 + coverage) / 2)
        let half = quantile * standardError
        return (value - half)...(value + half)
    }
}

/// The uncertainty of an estimated covariance matrix: its derivatives in the variance parameters and their covariance.
///
/// Satterthwaite's degrees of freedom of any linear functional follow from it: `2 v^2 / (g' A g)`, with v the
/// functional's variance, g its gradient in the variance parameters and A their asymptotic covariance
/// (Giesbrecht and Burns 1985; Kuznetsova, Brockhoff and Christensen 2017, section 2).
public struct CovarianceUncertainty: Sendable {
    /// The derivative of the covariance matrix in each variance parameter, each n x n.
    public let derivatives: [Matrix]
    /// The covariance of the variance parameters, k x k.
    public let parameterCovariance: Matrix

    /// The uncertainty of a covariance matrix.
    public init(derivatives: [Matrix], parameterCovariance: Matrix) {
        precondition(parameterCovariance.rows == derivatives.count, "one derivative per parameter")
        self.derivatives = derivatives
        self.parameterCovariance = parameterCovariance
    }

    func degreesOfFreedom(weights: [Double], variance: Double) -> Double {
        let gradient = derivatives.map { quadraticForm($0, weights) }
        let varianceOfVariance = quadraticForm(parameterCovariance, gradient)
        guard variance > 0, varianceOfVariance > 0 else { return .infinity }
        return 2 * variance * variance / varianceOfVariance
    }

    func transformed(_ contrasts: Matrix) -> CovarianceUncertainty {
        CovarianceUncertainty(
            derivatives: derivatives.map { (contrasts * $0).timesTransposed(contrasts) },
            parameterCovariance: parameterCovariance)
    }
}

/// `x' A x` for a symmetric matrix. Contrasts are mostly zeros: then only the rest is looked at.
func quadraticForm(_ matrix: Matrix, _ x: [Double]) -> Double {
    let places = x.indices.filter { x[$0] != 0 }
    guard places.count * 2 < x.count else { return dot(x, matrix * x) }
    var sum = 0.0
    for column in places {
        var inner = 0.0
        for row in places { inner += x[row] * matrix[row, column] }
        sum += x[column] * inner
    }
    return sum
}
