import LinearAlgebra

/// Estimates pooled over m completed data sets or plausible values (Rubin 1987, section 3.1).
///
/// With W the mean of the covariances and B the covariance of the estimates between data sets, the total covariance is
/// `T = W + (1 + 1/m) B`.
public struct PooledEstimates: Sendable {
    /// How degrees of freedom are counted.
    public enum DegreesOfFreedomRule: Sendable, CaseIterable {
        /// Barnard and Rubin (1999): never more than the complete data have.
        case barnardRubin
        /// Rubin (1987, equation 3.1.6): as if the complete data had infinitely many; R mitools' default.
        case rubin
        /// As R mitools' `MIcombine(df.complete = )`, whose observed-data part takes the share `W / (W + B)` of the variance where
        /// Barnard and Rubin have `W / T`: a little larger.
        case mitools
    }

    /// The means of the estimates.
    public let values: [Double]
    /// W, the mean of the sampling covariances, k x k.
    public let within: Matrix
    /// B, the covariance of the estimates between data sets, k x k.
    public let between: Matrix
    /// m, the number of data sets.
    public let count: Int
    /// The degrees of freedom that each completed data set's covariance has.
    public let completeDegreesOfFreedom: Double

    /// Pools the estimates of completed data sets.
    ///
    /// - Parameter completed: Of each data set the same k estimates; two data sets at least.
    /// - Throws: ``ImputationProblem`` as ``SurveyError/imputation(_:)``.
    public init(_ completed: [SurveyEstimates]) throws(SurveyError) {
        let sampling = completed.map(\.covariance)
        try self.init(
            values: completed.map(\.values), sampling: sampling,
            degreesOfFreedom: completed.map(\.degreesOfFreedom).min() ?? .infinity)
    }

    /// Pools estimates with the sampling covariances of all data sets, or of some of them.
    ///
    /// - Parameters:
    ///   - estimates: The estimates by data set, k each; two data sets at least.
    ///   - sampling: Sampling covariances, k x k, of at least one data set.
    ///   - degreesOfFreedom: What these have.
    init(values estimates: [[Double]], sampling: [Matrix], degreesOfFreedom: Double) throws(SurveyError) {
        do throws(ImputationProblem) {
            try Self.check(estimates, sampling)
        } catch {
            throw .imputation(error)
        }
        let (m, size) = (Double(estimates.count), estimates[0].count)
        var mean = [Double](repeating: 0, count: size)
        for values in estimates { for position in mean.indices { mean[position] += values[position] / m } }
        var between = Matrix(rows: size, columns: size)
        for values in estimates {
            for column in 0..<size {
                let scaled = (values[column] - mean[column]) / (m - 1)
                for row in 0..<size { between[row, column] += scaled * (values[row] - mean[row]) }
            }
        }
        var within = Matrix(rows: size, columns: size)
        for covariance in sampling { within = within + (1 / Double(sampling.count)) * covariance }
        (values, self.within, self.between) = (mean, within.symmetrised, between.symmetrised)
        (count, completeDegreesOfFreedom) = (estimates.count, degreesOfFreedom)
    }

    private static func check(_ estimates: [[Double]], _ sampling: [Matrix]) throws(ImputationProblem) {
        guard estimates.count >= 2 else { throw .tooFew(estimates.count) }
        for (number, values) in estimates.enumerated() {
            guard values.count == estimates[0].count else {
                throw .estimateCount(dataSet: number, found: values.count, expected: estimates[0].count)
            }
            for (position, value) in values.enumerated() where !value.isFinite {
                throw .notFinite(dataSet: number, estimate: position)
            }
        }
        for (number, covariance) in sampling.enumerated() {
            for (position, variance) in covariance.diagonal.enumerated() where !variance.isFinite {
                throw .notFinite(dataSet: number, estimate: position)
            }
        }
    }

    /// The total covariance `W + (1 + 1/m) B`, k x k.
    public var covariance: Matrix { within + (1 + 1 / Double(count)) * between }

    /// The standard errors.
    public var standardErrors: [Double] { covariance.diagonal.map { max(0, $0).squareRoot() } }

