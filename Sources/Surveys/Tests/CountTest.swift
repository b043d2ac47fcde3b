import Probability

/// Chi-squared tests of plain counts, without weights or clusters.
///
/// Pearson's `X2 = sum (O - E)^2 / E` and the likelihood ratio's `G2 = 2 sum O log(O / E)`, both against chi-squared, without
/// continuity correction. Categories that no one expects, E = 0, are left out when nothing was observed there.
public struct CountTest: Sendable, Equatable {
    /// Pearson's test.
    public let pearson: TestResult
    /// The likelihood ratio test.
    public let likelihoodRatio: TestResult
    /// The counts expected, in the order of the counts; of a table row by row.
    public let expected: [Double]
    /// The factor that both statistics have for a finite population, 1 without.
    public let populationFactor: Double
    /// The smallest expected count: below about 5, chi-squared is a rough approximation.
    public let smallestExpected: Double

    /// The test that counts were drawn with given shares.
    ///
    /// - Parameters:
    ///   - counts: One a category, none negative.
    ///   - shares: One a category, adding up to 1.
    ///   - populationSize: N, when the counts are n units drawn from N units with exactly these shares. The draw without
    ///     replacement varies less, and X2 is divided by `1 - n / N`: the same number as the test of independence of
    ///     category and being drawn, drawn against not drawn. nil for no correction.
    /// - Throws: ``AnalysisProblem``.
    public static func goodnessOfFit(
        _ counts: [Double], shares: [Double], populationSize: Double? = nil
    ) throws(SurveyError) -> CountTest {
        try checkLength("shares", shares.count, counts.count)
        try check("share", shares, "0 to 1") { $0 >= 0 && $0 <= 1 }
        let sum = CompensatedSum(shares).value
        // Published shares are often rounded; what is rounded to whole percents is refused here and rescaled by who knows.
        guard abs(sum - 1) < 1e-6 else { throw problem(.sharesDoNotAddUp(found: sum)) }
        let total = try checkedTotal(counts)
        if let populationSize, !(populationSize > total) {
            throw problem(.populationTooSmall(category: "all", population: populationSize, response: total))
        }
        let expected = shares.map { $0 / sum * total }
        let impossible = counts.indices.first { expected[$0] == 0 && counts[$0] > 0 }
        if let position = impossible {
            throw problem(
                .badValue(what: "count", position: position, found: counts[position], expected: "0, as its share is 0"))
        }
        let used = expected.count { $0 > 0 }
        guard used > 1 else { throw problem(.tooFewGroups(found: used, needed: 2)) }
        let factor = populationSize.map { 1 / (1 - total / $0) } ?? 1
        return CountTest(counts, expected, degrees: used - 1, factor: factor)
    }

    /// The test that respondents are a random part of a population known by category; with the correction for finite N.
    ///
    /// - Parameters:
    ///   - response: Respondents by category; they are part of the population.
    ///   - population: Units by category.
    /// - Throws: ``AnalysisProblem``.
    public static func goodnessOfFit(
        response: [Double], population: [Double]
    ) throws(SurveyError) -> CountTest {
        try checkLength("population counts", population.count, response.count)
        let total = try checkedTotal(population)
        return try goodnessOfFit(response, shares: population.map { $0 / total }, populationSize: total)
    }

    /// The test that rows and columns of a table of counts are independent.
    ///
    /// Rows and columns without a count are left out of the degrees of freedom.
    ///
    /// - Parameter table: Counts by row, all rows of the same length.
    /// - Throws: ``AnalysisProblem``.
    public static func independence(_ table: [[Double]]) throws(SurveyError) -> CountTest {
        let width = table.first?.count ?? 0
        for row in table { try checkLength("columns of a row", row.count, width) }
        let total = try checkedTotal(table.flatMap { $0 })
        let rows = table.map { $0.reduce(0, +) }
        let columns = (0..<width).map { column in table.reduce(0) { $0 + $1[column] } }
        let (usedRows, usedColumns) = (rows.count { $0 > 0 }, columns.count { $0 > 0 })
        let used = min(usedRows, usedColumns)
        guard used > 1 else { throw problem(.tooFewGroups(found: used, needed: 2)) }
        let expected = rows.flatMap { row in columns.map { row * $0 / total } }
        let degrees = (usedRows - 1) * (usedColumns - 1)
        return CountTest(table.flatMap { $0 }, expected, degrees: degrees, factor: 1)
    }

    private init(_ counts: [Double], _ expected: [Double], degrees: Int, factor: Double) {
        let statistics = CountStatistics(counts, expected)
        let distribution = TestResult.Distribution.chiSquared(Double(degrees))
        pearson = TestResult(statistic: factor * statistics.pearson, distribution: distribution)
        likelihoodRatio = TestResult(statistic: factor * statistics.likelihoodRatio, distribution: distribution)
        populationFactor = factor
        smallestExpected = expected.filter { $0 > 0 }.min() ?? 0
        self.expected = expected
    }

    private static func checkedTotal(_ counts: [Double]) throws(SurveyError) -> Double {
        try check("count", counts, "0 or more") { $0 >= 0 && $0.isFinite }
        let total = CompensatedSum(counts).value
        guard total > 0 else { throw problem(.tooFewRows(found: 0, needed: 1)) }
        return total
    }
}

/// The two distances of counts from what was expected.
struct CountStatistics {
    let pearson: Double
    let likelihoodRatio: Double

    init(_ counts: [Double], _ expected: [Double]) {
        var (pearson, ratio) = (CompensatedSum(), CompensatedSum())
        for (count, expected) in zip(counts, expected) where expected > 0 {
            let difference = count - expected
            pearson.add(difference * difference / expected)
            if count > 0 { ratio.add(2 * (count * Elementary.log1p(difference / expected) - difference)) }
            if count == 0 { ratio.add(2 * expected) }
        }
        self.pearson = pearson.value
        likelihoodRatio = ratio.value
    }
}
