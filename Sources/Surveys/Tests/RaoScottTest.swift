import LinearAlgebra

/// Tests of independence in a two-way table of survey rows (R survey's `svychisq`).
///
/// Clusters and weights make Pearson's X2 a sum of chi-squared variables times generalised design effects delta, the eigenvalues
/// of `(C' P^-1 C / n)^-1 C' P^-1 V P^-1 C`, with V the covariance of the cell shares P and C the interaction contrasts (Rao and
/// Scott 1984, Annals of Statistics 12, 46-60).
public struct RaoScottTest: Sendable {
    /// How X2 is corrected and compared.
    public enum Form: String, Sendable, CaseIterable {
        /// X2 over the mean design effect, with chi-squared: first order.
        case firstOrderChiSquared
        /// X2 over the sum of the design effects, with F on d and d nu degrees of freedom, `d = (r - 1) (c - 1)`: first order.
        case firstOrderF
        /// X2 over `sum delta^2 / sum delta`, with chi-squared on `(sum delta)^2 / sum delta^2`: second order (Satterthwaite).
        case secondOrderChiSquared
        /// X2 over the sum of the design effects, with F on d0 and d0 nu, `d0 = (sum delta)^2 / sum delta^2`: second order, as
        /// good as any for most tables and the default (Rao and Thomas 2003).
        case secondOrderF
        /// X2 itself against the sum of chi-squared variables that it is distributed as in large samples, with F's denominator of d0 nu
        /// (`lincom`).
        case linearCombination
        /// The Wald test of the differences of the cell totals from independence, `W / d` with F on d and nu.
        case wald
        /// The same with `W (nu - d + 1) / (d nu)` and F on d and nu - d + 1 (Thomas and Rao 1987).
        case adjustedWald
    }

    /// Pearson's X2 of the estimated shares, for as many respondents as are in the table; not yet corrected.
    public let pearson: Double
    /// The likelihood ratio's G2, likewise.
    public let likelihoodRatio: Double
    /// The generalised design effects, ascending; one for each degree of freedom.
    public let designEffects: [Double]
    /// `(r - 1) (c - 1)`.
    public let degreesOfFreedom: Double
    /// The degrees of freedom of the design, nu.
    public let designDegreesOfFreedom: Double
    private let table: TwoWayTable

    /// The test of a table.
    ///
    /// - Throws: ``AnalysisProblem/noDegreesOfFreedom(found:needed:)``, or
    ///   ``AnalysisProblem/singularContrast(_:)`` when the shares have no sampling error.
    public init(_ table: TwoWayTable) throws(SurveyError) {
        let shares = try table.jointShares()
        let (rows, columns) = (table.rowNames.count, table.columnNames.count)
        let margins = Margins(shares.values, rows: rows, columns: columns)
        let count = Double(table.respondentCount)
        let statistics = CountStatistics(
            shares.values.map { $0 * count }, margins.independent.map { $0 * count })
        (pearson, likelihoodRatio) = (statistics.pearson, statistics.likelihoodRatio)
        degreesOfFreedom = Double((rows - 1) * (columns - 1))
        designDegreesOfFreedom = shares.degreesOfFreedom
        designEffects = try Self.designEffects(shares, count: count, rows: rows, columns: columns)
        self.table = table
        guard designDegreesOfFreedom > 0 else {
            throw problem(.noDegreesOfFreedom(found: designDegreesOfFreedom, needed: 1))
        }
        guard designEffects.reduce(0, +) > 0 else { throw problem(.singularContrast(0)) }
    }

    /// The test in one of its forms. The statistic is corrected, except that of the first order against chi-squared, which is
    /// X2 itself as R prints it.
    ///
    /// - Parameters:
    ///   - form: How to correct.
    ///   - statistic: X2 or G2; the corrections are the same.
    /// - Throws: ``AnalysisProblem`` when the Wald forms have too few clusters.
    public func result(
        _ form: Form = .secondOrderF, statistic: Statistic = .pearson
    ) throws(SurveyError) -> TestResult {
        let found = statistic == .pearson ? pearson : likelihoodRatio
        let sum = designEffects.reduce(0, +)
        let squares = dot(designEffects, designEffects)
        let (d, d0, nu) = (degreesOfFreedom, sum * sum / squares, designDegreesOfFreedom)
        switch form {
        case .firstOrderChiSquared:
            return TestResult(statistic: found, distribution: .chiSquared(d), comparing: found / (sum / d))
        case .firstOrderF: return TestResult(statistic: found / sum, distribution: .f(d, d * nu))
        case .secondOrderChiSquared:
            return TestResult(statistic: found * sum / squares, distribution: .chiSquared(d0))
        case .secondOrderF: return TestResult(statistic: found / sum, distribution: .f(d0, d0 * nu))
        case .linearCombination:
            return TestResult(statistic: found, distribution: .weightedChiSquared(designEffects, d0 * nu))
        case .wald: return try WaldTest.result(try wald(), count: d, nu: nu, form: .f)
        case .adjustedWald: return try WaldTest.result(try wald(), count: d, nu: nu, form: .adjustedF)
        }
    }

