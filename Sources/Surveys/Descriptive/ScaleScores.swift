/// Scores of a scale: the mean of several items that measure one thing, such as self-reports from 1 to 4.
public struct ScaleScores: Sendable {
    /// The items after those that are worded the other way around were turned; NaN where missing.
    public let items: [[Double]]
    /// The score of each row: the mean of its answered items; NaN with fewer answers than asked for.
    public let scores: [Double]

    /// Scores of items.
    ///
    /// - Parameters:
    ///   - items: k of n values each, NaN where missing.
    ///   - range: The lowest and highest answer.
    ///   - reversed: Positions of the items that are worded the other way around: x becomes lowest + highest - x.
    ///   - atLeast: The answers that a row needs for a score; all when nil.
    /// - Throws: ``AnalysisProblem/tooFewGroups(found:needed:)`` without items, ``AnalysisProblem/unequalLengths(what:found:expected:)``
    ///   or ``AnalysisProblem/badValue(what:position:found:expected:)``.
    public init(
        _ items: [[Double]], range: ClosedRange<Double>, reversed: Set<Int> = [], atLeast: Int? = nil
    ) throws(SurveyError) {
        guard let first = items.first else { throw problem(.tooFewGroups(found: 0, needed: 1)) }
        let needed = atLeast ?? items.count
        try check("least number of answers", [Double(needed)], "1 to \(items.count)") {
            $0 >= 1 && $0 <= Double(items.count)
        }
        for position in reversed.sorted() where !items.indices.contains(position) {
            let expected = "0 to \(items.count - 1)"
            throw problem(.badValue(what: "reversed item", position: 0, found: Double(position), expected: expected))
        }
        for (position, item) in items.enumerated() {
            try checkLength("answers to item \(position + 1)", item.count, first.count)
            try check("answer to item \(position + 1), row", item, "\(range.lowerBound) to \(range.upperBound)") {
                $0.isNaN || range.contains($0)
            }
        }
        let turned = items.enumerated().map { position, item in
            reversed.contains(position) ? item.map { range.lowerBound + range.upperBound - $0 } : item
        }
        self.items = turned
        scores = first.indices.map { row in
            let answers = turned.compactMap { $0[row].isNaN ? nil : $0[row] }
            return answers.count >= needed ? answers.reduce(0, +) / Double(answers.count) : .nan
        }
    }

    /// Cronbach's alpha, `k / (k - 1) (1 - sum of the items' variances / variance of their sum)`, over the rows with all answers.
    ///
    /// - Parameter weights: One a row; nil for all alike.
    /// - Throws: ``AnalysisProblem/tooFewGroups(found:needed:)`` with a single item, ``AnalysisProblem/noVariation(_:)``, or
    ///   ``SurveyError/tooFewRows(domain:found:needed:)``.
    /// - SeeAlso: Cronbach (1951), Psychometrika 16, 297-334; psych's `alpha(check.keys = FALSE)$total$raw_alpha`.
    public func reliability(weights: [Double]? = nil) throws(SurveyError) -> Double {
        guard items.count > 1 else { throw problem(.tooFewGroups(found: items.count, needed: 2)) }
        let weights = weights ?? scores.map { _ in 1 }
        try checkLength("weights", weights.count, scores.count)
        let sums = scores.indices.map { row in items.reduce(0) { $0 + $1[row] } }
        let variances = try VarianceStatistic(items + [sums], weights: weights).values(weights: weights)
        let (ofItems, ofSum) = (variances.dropLast().reduce(0, +), variances[items.count])
        guard ofSum > 0 else { throw problem(.noVariation("the sum of the items")) }
        return Double(items.count) / Double(items.count - 1) * (1 - ofItems / ofSum)
    }
}
