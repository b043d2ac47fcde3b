/// A difference or a growth on an outcome's own score scale.
public struct ScorePoints: Sendable, Equatable {
    /// The number of score points.
    public let value: Double

    /// A number of score points.
    public init(value: Double) { self.value = value }
}

/// Teaching time; positive means behind the baseline, negative ahead.
public struct WeeksOfLearning: Sendable, Equatable {
    /// The number of weeks.
    public let value: Double

    /// A number of weeks.
    public init(value: Double) { self.value = value }
}

/// What can go wrong between estimates and findings.
public enum RecoveryError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The baseline did not grow: a delay in weeks then has no meaning.
    case noBaselineGrowth(ScorePoints)
    /// A declared baseline cohort is not among the estimates.
    case unknownBaselineCohort(String, known: [String])
    /// A trend needs three cohorts at least.
    case tooFewCohortsForTrend(Int)
    /// A trend needs cohorts that are years.
    case cohortIsNoYear(String)
    /// A cell that is asked for is not among the estimates.
    case unknownCell(String, known: [String])

    /// The message.
    public var description: String {
        switch self {
        case .noBaselineGrowth(let growth):
            "the baseline grew by \(growth.value) score points; a delay in weeks needs growth above 0."
        case .unknownBaselineCohort(let name, let known):
            "baseline cohort '\(name)' is not among the estimated cohorts: \(known.joined(separator: ", "))."
        case .tooFewCohortsForTrend(let count):
            "a baseline trend needs at least 3 cohorts; \(count) declared. Use kind 'mean', or declare more cohorts."
        case .cohortIsNoYear(let name):
            "cohort '\(name)' is no year such as 2018/19; a baseline trend needs years. Use kind 'mean'."
        case .unknownCell(let name, let known):
            "no estimate of '\(name)'; there are \(known.joined(separator: ", "))."
        }
    }
}

/// The teaching time that growth at the baseline's pace needs to make up a deviation.
///
/// `-D / (G_B / w)`: positive means behind the baseline, negative ahead.
///
/// - Parameters:
///   - deviation: D, growth minus the baseline's growth.
///   - baselineGrowth: G_B, the baseline's growth over one school year.
///   - teachingWeeks: w, teaching weeks in a school year.
/// - Throws: ``RecoveryError/noBaselineGrowth(_:)`` when the baseline did not grow: a delay then has no meaning.
public func delay(
    of deviation: ScorePoints, baselineGrowth: ScorePoints, teachingWeeks: Double
) throws(RecoveryError) -> WeeksOfLearning {
    guard baselineGrowth.value > 0 else { throw .noBaselineGrowth(baselineGrowth) }
    return WeeksOfLearning(value: -deviation.value * teachingWeeks / baselineGrowth.value)
}
