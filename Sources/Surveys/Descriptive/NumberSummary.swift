/// A number of some units in a few figures: how many, mean, standard deviation, quartiles, lowest and highest.
///
/// It describes the units at hand. What a sample says of its population is in ``MeanStatistic``, ``VarianceStatistic`` and
/// ``QuantileStatistic``, with standard errors.
public struct NumberSummary: Sendable, Equatable {
    /// The units with a value, and weight where there are weights.
    public let count: Int
    /// The units without a value (NaN).
    public let missing: Int
    /// The mean; weighted with weights.
    public let mean: Double
    /// The standard deviation with n - 1 below the line, or `n / (n - 1)` with weights; nil for a single unit.
    public let standardDeviation: Double?
    /// The lowest value.
    public let minimum: Double
    /// The quartiles, the median in the middle: on straight lines between values, as R's `quantile`.
    public let quartiles: [Double]
    /// The highest value.
    public let maximum: Double

    /// The median.
    public var median: Double { quartiles[1] }

    /// A summary.
    ///
    /// - Parameters:
    ///   - values: One a unit; NaN where missing.
    ///   - weights: One a unit, 0 or more; units of weight 0 do not count. nil for all alike.
    ///   - range: What is possible, such as 0...1 for shares; nil for any number.
    /// - Throws: ``AnalysisProblem/badValue(what:position:found:expected:)`` for a number that is infinite or out of range,
    ///   ``SurveyError/badWeight(row:found:)``, or ``AnalysisProblem/tooFewRows(found:needed:)`` without any.
    public init(
        _ values: [Double], weights: [Double]? = nil, range: ClosedRange<Double>? = nil
    ) throws(SurveyError) {
        let expected = range.map { "\($0.lowerBound) to \($0.upperBound)" } ?? "a finite number"
        try check("value", values, expected) { $0.isNaN || ($0.isFinite && range?.contains($0) ?? true) }
        let weights = weights ?? values.map { _ in 1 }
        try checkLength("weights", weights.count, values.count)
        if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
            throw .badWeight(row: row, found: weights[row])
        }
        let rows = values.indices.filter { weights[$0] > 0 && !values[$0].isNaN }
        let (numbers, factors) = (rows.map { values[$0] }, rows.map { weights[$0] })
        guard let first = numbers.first else { throw problem(.tooFewRows(found: 0, needed: 1)) }
        count = rows.count
        missing = values.count { $0.isNaN }
        mean = try MeanStatistic([numbers]).values(weights: factors)[0]
        let spread = VarianceStatistic([numbers], measure: .standardDeviation)
        standardDeviation = rows.count > 1 ? try spread.values(weights: factors)[0] : nil
        quartiles = try QuantileStatistic(numbers, probabilities: [0.25, 0.5, 0.75], rule: .interpolated)
            .values(weights: factors)
        (minimum, maximum) = (numbers.reduce(first, min), numbers.reduce(first, max))
    }

    /// Whether a printed mean and standard deviation are possible for numbers in a range: `sd^2 <= (highest - mean) (mean - lowest)`,
    /// but for n / (n - 1).
    ///
    /// For transcribed tables: a mean of 51% with a standard deviation of 60 points is a misprint.
    ///
    /// - SeeAlso: Bhatia and Davis (2000), The American Mathematical Monthly 107(4), 353-357.
    public static func isPossible(
        mean: Double, standardDeviation: Double, minimum: Double, maximum: Double, count: Int? = nil
    ) -> Bool {
        guard standardDeviation >= 0, minimum <= mean, mean <= maximum else { return false }
        let correction = count.map { $0 > 1 ? Double($0) / Double($0 - 1) : 0 } ?? 1
        return standardDeviation * standardDeviation <= correction * (maximum - mean) * (mean - minimum)
    }
}
