import Probability

/// Confidence intervals of a share.
struct ShareIntervals {
    let method: SurveyIntervals.Method
    let coverage: Double

    /// The interval of a share with a standard error by the design.
    ///
    /// At 0 and 1 the standard error is 0 and says nothing: there the interval is the exact binomial one of n respondents. A
    /// standard error without degrees of freedom, of a single cluster, has no interval.
    ///
    /// - Parameters:
    ///   - n: The respondents in the base.
    ///   - degreesOfFreedom: Of the standard error.
    func interval(
        _ share: Double, standardError: Double, respondents n: Double, degreesOfFreedom: Double
    ) -> ClosedRange<Double>? {
        guard n > 0 else { return nil }
        guard share > 0, share < 1 else { return beta(share, n) }
        guard degreesOfFreedom > 0, standardError >= 0, standardError.isFinite else { return nil }
        let t = quantile(degreesOfFreedom)
        guard standardError > 0 else { return share...share }
        switch method {
        case .normal: return ordered(share - t * standardError, share + t * standardError)
        case .logit:
            let (logit, half) = (Elementary.log(share / (1 - share)), t * standardError / (share * (1 - share)))
            return ordered(1 / (1 + Elementary.exp(half - logit)), 1 / (1 + Elementary.exp(-logit - half)))
        case .wilson: return wilson(share, share * (1 - share) / (standardError * standardError), t)
        case .beta:
            let effective = share * (1 - share) / (standardError * standardError)
            // Korn and Graubard (1998), section 2: degrees of freedom enter as a ratio of quantiles. Plain counts have none.
            let ratio = n > 1 && degreesOfFreedom < .infinity ? quantile(n - 1) / t : 1
            return beta(share, effective * ratio * ratio)
        }
    }

    /// The t interval of any estimate.
    func interval(_ value: Double, standardError: Double, degreesOfFreedom: Double) -> ClosedRange<Double>? {
        guard degreesOfFreedom > 0, standardError.isFinite else { return nil }
        let half = quantile(degreesOfFreedom) * standardError
        return ordered(value - half, value + half)
    }

    private func quantile(_ degreesOfFreedom: Double) -> Double {
        StudentT(degreesOfFreedom: degreesOfFreedom).quantile(0.5 + coverage / 2)
    }

    /// Wilson's score interval of a share of n.
    private func wilson(_ p: Double, _ n: Double, _ z: Double) -> ClosedRange<Double>? {
        let z2 = z * z / n
        let centre = (p + z2 / 2) / (1 + z2)
        let half = (p * (1 - p) * z2 + z2 * z2 / 4).squareRoot() / (1 + z2)
        return ordered(max(0, centre - half), min(1, centre + half))
    }

    /// The exact binomial interval (Clopper and Pearson) with any size.
    private func beta(_ p: Double, _ n: Double) -> ClosedRange<Double>? {
        let alpha = (1 - coverage) / 2
        let (x, rest) = (n * p, n * (1 - p))
        let lower = x > 0 ? Distribution.beta(alpha: x, beta: rest + 1).quantile(alpha) : 0
        let upper = rest > 0 ? Distribution.beta(alpha: x + 1, beta: rest).quantile(1 - alpha) : 1
        return ordered(lower, upper)
    }

    private func ordered(_ lower: Double, _ upper: Double) -> ClosedRange<Double>? {
        lower <= upper ? lower...upper : nil
    }
}
