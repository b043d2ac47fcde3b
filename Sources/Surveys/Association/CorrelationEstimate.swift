import Probability
import RealModule

/// A correlation with its sampling error.
public struct CorrelationEstimate: Sendable, Equatable {
    /// The correlation, -1...1.
    public let value: Double
    /// Its standard error by the design.
    public let standardError: Double
    /// The degrees of freedom of the standard error.
    public let degreesOfFreedom: Double

    /// The t test that there is no correlation.
    public var test: TestResult {
        TestResult(statistic: value / standardError, distribution: .t(degreesOfFreedom))
    }

    /// A confidence interval, symmetric on Fisher's scale `z = artanh r`, where `SE(z) = SE(r) / (1 - r^2)`.
    ///
    /// It stays within -1...1. A correlation of 1 or -1 has only itself.
    ///
    /// - Throws: ``AnalysisProblem/badValue(what:position:found:expected:)`` for a coverage outside 0...1.
    public func confidenceInterval(coverage: Double = 0.95) throws(SurveyError) -> ClosedRange<Double> {
        try check("coverage", [coverage], "between 0 and 1") { $0 > 0 && $0 < 1 }
        let rest = (1 - value) * (1 + value)
        guard rest > 0 else { return value...value }
        let half = StudentT(degreesOfFreedom: degreesOfFreedom).quantile((1 + coverage) / 2) * standardError / rest
        let z = Double.atanh(value)
        return Double.tanh(z - half)...Double.tanh(z + half)
    }
}

extension SurveySample {
    /// A correlation with its error by the design or by replicates.
    ///
    /// - Parameters:
    ///   - statistic: ``PearsonCorrelation``, ``SpearmanCorrelation``, ``KendallTau`` or ``PolychoricCorrelation``.
    ///   - degreesOfFreedom: Those of its domain, as ``degreesOfFreedom(in:)`` has them; nil for the sample's.
    /// - Throws: ``AnalysisProblem``, also when no degrees of freedom are left.
    public func correlation(
        _ statistic: some SurveyStatistic, degreesOfFreedom: Double? = nil
    ) throws(SurveyError) -> CorrelationEstimate {
        let estimates = try self.estimates(of: statistic)
        let degrees = degreesOfFreedom ?? estimates.degreesOfFreedom
        guard degrees > 0 else { throw problem(.noDegreesOfFreedom(found: degrees, needed: 1)) }
        return CorrelationEstimate(
            value: estimates.values[0], standardError: estimates.standardErrors[0], degreesOfFreedom: degrees)
    }
}

/// The rows of two variables that have both, and lie in a domain.
struct CompletePairs: Sendable {
    let x: [Double]
    let y: [Double]
    let rows: [Int]

    init(_ x: [Double], _ y: [Double], domain: [Bool]?) throws(SurveyError) {
        try checkLength("second values", y.count, x.count)
        if let domain { try checkLength("rows of the domain", domain.count, x.count) }
        let inside = x.indices.filter { (domain?[$0] ?? true) && !x[$0].isNaN && !y[$0].isNaN }
        for (name, values) in [("first value", x), ("second value", y)] {
            if let bad = inside.first(where: { values[$0].isInfinite }) {
                throw problem(.badValue(what: name, position: bad, found: values[bad], expected: "a finite number"))
            }
        }
        (self.x, self.y, rows) = (x, y, inside)
    }

    /// The rows with weight.
    func rows(_ weights: [Double]) throws(SurveyError) -> [Int] {
        precondition(weights.count == x.count, "a row has a weight")
        let found = rows.filter { weights[$0] > 0 }
        guard found.count > 1 else { throw problem(.tooFewRows(found: found.count, needed: 2)) }
        return found
    }
}
