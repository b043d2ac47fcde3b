import LinearAlgebra

/// The correlation of two normal variables behind two ordinal items, weighted (R polycor's `polychor`).
///
/// Each item shows in which interval between cut points its variable lies (Olsson 1979, Psychometrika 44, 443-460).
public struct PolychoricCorrelation: SurveyStatistic {
    /// How cut points and correlation are estimated.
    public enum Method: String, Sendable, CaseIterable {
        /// Cut points from the items' shares, then the correlation by maximum likelihood.
        case twoStep
        /// All at once by maximum likelihood.
        case maximumLikelihood
    }

    private let rows: [Int32]
    private let columns: [Int32]
    private let rowCount: Int
    private let columnCount: Int
    private let method: Method

    /// The correlation of two items.
    ///
    /// - Parameters:
    ///   - rows: The category of the first item in each row, 0 for the lowest; -1 where missing, which leaves the row out.
    ///   - columns: The same of the second item.
    ///   - method: How to estimate.
    ///   - domain: Whether each row is in the subpopulation of interest; nil for all.
    /// - Throws: ``AnalysisProblem/unequalLengths(what:found:expected:)``,
    ///   ``AnalysisProblem/badValue(what:position:found:expected:)``.
    public init(
        _ rows: [Int32], _ columns: [Int32], method: Method = .twoStep, domain: [Bool]? = nil
    ) throws(SurveyError) {
        try checkLength("categories of the second item", columns.count, rows.count)
        if let domain { try checkLength("rows of the domain", domain.count, rows.count) }
        for (what, codes) in [
            ("category of the first item in row", rows), ("category of the second item in row", columns),
        ] {
            // A category beyond a few hundred is a measurement, and the table would be large.
            guard let bad = codes.firstIndex(where: { $0 < -1 || $0 > 999 }) else { continue }
            throw problem(
                .badValue(what: what, position: bad, found: Double(codes[bad]), expected: "-1 for missing, or 0 to 999")
            )
        }
        let inside = rows.indices.map { (domain?[$0] ?? true) && rows[$0] >= 0 && columns[$0] >= 0 }
        self.rows = rows.indices.map { inside[$0] ? rows[$0] : -1 }
        self.columns = rows.indices.map { inside[$0] ? columns[$0] : -1 }
        rowCount = Int(self.rows.max() ?? -1) + 1
        columnCount = Int(self.columns.max() ?? -1) + 1
        self.method = method
    }

    /// The estimate with cut points, the standard error of a simple random sample, and the test of the model.
    ///
    /// - Parameter weights: One a row; scaled to a mean of 1 among the rows that count.
    /// - Throws: ``AnalysisProblem``.
    public func fit(weights: [Double]) throws(SurveyError) -> PolychoricFit {
        let used = rows.indices.filter { rows[$0] >= 0 && weights[$0] > 0 }
        let mean = used.reduce(0) { $0 + weights[$1] } / Double(max(1, used.count))
        return try PolychoricFit(table(weights.map { $0 / (mean > 0 ? mean : 1) }), method: method)
    }

    /// The correlation, a single value.
    public func values(weights: [Double]) throws(SurveyError) -> [Double] {
        [try PolychoricFit(table(weights), method: method).correlation]
    }

    /// The influence of a row's cell, which by the first method includes what it does to the cut points.
    public func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let fit = try PolychoricFit(table(weights), method: method)
        let cells = try fit.influence()
        var influence = Matrix(rows: rows.count, columns: 1)
        for row in rows.indices where rows[row] >= 0 {
            guard let one = fit.rowPositions[Int(rows[row])], let other = fit.columnPositions[Int(columns[row])]
            else { continue }
            influence[row, 0] = cells[one][other]
        }
        return influence
    }

    private func table(_ weights: [Double]) -> [[Double]] {
        precondition(weights.count == rows.count, "a row has a weight")
        var table = Array(repeating: [Double](repeating: 0, count: columnCount), count: rowCount)
        for row in rows.indices where rows[row] >= 0 { table[Int(rows[row])][Int(columns[row])] += weights[row] }
        return table
    }
}
