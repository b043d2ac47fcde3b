import Probability

/// A confidence interval; an end is infinite where the data give none.
public struct SurveyInterval: Sendable, Equatable {
    /// The lower end.
    public let lower: Double
    /// The upper end.
    public let upper: Double

    /// An interval.
    public init(lower: Double, upper: Double) { (self.lower, self.upper) = (lower, upper) }

    /// Whether it holds a value.
    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// Each end changed by a rising function.
    func mapped(_ change: (Double) -> Double) -> SurveyInterval {
        SurveyInterval(lower: change(lower), upper: change(upper))
    }
}

extension SurveyEstimates {
    /// Confidence intervals of the estimates one by one, by Student's t with their degrees of freedom.
    ///
    /// - Parameter coverage: Between 0 and 1.
    /// - Throws: ``SurveyError/noDegreesOfFreedom(_:)``.
    public func confidenceIntervals(coverage: Double = 0.95) throws(SurveyError) -> [SurveyInterval] {
        let t = try studentQuantile(coverage: coverage, degreesOfFreedom: degreesOfFreedom)
        return zip(values, standardErrors).map { SurveyInterval(lower: $0 - t * $1, upper: $0 + t * $1) }
    }
}

/// The quantile of Student's t that bounds the middle part of a coverage.
func studentQuantile(coverage: Double, degreesOfFreedom: Double) throws(SurveyError) -> Double {
    precondition(coverage > 0 && coverage < 1, "a coverage lies between 0 and 1")
    guard degreesOfFreedom > 0 else { throw .noDegreesOfFreedom(degreesOfFreedom) }
    return StudentT(degreesOfFreedom: degreesOfFreedom).quantile((1 + coverage) / 2)
}
