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
    /// difference.
    func differences(_ table: GroupedTable, _ item: TableItem) throws(SurveyError) -> [[TestOutcome?]] {
        let groups = table.positions.count == 2 ? 0..<1 : table.positions.indices
        let halves = groups.map { group in
            TableSplit(groups: table.groups.codes.map { $0 < 0 ? -1 : $0 == Int32(group) ? 0 : 1 }, groupCount: 2)
        }
        guard table.positions.count > 1 else { return [] }
        return try tables(of: [item], by: halves)[0].map { half in
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

    /// Rao and Scott's second-order test that groups and categories are independent, as R survey's `svychisq`: Pearson's
    /// statistic over the trace of the generalised design effects, referred to F.
    ///
    /// - Returns: nil with fewer than two groups or categories, or where an empty cell leaves the design effects unknown.
    /// - SeeAlso: Rao and Scott (1984), Annals of Statistics 12(1), 46-60, section 4; Thomas and Rao (1987).
    func independence(_ table: GroupedTable, codes: [Int32]) throws(SurveyError) -> TestOutcome? {
        let levels = table.categoryCount
        let chosen = (0..<levels).filter { category in
            table.positions.indices.contains { table.cellCounts[$0 * levels + category].count > 0 }
        }
        let (rows, columns) = (table.positions.count, chosen.count)
        guard rows > 1, columns > 1 else { return nil }
        var numbers = [Int32](repeating: -1, count: levels)
        for (number, category) in chosen.enumerated() { numbers[category] = Int32(number) }
        let cells = codes.indices.map { row in
            table.groups.codes[row] < 0 ? -1 : table.groups.codes[row] * Int32(columns) + numbers[Int(codes[row])]
        }
        let shares = try tables(
            of: [.categories(cells, count: rows * columns)], by: [.all(rowCount: rowCount)])[0][0].estimates
        let count = Double(table.counts.reduce(0) { $0 + $1.respondents })
        return RaoScott(shares: shares, rows: rows, columns: columns, respondents: count)?
            .outcome(degreesOfFreedom: table.jointDegreesOfFreedom)
    }
}

/// Rao and Scott's correction of Pearson's test of independence.
private struct RaoScott {
    let pearson: Double
    /// The generalised design effects: an asymmetric matrix with their eigenvalues.
    let effects: Matrix

    init?(shares: SurveyEstimates, rows: Int, columns: Int, respondents: Double) {
        let p = shares.values
        var (rowSums, columnSums) = ([Double](repeating: 0, count: rows), [Double](repeating: 0, count: columns))
        for row in 0..<rows {
            for column in 0..<columns {
                rowSums[row] += p[row * columns + column]
                columnSums[column] += p[row * columns + column]
            }
        }
        var sum = 0.0
        for row in 0..<rows {
            for column in 0..<columns {
                let expected = rowSums[row] * columnSums[column]
                sum += (p[row * columns + column] - expected) * (p[row * columns + column] - expected) / expected
            }
        }
        pearson = respondents * sum
        let contrasts = Self.interactions(rows: rows, columns: columns)
        var scaled = contrasts
        for cell in p.indices {
            for position in 0..<contrasts.columns {
                scaled[cell, position] = p[cell] > 0 ? contrasts[cell, position] / p[cell] : 0
            }
        }
        let simple = (1 / respondents) * contrasts.transposedTimes(scaled)
        guard let factor = try? Cholesky(simple.symmetrised) else { return nil }
        effects = factor.solve(scaled.transposedTimes(shares.covariance * scaled))
    }

    /// Contrasts of cells that rows and columns do not explain: any basis of them gives the same eigenvalues.
    private static func interactions(rows: Int, columns: Int) -> Matrix {
        var contrasts = Matrix(rows: rows * columns, columns: (rows - 1) * (columns - 1))
        for row in 1..<rows {
            for column in 1..<columns {
                let position = (row - 1) * (columns - 1) + column - 1
                for (cell, sign) in [(0, 1.0), (column, -1), (row * columns, -1), (row * columns + column, 1)] {
                    contrasts[cell, position] = sign
                }
            }
        }
        return contrasts
    }

    func outcome(degreesOfFreedom: Double) -> TestOutcome? {
        let trace = effects.diagonal.reduce(0, +)
        let ofSquare = (effects * effects).diagonal.reduce(0, +)
        guard trace > 0, ofSquare > 0 else { return nil }
        let degrees = trace * trace / ofSquare
        return .f("rao_scott_f", pearson / trace, degrees, degrees * degreesOfFreedom)
    }
}
