import LinearAlgebra

/// The Wald test that some contrasts of survey estimates are all zero.
///
/// `W = d' V^-1 d` for the contrasts' estimates d and their covariance V. With few clusters V itself is uncertain, and F tests
/// allow for it (Korn and Graubard 1990, The American Statistician 44, 270-276).
public enum WaldTest {
    /// What W is compared with.
    public enum Form: String, Sendable, CaseIterable {
        /// W itself with chi-squared on k degrees of freedom: right for many clusters only.
        case chiSquared
        /// `W / k` with F on k and nu degrees of freedom (R survey's `regTermTest`).
        case f
        /// `(nu - k + 1) W / (nu k)` with F on k and nu - k + 1: allows for the whole of V being estimated.
        case adjustedF
    }

    /// The test that `contrasts * values = null`.
    ///
    /// - Parameters:
    ///   - contrasts: k x m for m estimates, linearly independent; nil tests every estimate.
    ///   - estimates: The estimates with covariance and degrees of freedom nu; with infinite nu all forms agree.
    ///   - null: The k values to compare with; zeros when nil.
    ///   - form: What to compare with.
    /// - Throws: ``AnalysisProblem/singularContrast(_:)`` or ``AnalysisProblem/noDegreesOfFreedom(found:needed:)``.
    public static func test(
        _ contrasts: Matrix? = nil, of estimates: SurveyEstimates, null: [Double]? = nil, form: Form = .f
    ) throws(SurveyError) -> TestResult {
        let tested = try self.tested(contrasts, of: estimates)
        let k = tested.values.count
        guard k > 0 else { throw problem(.tooFewGroups(found: 0, needed: 1)) }
        if let null { try checkLength("values to compare with", null.count, k) }
        let difference = zip(tested.values, null ?? Array(repeating: 0, count: k)).map { $0 - $1 }
        let wald = try quadraticForm(difference, tested.covariance)
        return try result(wald, count: Double(k), nu: estimates.degreesOfFreedom, form: form)
    }

    private static func tested(
        _ contrasts: Matrix?, of estimates: SurveyEstimates
    ) throws(SurveyError) -> SurveyEstimates {
        guard let contrasts else { return estimates }
        try checkLength("columns of the contrasts", contrasts.columns, estimates.values.count)
        return estimates.transformed(contrasts)
    }

    /// W in the form asked for.
    static func result(_ wald: Double, count k: Double, nu: Double, form: Form) throws(SurveyError) -> TestResult {
        if form == .chiSquared { return TestResult(statistic: wald, distribution: .chiSquared(k)) }
        let denominator = form == .f ? nu : nu - k + 1
        guard denominator > 0 else {
            throw problem(.noDegreesOfFreedom(found: nu, needed: form == .f ? 1 : k))
        }
        let factor = nu == .infinity ? 1 / k : denominator / (nu * k)
        return TestResult(statistic: wald * factor, distribution: .f(k, denominator))
    }

    /// `d' V^-1 d`, with V brought to correlations first so that units do not matter.
    static func quadraticForm(_ difference: [Double], _ covariance: Matrix) throws(SurveyError) -> Double {
        let errors = covariance.diagonal.map { $0.squareRoot() }
        if let position = errors.firstIndex(where: { !($0 > 0) }) { throw problem(.singularContrast(position)) }
        var correlation = covariance
        for row in errors.indices {
            for column in errors.indices { correlation[row, column] /= errors[row] * errors[column] }
        }
        let factor = try factored(correlation)
        // Below this, a contrast is the others' combination up to rounding.
        if let position = factor.lower.diagonal.firstIndex(where: { $0 < 1e-6 }) {
            throw problem(.singularContrast(position))
        }
        let scaled = zip(difference, errors).map { $0 / $1 }
        let half = factor.solveLower(Matrix(rows: scaled.count, columns: 1, elements: scaled)).elements
        return dot(half, half)
    }
}

/// The Cholesky factor of a covariance of contrasts.
///
/// - Throws: ``AnalysisProblem/singularContrast(_:)``.
func factored(_ covariance: Matrix) throws(SurveyError) -> Cholesky {
    do throws(LinearAlgebraError) {
        return try Cholesky(covariance)
    } catch {
        switch error {
        case .notPositiveDefinite(let pivot): throw problem(.singularContrast(pivot))
        }
    }
}