    /// The degrees of freedom of a contrast of the estimates.
    ///
    /// - Parameters:
    ///   - contrast: One weight an estimate.
    ///   - rule: How they are counted.
    /// - Returns: Infinite when nothing limits them; a contrast without any variance has the complete data's.
    public func degreesOfFreedom(
        of contrast: [Double], rule: DegreesOfFreedomRule = .barnardRubin
    ) -> Double {
        let (sampling, imputation) = variances(of: contrast)
        let total = sampling + imputation
        guard total > 0 else { return completeDegreesOfFreedom }
        let missing = imputation / total
        let imputed = missing > 0 ? Double(count - 1) / (missing * missing) : .infinity
        let complete = completeDegreesOfFreedom
        guard rule != .rubin, complete.isFinite else { return imputed }
        let share = rule == .mitools ? sampling / (sampling + imputation / (1 + 1 / Double(count))) : 1 - missing
        let observed = (complete + 1) / (complete + 3) * complete * share
        return 1 / (1 / observed + 1 / imputed)
    }

    /// The degrees of freedom of each estimate.
    public func degreesOfFreedom(rule: DegreesOfFreedomRule = .barnardRubin) -> [Double] {
        unitContrasts.map { degreesOfFreedom(of: $0, rule: rule) }
    }

    /// The fraction of information about a contrast that is missing, `(r + 2 / (df + 3)) / (r + 1)` with `r = (1 + 1/m) B / W`
    /// (Rubin 1987, equation 3.1.10); 0 to 1.
    ///
    /// - Parameters:
    ///   - contrast: One weight an estimate.
    ///   - rule: How the degrees of freedom are counted.
    public func missingInformation(of contrast: [Double], rule: DegreesOfFreedomRule = .barnardRubin) -> Double {
        let (sampling, imputation) = variances(of: contrast)
        guard imputation > 0 else { return 0 }
        let correction = 2 / (degreesOfFreedom(of: contrast, rule: rule) + 3)
        // Divided by r + 1 = T / W through, so that W may be 0.
        return (imputation + correction * sampling) / (sampling + imputation)
    }

    /// The fraction of missing information of each estimate.
    public func missingInformation(rule: DegreesOfFreedomRule = .barnardRubin) -> [Double] {
        unitContrasts.map { missingInformation(of: $0, rule: rule) }
    }

    /// Linear contrasts of the estimates, pooled.
    ///
    /// - Parameter contrasts: m x k.
    public func transformed(_ contrasts: Matrix) -> PooledEstimates {
        PooledEstimates(
            values: contrasts * values, within: (contrasts * within).timesTransposed(contrasts),
            between: (contrasts * between).timesTransposed(contrasts), count: count,
            completeDegreesOfFreedom: completeDegreesOfFreedom)
    }

    /// The pooled values with the total covariance, for whatever takes estimates; its degrees of freedom are the smallest of the
    /// estimates', so that no interval is too narrow.
    public func estimates(rule: DegreesOfFreedomRule = .barnardRubin) -> SurveyEstimates {
        SurveyEstimates(
            values: values, covariance: covariance,
            degreesOfFreedom: degreesOfFreedom(rule: rule).min() ?? completeDegreesOfFreedom)
    }

    /// The same estimates as if each completed data set's covariance had some degrees of freedom: those of a part of the sample on
    /// which a contrast rests, such as one of several waves.
    public func withCompleteDegreesOfFreedom(_ degreesOfFreedom: Double) -> PooledEstimates {
        PooledEstimates(
            values: values, within: within, between: between, count: count, completeDegreesOfFreedom: degreesOfFreedom)
    }

    private init(values: [Double], within: Matrix, between: Matrix, count: Int, completeDegreesOfFreedom: Double) {
        (self.values, self.within, self.between) = (values, within.symmetrised, between.symmetrised)
        (self.count, self.completeDegreesOfFreedom) = (count, completeDegreesOfFreedom)
    }

    private var unitContrasts: [[Double]] {
        values.indices.map { position in values.indices.map { $0 == position ? 1 : 0 } }
    }

    /// The sampling variance of a contrast, and what imputation adds to it.
    private func variances(of contrast: [Double]) -> (sampling: Double, imputation: Double) {
        precondition(contrast.count == values.count, "a contrast has a weight for each estimate")
        let sampling = max(0, dot(contrast, within * contrast))
        return (sampling, (1 + 1 / Double(count)) * max(0, dot(contrast, between * contrast)))
    }
}