    /// The distance of a table from independence that a test corrects.
    public enum Statistic: String, Sendable, CaseIterable {
        /// Pearson's X2.
        case pearson
        /// The likelihood ratio's G2.
        case likelihoodRatio
    }

    private func wald() throws(SurveyError) -> Double {
        let estimates = try table.sample.estimates(of: IndependenceDifferences(table: table))
        return try WaldTest.quadraticForm(estimates.values, estimates.covariance)
    }

    private static func designEffects(
        _ shares: SurveyEstimates, count: Double, rows: Int, columns: Int
    ) throws(SurveyError) -> [Double] {
        let contrasts = interactionContrasts(rows: rows, columns: columns)
        var weighted = contrasts
        for cell in 0..<contrasts.rows {
            let share = shares.values[cell]
            for column in 0..<contrasts.columns { weighted[cell, column] *= share > 0 ? 1 / share : 0 }
        }
        let denominator = (1 / count) * contrasts.transposedTimes(weighted)
        let numerator = weighted.transposedTimes(shares.covariance * weighted)
        // L^-1 N L^-T has the eigenvalues of D^-1 N and is symmetric.
        let factor = try factored(denominator)
        let half = factor.solveLower(numerator).transposed
        guard let eigen = SymmetricEigen(factor.solveLower(half).symmetrised) else {
            throw problem(.singularContrast(0))
        }
        return eigen.values.map { max(0, $0) }
    }

    /// Orthogonal contrasts of interaction: products of Helmert contrasts of rows and columns.
    private static func interactionContrasts(rows: Int, columns: Int) -> Matrix {
        func helmert(_ level: Int, _ contrast: Int) -> Double {
            level <= contrast ? 1 : level == contrast + 1 ? -Double(contrast + 1) : 0
        }
        var result = Matrix(rows: rows * columns, columns: (rows - 1) * (columns - 1))
        for row in 0..<rows {
            for column in 0..<columns {
                for one in 0..<(rows - 1) {
                    for other in 0..<(columns - 1) {
                        result[row * columns + column, one * (columns - 1) + other] =
                            helmert(row, one) * helmert(column, other)
                    }
                }
            }
        }
        return result
    }
}

/// The margins of a table's cells.
struct Margins {
    let rows: [Double]
    let columns: [Double]
    let total: Double

    init(_ cells: [Double], rows: Int, columns: Int) {
        var (rowSums, columnSums) = ([Double](repeating: 0, count: rows), [Double](repeating: 0, count: columns))
        for (cell, value) in cells.enumerated() {
            rowSums[cell / columns] += value
            columnSums[cell % columns] += value
        }
        (self.rows, self.columns, total) = (rowSums, columnSums, cells.reduce(0, +))
    }

    /// What the cells would be if rows and columns were independent.
    var independent: [Double] { rows.flatMap { row in columns.map { row * $0 / total } } }
}

/// The differences of a table's cell totals from independence, `N_ij - N_i. N_.j / N`, without the first row and column.
private struct IndependenceDifferences: SurveyStatistic {
    let table: TwoWayTable

    private func margins(_ weights: [Double]) -> (cells: [Double], Margins) {
        var cells = [Double](repeating: 0, count: table.cellCount)
        for row in weights.indices {
            if let cell = table.cell(of: row) { cells[cell] += weights[row] }
        }
        return (cells, Margins(cells, rows: table.rowNames.count, columns: table.columnNames.count))
    }

    private var free: [(row: Int, column: Int)] {
        (1..<table.rowNames.count).flatMap { row in (1..<table.columnNames.count).map { (row, $0) } }
    }

    func values(weights: [Double]) throws(SurveyError) -> [Double] {
        let (cells, margins) = margins(weights)
        return free.map { row, column in
            cells[row * table.columnNames.count + column]
                - margins.rows[row] * margins.columns[column] / margins.total
        }
    }

    func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let (_, margins) = margins(weights)
        var influence = Matrix(rows: weights.count, columns: free.count)
        for row in weights.indices where table.rowCodes[row] >= 0 {
            for (position, cell) in free.enumerated() {
                let isRow = Int(table.rowCodes[row]) == cell.row ? 1.0 : 0
                let isColumn = Int(table.columnCodes[row]) == cell.column ? 1.0 : 0
                let rowShare = margins.rows[cell.row] / margins.total
                let columnShare = margins.columns[cell.column] / margins.total
                influence[row, position] = (isRow - rowShare) * (isColumn - columnShare)
            }
        }
        return influence
    }
}
