import Probability

/// What the evidence says an intervention does in a new setting: a mean with the uncertainties around it.
///
/// The predictive distribution is `mean + w sqrt(se^2 + tau^2) T`, T standard normal, or Student's t when the mean and
/// tau come from few studies. The widening w >= 1 is declared by strength of evidence. A fitted meta-analysis gives the
/// same five numbers.
public struct PredictiveEffect: Sendable, Equatable {
    /// The mean effect of the intervention on a treated pupil in a year, SD.
    public let mean: Double
    /// The standard error of the mean.
    public let standardError: Double
    /// The standard deviation between studies, tau.
    public let betweenStudySD: Double
    /// How much wider than the evidence says, w: 1 leaves it as it is.
    public let widening: Double
    /// The degrees of freedom; infinite for a normal distribution.
    public let degreesOfFreedom: Double

    /// An effect.
    ///
    /// - Parameters:
    ///   - mean: Finite; may be negative.
    ///   - standardError: 0 or more.
    ///   - betweenStudySD: 0 or more.
    ///   - widening: Above 0.
    ///   - degreesOfFreedom: Above 0.
    public init(
        mean: Double, standardError: Double, betweenStudySD: Double, widening: Double = 1,
        degreesOfFreedom: Double = .infinity
    ) {
        precondition(mean.isFinite, "a mean effect is finite")
        precondition(standardError >= 0 && betweenStudySD >= 0, "standard deviations are 0 or more")
        precondition(widening > 0 && degreesOfFreedom > 0, "widening and degrees of freedom are above 0")
        self.mean = mean
        self.standardError = standardError
        self.betweenStudySD = betweenStudySD
        self.widening = widening
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The scale of the predictive distribution, `w sqrt(se^2 + tau^2)`: its standard deviation when it is normal.
    public var scale: Double {
        widening * (standardError * standardError + betweenStudySD * betweenStudySD).squareRoot()
    }

    /// The value that the predictive distribution stays below with probability p; minus infinity at 0, infinity at 1.
    ///
    /// An effect known exactly has no distribution: its mean for every p.
    public func quantile(_ p: Double) -> Double {
        guard scale > 0 else { return mean }
        let deviate =
            degreesOfFreedom == .infinity
            ? standardNormalQuantile(p) : StudentT(degreesOfFreedom: degreesOfFreedom).quantile(p)
        return mean + scale * deviate
    }
}
