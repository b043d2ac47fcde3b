import Probability

/// The test that values of ordered groups become larger, or smaller, from group to group.
///
/// J counts the pairs of values of two groups in the groups' order, ties half (Hollander, Wolfe and Chicken 2014, Nonparametric
/// Statistical Methods, section 6.2). For counts and unweighted values: of survey rows, test the slope of group means instead.
public struct JonckheereTerpstra: Sendable {
    /// J.
    public let statistic: Double
    /// J's mean if there is no order, `(N^2 - sum n^2) / 4`.
    public let mean: Double
    /// J's variance if there is no order, corrected for ties.
    public let variance: Double
    /// The standard normal test, two-sided, without continuity correction.
    public let result: TestResult
    /// The probabilities of a J as small, and as large, if there is no order: by convolution; nil with ties or more than
    /// ``mostExact`` values.
    public let exactTails: (lower: Double, upper: Double)?

    /// The number of values up to which ``exactTails`` are computed.
    public static let mostExact = 200

    /// The test of values by group, groups in their order.
    ///
    /// - Parameter groups: The values of each group, finite; groups of none are left out.
    /// - Throws: ``AnalysisProblem``.
    public init(_ groups: [[Double]]) throws(SurveyError) {
        try check("value", groups.flatMap { $0 }, "a finite number") { $0.isFinite }
        let sorted = Set(groups.flatMap { $0 }).sorted()
        var positions: [Double: Int] = [:]
        for (position, value) in sorted.enumerated() { positions[value] = position }
        let table = groups.map { values in
            var counts = [Double](repeating: 0, count: sorted.count)
            for value in values { if let position = positions[value] { counts[position] += 1 } }
            return counts
        }
        try self.init(counts: table)
    }

    /// The test of counts by group and ordered category.
    ///
    /// - Parameter counts: One list a group, in order, with the whole count of each category.
    /// - Throws: ``AnalysisProblem``.
    public init(counts: [[Double]]) throws(SurveyError) {
        let width = counts.first?.count ?? 0
        for row in counts { try checkLength("categories of a group", row.count, width) }
        try check("count", counts.flatMap { $0 }, "a whole number, 0 or more") {
            $0 >= 0 && $0.rounded() == $0 && $0 < 1e15
        }
        let groups = counts.map { $0.reduce(0, +) }.filter { $0 > 0 }
        guard groups.count > 1 else { throw problem(.tooFewGroups(found: groups.count, needed: 2)) }
        let ties = (0..<width).map { column in counts.reduce(0) { $0 + $1[column] } }.filter { $0 > 0 }
        guard ties.count > 1 else { throw problem(.noVariation("the value")) }
        statistic = Self.statistic(counts)
        let total = groups.reduce(0, +)
        mean = (total * total - groups.reduce(0) { $0 + $1 * $1 }) / 4
        variance = Self.variance(groups, ties, total)
        result = TestResult(statistic: (statistic - mean) / variance.squareRoot(), distribution: .t(.infinity))
        let isExact = ties.allSatisfy { $0 == 1 } && total <= Double(Self.mostExact)
        exactTails = isExact ? Self.tails(groups.map { Int($0) }, Int(statistic)) : nil
    }

    private static func statistic(_ counts: [[Double]]) -> Double {
        var sum = 0.0
        var before = [Double](repeating: 0, count: counts[0].count)
        for group in counts {
            var below = 0.0
            for (category, count) in group.enumerated() {
                sum += count * (below + before[category] / 2)
                below += before[category]
            }
            for (category, count) in group.enumerated() { before[category] += count }
        }
        return sum
    }

    /// Equation 6.19 of the book.
    private static func variance(_ groups: [Double], _ ties: [Double], _ n: Double) -> Double {
        func sum(_ sizes: [Double], _ term: (Double) -> Double) -> Double { sizes.reduce(0) { $0 + term($1) } }
        func cubic(_ m: Double) -> Double { m * (m - 1) * (2 * m + 5) }
        func triples(_ m: Double) -> Double { m * (m - 1) * (m - 2) }
        func pairs(_ m: Double) -> Double { m * (m - 1) }
        let first = (cubic(n) - sum(groups, cubic) - sum(ties, cubic)) / 72
        let third = sum(groups, pairs) * sum(ties, pairs) / (8 * pairs(n))
        guard n > 2 else { return first + third }
        return first + sum(groups, triples) * sum(ties, triples) / (36 * triples(n)) + third
    }

    /// J is a sum of independent Mann-Whitney counts of each group with all before it.
    private static func tails(_ groups: [Int], _ statistic: Int) -> (lower: Double, upper: Double) {
        var distribution = [1.0]
        var before = groups[0]
        for size in groups.dropFirst() {
            distribution = convolved(distribution, mannWhitney(before, size))
            before += size
        }
        let lower = distribution.prefix(statistic + 1).reduce(0, +)
        let upper = distribution.dropFirst(statistic).reduce(0, +)
        return (min(1, lower), min(1, upper))
    }

    /// The probabilities of the Mann-Whitney counts 0...m n of two groups without ties.
    private static func mannWhitney(_ m: Int, _ n: Int) -> [Double] {
        // P(m, n) = n / (m + n) P(m, n - 1) shifted by m, plus m / (m + n) P(m - 1, n): all terms positive, nothing is lost.
        var row = [[Double]](repeating: [1], count: n + 1)
        for i in 1...m {
            var next = [[1.0]]
            for j in 1...n {
                var counts = [Double](repeating: 0, count: i * j + 1)
                let share = Double(j) / Double(i + j)
                for (value, probability) in next[j - 1].enumerated() { counts[value + i] += share * probability }
                for (value, probability) in row[j].enumerated() { counts[value] += (1 - share) * probability }
                next.append(counts)
            }
            row = next
        }
        return row[n]
    }

    private static func convolved(_ x: [Double], _ y: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: x.count + y.count - 1)
        for (i, one) in x.enumerated() { for (j, other) in y.enumerated() { result[i + j] += one * other } }
        return result
    }
}
