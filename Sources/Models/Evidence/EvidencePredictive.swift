import Probability

/// The predictive distribution of the true effect in a new study: what a simulation draws intervention effects from.
///
/// `mean + widening * sqrt(standardError^2 + betweenStudySD^2) * T` with T Student's t. Normal when the degrees of
/// freedom are infinite.
public struct EvidencePredictive: Sendable, Equatable {
    /// Its mean.
    public let mean: Double
    /// The standard error of the mean.
    public let standardError: Double
    /// The standard deviation of true effects: the root of tau^2, or of the sum over levels.
    public let betweenStudyStandardDeviation: Double
    /// What the standard deviation is multiplied by because the evidence is weak; 1 or more.
    public let widening: Double
    /// The degrees of freedom; infinite for the normal distribution.
    public let degreesOfFreedom: Double

    /// Its scale: the standard deviation of the normal distribution, what T is multiplied by.
    public var scale: Double {
        let (error, between) = (standardError, betweenStudyStandardDeviation)
        return widening * (error * error + between * between).squareRoot()
    }

    /// The value that a new study's effect stays below with probability p. A uniform number for p makes a draw.
    public func quantile(_ p: Double) -> Double {
        mean + scale * StudentT(degreesOfFreedom: degreesOfFreedom).quantile(p)
    }

    /// The prediction interval.
    public func interval(coverage: Double) -> ClosedRange<Double> {
        let half = scale * StudentT(degreesOfFreedom: degreesOfFreedom).quantile((1 + coverage) / 2)
        return (mean - half)...(mean + half)
    }
}

/// How strong the evidence is, and what follows from it.
public struct EvidenceStrength: Sendable, Equatable {
    /// A grade of evidence, as in GRADE.
    public enum Grade: String, Sendable, CaseIterable {
        /// Further studies will hardly change the effect.
        case high
        /// They may change it.
        case moderate
        /// They probably will.
        case low
        /// The effect is a guess.
        case veryLow = "very_low"
    }

    /// The grade.
    public let grade: Grade
    /// What the predictive standard deviation is multiplied by, 1 or more.
    public let widening: Double
}

/// An effect that the meta-analysis reports: the pooled one, or that at declared values of the moderators.
public struct EvidenceEffect: Sendable {
    /// Its name: `pooled`, or as declared.
    public let name: String
    /// Its weights on the coefficients.
    public let weights: [Double]
    /// The mean of true effects.
    public let estimate: Estimate
    /// The distribution of the effect in a new study.
    public let predictive: EvidencePredictive
}
