import LinearAlgebra
import Probability
import Surveys

/// A statistic with its p-value.
struct TestOutcome {
    var method: String
    var statistic: Double
    var degreesOfFreedom: Double
    var denominator: Double?
    var pValue: Double
    var estimate: (value: Double, standardError: Double)?
}

extension TestOutcome {
    /// The t test of an estimate against 0; nil where its standard error is 0 or unknown.
    static func t(_ method: String, _ value: Double, variance: Double, degreesOfFreedom: Double) -> TestOutcome? {
        guard variance > 0, variance.isFinite, degreesOfFreedom > 0 else { return nil }
        let error = variance.squareRoot()
        let p = StudentT(degreesOfFreedom: degreesOfFreedom).twoSidedPValue(value / error)
        return TestOutcome(
            method: method, statistic: value / error, degreesOfFreedom: degreesOfFreedom, denominator: nil, pValue: p,
            estimate: (value, error))
    }

    /// The F test of a statistic; nil without degrees of freedom.
    static func f(_ method: String, _ statistic: Double, _ numerator: Double, _ denominator: Double) -> TestOutcome? {
        guard numerator > 0, denominator > 0, numerator.isFinite, statistic.isFinite else { return nil }
        let f = FDistribution(numeratorDegreesOfFreedom: numerator, denominatorDegreesOfFreedom: denominator)
        return TestOutcome(
            method: method, statistic: statistic, degreesOfFreedom: numerator, denominator: denominator,
            pValue: f.upperTail(statistic), estimate: nil)
    }
}

extension TestRow {
    /// A row of an outcome; its p-value is not adjusted yet.
    init(
        _ outcome: TestOutcome, _ kind: Kind, _ cell: SurveyCell, respondents: Int, intervals: ShareIntervals,
        isBelowMinimum: Bool
    ) {
        self.init(
            cell: cell, kind: kind, method: outcome.method, respondents: respondents,
            estimate: outcome.estimate.map { estimate in
                SurveyEstimate(
                    value: estimate.value, standardError: estimate.standardError,
                    degreesOfFreedom: outcome.degreesOfFreedom,
                    interval: intervals.interval(
                        estimate.value, standardError: estimate.standardError,
                        degreesOfFreedom: outcome.degreesOfFreedom), designEffect: nil)
            }, statistic: outcome.statistic, degreesOfFreedom: outcome.degreesOfFreedom,
            denominatorDegreesOfFreedom: outcome.denominator, pValue: outcome.pValue, adjustedPValue: outcome.pValue,
            familySize: 1, isSignificant: false, isBelowMinimum: isBelowMinimum)
    }
}

extension GroupedTable {
    /// The slope of a category's share, or of the mean, over the groups in their order with scores 1, 2, ...: weighted by the
    /// groups' sizes, taken as known (under no trend they do not matter).
    func trend(_ category: Int) -> TestOutcome? {
        guard positions.count > 2 else { return nil }
        let (scores, sizes) = (positions.map { Double($0 + 1) }, counts.map(\.weighted))
        let mean = dot(scores, sizes) / sizes.reduce(0, +)
        let spread = zip(scores, sizes).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) }
        var contrast = Matrix(rows: 1, columns: estimates.values.count)
        for group in positions.indices {
            contrast[0, group * categoryCount + category] = sizes[group] * (scores[group] - mean) / spread
        }
        let slope = estimates.transformed(contrast)
        return .t(
            "slope_t", slope.values[0], variance: slope.covariance[0, 0], degreesOfFreedom: jointDegreesOfFreedom)
    }

    /// Wald's test that all groups have the same mean, with R survey's `regTermTest` denominator: degrees of freedom of the
    /// design less the number of differences.
    func equality() -> TestOutcome? {
        let count = positions.count - 1
        guard count > 0 else { return nil }
        var contrasts = Matrix(rows: count, columns: count + 1)
        for row in 0..<count { (contrasts[row, 0], contrasts[row, row + 1]) = (-1, 1) }
        let differences = estimates.transformed(contrasts)
        guard let factor = try? Cholesky(differences.covariance) else { return nil }
        let wald = dot(differences.values, factor.solve(differences.values))
        return .f("wald_f", wald / Double(count), Double(count), jointDegreesOfFreedom - Double(count))
    }
}

extension SurveySample {
    /// The difference of each group from all others together, group by group and within a group by cell.
    ///
    /// The others are a domain of their own, so that their sizes' errors count. Of two groups one is the other's rest: a single
    /// difference. This is the road of means and of replicate weights; see ``CrossTable/differences(_:)`` for shares.
    func differences(
        _ table: GroupedTable, _ item: TableItem, _ members: MemberGroups
    ) throws(SurveyError) -> [[TestOutcome?]] {
        try tables(of: [item], by: members.halves(of: table))[0].map { half in
            guard half.estimatedGroups.count == 2 else { return (0..<half.cellCount).map { _ in nil } }
            let width = half.cellCount
            let found = half.estimates.differences((0..<width).map { (minuend: $0, subtrahend: width + $0) })
            return (0..<width).map { cell in
                .t(
                    "difference_t", found.values[cell], variance: found.covariance[cell, cell],
                    degreesOfFreedom: table.jointDegreesOfFreedom)
            }
        }
    }
}
